/** Draft: what a reader writes, until it is signed. */
import { found, only } from "../desk-guards.ts"
import { DeskError, ReportError } from "../errors.ts"
import { uuid, uuidOid } from "../ids.ts"
import { parentOf } from "../lineage.ts"
import type { ReportContent } from "../ports/drawing.ts"
import type { Person } from "../ports/person.ts"
import type { ApprovedReport, ReportRecord } from "../records/report.ts"
import type { RequestRecord } from "../records/request.ts"
import { discardFrozen, unfrozen } from "../submit/report-documents.ts"
import { next, take } from "../route.ts"
import { targetOf } from "../subject.ts"
import type { ReportDraft } from "../views/reading.ts"
import type { World } from "../world.ts"

const EMPTY: ReportDraft = { findings: "", impression: "", keyImages: [], correctionReason: "" }

/** The first version of a report, or what follows a signed document. */
export type Beginning =
  | { readonly what: "report" }
  | { readonly what: "correction"; readonly of: ReportRecord; readonly reason: string }
  | { readonly what: "addendum"; readonly to: ReportRecord }

/** A correction begins with what it corrects; an addendum stands beside it, in a set of its own. */
function placeOf(world: World, begun: Beginning): Pick<ReportRecord, "setId" | "version" | "appends"> {
  switch (begun.what) {
    case "report":
      return { setId: uuidOid(world.chance), version: 1 }
    case "correction": {
      const { setId, version, appends } = begun.of
      return { setId, version: version + 1, ...(appends === undefined ? {} : { appends }) }
    }
    case "addendum": {
      const { setId, version } = begun.to
      return { setId: uuidOid(world.chance), version: 1, appends: { setId, version } }
    }
  }
}

function textOf(begun: Beginning): ReportDraft {
  if (begun.what === "correction") return { ...begun.of.private.draft, correctionReason: begun.reason }
  return begun.what === "addendum" ? { ...EMPTY, addendum: "" } : EMPTY
}

/** The draft a reader writes on. */
export function newDraft(
  world: World,
  person: Person,
  request: RequestRecord,
  begun: Beginning,
): ReportRecord {
  return {
    id: uuid(world.chance),
    requestId: request.id,
    studyId: targetOf(request) ?? "",
    agreement: request.agreement,
    ...placeOf(world, begun),
    status: take("report", "-", "start"),
    readerId: person.id,
    readerName: person.name,
    slotId: request.slotId,
    draftVersion: 1,
    prepareId: null,
    preparedAt: null,
    signedAt: null,
    stampedAt: null,
    submissionId: null,
    acknowledgedAt: null,
    acknowledgedBy: "",
    acknowledgedSeenAt: null,
    private: {
      draft: textOf(begun),
      documents: [],
      keyImages: 0,
      signature: null,
      intent: "",
      assertion: "",
    },
  }
}

/** The unsigned version of this request, written by this person. */
export async function ownDraft(world: World, person: Person, requestId: string): Promise<ReportRecord> {
  only(person, "radiologist")
  const drafts = (await world.ledger.reportsOfRequest(requestId)).filter((each) => each.status === "draft")
  const draft = found(drafts[0], "draft")
  if (draft.readerId !== person.id) throw new DeskError("ERR_LOCKED", "another reader holds this case")
  return draft
}

/** Approved, and not signed yet. */
export const isApproved = (report: ReportRecord): boolean => waitFor(report) !== null
export const waitFor = ({ approved }: Pick<ReportRecord, "approved">): ApprovedReport | null =>
  approved ?? null

/** The same, to be written on: what was approved is taken back first. */
export async function openDraft(world: World, person: Person, requestId: string): Promise<ReportRecord> {
  const draft = await ownDraft(world, person, requestId)
  if (isApproved(draft))
    throw new ReportError(
      "ERR_REPORT_STATE",
      "it is approved, and its signature is awaited; take it back first",
    )
  return draft
}

/** Whatever was frozen no longer is what the reader wrote; its segment goes after the commit (`discardFrozen`). */
export const thawed = (report: ReportRecord): ReportRecord => ({
  ...report,
  prepareId: null,
  preparedAs: null,
  private: { ...report.private, documents: [], intent: "", assertion: "" },
})

export async function saveDraft(
  world: World,
  person: Person,
  requestId: string,
  draft: ReportDraft,
  expectedVersion: number,
): Promise<{ draftVersion: number }> {
  const report = await openDraft(world, person, requestId)
  if (report.draftVersion !== expectedVersion)
    throw new ReportError("ERR_REPORT_STATE", "the draft was changed elsewhere")
  const draftVersion = report.draftVersion + 1
  const open = thawed(report)
  const record: ReportRecord = {
    ...open,
    draftVersion,
    status: stateAfter("save", report),
    private: { ...open.private, draft: textToSave(report, draft) },
  }
  await world.ledger.commit([{ put: "report", record }, ...unfrozen(report)])
  await discardFrozen(world, report)
  return { draftVersion }
}

/** Whether it is an addendum was said when it was begun; a reason, once given, is not taken away by a screen that shows none. */
function textToSave({ appends, private: { draft: kept } }: ReportRecord, draft: ReportDraft): ReportDraft {
  const { addendum = "", ...report } = draft
  return {
    ...report,
    findings: draft.findings.normalize("NFC"),
    impression: draft.impression.normalize("NFC"),
    correctionReason: draft.correctionReason === "" ? kept.correctionReason : draft.correctionReason,
    ...(appends === undefined ? {} : { addendum: addendum.normalize("NFC") }),
  }
}

/** By which event a draft is signed, and what it is then. */
export const signing = (report: ReportRecord): "sign" | "sign-correction" | "sign-addendum" =>
  SIGNING[parentOf(report)?.relation ?? "none"]
const SIGNING = { none: "sign", RPLC: "sign-correction", APND: "sign-addendum" } as const

/** As the document itself says it: frozen before it is signed. */
export const signedStatus = (report: ReportRecord): ReportContent["status"] => SIGNED[signing(report)]
const SIGNED = { sign: "final", "sign-correction": "corrected", "sign-addendum": "appended" } as const

/** Throws ReportError when the table does not list the event for this state. */
export function stateAfter(event: "save" | "prepare", { status }: ReportRecord): ReportRecord["status"] {
  const step = next("report", status, event)
  if (step === null) throw new ReportError("ERR_REPORT_STATE", "the report is signed already")
  return step.to
}
