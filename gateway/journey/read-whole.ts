/** A small sealed document, clear and whole; every byte verified before it is handed out. */
import { SpoolError } from "./errors.ts"
import type { ObjectPlace, Spool } from "./ports/spool.ts"

/** Reports, signatures, requests and notices; an image is never read whole. */
export const MAX_WHOLE_BYTES = 64 * 1024 * 1024

export async function readWhole(spool: Spool, place: ObjectPlace): Promise<Uint8Array> {
  const object = await spool.open(place)
  if (object.facts.clearLengthBytes > MAX_WHOLE_BYTES) {
    throw new SpoolError("ERR_OBJECT_TOO_LARGE", "this document is too large to be read whole")
  }
  const parts: Uint8Array[] = []
  for await (const chunk of object.clear()) parts.push(chunk)
  return Buffer.concat(parts)
}
