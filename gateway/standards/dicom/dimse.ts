/**
 * DIMSE commands (PS3.7 chapters 9, 10 and E): what a command set says, as values. C-ECHO, C-STORE, N-ACTION and
 * N-EVENT-REPORT are read and written; other requests are recognised as far as needed to refuse them politely.
 */
import {
  CommandSet,
  NO_DATA_SET,
  dataSetType,
  encodeEntries,
  optional,
  ui,
  us,
  type Entry,
} from "./command-set.ts"
import { N_COMMAND_FIELD, entriesOfN, readN, type NCommand } from "./dimse-n.ts"

/** PS3.7 table E.1-1. A response is its request with the top bit. */
export const COMMAND_FIELD = {
  "C-STORE-RQ": 0x0001,
  "C-STORE-RSP": 0x8001,
  "C-ECHO-RQ": 0x0030,
  "C-ECHO-RSP": 0x8030,
  "C-CANCEL-RQ": 0x0fff,
  ...N_COMMAND_FIELD,
} as const
const RESPONSE_BIT = 0x8000

export interface CEchoRQ {
  readonly kind: "C-ECHO-RQ"
  readonly MessageID: number
  readonly AffectedSOPClassUID: string
}
export interface CEchoRSP {
  readonly kind: "C-ECHO-RSP"
  readonly MessageIDBeingRespondedTo: number
  readonly AffectedSOPClassUID: string
  readonly Status: number
}
/** PS3.7 9.3.1.1. */
export interface CStoreRQ {
  readonly kind: "C-STORE-RQ"
  readonly MessageID: number
  /** 0 medium, 1 high, 2 low. */
  readonly Priority: number
  readonly AffectedSOPClassUID: string
  readonly AffectedSOPInstanceUID: string
  /** "" unless this store serves a C-MOVE. */
  readonly MoveOriginatorApplicationEntityTitle: string
  readonly MoveOriginatorMessageID: number | null
}
/** PS3.7 9.3.1.2. */
export interface CStoreRSP {
  readonly kind: "C-STORE-RSP"
  readonly MessageIDBeingRespondedTo: number
  readonly AffectedSOPClassUID: string
  readonly AffectedSOPInstanceUID: string
  readonly Status: number
  /** (0000,0902), at most 64 characters; "" = absent. */
  readonly ErrorComment: string
}
/** A command we know nothing of but how to refuse it. */
export interface OtherCommand {
  readonly kind: "other"
  readonly CommandField: number
  readonly MessageID: number | null
}
type CCommand = CEchoRQ | CEchoRSP | CStoreRQ | CStoreRSP
export type KnownCommand = CCommand | NCommand
export type Command = (KnownCommand | OtherCommand) & { readonly hasDataSet: boolean }

function read(set: CommandSet, field: number): KnownCommand | OtherCommand {
  const AffectedSOPClassUID = set.text("AffectedSOPClassUID")
  const AffectedSOPInstanceUID = set.text("AffectedSOPInstanceUID")
  switch (field) {
    case COMMAND_FIELD["C-ECHO-RQ"]:
      return { kind: "C-ECHO-RQ", MessageID: set.needed("MessageID"), AffectedSOPClassUID }
    case COMMAND_FIELD["C-STORE-RQ"]:
      return {
        kind: "C-STORE-RQ",
        MessageID: set.needed("MessageID"),
        Priority: set.number("Priority") ?? 0,
        AffectedSOPClassUID,
        AffectedSOPInstanceUID,
        MoveOriginatorApplicationEntityTitle: set.text("MoveOriginatorApplicationEntityTitle"),
        MoveOriginatorMessageID: set.number("MoveOriginatorMessageID"),
      }
    case COMMAND_FIELD["C-ECHO-RSP"]:
      return {
        kind: "C-ECHO-RSP",
        MessageIDBeingRespondedTo: set.needed("MessageIDBeingRespondedTo"),
        AffectedSOPClassUID,
        Status: set.needed("Status"),
      }
    case COMMAND_FIELD["C-STORE-RSP"]:
      return {
        kind: "C-STORE-RSP",
        MessageIDBeingRespondedTo: set.needed("MessageIDBeingRespondedTo"),
        AffectedSOPClassUID,
        AffectedSOPInstanceUID,
        Status: set.needed("Status"),
        ErrorComment: set.text("ErrorComment"),
      }
    default:
      return readN(set, field) ?? { kind: "other", CommandField: field, MessageID: set.number("MessageID") }
  }
}

/**
 * Decode one whole command set. (0000,0000) is not relied upon: the last-fragment bit already ends the set.
 *
 * @throws Malformed `COMMAND_TOO_LONG`, `COMMAND_LENGTH`, `COMMAND_ELEMENT`, `COMMAND_VALUE`
 */
export function decodeCommand(bytes: Uint8Array): Command {
  const set = new CommandSet(bytes)
  const hasDataSet = set.needed("CommandDataSetType") !== NO_DATA_SET
  return { ...read(set, set.needed("CommandField")), hasDataSet }
}

function entries(command: CCommand): readonly Entry[] {
  const head: readonly Entry[] = [
    ui("AffectedSOPClassUID", command.AffectedSOPClassUID),
    us("CommandField", COMMAND_FIELD[command.kind]),
  ]
  switch (command.kind) {
    case "C-ECHO-RQ":
      return [...head, us("MessageID", command.MessageID), dataSetType(false)]
    case "C-ECHO-RSP":
      return [
        ...head,
        us("MessageIDBeingRespondedTo", command.MessageIDBeingRespondedTo),
        dataSetType(false),
        us("Status", command.Status),
      ]
    case "C-STORE-RQ":
      return [
        ...head,
        us("MessageID", command.MessageID),
        us("Priority", command.Priority),
        dataSetType(true),
        ui("AffectedSOPInstanceUID", command.AffectedSOPInstanceUID),
        ...optional("MoveOriginatorApplicationEntityTitle", command.MoveOriginatorApplicationEntityTitle),
        ...(command.MoveOriginatorMessageID === null
          ? []
          : [us("MoveOriginatorMessageID", command.MoveOriginatorMessageID)]),
      ]
    case "C-STORE-RSP":
      return [
        ...head,
        us("MessageIDBeingRespondedTo", command.MessageIDBeingRespondedTo),
        dataSetType(false),
        us("Status", command.Status),
        ...optional("ErrorComment", command.ErrorComment.slice(0, 64)),
        ui("AffectedSOPInstanceUID", command.AffectedSOPInstanceUID),
      ]
  }
}

/** The command set of `command` with its group length. */
export function encodeCommand(command: KnownCommand): Uint8Array {
  switch (command.kind) {
    case "N-ACTION-RQ":
    case "N-ACTION-RSP":
    case "N-EVENT-REPORT-RQ":
    case "N-EVENT-REPORT-RSP":
      return encodeEntries(entriesOfN(command))
    default:
      return encodeEntries(entries(command))
  }
}

/** A response without data set to a request we do not perform: same command field with the response bit. */
export function encodeRefusal(
  request: Pick<OtherCommand, "CommandField" | "MessageID">,
  Status: number,
): Uint8Array {
  return encodeEntries([
    us("CommandField", request.CommandField | RESPONSE_BIT),
    us("MessageIDBeingRespondedTo", request.MessageID ?? 0),
    dataSetType(false),
    us("Status", Status),
  ])
}
