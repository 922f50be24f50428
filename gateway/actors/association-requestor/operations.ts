/** The operations we ask of others (PS3.7 9.1, 10.1), each with its failure class. */
import { AssociationError, DimseError } from "../../journey/errors.ts"
import type { Command, KnownCommand } from "../../standards/dicom/dimse.ts"
import { STATUS, explainStatus, statusInWords } from "../../standards/dicom/dimse-status.ts"
import { VERIFICATION_SOP_CLASS } from "../../standards/dicom/sop-classes.ts"
import type { Association } from "./association.ts"
import type { DataSetBytes } from "./outgoing.ts"
import type { OpenContext } from "./request.ts"

/** PS3.7 9.3.1.1: medium. */
const PRIORITY = 0

export interface InstanceToStore {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  /** In which the data set is written. */
  readonly TransferSyntaxUID: string
}

/** How an operation went that was not refused. */
export interface Performed {
  readonly status: number
  /** The peer's Error Comment, "" without one. */
  readonly comment: string
}

/** C-ECHO. @throws AssociationError, DimseError */
export async function echo(association: Association): Promise<Performed> {
  const { id } = needed(association.context(VERIFICATION_SOP_CLASS), VERIFICATION_SOP_CLASS)
  const answer = await association.perform(
    id,
    (MessageID) => ({ kind: "C-ECHO-RQ", MessageID, AffectedSOPClassUID: VERIFICATION_SOP_CLASS }),
    null,
  )
  return performed(answer, "C-ECHO-RSP")
}

/**
 * C-STORE of a data set that comes as a stream; warnings are success (PS3.4 B.2.3).
 *
 * @throws AssociationError ERR_ASSOCIATION_CONTEXT when class or syntax was not taken; DimseError
 */
export async function store(
  association: Association,
  { SOPClassUID, SOPInstanceUID, TransferSyntaxUID }: InstanceToStore,
  dataSet: DataSetBytes,
): Promise<Performed> {
  const { id } = needed(association.context(SOPClassUID, TransferSyntaxUID), SOPClassUID)
  const answer = await association.perform(
    id,
    (MessageID) => ({
      kind: "C-STORE-RQ",
      MessageID,
      Priority: PRIORITY,
      AffectedSOPClassUID: SOPClassUID,
      AffectedSOPInstanceUID: SOPInstanceUID,
      MoveOriginatorApplicationEntityTitle: "",
      MoveOriginatorMessageID: null,
    }),
    dataSet,
  )
  return performed(answer, "C-STORE-RSP")
}

/** N-ACTION with its action information. `dataSet` gets the transfer syntax to write in. */
export async function action(
  association: Association,
  on: { readonly SOPClassUID: string; readonly SOPInstanceUID: string; readonly ActionTypeID: number },
  dataSet: (transferSyntax: string) => Uint8Array,
): Promise<Performed> {
  const context = needed(association.context(on.SOPClassUID), on.SOPClassUID)
  const answer = await association.perform(
    context.id,
    (MessageID) => ({
      kind: "N-ACTION-RQ",
      MessageID,
      RequestedSOPClassUID: on.SOPClassUID,
      RequestedSOPInstanceUID: on.SOPInstanceUID,
      ActionTypeID: on.ActionTypeID,
    }),
    [dataSet(context.transferSyntax)],
  )
  return performed(answer, "N-ACTION-RSP")
}

/** N-EVENT-REPORT with its event information: we are the provider then. */
export async function eventReport(
  association: Association,
  of: { readonly SOPClassUID: string; readonly SOPInstanceUID: string; readonly EventTypeID: number },
  dataSet: (transferSyntax: string) => Uint8Array,
): Promise<Performed> {
  const context = needed(association.context(of.SOPClassUID), of.SOPClassUID)
  const answer = await association.perform(
    context.id,
    (MessageID) => ({
      kind: "N-EVENT-REPORT-RQ",
      MessageID,
      AffectedSOPClassUID: of.SOPClassUID,
      AffectedSOPInstanceUID: of.SOPInstanceUID,
      EventTypeID: of.EventTypeID,
    }),
    [dataSet(context.transferSyntax)],
  )
  return performed(answer, "N-EVENT-REPORT-RSP")
}

function needed(context: OpenContext | null, SOPClassUID: string): OpenContext {
  if (context === null)
    throw new AssociationError("ERR_ASSOCIATION_CONTEXT", `SOP Class ${SOPClassUID} was not taken`)
  return context
}

/** Statuses that say "not now". */
const isBusy = (status: number): boolean =>
  (status >= STATUS.outOfResources && status <= 0xa7ff) || status === STATUS.resourceLimitation

function performed(answer: Command, kind: KnownCommand["kind"]): Performed {
  if (answer.kind !== kind || !("Status" in answer))
    throw new AssociationError("ERR_ASSOCIATION_PROTOCOL", `${answer.kind} is no answer to this operation`)
  const { Status: status } = answer
  const comment = "ErrorComment" in answer ? answer.ErrorComment : ""
  const known = explainStatus(status)
  if (known?.statusClass === "success" || known?.statusClass === "warning") return { status, comment }
  const words = [statusInWords(status), comment].filter((each) => each !== "").join(": ")
  throw new DimseError(isBusy(status) ? "ERR_DIMSE_BUSY" : "ERR_DIMSE_REFUSED", status, words)
}
