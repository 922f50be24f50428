/** Who does something at the two sides: a modality, a clerk, a radiologist. Each tries again as people and devices do. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { StoreAnswer } from "../../gateway/journey/ports/inbound.ts"
import type { Person } from "../../gateway/journey/ports/person.ts"
import type { Amendment, ReadingView, ReportDraft } from "../../gateway/journey/views/reading.ts"
import type { RequestInput } from "../../gateway/journey/views/request.ts"
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import { MR_IMAGE_STORAGE, uid, writeStudy, type SmallStudy, type StudyShape } from "../peers/dicom-study.ts"
import { AT_HOSPITAL } from "./agreements.ts"
import {
  FOREIGN_LOGIN,
  NURSE_LOGIN,
  OTHER_READER_LOGIN,
  PIN,
  QUALIFIED_LOGIN,
  READER_LOGIN,
} from "./certificates.ts"
import { isCrash } from "./fuse.ts"
import { MODALITY, OUR_AE, type Gateway } from "./gateway.ts"

export const CLERK: Person = { id: "p-clerk", login: "madoguchi", name: "窓口 三奈", role: "clerk" }
export const READER: Person = { id: "p-reader", login: READER_LOGIN, name: "放射 太郎", role: "radiologist" }
export const OTHER_READER: Person = {
  id: "p-other",
  login: OTHER_READER_LOGIN,
  // As on her card: it names her in Latin letters alone.
  name: "Hanako Dokuei",
  role: "radiologist",
}
export const FOREIGNER: Person = {
  id: "p-foreigner",
  login: FOREIGN_LOGIN,
  name: "Jiro Dokuei",
  role: "radiologist",
}
export const CITIZEN: Person = {
  id: "p-citizen",
  login: QUALIFIED_LOGIN,
  name: "Saburo Dokuei",
  role: "radiologist",
}
export const NURSE: Person = { id: "p-nurse", login: NURSE_LOGIN, name: "看護 花子", role: "radiologist" }

const EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
export const STORED = 0x0000

/** A study as a modality has it. */
export function study(PatientID: string, slices: number, more: Partial<StudyShape> = {}): SmallStudy {
  const folder = mkdtempSync(join(tmpdir(), "dokuei-journey-study-"))
  try {
    return writeStudy(folder, {
      PatientID,
      PatientName: Buffer.from("Yamada^Tarou=山田^太郎=やまだ^たろう"),
      SpecificCharacterSet: "ISO_IR 192",
      slices,
      rows: 16,
      ...more,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export type Image = SmallStudy["instances"][number]

export interface Association {
  store(image: Image): Promise<StoreAnswer>
  end(): Promise<void>
}

export function association(
  edge: Gateway,
  callingAE = MODALITY,
  TransferSyntaxUID = EXPLICIT_VR_LITTLE_ENDIAN,
): Association {
  const about = { callingAE, calledAE: OUR_AE, remoteAddress: "192.0.2.7" }
  const intake = edge.storage.open(about)
  return {
    store: async ({ SOPInstanceUID, dataSet }) => {
      const sink = intake.begin({
        ...about,
        AffectedSOPClassUID: MR_IMAGE_STORAGE,
        AffectedSOPInstanceUID: SOPInstanceUID,
        TransferSyntaxUID,
      })
      for (let at = 0; at < dataSet.length; at += 300) await sink.write(dataSet.subarray(at, at + 300))
      return sink.finish()
    },
    end: () => intake.end(),
  }
}

/** One association; answers in order. */
export async function store(
  edge: Gateway,
  images: readonly Image[],
  callingAE = MODALITY,
  TransferSyntaxUID = EXPLICIT_VR_LITTLE_ENDIAN,
): Promise<StoreAnswer[]> {
  const device = association(edge, callingAE, TransferSyntaxUID)
  const answers: StoreAnswer[] = []
  try {
    for (const image of images) answers.push(await device.store(image))
  } finally {
    await device.end()
  }
  return answers
}

/** Sends until every image was answered with success; only what was not is sent again. Returns who was told success. */
export async function storeAll(edge: Gateway, { instances }: SmallStudy): Promise<void> {
  let open: readonly Image[] = instances
  for (let tries = 0; open.length > 0; tries++) {
    if (tries > 20) throw new Error("the modality gives up")
    const [image] = open
    const answer = await attempt(edge, () => store(edge, [image!]))
    if (answer?.[0]?.status === STORED) open = open.slice(1)
  }
}

/** null when it failed: the gateway is started again if that was its end. */
export async function attempt<T>(gateway: Gateway, act: () => Promise<T>): Promise<T | null> {
  try {
    return await act()
  } catch (error) {
    if (isCrash(error) || gateway.isDead) await gateway.open()
    else gateway.failures.push({ job: "person", error })
    return null
  }
}

/** Acts until what the person wants is so. */
export async function insist<T>(
  gateway: Gateway,
  act: () => Promise<unknown>,
  isSo: () => Promise<T | null | undefined | false>,
): Promise<T> {
  for (let tries = 0; tries < 10; tries++) {
    if (gateway.isDead) await gateway.open()
    const so = await attempt(gateway, isSo)
    if (so !== null && so !== undefined && so !== false) return so
    await attempt(gateway, act)
  }
  throw new Error("the person gives up", { cause: gateway.failures.at(-1)?.error })
}

export function requestFor(
  PatientID: string,
  requestNumber: string,
  more: Partial<RequestInput> = {},
): RequestInput {
  return {
    requestNumber,
    PatientID,
    patientName: "山田 太郎",
    urgency: "STAT",
    agreement: AT_HOSPITAL.id,
    StudyInstanceUID: "",
    // As `study` writes it into its images.
    AccessionNumber: `X-${PatientID}`,
    request: {
      purpose: "脳梗塞の疑い",
      diagnosis: "",
      history: "今朝から右上肢の脱力",
      department: "神経内科",
      physician: "担当 医師",
      setting: "emergency",
      contrast: "",
      telephone: "内線 1234",
    },
    releaseWhenComplete: true,
    ...more,
  }
}

/** The clerk enters a request, once whatever happens. */
export function enter(edge: Gateway, input: RequestInput): Promise<string> {
  const listed = async (): Promise<string | null | undefined> =>
    (await edge.staff.requests(CLERK)).find((each) => each.requestNumber === input.requestNumber)?.requestId
  return insist(edge, () => edge.staff.enter(CLERK, input), listed)
}

export const DRAFT: ReportDraft = {
  findings: "明らかな出血や占拠性病変を認めません。",
  impression: "頭部MRI上、急性期梗塞を認めません。",
  keyImages: [],
  correctionReason: "",
}

/** The radiologist takes the case, writes and signs; again from the beginning when something broke. */
export async function report(
  center: Gateway,
  requestId: string,
  version = 1,
  draft: ReportDraft = DRAFT,
): Promise<void> {
  const signed = async (): Promise<boolean> => {
    const view = await center.reading.reading(READER, requestId)
    return view.versions.some((each) => each.version === version && each.status !== "draft")
  }
  await insist(center, () => writeAndSign(center, requestId, draft), signed)
}

export async function writeAndSign(
  center: Gateway,
  requestId: string,
  draft: ReportDraft,
  person = READER,
): Promise<void> {
  const view = await center.reading.start(person, requestId)
  const saved = await center.reading.saveDraft(person, requestId, draft, view.draft?.draftVersion ?? 0)
  const { prepareId } = await center.reading.prepare(person, requestId, saved.draftVersion)
  await center.reading.sign(person, prepareId, PIN, new TextEncoder().encode("assertion"))
}

export async function correct(
  center: Gateway,
  requestId: string,
  reason: string,
): Promise<ReadingView | null> {
  const draft = async (): Promise<ReadingView | null> => {
    const view = await center.reading.reading(READER, requestId)
    return view.reportStatus === "draft" ? view : null
  }
  const correction = await correctionOf(center, requestId, reason)
  return insist(center, () => center.reading.amend(READER, requestId, correction), draft)
}

/** Of the report as it stands. */
export async function correctionOf(center: Gateway, requestId: string, reason: string): Promise<Amendment> {
  const { standing } = await center.reading.reading(READER, requestId)
  return { what: "correction", reportId: standing[0]?.reportId ?? "", reason }
}

/** A reader adds to the report as it stands, and signs. */
export async function append(
  center: Gateway,
  requestId: string,
  addendum: string,
  person = READER,
): Promise<void> {
  const { standing } = await center.reading.reading(person, requestId)
  const reportId = standing[0]?.reportId ?? ""
  await center.reading.amend(person, requestId, { what: "addendum", reportId, reason: "" })
  await writeAndSign(center, requestId, { ...EMPTY, addendum }, person)
}
const EMPTY: ReportDraft = { findings: "", impression: "", keyImages: [], correctionReason: "" }

/** 受領 of whatever stands and is not received. */
export async function acknowledge(edge: Gateway, requestId: string): Promise<void> {
  const waiting = async (): Promise<string[]> => {
    const detail = await edge.staff.request(CLERK, requestId)
    return [detail, ...detail.addenda].flatMap(({ report, acknowledgement }) =>
      report === null || acknowledgement !== null ? [] : [report.reportId],
    )
  }
  const done = async (): Promise<boolean> => (await waiting()).length === 0
  await insist(edge, async () => edge.staff.acknowledge(CLERK, requestId, await waiting()), done)
}

export async function row(edge: Gateway, requestId: string | null): Promise<StaffItem | undefined> {
  return (await edge.staff.requests(CLERK)).find((each) => each.requestId === requestId)
}

export { uid }
