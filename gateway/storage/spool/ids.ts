/** Identifiers of slots, segments and objects: 16 bytes, written as 32 lower-case hex digits. */
import type { Chance, Clock } from "../../journey/ports/time.ts"

export const ID_BYTES = 16
const TIME_BYTES = 6
const ID = /^[0-9a-f]{32}$/

export function isId(text: string): boolean {
  return ID.test(text)
}

/** The 16 bytes of an id; RangeError for anything else, so that no id can leave its folder. */
export function idBytes(id: string): Buffer {
  if (!isId(id)) throw new RangeError("an id is 32 lower-case hex digits")
  return Buffer.from(id, "hex")
}

export function idFrom(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex")
}

export function freshId(chance: Chance): string {
  return idFrom(chance.bytes(ID_BYTES))
}

/** Milliseconds since 1970 (48 bits), then chance: sorted by name is sorted by age. */
export function freshTimedId(clock: Clock, chance: Chance): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(clock.now().getTime(), 0, TIME_BYTES)
  return time.toString("hex") + idFrom(chance.bytes(ID_BYTES - TIME_BYTES))
}
