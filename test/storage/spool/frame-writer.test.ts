import assert from "node:assert/strict"
import { setImmediate } from "node:timers/promises"
import { ChunkRoom } from "../../../gateway/storage/spool/chunk-room.ts"
import { FrameWriter, type FrameRoom } from "../../../gateway/storage/spool/frame-writer.ts"
import { CHUNK_BYTES } from "../../../gateway/storage/spool/limits.ts"
import { meta, seededChance } from "./world.ts"

/** A segment whose writes end when the test says so. */
class SlowSegment implements FrameRoom {
  readonly slotId = "a".repeat(32)
  readonly segmentId = "b".repeat(32)
  readonly trailerKey = new Uint8Array(32)
  readonly chance = seededChance("frame writer")
  readonly chunks = new ChunkRoom()
  /** What was done to it, in order. */
  readonly done: string[] = []
  readonly #writes: (() => void)[] = []

  freshObjectId(): string {
    return "c".repeat(32)
  }
  put(): Promise<void> {
    this.done.push("write")
    return new Promise((resolve) => this.#writes.push(resolve))
  }
  keep(): void {
    this.done.push("keep")
  }
  drop(): Promise<void> {
    this.done.push("drop")
    return Promise.resolve()
  }
  async endWrites(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) {
      this.#writes.shift()?.()
      await setImmediate()
    }
  }
}

describe("an object that is given up while it is written", () => {
  const open = (segment: SlowSegment): FrameWriter =>
    new FrameWriter(
      segment,
      { kind: "instance", ordinal: 0, offsetBytes: 0 },
      { cek: new Uint8Array(32), nonce: new Uint8Array(12) },
    )
  const full = new Uint8Array(CHUNK_BYTES)

  it("writes nothing more behind the cut, where the next object begins", async () => {
    const segment = new SlowSegment()
    const writer = open(segment)
    await writer.push(full)
    await writer.push(full)
    const waits = assert.rejects(writer.push(full), { code: "ERR_SPOOL_WRITE" })
    const aborted = writer.abort()
    await segment.endWrites()
    await Promise.all([waits, aborted])
    assert.deepEqual(segment.done, ["write", "drop"])
  })

  for (const chunks of [1, 2])
    it(`is not kept, of ${chunks} chunks, when it was just being finished`, async () => {
      const segment = new SlowSegment()
      const writer = open(segment)
      for (let n = 0; n < chunks; n++) await writer.push(full)
      const digests = { sha256: new Uint8Array(32), sha256DataSet: new Uint8Array(32) }
      const finished = assert.rejects(writer.finish(new Uint8Array(16), digests, meta("1.2.3")), {
        code: "ERR_SPOOL_WRITE",
      })
      const aborted = writer.abort()
      await segment.endWrites()
      await Promise.all([finished, aborted])
      assert.ok(!segment.done.includes("keep"))
      assert.equal(segment.done.at(-1), "drop")
    })
})
