/** Deletion certificate: who destroyed a copy accounts for it to whose data it was, under its seal. */
import {
  deletionSentence,
  readDeletionCertificate,
  writeDeletionCertificate,
} from "../standards/notice/deletion-certificate.ts"
import { found } from "./desk-guards.ts"
import type { ContentsOf } from "./package.ts"
import { readWhole } from "./read-whole.ts"
import { notice } from "./receipt.ts"
import type { CertificateRecord } from "./records.ts"
import { sameSubject } from "./same-subject.ts"
import { requestOf, subjectOf, targetOf } from "./subject.ts"
import type { EffectOf } from "./verify.ts"

/** How long a backup may hold the wrapped slot key; with the next epoch it opens nothing (docs/store.md). */
export const BACKUP_DAYS = 35
const DAY_MS = 86_400_000

export const certificateContents: ContentsOf = async (world, record, agreement) => {
  const certificates = await world.ledger.certificatesOfStudy(record.studyId ?? "")
  const { destruction } = found(certificates[0], "deletion certificate")
  const done = found(destruction, "destruction")
  const subject = await subjectOf(world, record, agreement)
  const draft = notice(world, "certificate", "データ消去証明書", new Uint8Array(0))
  const bytes = writeDeletionCertificate({
    documentId: draft.uniqueId,
    StudyInstanceUID: subject.StudyInstanceUID,
    requestNumber: subject.requestNumber,
    reason: "term",
    method: "key-destruction",
    readBack: done.readBack,
    epoch: done.epoch,
    destroyedAt: done.at,
    backupsUntil: new Date(new Date(done.at).getTime() + BACKUP_DAYS * DAY_MS).toISOString().slice(0, 10),
    counts: { objects: done.objects, bytes: done.bytes },
    objects: [],
    copiesOutsideControl: [],
    by: { oid: world.site.oid, name: world.site.name },
    owner: { oid: agreement.partner.oid, name: agreement.partner.name },
  })
  return { subject, contents: [{ ...draft, body: { bytes } }], signs: [], replaces: [] }
}

/** Kept with the study it is about, together with the verdict on the seal it came under. */
export const certificateEffect: EffectOf = async (world, record, documents) => {
  const document = found(
    documents.find((each) => each.role === "certificate"),
    "certificate in this submission",
  )
  const said = readDeletionCertificate(await readWhole(world.spool, document.place))
  const request = await requestOf(world, record)
  sameSubject("certificate", { StudyInstanceUID: said.StudyInstanceUID === request.private.StudyInstanceUID })
  const today = world.clock.now().toISOString().slice(0, 10)
  const certificate: CertificateRecord = {
    id: said.documentId,
    studyId: targetOf(request) ?? "",
    requestId: request.id,
    at: said.destroyedAt,
    objects: said.counts.objects,
    statement: deletionSentence(said, "ja", world.site.timeZone, today),
    verdict: record.private.verdict,
    destruction: null,
  }
  return {
    signature: null,
    follow: () => Promise.resolve([{ put: "certificate", record: certificate }]),
  }
}
