/** The phantom on its way: three drawn slices and a request that says what they are; there it is drawn again and compared. */
import { CT_IMAGE_STORAGE, PHANTOM_ID } from "../../standards/dicom/phantom.ts"
import { readReadingRequest } from "../../standards/request/read-reading-request.ts"
import { NO_TEXTS, type ReadingRequest } from "../../standards/request/request-content.ts"
import { writeReadingRequest } from "../../standards/request/reading-request.ts"
import type { Agreement } from "../agreement.ts"
import { plan } from "../assemble/release.ts"
import { MIME } from "../codes.ts"
import { found } from "../desk-guards.ts"
import { uuidOid } from "../ids.ts"
import { readWhole } from "../read-whole.ts"
import type { Change } from "../records/ledger.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import { due } from "../run.ts"
import { sameSubject } from "../same-subject.ts"
import type { Content } from "../submit/pack.ts"
import type { ContentsOf } from "../submit/package.ts"
import { notice } from "../verify/receipt.ts"
import { holds, type EffectOf } from "../verify/verify.ts"
import type { World } from "../world.ts"
import {
  PHANTOM_NUMBER,
  PHANTOM_PATIENT,
  PHANTOM_PURPOSE,
  phantomOf,
  phantomStudyUid,
  phantomSubject,
} from "./phantom.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export const phantomContents: ContentsOf = (world, record, agreement) => {
  const id = found(record.requestId, "id of the self-test")
  const at = new Date(record.createdAt)
  const images = phantomOf(id, at).map(({ SOPInstanceUID, file }): Content => ({
    ...notice(world, "instance", "SELF TEST", file),
    uniqueId: uuidOid(world.chance),
    mimeType: MIME.dicom,
    SOPClassUID: CT_IMAGE_STORAGE,
    SOPInstanceUID,
  }))
  const form = notice(world, "request", "自己試験の依頼票", new Uint8Array(0))
  const asked = writeReadingRequest(requestOf(world, agreement, form.uniqueId, { id, at: record.createdAt }))
  return Promise.resolve({
    subject: phantomSubject(world, agreement, id, at),
    contents: [{ ...form, body: { bytes: asked } }, ...images],
    signs: [],
    replaces: [],
  })
}

function requestOf(
  world: World,
  { partner, patientIdDomain }: Agreement,
  documentId: string,
  { id, at }: { readonly id: string; readonly at: string },
): ReadingRequest {
  const { alphabetic, ideographic } = PHANTOM_PATIENT
  return {
    documentId,
    requestId: id,
    version: 1,
    status: "active",
    amendment: null,
    requestNumber: PHANTOM_NUMBER,
    requestedAt: at,
    institution: { oid: world.site.oid, name: world.site.name },
    department: "",
    physician: { id: "", name: "" },
    telephone: "",
    reportTo: "",
    readingCenter: { oid: partner.oid, name: partner.name },
    namedReader: "",
    setting: "outpatient",
    urgency: { code: "ROUTINE", dueAt: at, telephoneOnResult: false, history: [] },
    patient: {
      PatientID: PHANTOM_ID,
      idRoot: patientIdDomain,
      alphabetic,
      ideographic,
      phonetic: "",
      birthDate: null,
      sex: "O",
      onImages: [],
    },
    texts: { ...NO_TEXTS, purpose: PHANTOM_PURPOSE },
    parts: 1,
    studies: [
      {
        role: "target",
        StudyInstanceUID: phantomStudyUid(id),
        AccessionNumber: "",
        description: PHANTOM_PURPOSE,
        missing: 0,
      },
    ],
    attachments: [],
  }
}

/** Nothing but what we would draw ourselves takes effect under this kind: then a report of it is made. */
export const phantomEffect: EffectOf = async (world, record, documents) => {
  const id = found(record.requestId, "id of the self-test")
  const form = found(
    documents.find(({ role }) => role === "request"),
    "request of the self-test",
  )
  const asked = readReadingRequest(await readWhole(world.spool, form.place))
  const drawn = phantomOf(id, new Date(asked.requestedAt)).map(({ file }) => sha256Hex(file))
  const came = documents.filter(({ role }) => role === "instance").map(({ sha256 }) => sha256)
  sameSubject("self-test", {
    "version of the phantom": asked.requestNumber === PHANTOM_NUMBER,
    "id of the self-test": asked.requestId === id,
    patient: asked.patient.PatientID === PHANTOM_ID,
    purpose: asked.texts.purpose === PHANTOM_PURPOSE,
    images: JSON.stringify([...came].sort()) === JSON.stringify([...drawn].sort()),
  })
  return {
    signature: null,
    follow: (outcome) => Promise.resolve(holds(outcome) ? planReport(world, record, id) : []),
  }
}

function planReport(world: World, phantom: SubmissionRecord, id: string): readonly Change[] {
  const { agreement, slotId } = phantom
  const planned: SubmissionRecord = {
    ...plan(world, { kind: "phantom-report", agreement, slotId }),
    requestId: id,
    answers: phantom.id,
  }
  return [{ put: "submission", record: planned }, due("package", planned.id, world.clock.now())]
}
