/**
 * The phantom of a self-test: a study of nobody under a name of its own, sent the way every study goes. It makes no study, no
 * case and no report in the ledger, hence stands in nobody's list: submissions of two kinds of their own, in one slot at each
 * side, with a term of minutes.
 */
import { PHANTOM_ID, PHANTOM_NAME, phantomFiles, type PhantomFile } from "../../standards/dicom/phantom.ts"
import { uuidUid } from "../../standards/dicom/uid.ts"
import type { Agreement } from "../agreement.ts"
import { dtm, type Subject } from "../metadata.ts"
import type { SubmissionKind, SubmissionRecord } from "../records/submission.ts"
import type { PatientView } from "../views/study.ts"
import type { World } from "../world.ts"

/** After it both sides destroy what they have of a self-test, answered or not. */
export const PHANTOM_TERM_MS = 10 * 60 * 1000
/** Request number of all phantoms, and the version of the drawing. */
export const PHANTOM_NUMBER = "SELF-TEST-1"
export const PHANTOM_PURPOSE = "自己試験：患者のものではありません / self-test: not a patient"
export const PHANTOM_PATIENT: PatientView = {
  PatientID: PHANTOM_ID,
  ...PHANTOM_NAME,
  phonetic: "",
  birthDate: null,
  sex: "O",
  nameMarked: false,
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Ids of self-tests, and so workflowInstanceIds of their submissions. */
export const isSelfTestId = (id: string): boolean => UUID.test(id)

export const isPhantom = (kind: SubmissionKind): boolean => kind === "phantom" || kind === "phantom-report"

/** @param id of the self-test */
export const phantomStudyUid = (id: string): string => uuidUid(Buffer.from(id.replaceAll("-", ""), "hex"))

export const phantomOf = (id: string, at: Date): readonly PhantomFile[] =>
  phantomFiles(phantomStudyUid(id), at)

export const phantomSubject = (world: World, agreement: Agreement, id: string, at: Date): Subject => ({
  agreement,
  site: world.site,
  patient: PHANTOM_PATIENT,
  StudyInstanceUID: phantomStudyUid(id),
  AccessionNumber: "",
  requestNumber: PHANTOM_NUMBER,
  requestId: id,
  serviceStartTime: dtm(at),
  modalities: ["CT"],
  procedures: [],
})

/** Everything of one self-test at this side. */
export async function submissionsOfTest(world: World, id: string): Promise<readonly SubmissionRecord[]> {
  const all = await world.ledger.submissionsOf({ requestId: id })
  return all.filter(({ kind }) => isPhantom(kind))
}
