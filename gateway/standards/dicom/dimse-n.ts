/** Notification and action of PS3.7 chapter 10: what Storage Commitment needs of the DIMSE-N services. */
import { dataSetType, optional, ui, us, type CommandSet, type Entry } from "./command-set.ts"

/** PS3.7 table E.1-1. */
export const N_COMMAND_FIELD = {
  "N-EVENT-REPORT-RQ": 0x0100,
  "N-EVENT-REPORT-RSP": 0x8100,
  "N-ACTION-RQ": 0x0130,
  "N-ACTION-RSP": 0x8130,
} as const
export type NKind = keyof typeof N_COMMAND_FIELD

/** PS3.7 10.3.5.1. */
export interface NActionRQ {
  readonly kind: "N-ACTION-RQ"
  readonly MessageID: number
  readonly RequestedSOPClassUID: string
  readonly RequestedSOPInstanceUID: string
  readonly ActionTypeID: number
}
/** PS3.7 10.3.1.1. */
export interface NEventReportRQ {
  readonly kind: "N-EVENT-REPORT-RQ"
  readonly MessageID: number
  readonly AffectedSOPClassUID: string
  readonly AffectedSOPInstanceUID: string
  readonly EventTypeID: number
}
interface NResponse {
  readonly MessageIDBeingRespondedTo: number
  readonly AffectedSOPClassUID: string
  readonly AffectedSOPInstanceUID: string
  readonly Status: number
  /** (0000,0902), at most 64 characters; "" = absent. */
  readonly ErrorComment: string
}
/** PS3.7 10.3.5.2. */
export interface NActionRSP extends NResponse {
  readonly kind: "N-ACTION-RSP"
}
/** PS3.7 10.3.1.2. */
export interface NEventReportRSP extends NResponse {
  readonly kind: "N-EVENT-REPORT-RSP"
}
export type NCommand = NActionRQ | NActionRSP | NEventReportRQ | NEventReportRSP

const kinds = new Map(
  (Object.entries(N_COMMAND_FIELD) as [NKind, number][]).map(([kind, field]) => [field, kind]),
)

/** Null when `field` is none of these. @throws Malformed `COMMAND_VALUE` */
export function readN(set: CommandSet, field: number): NCommand | null {
  switch (kinds.get(field)) {
    case "N-ACTION-RQ":
      return {
        kind: "N-ACTION-RQ",
        MessageID: set.needed("MessageID"),
        RequestedSOPClassUID: set.text("RequestedSOPClassUID"),
        RequestedSOPInstanceUID: set.text("RequestedSOPInstanceUID"),
        ActionTypeID: set.needed("ActionTypeID"),
      }
    case "N-EVENT-REPORT-RQ":
      return {
        kind: "N-EVENT-REPORT-RQ",
        MessageID: set.needed("MessageID"),
        AffectedSOPClassUID: set.text("AffectedSOPClassUID"),
        AffectedSOPInstanceUID: set.text("AffectedSOPInstanceUID"),
        EventTypeID: set.needed("EventTypeID"),
      }
    case "N-ACTION-RSP":
      return { kind: "N-ACTION-RSP", ...response(set) }
    case "N-EVENT-REPORT-RSP":
      return { kind: "N-EVENT-REPORT-RSP", ...response(set) }
    case undefined:
      return null
  }
}

const response = (set: CommandSet): NResponse => ({
  MessageIDBeingRespondedTo: set.needed("MessageIDBeingRespondedTo"),
  AffectedSOPClassUID: set.text("AffectedSOPClassUID"),
  AffectedSOPInstanceUID: set.text("AffectedSOPInstanceUID"),
  Status: set.needed("Status"),
  ErrorComment: set.text("ErrorComment"),
})

/** A request of these always brings its information as a data set; our responses bring none. */
export function entriesOfN(command: NCommand): readonly Entry[] {
  const field = us("CommandField", N_COMMAND_FIELD[command.kind])
  switch (command.kind) {
    case "N-ACTION-RQ":
      return [
        field,
        us("MessageID", command.MessageID),
        ui("RequestedSOPClassUID", command.RequestedSOPClassUID),
        ui("RequestedSOPInstanceUID", command.RequestedSOPInstanceUID),
        us("ActionTypeID", command.ActionTypeID),
        dataSetType(true),
      ]
    case "N-EVENT-REPORT-RQ":
      return [
        field,
        us("MessageID", command.MessageID),
        ui("AffectedSOPClassUID", command.AffectedSOPClassUID),
        ui("AffectedSOPInstanceUID", command.AffectedSOPInstanceUID),
        us("EventTypeID", command.EventTypeID),
        dataSetType(true),
      ]
    case "N-ACTION-RSP":
    case "N-EVENT-REPORT-RSP":
      return [
        field,
        us("MessageIDBeingRespondedTo", command.MessageIDBeingRespondedTo),
        ui("AffectedSOPClassUID", command.AffectedSOPClassUID),
        ui("AffectedSOPInstanceUID", command.AffectedSOPInstanceUID),
        us("Status", command.Status),
        ...optional("ErrorComment", command.ErrorComment.slice(0, 64)),
        dataSetType(false),
      ]
  }
}
