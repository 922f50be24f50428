/**
 * The report on a phantom: CDA and PDF like any report, with a Detached signature by the seal of whoever drew the phantom
 * again. A seal is no person's: to who judges reports of radiologists it would not be signed at all.
 */
import { readImagingReport } from "../../standards/cda/read-imaging-report.ts"
import { writeImagingReport } from "../../standards/cda/imaging-report.ts"
import { type Verification, verifySignature } from "../../standards/dsg/verify.ts"
import type { Agreement } from "../agreement.ts"
import { MIME, PURPOSE } from "../codes.ts"
import { found } from "../desk-guards.ts"
import { uuidOid } from "../ids.ts"
import { readWhole } from "../read-whole.ts"
import type { ReportContent } from "../ports/drawing.ts"
import type { Change } from "../records/ledger.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { next } from "../route.ts"
import { sameSubject } from "../same-subject.ts"
import type { ContentsOf } from "../submit/package.ts"
import { signClosing } from "../submit/sign.ts"
import { papersOf } from "../verify/report-verdict.ts"
import { notice } from "../verify/receipt.ts"
import { digested } from "../verify/seal-verdict.ts"
import { holds, type EffectOf } from "../verify/verify.ts"
import type { World } from "../world.ts"
import { putSubmission } from "../live-slot.ts"
import {
  PHANTOM_NUMBER,
  PHANTOM_PATIENT,
  PHANTOM_PURPOSE,
  phantomStudyUid,
  phantomSubject,
  submissionsOfTest,
} from "./phantom.ts"
import { sha256 } from "../../standards/sha256.ts"

export const phantomReportContents: ContentsOf = async (world, record, agreement) => {
  const id = found(record.requestId, "id of the self-test")
  const came = await world.ledger.documents(record.answers ?? "")
  const images = came.filter(({ role }) => role === "instance").length
  const content = reportOf(world, agreement, id, images)
  const cda = { ...notice(world, "cda", "自己試験の報告", new Uint8Array(0)), uniqueId: content.documentId }
  const pdf = { ...notice(world, "pdf", "自己試験の報告（PDF）", new Uint8Array(0)), mimeType: MIME.pdf }
  const written = [
    { ...cda, body: { bytes: writeImagingReport(content) } },
    { ...pdf, body: { bytes: await world.draughtsman.renderReport(content) } },
  ] as const
  const signed = written.map(({ uniqueId, mimeType, body }) => ({
    uniqueId,
    sha256: sha256(body.bytes),
    mimeType,
  }))
  const xml = await signClosing(world, agreement, "needed", signed)
  const signature = { ...notice(world, "signature", PURPOSE.source.display, xml), purposes: [PURPOSE.source] }
  return {
    subject: phantomSubject(world, agreement, id, world.clock.now()),
    contents: [...written, signature],
    signs: written.map(({ uniqueId }) => ({ by: signature.uniqueId, what: uniqueId })),
    replaces: [],
  }
}

function reportOf(world: World, agreement: Agreement, id: string, images: number): ReportContent {
  const { name, oid } = world.site
  return {
    documentId: uuidOid(world.chance),
    setId: uuidOid(world.chance),
    versionNumber: 1,
    status: "final",
    effectiveTime: world.clock.now().toISOString(),
    patient: PHANTOM_PATIENT,
    patientIdRoot: agreement.patientIdDomain,
    study: {
      StudyInstanceUID: phantomStudyUid(id),
      StudyDescription: "SELF TEST NOT A PATIENT",
      modalities: ["CT"],
      bodyPart: "",
      studyDateTime: null,
      AccessionNumber: "",
      instances: images,
      instancesExpected: null,
      bytes: 0,
    },
    hospital: { name: agreement.partner.name, oid: agreement.partner.oid },
    center: { name, oid },
    requestNumber: PHANTOM_NUMBER,
    purpose: PHANTOM_PURPOSE,
    physician: "",
    reader: { id: "self-test", idRoot: oid, name: "自動応答（医師ではない）" },
    findings: `試験画像${images}枚を受け取り、描き直したものと1ビットも違わないことを確かめました。`,
    impression: "自己試験の報告です。患者の報告ではありません。",
    correction: null,
    addendum: null,
    keyImages: [],
  }
}

/** Its signature by what is known now; the judge is that of every seal. */
export async function judgedPhantomReport(
  world: World,
  agreement: Agreement,
  documents: readonly DocumentRecord[],
): Promise<Verification> {
  const { cda, pdf, signature } = papersOf(documents)
  const claimed = { documents: [digested(cda), digested(pdf)], submissionSetUniqueId: null }
  const xml = await readWhole(world.spool, signature.place)
  return verifySignature(xml, claimed, world.trust.seal(agreement), world.clock.now())
}

/** It answers a self-test of ours and holds: that phantom was delivered. */
export const phantomReportEffect: EffectOf = async (world, record, documents, agreement) => {
  const id = found(record.requestId, "id of the self-test")
  const { patient, study, requestNumber } = readImagingReport(
    await readWhole(world.spool, papersOf(documents).cda.place),
  )
  sameSubject("report of the self-test", {
    patient: patient.PatientID === PHANTOM_PATIENT.PatientID,
    StudyInstanceUID: study.StudyInstanceUID === phantomStudyUid(id),
    "request number": requestNumber === PHANTOM_NUMBER,
  })
  const { verdict, chains } = await judgedPhantomReport(world, agreement, documents)
  world.trust.want(chains)
  return {
    signature: verdict,
    follow: async (outcome) => (holds(outcome) ? delivered(world, record, id) : []),
  }
}

async function delivered(
  world: World,
  { agreement }: SubmissionRecord,
  id: string,
): Promise<readonly Change[]> {
  const sent = (await submissionsOfTest(world, id)).find(
    (each) => each.kind === "phantom" && each.direction === "out" && each.agreement === agreement,
  )
  const step = sent === undefined ? null : next("submission-out", sent.state, "receipt")
  if (sent === undefined || step === null) return []
  const at = world.clock.now().toISOString()
  const record: SubmissionRecord = {
    ...sent,
    state: step.to,
    acceptedAt: sent.acceptedAt ?? at,
    verifiedAt: at,
    failureCode: null,
  }
  return [putSubmission(world, record)]
}
