/** Hash and size of a document as it was transmitted (ITI TF-3 4.2.3.2.10, .24): the sender's, or ours where it said none. */
import { createHash } from "node:crypto"
import type { DocumentEntry } from "../../standards/xds/submission.ts"

export interface Transmitted {
  /** 40 lower-case hex digits, SHA-1. */
  readonly hash: string
  readonly sizeBytes: number
}

export interface Passing {
  readonly octets: AsyncIterable<Uint8Array>
  /** After the last octet. */
  sent(): Transmitted
}

/** Both are checked against the octets by who hands them to us: only what is not stated costs another pass. */
export function measured({ hash, size }: DocumentEntry, octets: AsyncIterable<Uint8Array>): Passing {
  if (hash !== null && size !== null) return { octets, sent: () => ({ hash, sizeBytes: size }) }
  const sha1 = createHash("sha1")
  let sizeBytes = 0
  async function* passing(): AsyncGenerator<Uint8Array> {
    for await (const piece of octets) {
      sha1.update(piece)
      sizeBytes += piece.length
      yield piece
    }
  }
  return { octets: passing(), sent: () => ({ hash: sha1.digest("hex"), sizeBytes }) }
}
