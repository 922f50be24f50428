import assert from "node:assert/strict"
import { diskWatch } from "../../gateway/foundation/disk-watch.ts"
import { MemoryDisk } from "../../gateway/storage/spool/memory-disk.ts"
import { watchedDisk, type DiskFailure } from "../../gateway/storage/spool/watched-disk.ts"
import { FaultyDisk } from "../storage/spool/faulty-disk.ts"
import { meta, openTestSpool, prologue } from "../storage/spool/world.ts"

const EIO: DiskFailure = { operation: "fdatasync", code: "EIO" }

describe("the watch on the disk", () => {
  const at = { ms: 0 }
  const clock = { now: () => new Date(at.ms) }
  let told: DiskFailure[]
  const watch = () => diskWatch(clock, (failure) => told.push(failure))
  beforeEach(() => {
    at.ms = 0
    told = []
  })

  it("says that nothing failed", () => {
    assert.deepEqual(watch().check(), { name: "disk", state: "ok", sentence: "no operation failed" })
  })

  it("tells a failure at once, its like after a minute, and another one at once", () => {
    const one = watch()
    one.failed(EIO)
    one.failed(EIO)
    one.failed({ ...EIO, operation: "write" })
    at.ms = 60_000
    one.failed(EIO)
    assert.deepEqual(
      told.map(({ operation }) => operation),
      ["fdatasync", "write", "fdatasync"],
    )
  })

  it("warns from a failed medium on, and not for a disk that was full for a while", () => {
    const one = watch()
    one.failed({ operation: "write", code: "ENOSPC" })
    assert.equal(one.check().state, "ok")
    one.failed(EIO)
    assert.equal(one.check().state, "warn")
    assert.match(one.check().sentence, /^1 operation\(s\) failed, fdatasync: EIO the last/)
    assert.equal(told.length, 2)
  })

  it("hears of every operation a spool's disk fails at, and not of files that are not there", async () => {
    const inner = new MemoryDisk()
    await inner.mkdir("/data")
    const heard: DiskFailure[] = []
    const watched = watchedDisk(inner, (failure) => heard.push(failure))
    await (await openTestSpool(watched, "/data", "one")).close()
    assert.equal(heard.length, 0)
    const faulty = new FaultyDisk(inner, { at: 1, code: "EIO", lasting: true })
    faulty.mend()
    const spool = await openTestSpool(
      watchedDisk(faulty, (failure) => heard.push(failure)),
      "/data",
      "two",
    )
    const segment = await spool.openSegment(await spool.createSlot("received"))
    const writer = await segment.begin("instance", prologue())
    faulty.fail()
    await assert.rejects(writer.finish(meta("1.2.3")), { code: "ERR_SPOOL_WRITE" })
    assert.deepEqual(heard, [{ operation: "write", code: "EIO" }])
  })
})
