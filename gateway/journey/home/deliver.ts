/**
 * Deliver: a report that came home and holds is stored in the hospital's archive, beside the images it is about. An
 * archive that is away or busy is asked again; one that refuses is told to a person.
 */
import { storeReport, type Stored } from "./archive-report.ts"
import type { DeliveryRecord } from "../records/archive.ts"
import { audit } from "../audit.ts"
import { AssociationError, DeliveryError, DimseError, DrawError, ReportError } from "../errors.ts"
import type { ReportArchive } from "../ports/dicom-nodes.ts"
import { isRecalled } from "../retain/recall.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import { next } from "../route.ts"
import { retryAt, type Outcome } from "../run.ts"
import type { World } from "../world.ts"

export interface DeliverOptions {
  /** Null without an archive: then the staff page is the only place. */
  readonly archive: ReportArchive | null
  readonly characterSet: "study" | "ISO_IR 192"
}

/** After a refusal for good somebody has to correct a setting; we look again every hour. */
const CORRECTED_RETRY_MS = 60 * 60 * 1000
export async function deliver(
  world: World,
  { archive, characterSet }: DeliverOptions,
  job: JobRecord,
): Promise<Outcome> {
  const report = await world.ledger.report(job.subject)
  if (archive === null || report === null || isNoReport(report) || (await isTakenBack(world, report)))
    return { changes: [] }
  const planned = (await world.ledger.delivery(deliveryId(report))) ?? plan(world, report)
  if (planned.state !== "planned") return { changes: [] }
  try {
    const stored = await storeReport(world, archive, characterSet, report)
    return { changes: await delivered(world, planned, archive, stored, report) }
  } catch (error) {
    if (!isExpected(error)) throw error
    return failedAttempt(world, planned, error, job)
  }
}

/** Of a partner without seals whose text says that nobody answers for it yet (仮報告): an archive would keep it as a report for good. */
const isNoReport = ({ status }: ReportRecord): boolean => status === "preliminary"

/** Its images should not have been read: the staff page shows it with these words, the archive does not get it. */
async function isTakenBack(world: World, { requestId }: ReportRecord): Promise<boolean> {
  const request = await world.ledger.request(requestId)
  return request !== null && isRecalled(request)
}

const deliveryId = (report: ReportRecord): string => `${report.id}/archive`

function plan(world: World, report: ReportRecord): DeliveryRecord {
  return {
    id: deliveryId(report),
    reportId: report.id,
    requestId: report.requestId,
    channel: "archive",
    state: next("delivery", "-", "plan")?.to ?? "planned",
    aeTitle: "",
    form: null,
    plannedAt: world.clock.now().toISOString(),
    deliveredAt: null,
    failureCode: null,
  }
}

async function delivered(
  world: World,
  planned: DeliveryRecord,
  archive: ReportArchive,
  { form, SOPClassUID, instances }: Stored,
  report: ReportRecord,
): Promise<Change[]> {
  const at = world.clock.now().toISOString()
  const record: DeliveryRecord = {
    ...planned,
    state: next("delivery", planned.state, "stored")?.to ?? planned.state,
    aeTitle: archive.aeTitle,
    form,
    deliveredAt: at,
    failureCode: null,
  }
  const study = await world.ledger.study(report.studyId)
  return [
    { put: "delivery", record },
    audit(`delivered/${record.id}`, {
      event: "instances-sent",
      outcome: "success",
      at,
      peer: { id: archive.aeTitle, address: archive.address },
      PatientID: study?.private.patient.PatientID ?? null,
      StudyInstanceUID: study?.private.StudyInstanceUID ?? null,
      SOPClassUID,
      instances,
    }),
  ]
}

/** What the archive, the line, or the report itself may bring about; everything else is the runner's. */
const EXPECTED = [AssociationError, DimseError, DeliveryError, DrawError, ReportError] as const
type Expected = InstanceType<(typeof EXPECTED)[number]>
const isExpected = (error: unknown): error is Expected => EXPECTED.some((each) => error instanceof each)

/** A node that rejects us may be taught better; an object it refuses stays refused. */
const isFinal = (error: Expected): boolean =>
  error.failure === "permanent" && error.code !== "ERR_ASSOCIATION_REJECTED"

function failedAttempt(world: World, planned: DeliveryRecord, error: Expected, job: JobRecord): Outcome {
  const final = isFinal(error)
  const record: DeliveryRecord = {
    ...planned,
    state: next("delivery", planned.state, final ? "refused" : "again")?.to ?? planned.state,
    failureCode: error.code,
  }
  const changes: Change[] = [{ put: "delivery", record }]
  if (final) return { changes }
  const now = world.clock.now()
  const at =
    error.failure === "permanent"
      ? new Date(now.getTime() + CORRECTED_RETRY_MS)
      : retryAt(now, job.attempts, world.chance)
  return { changes, again: { at, failureCode: error.code } }
}
