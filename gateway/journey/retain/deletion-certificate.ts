/** Deletion certificate: who destroyed a copy accounts for it to whose data it was, under its seal. */
import {
  deletionSentence,
  objectsNamed,
  readDeletionCertificate,
  writeDeletionCertificate,
  type DeletionCertificate,
} from "../../standards/notice/deletion-certificate.ts"
import { MAX_CLOCK_SKEW_MS } from "../../standards/tsp/verify-token.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { REFERENCE_TYPE } from "../../standards/xds/vocabulary.ts"
import type { Agreement } from "../agreement.ts"
import { comparedWithSent } from "./compare-certificate.ts"
import { found } from "../desk-guards.ts"
import { ContentError } from "../errors.ts"
import { carriesImages } from "../keep.ts"
import { dayIn } from "../local-day.ts"
import { referenced, type Subject } from "../metadata.ts"
import type { ContentsOf } from "../submit/package.ts"
import { patientOf } from "../submit/patient.ts"
import { readWhole } from "../read-whole.ts"
import { notice } from "../verify/receipt.ts"
import type { CertificateRecord } from "../records/certificate.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { sameSubject } from "../same-subject.ts"
import { requestOf } from "../subject.ts"
import type { EffectOf } from "../verify/verify.ts"
import type { World } from "../world.ts"

/** How long a backup may hold the wrapped slot key; with the next epoch it opens nothing (docs/store.md). */
export const BACKUP_DAYS = 35
const DAY_MS = 86_400_000
/** More are counted and not named: the document stays within what a reader of XML takes. */
export const MAX_NAMED = 40_000

export const certificateContents: ContentsOf = async (world, record, agreement) => {
  const certificate = found(
    await world.ledger.certificate(record.answers ?? ""),
    "account of the destruction",
  )
  const done = found(certificate.destruction, "destruction")
  const { submissions, media = [], StudyInstanceUID, requestNumber } = certificate.private
  const draft = notice(world, "certificate", "データ消去証明書", new Uint8Array(0))
  const bytes = writeDeletionCertificate({
    documentId: draft.uniqueId,
    StudyInstanceUID,
    requestNumber,
    what: certificate.what,
    reason: certificate.reason ?? "term",
    method: "key-destruction",
    readBack: done.readBack,
    epoch: done.epoch,
    destroyedAt: done.at,
    backupsUntil: dayIn(new Date(new Date(done.at).getTime() + BACKUP_DAYS * DAY_MS), world.site.timeZone),
    counts: { objects: done.objects, bytes: done.bytes },
    submissions: objectsNamed(submissions) <= MAX_NAMED ? submissions : [],
    copiesOutsideControl: media,
    by: { oid: world.site.oid, name: world.site.name },
    owner: { oid: agreement.partner.oid, name: agreement.partner.name },
  })
  return {
    subject: subjectOfAccount(world, certificate, agreement),
    contents: [{ ...draft, body: { bytes } }],
    signs: [],
    replaces: [],
  }
}

/** What it is about is gone: the account kept the ids the metadata need, and no name. */
function subjectOfAccount(
  world: World,
  { requestId, private: ids }: CertificateRecord,
  agreement: Agreement,
): Subject {
  return {
    agreement,
    site: world.site,
    patient: { ...patientOf([]), PatientID: ids.PatientID },
    StudyInstanceUID: ids.StudyInstanceUID,
    AccessionNumber: ids.AccessionNumber,
    requestNumber: ids.requestNumber,
    requestId,
    serviceStartTime: null,
    modalities: [],
    procedures: [],
  }
}

/** Kept with its verdict, and with what it names beside what was sent. The list itself stays in the document. */
export const certificateEffect: EffectOf = async (world, record, documents) => {
  const document = found(
    documents.find((each) => each.role === "certificate"),
    "certificate in this submission",
  )
  const said = readDeletionCertificate(await readWhole(world.spool, document.place))
  const [about] = studyNamed(record.private.submission)
  sameSubject("certificate", { StudyInstanceUID: said.StudyInstanceUID === about })
  await isAboutWhatWasSent(world, record, said)
  if (new Date(said.destroyedAt).getTime() > world.clock.now().getTime() + MAX_CLOCK_SKEW_MS)
    throw new ContentError("ERR_DOCUMENTS", "certificate: a destruction that is still to come")
  return {
    signature: null,
    follow: async () => {
      const landed = found(await world.ledger.certificate(record.answers ?? ""), "certificate")
      const compared = await comparedWithSent(world, landed, said)
      return [
        {
          put: "certificate",
          record: { ...told(world, landed, said), verdict: record.private.verdict, compared },
        },
      ]
    },
  }
}

/**
 * As far as the hospital can still read what it asked for: a study it sent for this request, and its number. Who destroyed
 * what never became a case knows no number.
 */
async function isAboutWhatWasSent(
  world: World,
  record: SubmissionRecord,
  said: DeletionCertificate,
): Promise<void> {
  const asked = (await requestOf(world, record)).private
  if (asked.requestNumber === "") return
  const sent = (await world.ledger.submissionsOf({ requestId: record.requestId ?? "" })).filter(
    ({ direction, kind }) => direction === "out" && carriesImages(kind),
  )
  const named = sent.flatMap((each) => studyNamed(each.private.submission))
  sameSubject("certificate", {
    StudyInstanceUID: [asked.StudyInstanceUID, ...named].includes(said.StudyInstanceUID),
    "request number": ["", asked.requestNumber].includes(said.requestNumber),
  })
}

function studyNamed(submission: Submission | null): readonly string[] {
  const [entry] = submission?.documentEntries ?? []
  return entry === undefined ? [] : referenced(entry, REFERENCE_TYPE.study)
}

function told(world: World, landed: CertificateRecord, said: DeletionCertificate): CertificateRecord {
  const { timeZone } = world.site
  return {
    ...landed,
    what: said.what,
    at: new Date(said.destroyedAt).toISOString(),
    objects: said.counts.objects,
    statement: deletionSentence(said, "ja", timeZone, dayIn(world.clock.now(), timeZone)),
    private: { ...landed.private, requestNumber: said.requestNumber },
  }
}
