/** Does the signature cover exactly the documents at hand? (ITI TF-3 5.5.3: SubmissionSet and Detached signature) */
import { type VerdictTest, check, fail, pass, unknown } from "../hpki/verdict-test.ts"
import type { DocumentReference } from "./reference.ts"
import type { SignatureDocument } from "./signature-document.ts"
import type { ClaimedContent } from "./trust.ts"

const MAX_NAMED = 3

/** Tests `exact-set`, `digest` and `submission-set`. */
export function checkContent(
  { documents }: SignatureDocument,
  claimed: ClaimedContent,
): readonly VerdictTest[] {
  const set = documents.filter(({ digest }) => digest === null)
  const referenced = documents.filter(({ digest }) => digest !== null)
  return [
    checkExactSet(referenced, claimed),
    checkDigests(referenced, claimed),
    checkSubmissionSet(set, claimed.submissionSetUniqueId),
  ]
}

function checkExactSet(referenced: readonly DocumentReference[], { documents }: ClaimedContent): VerdictTest {
  const signed = new Set(referenced.map(({ uniqueId }) => uniqueId))
  const present = new Set(documents.map(({ uniqueId }) => uniqueId))
  if (signed.size < referenced.length) return fail("exact-set", "a document is referenced twice")
  const unsigned = [...present].filter((uniqueId) => !signed.has(uniqueId))
  const absent = [...signed].filter((uniqueId) => !present.has(uniqueId))
  if (signed.size === 0) return fail("exact-set", "nothing is referenced")
  if (unsigned.length > 0) return fail("exact-set", `not signed: ${few(unsigned)}`)
  if (absent.length > 0) return fail("exact-set", `signed, but not here: ${few(absent)}`)
  return pass("exact-set", `${signed.size} documents`)
}

function checkDigests(referenced: readonly DocumentReference[], { documents }: ClaimedContent): VerdictTest {
  const present = new Map(documents.map(({ uniqueId, sha256 }) => [uniqueId, sha256]))
  const comparable = referenced.filter(({ hash }) => hash === "sha256")
  const differing = comparable.filter(({ uniqueId, digest }) => {
    const sha256 = present.get(uniqueId)
    return sha256 !== undefined && digest !== null && Buffer.compare(sha256, digest) !== 0
  })
  if (differing.length > 0)
    return fail("digest", `changed: ${few(differing.map(({ uniqueId }) => uniqueId))}`)
  if (comparable.length < referenced.length)
    return unknown("digest", "digests other than SHA-256 are not compared")
  return pass("digest", `${comparable.length} digests`)
}

function checkSubmissionSet(marks: readonly DocumentReference[], wanted: string | null): VerdictTest {
  if (wanted === null)
    return check("submission-set", marks.length === 0, "names a submission set, but is claimed as detached")
  const [mark, ...more] = marks
  return check(
    "submission-set",
    mark?.uniqueId === wanted && more.length === 0,
    "is not of this submission set",
  )
}

const few = (uniqueIds: readonly string[]) =>
  uniqueIds.slice(0, MAX_NAMED).join(", ") +
  (uniqueIds.length > MAX_NAMED ? `, and ${uniqueIds.length - MAX_NAMED} more` : "")
