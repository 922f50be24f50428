/**
 * A preliminary document (仮報告, ADR 0035): a reader lets go of what is written before it is signed, because somebody waits for it.
 * Released by passkey over frozen digests as a report is signed, and by nothing else: no key of the reader, no time stamp. The
 * report that is signed later is the next version of its set and takes its place.
 *
 * What is approved and waits for its signature names no preliminary document: it is taken back before one is released.
 */
import { audit } from "../audit.ts"
import { finalAmong, releasedPreliminary } from "../cases/preliminary.ts"
import type { CaseFile } from "../cases/cases.ts"
import { agreementOf } from "../keep.ts"
import type { Person } from "../ports/person.ts"
import { inNameOf, principalOf } from "../principal.ts"
import type { ReleasedPreliminary, ReportRecord } from "../records/report.ts"
import { take } from "../route.ts"
import { due } from "../run.ts"
import { documentOf } from "../submit/report-documents.ts"
import type { PreliminaryState, ReadingView, ReleasedPreliminaryReport } from "../views/reading.ts"
import type { World } from "../world.ts"
import {
  actOf,
  agreedTo,
  beingRead,
  checkFresh,
  checkImages,
  preparedReport,
  toHospital,
} from "./prepared.ts"
import { checkReleasable, isReleasable } from "./releasable.ts"

/**
 * Under the request's lock. What was written stays the reader's draft, of the next version.
 *
 * @throws ReportError ERR_SIGN_INTENT, ERR_SIGN_IMAGES, ERR_REPORT_STATE
 */
export async function releasePreliminary(
  world: World,
  person: Person,
  prepareId: string,
  assertion: Uint8Array,
): Promise<ReleasedPreliminaryReport> {
  const report = await preparedReport(world, person, prepareId)
  const now = world.clock.now()
  checkFresh(report, now, "preliminary")
  await checkImages(world, report)
  const request = await beingRead(world, report)
  checkReleasable(world, request, report)
  const planned = toHospital(world, report, "preliminary")
  const released: ReleasedPreliminary = {
    submissionId: planned.id,
    version: report.version,
    at: now.toISOString(),
    documents: report.private.documents,
    intent: report.private.intent,
    assertion: Buffer.from(assertion).toString("base64"),
  }
  await world.ledger.commit([
    { put: "report", record: draftAfter(report, released) },
    ...inNameOf(principalOf(person, now), [{ put: "submission", record: planned }]),
    due("package", planned.id, now),
    audit(`released/${report.id}/${prepareId}`, {
      ...actOf(person, report, request, released.at),
      description: `preliminary report, signed by nobody: ${agreedTo(person, released)}`,
    }),
  ])
  return { reportId: report.id, version: released.version }
}

/** The same words, of the version that takes the place of what was released. */
function draftAfter(report: ReportRecord, released: ReleasedPreliminary): ReportRecord {
  const { preliminaries = [] } = report.private
  return {
    ...report,
    status: take("report", report.status, "release"),
    version: report.version + 1,
    preliminary: { version: report.version, documentId: documentOf(report, "cda").uniqueId },
    prepareId: null,
    preparedAt: null,
    preparedAs: null,
    private: {
      ...report.private,
      documents: [],
      keyImages: 0,
      intent: "",
      preliminaries: [...preliminaries, released],
    },
  }
}

/** For who reads the case. */
export function preliminaryState(
  world: World,
  person: Person,
  file: CaseFile,
): Pick<ReadingView, "preliminary"> {
  const { request, reports } = file
  const released = releasedPreliminary(file)
  const isOpen = finalAmong(file) === null && isReleasable(world, request)
  if (!isOpen && released === null) return {}
  const isWriting = reports.some(({ status, readerId }) => status === "draft" && readerId === person.id)
  const mayRelease = isOpen && isWriting && request.state === "inProgress"
  return { preliminary: { mayRelease, released: released && sentView(world, file, released) } }
}

/** Where no signed receipts are agreed the hospital's answer is all that is ever said. */
function sentView(
  world: World,
  { request, submissions }: CaseFile,
  { submissionId, version, at }: ReleasedPreliminary,
): NonNullable<PreliminaryState["released"]> {
  const sent = submissions.find(({ id }) => id === submissionId)
  const isByAnswer = agreementOf(world, request.agreement)?.receipts === "registry-response"
  return {
    version,
    at,
    sentAt: sent?.acceptedAt ?? null,
    receivedAt: (isByAnswer ? sent?.acceptedAt : sent?.verifiedAt) ?? null,
    failure: sent?.state === "failed" ? (sent.failureCode ?? "") : null,
  }
}
