/** ITI-41 Provide and Register Document Set-b: its names, and the request we send (ITI TF-2 3.41). */
import { XOP } from "../soap/namespaces.ts"
import { element, type Markup } from "../xml/writer.ts"
import type { Submission } from "./submission.ts"
import { writeSubmission } from "./submission-writer.ts"
import { XDS_B } from "./vocabulary.ts"

export const PROVIDE_AND_REGISTER = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
export const PROVIDE_AND_REGISTER_RESPONSE = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse"

/** A document that travels as a part of the same message. */
export interface XopDocument {
  readonly entryUUID: string
  readonly contentId: string
}

/** Body of the request. xop:Include is the only child of its Document, without white space (ITI TF-2 V.9.3.2). */
export function writeProvideAndRegister(submission: Submission, documents: readonly XopDocument[]): Markup {
  return element(
    "xds:ProvideAndRegisterDocumentSetRequest",
    { "xmlns:xds": XDS_B },
    writeSubmission(submission),
    documents.map(({ entryUUID, contentId }) =>
      element("xds:Document", { id: entryUUID }, include(contentId)),
    ),
  )
}

function include(contentId: string): Markup {
  return element("xop:Include", { "xmlns:xop": XOP, href: `cid:${contentId}` })
}
