/**
 * The way there and back without a person: through the same HTTP API and a software passkey a radiologist opens the
 * study, writes and signs; the hospital sees the report as valid and receives it. Every step must really be reached.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type {
  PreparedReport,
  ReadingView,
  ReportDraft,
  SigningView,
  WorkItem,
} from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { SoftwareAuthenticator } from "./authenticator.ts"
import { DeskClient } from "./desk-client.ts"
import type { Enrolment } from "./people.ts"
import { PIN, type Site } from "./site.ts"
import type { Timeline } from "./timeline.ts"

const POLL_MS = 100
const PATIENCE_MS = 45_000

/** Which step was not reached, and what was seen instead. */
export class NotReached extends Error {
  override readonly name = "NotReached"
}

/** Asks again and again until `look` finds something. */
export async function until<T>(
  step: string,
  look: () => Promise<T | null | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + patienceMs
  let lastError: unknown = null
  while (Date.now() < deadline) {
    try {
      const seen = await look()
      if (seen !== null && seen !== undefined && seen !== false) return seen
    } catch (error) {
      lastError = error
    }
    await sleep(POLL_MS)
  }
  throw new NotReached(`not reached within ${patienceMs / 1000} s: ${step}`, { cause: lastError })
}

export interface Desks {
  readonly reader: DeskClient
  readonly clerk: DeskClient
}

/** Both enrol with their one-time codes. */
export async function enterDesks(site: Site, reader: Enrolment, clerk: Enrolment): Promise<Desks> {
  const desks = {
    reader: new DeskClient(site.centerOrigin, new SoftwareAuthenticator()),
    clerk: new DeskClient(site.edgeOrigin, new SoftwareAuthenticator()),
  }
  await desks.reader.enrol(reader.code)
  await desks.clerk.enrol(clerk.code)
  return desks
}

export const REPORT: ReportDraft = {
  findings:
    "脳実質に明らかな異常信号を認めません。\n脳室の拡大、正中偏位は認めません。髙橋・﨑・①㎜も正しく印字されます。",
  impression: "1. 頭蓋内に占拠性病変を認めません。\n2. 経過観察を勧めます。",
  keyImages: [],
  correctionReason: "",
}

/** The study lies verified in the work list. */
export async function readStudy(desks: Desks, requestId: string, time: Timeline): Promise<ReadingView> {
  await until("study verified in the radiologist's work list", async () => {
    const { items } = await desks.reader.get<{ items: WorkItem[] }>("/api/worklist")
    const item = items.find((each) => each.requestId === requestId)
    return item?.state === "ready" && item.verification === "valid"
  })
  time.step("reading centre: study verified, in the work list")
  const reading = await desks.reader.post<ReadingView>(`/api/cases/${requestId}/start`)
  const [series] = reading.series
  const image = series?.images[Math.floor(series.images.length / 2)]
  if (series === undefined || image === undefined) throw new NotReached("the opened study has no image")
  const path = `/dicomweb/studies/${reading.study.StudyInstanceUID}/series/${series.SeriesInstanceUID}/instances/${image.SOPInstanceUID}/frames/1?case=${requestId}`
  const { bytes } = await desks.reader.bytes(path, {
    Accept: "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202",
  })
  time.step(
    `radiologist: opened ${reading.study.instances} images of ${reading.patient.ideographic}; a frame is ${bytes.length} bytes of HTJ2K`,
  )
  return reading
}

/** Writes, freezes, signs with passkey and PIN. */
export async function signReport(
  desks: Desks,
  reading: ReadingView,
  report: ReportDraft,
  time: Timeline,
): Promise<void> {
  const { requestId } = reading
  const images = reading.series[0]?.images ?? []
  const image = images[Math.floor(images.length / 2)]
  const keyImages =
    image === undefined
      ? []
      : [{ SOPInstanceUID: image.SOPInstanceUID, frame: 1, windowCenter: 400, windowWidth: 800 }]
  const draft = { ...report, keyImages }
  const saved = await desks.reader.put<{ draftVersion: number }>(`/api/cases/${requestId}/draft`, {
    draft,
    expectedVersion: reading.draft?.draftVersion ?? 0,
  })
  time.step("radiologist: report written")
  const prepared = await desks.reader.post<PreparedReport>(`/api/cases/${requestId}/prepare`, {
    expectedVersion: saved.draftVersion,
  })
  time.step(
    `radiologist: CDA ${prepared.cdaSha256.slice(0, 12)}… and PDF ${prepared.pdfSha256.slice(0, 12)}… frozen`,
  )
  await desks.reader.sign(prepared.prepareId, prepared.passkey, PIN)
  time.step("radiologist: signed (passkey, HPKI-shaped key, time stamp)")
}

/** The hospital sees the report as valid and receives it; the centre sees that. */
export async function receiveReport(
  desks: Desks,
  requestId: string,
  version: number,
  time: Timeline,
): Promise<StaffDetail> {
  const detail = await until("report valid at the hospital", async () => {
    const seen = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    return seen.report?.version === version && seen.signature !== null ? seen : null
  })
  if (detail.signature?.outcome !== "valid" || detail.seal?.outcome !== "valid") {
    throw new NotReached(
      `the report is ${detail.signature?.outcome ?? "absent"}, its seal ${detail.seal?.outcome ?? "absent"}`,
    )
  }
  const { signature } = detail
  time.step(
    `hospital: report valid, signed by ${signature.holderJapanese || signature.holder} (${signature.role}) at ${signature.signedAt ?? ""}`,
  )
  const pdf = await desks.clerk.bytes(`/api/reports/${detail.report?.reportId ?? ""}/pdf`)
  if (!pdf.bytes.subarray(0, 5).equals(Buffer.from("%PDF-")))
    throw new NotReached("the report's PDF is no PDF")
  await desks.clerk.post(`/api/requests/${requestId}/acknowledge`, { reportIds: [detail.report?.reportId] })
  time.step("hospital: 受領")
  await until("acknowledgement seen at the reading centre", async () => {
    const seen = await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)
    return acknowledged(seen.signing)
  })
  time.step("reading centre: acknowledgement seen")
  return detail
}

const acknowledged = (signing: SigningView | null): boolean =>
  signing?.steps.find((each) => each.step === "acknowledged")?.state === "done"
