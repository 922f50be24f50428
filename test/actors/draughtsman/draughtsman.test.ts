import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { openDraughtsman, type OpenDraughtsman } from "../../../gateway/actors/draughtsman/draughtsman.ts"
import { encodeHtj2k } from "../../../gateway/actors/draughtsman/htj2k.ts"
import { pngSize } from "../../../gateway/actors/draughtsman/png.ts"
import { frameOf, wave } from "./frames.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted
const ct = frameOf({ columns: 512, rows: 512, bitsStored: 12 }, wave(12))

/** Processes whose parent is this one, running the drawing child. */
function children(): number[] {
  return execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("draughtsman/child.ts"))
    .map((line) => Number.parseInt(line, 10))
}

describe("draughtsman", () => {
  let draughtsman: OpenDraughtsman
  beforeEach(() => {
    draughtsman = openDraughtsman()
  })
  afterEach(() => draughtsman.close())

  it("starts no process before the first job, and one for many", async () => {
    assert.equal(children().length, 0)
    const encoded = await Promise.all(Array.from({ length: 6 }, () => draughtsman.encodeFrame(ct)))
    assert.equal(children().length, 1)
    const here = await encodeHtj2k(ct)
    for (const { codestream, levelEndBytes } of encoded) {
      assert.ok(Buffer.from(codestream).equals(here.codestream))
      assert.deepEqual(levelEndBytes, here.levelEndBytes)
    }
  })

  it("renders a frame as PNG", async () => {
    const png = await draughtsman.renderFrame(ct, 2048, 4096)
    assert.deepEqual(pngSize(png), { width: 512, height: 512 })
  })

  it("says what is wrong with a frame, and goes on", async () => {
    await assert.rejects(draughtsman.encodeFrame({ ...ct, rows: 511 }), code("ERR_FRAME_FAULT"))
    await assert.rejects(
      draughtsman.encodeFrame({ ...ct, photometricInterpretation: "XYZ" }),
      code("ERR_FRAME_UNSUITABLE"),
    )
    assert.ok((await draughtsman.encodeFrame(ct)).codestream.byteLength > 0)
  })

  it("fails the job of a child that dies, and starts another for the next", async () => {
    await draughtsman.encodeFrame(ct)
    const [first] = children()
    const large = frameOf({ columns: 4000, rows: 4000, bitsStored: 12 }, () => 5)
    const job = draughtsman.encodeFrame(large)
    process.kill(first!, "SIGKILL")
    await assert.rejects(job, code("ERR_DRAW_UNAVAILABLE"))
    assert.ok((await draughtsman.encodeFrame(ct)).codestream.byteLength > 0)
    assert.notEqual(children()[0], first)
  })

  it("starts another when a child died between two jobs", async () => {
    await draughtsman.encodeFrame(ct)
    process.kill(children()[0]!, "SIGKILL")
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.ok((await draughtsman.encodeFrame(ct)).codestream.byteLength > 0)
  })

  it("ends a child that does not answer in time", async () => {
    const hasty = openDraughtsman({ timeoutMs: 1 })
    await assert.rejects(hasty.encodeFrame(ct), code("ERR_DRAW_UNAVAILABLE"))
    await hasty.close()
    assert.equal(children().length, 0)
  })

  it("works with several children at once", async () => {
    const two = openDraughtsman({ processes: 2 })
    await Promise.all(Array.from({ length: 6 }, () => two.encodeFrame(ct)))
    assert.equal(children().length, 2)
    await two.close()
    assert.equal(children().length, 0)
  })

  it("fails what waits when it is closed, and takes no more", async () => {
    const jobs = Array.from({ length: 3 }, () => draughtsman.encodeFrame(ct))
    const outcomes = Promise.allSettled(jobs)
    await draughtsman.close()
    for (const outcome of await outcomes) assert.equal(outcome.status, "rejected")
    await assert.rejects(draughtsman.encodeFrame(ct), code("ERR_DRAW_UNAVAILABLE"))
  })
})
