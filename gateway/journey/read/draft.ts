/** Draft: what a reader writes, until it is signed. */
import { found, only } from "../desk-guards.ts"
import { DeskError, ReportError } from "../errors.ts"
import { uuid, uuidOid } from "../ids.ts"
import type { Person } from "../ports.ts"
import type { ReportRecord, RequestRecord } from "../records.ts"
import { discardFrozen, unfrozen } from "../submit/report-documents.ts"
import { next, take } from "../route.ts"
import { targetOf } from "../subject.ts"
import type { ReportDraft } from "../views.ts"
import type { World } from "../world.ts"

const EMPTY: ReportDraft = { findings: "", impression: "", keyImages: [], correctionReason: "" }

/** The draft a reader writes on; `previous` when it corrects a signed version. */
export function newDraft(
  world: World,
  person: Person,
  request: RequestRecord,
  previous: ReportRecord | null,
  reason: string,
): ReportRecord {
  return {
    id: uuid(world.chance),
    requestId: request.id,
    studyId: targetOf(request) ?? "",
    agreement: request.agreement,
    setId: previous?.setId ?? uuidOid(world.chance),
    version: (previous?.version ?? 0) + 1,
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
      draft: { ...(previous?.private.draft ?? EMPTY), correctionReason: reason },
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

export async function saveDraft(
  world: World,
  person: Person,
  requestId: string,
  draft: ReportDraft,
  expectedVersion: number,
): Promise<{ draftVersion: number }> {
  const report = await ownDraft(world, person, requestId)
  if (report.draftVersion !== expectedVersion)
    throw new ReportError("ERR_REPORT_STATE", "the draft was changed elsewhere")
  const draftVersion = report.draftVersion + 1
  const correctionReason =
    draft.correctionReason === "" ? report.private.draft.correctionReason : draft.correctionReason
  const text: ReportDraft = {
    ...draft,
    findings: draft.findings.normalize("NFC"),
    impression: draft.impression.normalize("NFC"),
    correctionReason,
  }
  // Whatever was frozen no longer is what the reader wrote.
  const record: ReportRecord = {
    ...report,
    draftVersion,
    status: stateAfter("save", report),
    prepareId: null,
    private: { ...report.private, draft: text, documents: [], intent: "" },
  }
  await world.ledger.commit([{ put: "report", record }, ...unfrozen(report)])
  await discardFrozen(world, report)
  return { draftVersion }
}

/** Throws ReportError when the table does not list the event for this state. */
export function stateAfter(event: "save" | "prepare", { status }: ReportRecord): ReportRecord["status"] {
  const step = next("report", status, event)
  if (step === null) throw new ReportError("ERR_REPORT_STATE", "the report is signed already")
  return step.to
}
