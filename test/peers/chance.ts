/** Dice that fall the same way every time: SHA-256 of seed and counter. */
import { createHash } from "node:crypto"

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
