/**
 * One study's whole way through gateways that keep dying: every person and device simply tries again what was not
 * answered, as people and devices do, and nobody does anything that was answered twice.
 */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { staffItems } from "../../deploy/demo/hospital.ts"
import { NotReached, REPORT, signReport, type Desks } from "../../deploy/demo/walk.ts"
import type { ReadingView } from "../../gateway/journey/views/reading.ts"
import type { StaffDetail } from "../../gateway/journey/views/staff.ts"
import { writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { sendUntilAcknowledged } from "../peers/modality.ts"
import { read } from "./kept.ts"
import { SILENT, type Road } from "./road.ts"

const POLL_MS = 150
const PATIENCE_MS = 300_000

export interface Arrived {
  readonly requestId: string
  readonly study: SmallStudy
  /** Hex SHA-256 of the data sets that were acknowledged, sorted. */
  readonly sent: readonly string[]
  /** The same of what the reading centre has, by the originals it holds or is bound to. */
  readonly arrived: readonly string[]
}

/** @param wanted how many images; `onAcknowledged` is called when the centre has seen 受領 */
export async function travel(
  road: Road,
  desks: Desks,
  name: string,
  wanted: { readonly slices: number; onSending(): void; onAcknowledged(requestId: string): void },
): Promise<Arrived> {
  const study = writeStudy(join(road.site.dir, name), {
    ...ANNEX_H[0]!,
    PatientID: name,
    slices: wanted.slices,
  })
  const device = { port: road.site.ports.dicom, onSending: () => wanted.onSending() }
  await sendUntilAcknowledged(device, study.files, PATIENCE_MS)
  const requestId = await asked(road, study)
  const reading = await again(`${name} in the work list`, async () => {
    const seen = await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)
    return seen.verification === "valid" ? seen : null
  })
  const arrived = await again(`ledger rows of ${name}`, () =>
    Promise.resolve(digestsAtCenter(road, requestId)),
  )
  await reported(desks, reading.requestId)
  await received(desks, requestId)
  wanted.onAcknowledged(requestId)
  await again(`certificate for ${name}`, async () => {
    const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    return detail.deletions[0]?.certificate === "valid"
  })
  const sent = study.instances.map(({ dataSet }) => createHash("sha256").update(dataSet).digest("hex")).sort()
  return { requestId, study, sent, arrived }
}

/** Tries until it works out; what it meets meanwhile is said when it never does. */
async function again<T>(what: string, attempt: () => Promise<T | null | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS
  let last: unknown = null
  while (Date.now() < deadline) {
    try {
      const done = await attempt()
      if (done !== null && done !== false) return done
    } catch (error) {
      last = error
    }
    await sleep(POLL_MS)
  }
  throw new NotReached(`never: ${what}`, { cause: last })
}

/** A request whose answer was lost stands in the list already. */
function asked(road: Road, study: SmallStudy): Promise<string> {
  return again(`request for ${study.PatientID}`, async () => {
    const known = (await staffItems(road.site)).find(
      ({ requestId, patient }) => requestId !== null && patient.PatientID === study.PatientID,
    )
    return known?.requestId ?? (await road.request(study))
  })
}

/** Writes and signs until the case counts as completed. */
async function reported(desks: Desks, requestId: string): Promise<void> {
  await again(`report of ${requestId}`, async () => {
    const seen = await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)
    if (seen.state === "completed") return true
    const reading = await desks.reader.post<ReadingView>(`/api/cases/${requestId}/start`)
    await signReport(desks, reading, REPORT, SILENT)
    return false
  })
}

/** 受領, once, and seen at the reading centre. */
async function received(desks: Desks, requestId: string): Promise<void> {
  await again(`acknowledgement of ${requestId}`, async () => {
    const detail = await desks.clerk.get<StaffDetail>(`/api/requests/${requestId}`)
    if (detail.report === null || detail.signature?.outcome !== "valid") return false
    const reportIds = [detail.report.reportId]
    if (detail.acknowledgement === null)
      await desks.clerk.post(`/api/requests/${requestId}/acknowledge`, { reportIds })
    const seen = await desks.reader.get<ReadingView>(`/api/cases/${requestId}`)
    return seen.signing?.steps.find(({ step }) => step === "acknowledged")?.state === "done"
  })
}

const ORIGINALS = `SELECT coalesce(json_extract(facts, '$.original.sha256DataSet'), json_extract(facts, '$.sha256DataSet'))
  FROM instance WHERE study_id IN (SELECT study_id FROM request_study WHERE request_id = ?)`

const digestsAtCenter = (road: Road, requestId: string): string[] =>
  read(road, "center", (ledger) => ledger.prepare(ORIGINALS).pluck().all(requestId) as string[]).sort()
