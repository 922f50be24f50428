/**
 * Does a deletion certificate name what was exchanged? Its objects beside those of each submission, by SHA-256 of the clear
 * file: our own ledger knows what went, long after the bytes and keys have gone.
 */
import type { DeletionCertificate, DestroyedSubmission } from "../../standards/notice/deletion-certificate.ts"
import { carriesImages } from "../keep.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { ComparedSubmission } from "../views/staff.ts"
import type { World } from "../world.ts"

export async function comparedWithSent(
  world: World,
  certificate: CertificateRecord,
  said: DeletionCertificate,
): Promise<ComparedSubmission[]> {
  const compared: ComparedSubmission[] = []
  for (const each of said.submissions) {
    const ours = await submissionOf(world, certificate, each.uniqueId)
    compared.push(compare(each, ours === null ? [] : await digests(world, ours)))
  }
  for (const each of said.what === "images" ? await unnamed(world, certificate, said) : [])
    compared.push(compare({ uniqueId: each.submissionSetUid, objects: [] }, await digests(world, each)))
  return compared
}

/** We sent it or it came to us, for this request or with this study; to anything else the certificate has no say. */
async function submissionOf(
  world: World,
  { agreement, requestId, studyId }: CertificateRecord,
  uid: string,
): Promise<SubmissionRecord | null> {
  const known =
    (await world.ledger.submissionBySetUid(agreement, "out", uid)) ??
    (await world.ledger.submissionBySetUid(agreement, "in", uid))
  if (known === null || known.requestId === requestId) return known
  return studyId !== "" && known.studyId === studyId ? known : null
}

const digests = async (world: World, { id }: SubmissionRecord): Promise<string[]> =>
  (await world.ledger.documents(id)).map(({ sha256 }) => sha256)

function compare({ uniqueId, objects }: DestroyedSubmission, sent: readonly string[]): ComparedSubmission {
  const left = new Map<string, number>()
  for (const sha256 of sent) left.set(sha256, (left.get(sha256) ?? 0) + 1)
  let foreign = 0
  for (const { sha256 } of objects) {
    const count = left.get(sha256) ?? 0
    if (count === 0) foreign += 1
    else left.set(sha256, count - 1)
  }
  const missing = [...left.values()].reduce((sum, count) => sum + count, 0)
  return { submission: uniqueId, named: objects.length, missing, foreign }
}

/** Images they took before the destruction, which neither this certificate nor an earlier one names. */
async function unnamed(
  world: World,
  { id, agreement, studyId }: CertificateRecord,
  said: DeletionCertificate,
): Promise<SubmissionRecord[]> {
  const destroyedAt = new Date(said.destroyedAt).toISOString()
  const earlier = (await world.ledger.certificatesOfStudy(studyId)).filter((each) => each.id !== id)
  const named = new Set([
    ...said.submissions.map(({ uniqueId }) => uniqueId),
    ...earlier.flatMap(({ compared }) => compared.map(({ submission }) => submission)),
  ])
  const sent = studyId === "" ? [] : await world.ledger.submissionsOf({ studyId })
  return sent.filter(
    (each) =>
      each.direction === "out" &&
      carriesImages(each.kind) &&
      each.agreement === agreement &&
      each.acceptedAt !== null &&
      each.acceptedAt <= destroyedAt &&
      !named.has(each.submissionSetUid),
  )
}
