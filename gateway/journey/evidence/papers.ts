/**
 * What of a reading is evidence, and is still here: each signed report that holds, with the seal it travelled under; its
 * signature with the stamp that followed, and as it is kept here with what was added since; manifest and seals of its images; receipts of both sides; 受領. Images and requests are not: seals name them by digest.
 */
import type { SubmissionKind, DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import type { EvidenceSubmission, FileRole } from "../../standards/evidence/evidence-index.ts"
import { isSameIfReadable } from "../../standards/dsg/same-signature.ts"
import { isLive } from "../live-slot.ts"
import { inOrder } from "../lineage.ts"
import { readWhole } from "../read-whole.ts"
import type { ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import { holds } from "../verify/verify.ts"
import type { World } from "../world.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export interface Paper {
  readonly path: string
  readonly role: FileRole
  readonly uniqueId: string
  readonly octets: Uint8Array
}

export interface PapersOfSubmission {
  readonly record: SubmissionRecord
  readonly kind: EvidenceSubmission["kind"]
  readonly papers: readonly Paper[]
}

export interface Papers {
  /** Of the reports among them. */
  readonly reportIds: readonly string[]
  readonly submissions: readonly PapersOfSubmission[]
  /** The newest of a report's signature, where no submission carries it. */
  readonly copies: readonly Paper[]
  readonly receipts: readonly { readonly record: SubmissionRecord; readonly paper: Paper }[]
}

/** File names by role; what is not named here stays where it is. */
const NAMES: Readonly<Record<EvidenceSubmission["kind"], Partial<Record<DocumentRecord["role"], string>>>> = {
  report: { cda: "report.xml", pdf: "report.pdf", signature: "signature.xml", "set-signature": "seal.xml" },
  stamp: { signature: "signature.xml", "set-signature": "seal.xml" },
  study: { manifest: "manifest.dcm", signature: "signature.xml", "set-signature": "seal.xml" },
  unit: { "set-signature": "seal.xml" },
  acknowledgement: { acknowledgement: "acknowledgement.xml", "set-signature": "seal.xml" },
}
const FOLDERS: Readonly<Record<EvidenceSubmission["kind"], string>> = {
  report: "report",
  stamp: "time-stamp",
  study: "images",
  unit: "images-unit",
  acknowledgement: "acknowledgement",
}

export async function papersOfRequest(world: World, request: RequestRecord): Promise<Papers> {
  const all = await world.ledger.submissionsOf({ requestId: request.id })
  const there = all.filter((each) => isMade(each) && isLive(world, each.slotId))
  const reports = inOrder((await world.ledger.reportsOfRequest(request.id)).filter(isSigned))
  const carried = await numbered(
    world,
    "report",
    reports.flatMap(({ submissionId }) => there.find(({ id }) => id === submissionId) ?? []),
  )
  const stamps = stampsOf(await numbered(world, "stamp", oldestFirst(there, "stamp")), carried)
  const carrying = new Set(carried.map(({ record }) => record.id))
  const studies = oldestFirst(there, "study")
  const closed = new Set(studies.map(({ id }) => id))
  const units = oldestFirst(there, "unit").filter(({ partOf }) => partOf === undefined || closed.has(partOf))
  const received = oldestFirst(there, "acknowledgement")
  return {
    reportIds: reports.filter(({ submissionId }) => carrying.has(submissionId ?? "")).map(({ id }) => id),
    submissions: [
      ...carried,
      ...stamps,
      ...(await numbered(world, "study", studies)),
      ...(await numbered(world, "unit", units)),
      ...(await numbered(world, "acknowledgement", received)),
    ],
    copies: await copiesOf(world, reports, [...carried, ...stamps]),
    receipts: await receiptsOf(world, oldestFirst(there, "receipt")),
  }
}

/** It left, or came in and holds: what was refused, or has no verdict yet, is evidence of nothing. */
const isMade = ({ direction, state, submissionSetUid }: SubmissionRecord): boolean =>
  submissionSetUid !== "" &&
  (direction === "in" ? state === "verified" : state !== "planned" && state !== "failed")

/** At the hospital by its verdict; at the reading centre, which has judged nothing, by its being signed. */
const isSigned = ({ status, private: { signature } }: ReportRecord): boolean =>
  status !== "draft" && (signature === null || (holds(signature.outcome) && signature.outcome !== "unsigned"))

const oldestFirst = (all: readonly SubmissionRecord[], kind: SubmissionKind): readonly SubmissionRecord[] =>
  all
    .filter((each) => each.kind === kind)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))

async function numbered(
  world: World,
  kind: EvidenceSubmission["kind"],
  records: readonly SubmissionRecord[],
): Promise<readonly PapersOfSubmission[]> {
  const found: PapersOfSubmission[] = []
  for (const record of records) {
    const papers = await papersOf(world, kind, record, `${FOLDERS[kind]}-${found.length + 1}`)
    // Without a seal nobody can tell of it: sent in clear to a partner that wants none, or destroyed meanwhile.
    if (papers.some(({ role }) => role === "set-signature")) found.push({ record, kind, papers })
  }
  return found
}

async function papersOf(
  world: World,
  kind: EvidenceSubmission["kind"],
  { id }: SubmissionRecord,
  folder: string,
): Promise<readonly Paper[]> {
  const papers: Paper[] = []
  for (const document of await world.ledger.documents(id)) {
    const name = NAMES[kind][document.role]
    if (name !== undefined && isLive(world, document.place.slotId))
      papers.push(await paper(world, document, `${folder}/${name}`))
  }
  return papers
}

/** Those over a signature that is here. */
const stampsOf = (
  stamps: readonly PapersOfSubmission[],
  carried: readonly PapersOfSubmission[],
): readonly PapersOfSubmission[] =>
  stamps.filter(({ papers }) =>
    signaturesIn([{ papers }]).some(({ octets }) =>
      signaturesIn(carried).some((first) => isSameIfReadable(octets, first.octets)),
    ),
  )

const signaturesIn = (all: readonly Pick<PapersOfSubmission, "papers">[]): readonly Paper[] =>
  all.flatMap(({ papers }) => papers.filter(({ role }) => role === "signature"))

/** The long-term copy; or the stamped signature, while it has not arrived at the other side, or was not wanted there. */
async function copiesOf(
  world: World,
  reports: readonly ReportRecord[],
  carried: readonly PapersOfSubmission[],
): Promise<readonly Paper[]> {
  const copies: Paper[] = []
  const here = new Set(signaturesIn(carried).map(({ octets }) => sha256Hex(octets)))
  for (const { submissionId, private: kept } of reports) {
    const folder = carried.find(({ record }) => record.id === submissionId)?.papers[0]?.path.split("/")[0]
    const newest = kept.longTerm ?? kept.documents.find(({ role }) => role === "signature")
    if (folder === undefined || newest === undefined || here.has(newest.sha256)) continue
    if (!isLive(world, newest.place.slotId)) continue
    const octets = await readWhole(world.spool, newest.place)
    // Of no submission, and so without an id of its own.
    copies.push({ path: `${folder}/signature-kept.xml`, role: "long-term", uniqueId: "", octets })
  }
  return copies
}

async function receiptsOf(world: World, records: readonly SubmissionRecord[]): Promise<Papers["receipts"]> {
  const receipts: { record: SubmissionRecord; paper: Paper }[] = []
  for (const record of records)
    for (const document of await world.ledger.documents(record.id))
      if (document.role === "receipt" && isLive(world, document.place.slotId))
        receipts.push({
          record,
          paper: await paper(world, document, `receipts/receipt-${receipts.length + 1}.xml`),
        })
  return receipts
}

const paper = async (
  { spool }: World,
  { role, uniqueId, place }: DocumentRecord,
  path: string,
): Promise<Paper> => ({ path, role: role as FileRole, uniqueId, octets: await readWhole(spool, place) })
