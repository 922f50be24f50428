/**
 * The other answer to a submission: it was taken, its signatures and content were judged, and it is refused for good. The
 * sender learns which submission and why by code; nothing of the patient is repeated.
 */
import { element, xmlDocument } from "../xml/writer.ts"
import { readClosed, type ClosedElement } from "./closed-element.ts"
import { organizationElement, readOrganization, type Organization } from "./party.ts"

export const REFUSAL_NAMESPACE = "urn:dokuei:refusal:1"

/** Names of codes and tests: words for programs, never a sentence. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
const TEST = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/
/** More tests than a verdict has. */
const MAX_TESTS = 64

export interface Refusal {
  /** OID of this document. */
  readonly documentId: string
  /** SubmissionSet.uniqueId of what is refused. */
  readonly submissionSetUid: string
  /** Why, e.g. `ERR_CONTENT`. */
  readonly code: string
  /** Tests of the verdict that failed, e.g. `revocation`; may be empty. */
  readonly tests: readonly string[]
  readonly by: Organization
  /** ISO 8601 with zone. */
  readonly at: string
}

/** The document; equal values give equal bytes. Throws what `readRefusal` throws: what cannot be read is not signed. */
export function writeRefusal({ documentId, submissionSetUid, code, tests, by, at }: Refusal): Uint8Array {
  const root = element(
    "Refusal",
    { xmlns: REFUSAL_NAMESPACE, documentId, at },
    element("Submission", { uniqueId: submissionSetUid }),
    element(
      "Reason",
      { code },
      tests.map((name) => element("Test", { name })),
    ),
    organizationElement("By", by),
  )
  const bytes = new TextEncoder().encode(xmlDocument(root))
  readRefusal(bytes)
  return bytes
}

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, XML_…
 */
export function readRefusal(bytes: Uint8Array): Refusal {
  const root = readClosed(bytes, REFUSAL_NAMESPACE, "Refusal")
  const submission = root.required("Submission")
  const reason = root.required("Reason")
  const refusal: Refusal = {
    documentId: root.uid("documentId"),
    at: root.instant("at"),
    submissionSetUid: submission.uid("uniqueId"),
    code: shaped(reason, "code", CODE),
    tests: readTests(reason),
    by: readOrganization(root.required("By")),
  }
  for (const each of [submission, reason, root]) each.finish()
  return refusal
}

function readTests(reason: ClosedElement): string[] {
  const tests = reason.children("Test").map((test) => {
    const name = shaped(test, "name", TEST)
    test.finish()
    return name
  })
  if (tests.length > MAX_TESTS) throw reason.fault("NOTICE_VALUE", "more tests than a verdict has")
  return tests
}

function shaped(element: ClosedElement, attribute: string, shape: RegExp): string {
  const written = element.attribute(attribute)
  if (!shape.test(written)) throw element.fault("NOTICE_VALUE", `@${attribute} is no code`)
  return written
}
