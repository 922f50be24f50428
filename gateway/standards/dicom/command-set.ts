/** A command set (PS3.7 6.3.1): always implicit VR little endian, group 0000 in ascending order, nothing else. */
import { Malformed } from "../malformed.ts"
import { OctetReader, trimmed } from "./octets.ts"
import { OctetSink } from "./recode/octet-sink.ts"

/** No command of PS3.7 comes near it; attribute lists of N-GET stay below. */
export const MAX_COMMAND_SET_BYTES = 64 * 1024

/** Elements (0000,eeee) of the services we speak (PS3.7 annex E). */
const ELEMENT = {
  CommandGroupLength: 0x0000,
  AffectedSOPClassUID: 0x0002,
  RequestedSOPClassUID: 0x0003,
  CommandField: 0x0100,
  MessageID: 0x0110,
  MessageIDBeingRespondedTo: 0x0120,
  Priority: 0x0700,
  CommandDataSetType: 0x0800,
  Status: 0x0900,
  ErrorComment: 0x0902,
  AffectedSOPInstanceUID: 0x1000,
  RequestedSOPInstanceUID: 0x1001,
  EventTypeID: 0x1002,
  ActionTypeID: 0x1008,
  MoveOriginatorApplicationEntityTitle: 0x1030,
  MoveOriginatorMessageID: 0x1031,
} as const
type Keyword = keyof typeof ELEMENT

/** (0000,0800): the one value that means no data set follows. */
export const NO_DATA_SET = 0x0101
const DATA_SET_FOLLOWS = 0x0000

/** Elements of one command set with typed access. */
export class CommandSet {
  readonly #values = new Map<number, Uint8Array>()

  /** @throws Malformed `COMMAND_TOO_LONG`, `COMMAND_LENGTH`, `COMMAND_ELEMENT` */
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

  /** "" when absent. */
  text(keyword: Keyword): string {
    const value = this.#values.get(ELEMENT[keyword])
    return value ? trimmed(value) : ""
  }
}

/** A number is a US; text is of even length. */
export type Entry = readonly [Keyword, number | string]
/** Padded to even length: NUL for UI, space for text (PS3.5 6.2). */
const padded = (value: string, pad: string): string => (value.length % 2 === 0 ? value : value + pad)

export const us = (keyword: Keyword, value: number): Entry => [keyword, value]
export const ui = (keyword: Keyword, value: string): Entry => [keyword, padded(value, "\0")]
export const text = (keyword: Keyword, value: string): Entry => [keyword, padded(value, " ")]
/** Left out when there is nothing to say. */
export const optional = (keyword: Keyword, value: string): readonly Entry[] =>
  value === "" ? [] : [text(keyword, value)]
export const dataSetType = (follows: boolean): Entry =>
  us("CommandDataSetType", follows ? DATA_SET_FOLLOWS : NO_DATA_SET)

/** Most responses: two UIDs and a few numbers. */
const USUAL_BYTES = 256
const US_BYTES = 2
const UL_BYTES = 4

/** The command set with its group length, in ascending order whatever the order of the entries. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const ordered = entries.toSorted(([a], [b]) => ELEMENT[a] - ELEMENT[b])
  const set = new OctetSink(USUAL_BYTES)
  set.item(ELEMENT.CommandGroupLength, UL_BYTES)
  set.u32(0) // settled when the set is whole
  const groupStart = set.length
  for (const [keyword, value] of ordered) {
    set.item(ELEMENT[keyword], typeof value === "number" ? US_BYTES : value.length)
    if (typeof value === "number") set.u16(value)
    else set.text(value)
  }
  set.settleLength(groupStart, 0)
  return set.taken()
}
