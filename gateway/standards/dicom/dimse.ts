/**
 * DIMSE command sets (PS3.7 chapters 6, 9 and E): always implicit VR little endian (6.3.1), a few UIDs and numbers.
 * C-ECHO and C-STORE are read and written; other requests are recognised as far as needed to refuse them politely.
 */
import { Malformed } from "../malformed.ts"
import { OctetReader, isoBytes, joined, trimmed, u16Bytes, u32Bytes } from "./octets.ts"

/** No command of PS3.7 comes near it; attribute lists of N-GET stay below. */
export const MAX_COMMAND_SET_BYTES = 64 * 1024

/** PS3.7 table E.1-1. A response is its request with the top bit. */
export const COMMAND_FIELD = {
  "C-STORE-RQ": 0x0001,
  "C-STORE-RSP": 0x8001,
  "C-ECHO-RQ": 0x0030,
  "C-ECHO-RSP": 0x8030,
  "C-CANCEL-RQ": 0x0fff,
} as const
const RESPONSE_BIT = 0x8000
/** (0000,0800): the one value that means no data set follows. */
const NO_DATA_SET = 0x0101
const DATA_SET_FOLLOWS = 0x0000

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
export type KnownCommand = CEchoRQ | CEchoRSP | CStoreRQ | CStoreRSP
export type Command = (KnownCommand | OtherCommand) & { readonly hasDataSet: boolean }

const ELEMENT = {
  CommandGroupLength: 0x0000,
  AffectedSOPClassUID: 0x0002,
  CommandField: 0x0100,
  MessageID: 0x0110,
  MessageIDBeingRespondedTo: 0x0120,
  Priority: 0x0700,
  CommandDataSetType: 0x0800,
  Status: 0x0900,
  ErrorComment: 0x0902,
  AffectedSOPInstanceUID: 0x1000,
  MoveOriginatorApplicationEntityTitle: 0x1030,
  MoveOriginatorMessageID: 0x1031,
} as const
type Keyword = keyof typeof ELEMENT

/** Elements of one command set with typed access; numbers of (0000,eeee). */
class CommandSet {
  readonly #values = new Map<number, Uint8Array>()

  constructor(bytes: Uint8Array) {
    const clause = "PS3.7 6.3.1"
    if (bytes.length > MAX_COMMAND_SET_BYTES)
      throw new Malformed("COMMAND_TOO_LONG", clause, `command set of ${bytes.length} bytes`)
    const reader = new OctetReader(bytes, "COMMAND_LENGTH", clause)
    let previous = -1
    while (reader.remaining > 0) {
      const group = reader.u16(true)
      const element = reader.u16(true)
      if (group !== 0 || element <= previous)
        throw new Malformed(
          "COMMAND_ELEMENT",
          clause,
          "elements of group 0000 in ascending order, nothing else",
        )
      previous = element
      this.#values.set(element, reader.take(reader.u32(true)))
    }
  }

  number(keyword: Keyword): number | null {
    const value = this.#values.get(ELEMENT[keyword])
    if (!value || value.length === 0) return null
    if (value.length !== 2) throw new Malformed("COMMAND_VALUE", "PS3.7 E.1", `${keyword} is not one US`)
    return new DataView(value.buffer, value.byteOffset).getUint16(0, true)
  }

  needed(keyword: Keyword): number {
    const value = this.number(keyword)
    if (value === null) throw new Malformed("COMMAND_VALUE", "PS3.7 9.3", `${keyword} is missing`)
    return value
  }

  text(keyword: Keyword): string {
    const value = this.#values.get(ELEMENT[keyword])
    return value ? trimmed(value) : ""
  }
}

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
      return { kind: "other", CommandField: field, MessageID: set.number("MessageID") }
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

type Entry = readonly [Keyword, Uint8Array]
const us = (value: number): Uint8Array => u16Bytes(value, true)
/** Padded to even length: NUL for UI, space for text (PS3.5 6.2). */
const padded = (text: string, pad: number): Uint8Array => {
  const bytes = isoBytes(text)
  return bytes.length % 2 === 0 ? bytes : joined([bytes, Uint8Array.of(pad)])
}
const uid = (text: string): Uint8Array => padded(text, 0)
const optional = (text: string, entry: Entry): readonly Entry[] => (text === "" ? [] : [entry])

function entries(command: KnownCommand): readonly Entry[] {
  const head: readonly Entry[] = [
    ["AffectedSOPClassUID", uid(command.AffectedSOPClassUID)],
    ["CommandField", us(COMMAND_FIELD[command.kind])],
  ]
  const type = (follows: boolean): Entry => [
    "CommandDataSetType",
    us(follows ? DATA_SET_FOLLOWS : NO_DATA_SET),
  ]
  switch (command.kind) {
    case "C-ECHO-RQ":
      return [...head, ["MessageID", us(command.MessageID)], type(false)]
    case "C-ECHO-RSP":
      return [
        ...head,
        ["MessageIDBeingRespondedTo", us(command.MessageIDBeingRespondedTo)],
        type(false),
        ["Status", us(command.Status)],
      ]
    case "C-STORE-RQ":
      return [
        ...head,
        ["MessageID", us(command.MessageID)],
        ["Priority", us(command.Priority)],
        type(true),
        ["AffectedSOPInstanceUID", uid(command.AffectedSOPInstanceUID)],
        ...optional(command.MoveOriginatorApplicationEntityTitle, [
          "MoveOriginatorApplicationEntityTitle",
          padded(command.MoveOriginatorApplicationEntityTitle, 0x20),
        ]),
        ...(command.MoveOriginatorMessageID === null
          ? []
          : [["MoveOriginatorMessageID", us(command.MoveOriginatorMessageID)] as const]),
      ]
    case "C-STORE-RSP":
      return [
        ...head,
        ["MessageIDBeingRespondedTo", us(command.MessageIDBeingRespondedTo)],
        type(false),
        ["Status", us(command.Status)],
        ...optional(command.ErrorComment, ["ErrorComment", padded(command.ErrorComment.slice(0, 64), 0x20)]),
        ["AffectedSOPInstanceUID", uid(command.AffectedSOPInstanceUID)],
      ]
  }
}

function encodeEntries(all: readonly Entry[]): Uint8Array {
  const body = joined(
    all.flatMap(([keyword, value]) => [us(0), us(ELEMENT[keyword]), u32Bytes(value.length, true), value]),
  )
  const length = [us(0), us(ELEMENT.CommandGroupLength), u32Bytes(4, true), u32Bytes(body.length, true)]
  return joined([...length, body])
}

/** The command set of `command` with its group length. */
export function encodeCommand(command: KnownCommand): Uint8Array {
  return encodeEntries(entries(command))
}

/** A response without data set to a request we do not perform: same command field with the response bit. */
export function encodeRefusal(request: OtherCommand, Status: number): Uint8Array {
  return encodeEntries([
    ["CommandField", us(request.CommandField | RESPONSE_BIT)],
    ["MessageIDBeingRespondedTo", us(request.MessageID ?? 0)],
    ["CommandDataSetType", us(NO_DATA_SET)],
    ["Status", us(Status)],
  ])
}
