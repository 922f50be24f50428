/** Dice that fall the same way every time. */
import { createHash } from "node:crypto"

/** SHA-256 of seed and counter. */
export function countedChance(seed: string): { bytes(length: number): Uint8Array } {
  let counter = 0
  return {
    bytes(length) {
      const blocks: Buffer[] = []
      while (blocks.length * 32 < length) {
        blocks.push(createHash("sha256").update(`${seed} ${counter++}`).digest())
      }
      return Uint8Array.from(Buffer.concat(blocks).subarray(0, length))
    },
  }
}

/** mulberry32: numbers from 0 up to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
