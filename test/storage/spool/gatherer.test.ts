import assert from "node:assert/strict"
import { GATHER_BYTES, Gatherer } from "../../../gateway/storage/spool/gatherer.ts"
import { seededChance } from "./world.ts"

/** What a gatherer hands on when `bytes` come in pieces of `step`. */
async function handedOn(bytes: Uint8Array, step: number): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = []
  const gatherer = new Gatherer(Buffer.alloc(GATHER_BYTES), (piece) => {
    pieces.push(Buffer.from(piece))
    return Promise.resolve()
  })
  for (let at = 0; at < bytes.length; at += step) await gatherer.take(bytes.subarray(at, at + step))
  await gatherer.flush()
  return pieces
}

describe("small pieces made larger", () => {
  const bytes = seededChance("gatherer").bytes(3 * 2 ** 20 + 1)

  for (const step of [1000, 16_384, GATHER_BYTES - 1, GATHER_BYTES, GATHER_BYTES + 1, 131_066, bytes.length])
    it(`hands on every byte once and in order, in pieces of ${step}`, async () => {
      const pieces = await handedOn(bytes, step)
      assert.ok(Buffer.concat(pieces).equals(bytes))
      assert.ok(pieces.every((piece) => piece.length <= 4 * GATHER_BYTES))
      assert.ok(pieces.slice(0, -1).every((piece) => piece.length >= GATHER_BYTES / 2 || step > GATHER_BYTES))
    })

  it("hands on nothing when nothing came", async () => {
    assert.deepEqual(await handedOn(new Uint8Array(0), 1), [])
  })
})
