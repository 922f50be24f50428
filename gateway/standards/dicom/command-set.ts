/** A command set (PS3.7 6.3.1): always implicit VR little endian, group 0000 in ascending order, nothing else. */
import { Malformed } from "../malformed.ts"
import { OctetReader, isoBytes, joined, trimmed, u16Bytes, u32Bytes } from "./octets.ts"

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

export type Entry = readonly [Keyword, Uint8Array]
const entry =
  <Value>(encode: (value: Value) => Uint8Array) =>
  (keyword: Keyword, value: Value): Entry => [keyword, encode(value)]
/** Padded to even length: NUL for UI, space for text (PS3.5 6.2). */
const padded = (text: string, pad: number): Uint8Array => {
  const bytes = isoBytes(text)
  return bytes.length % 2 === 0 ? bytes : joined([bytes, Uint8Array.of(pad)])
}

export const us = entry((value: number) => u16Bytes(value, true))
export const ui = entry((text: string) => padded(text, 0))
export const text = entry((value: string) => padded(value, 0x20))
/** Left out when there is nothing to say. */
export const optional = (keyword: Keyword, value: string): readonly Entry[] =>
  value === "" ? [] : [text(keyword, value)]
export const dataSetType = (follows: boolean): Entry =>
  us("CommandDataSetType", follows ? DATA_SET_FOLLOWS : NO_DATA_SET)

/** The command set with its group length, in ascending order whatever the order of the entries. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const ordered = [...entries].sort(([a], [b]) => ELEMENT[a] - ELEMENT[b])
  const body = joined(
    ordered.flatMap(([keyword, value]) => [
      u16Bytes(0, true),
      u16Bytes(ELEMENT[keyword], true),
      u32Bytes(value.length, true),
      value,
    ]),
  )
  const length = u32Bytes(body.length, true)
  return joined([u16Bytes(0, true), u16Bytes(0, true), u32Bytes(length.length, true), length, body])
}
