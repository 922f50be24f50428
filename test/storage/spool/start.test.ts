import assert from "node:assert/strict"
import type { Disk } from "../../../gateway/storage/spool/disk.ts"
import { currentEpoch } from "../../../gateway/storage/spool/file-spool.ts"
import { GroupCommit } from "../../../gateway/storage/spool/group-commit.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"
import { encrypt, seal } from "../../contracts/spool.contract.ts"
import { meta, openTestSpool, prologue } from "./world.ts"

const DATA = "/data"

async function emptyDisk(capacityBytes?: number): Promise<MemoryDisk> {
  const disk = new MemoryDisk(capacityBytes)
  await disk.mkdir(DATA)
  return disk
}

describe("starting on a folder", () => {
  it("makes markers at the first start and keeps the spool's id", async () => {
    const disk = await emptyDisk()
    const first = await openTestSpool(disk, DATA, "one")
    const second = await openTestSpool(disk, DATA, "two")
    assert.equal(second.spoolId, first.spoolId)
    assert.equal(await currentEpoch(DATA, disk), 1)
  })

  for (const folder of ["slots", "objects"])
    it(`refuses when the disk under ${folder} is not mounted`, async () => {
      const disk = await emptyDisk()
      await openTestSpool(disk, DATA, "one")
      await disk.unlink(`${DATA}/spool/${folder}/DOKUEI`)
      await assert.rejects(openTestSpool(disk, DATA, "two"), { code: "ERR_SPOOL_MOUNT" })
    })

  it("refuses when the root's marker is gone but its folders are in use", async () => {
    const disk = await emptyDisk()
    await openTestSpool(disk, DATA, "one")
    await disk.unlink(`${DATA}/spool/DOKUEI`)
    await assert.rejects(openTestSpool(disk, DATA, "two"), { code: "ERR_SPOOL_MOUNT" })
  })

  it("refuses a data folder that does not exist, and a folder of another site", async () => {
    await assert.rejects(openTestSpool(new MemoryDisk(), DATA, "one"), { code: "ERR_SPOOL_MOUNT" })
    const disk = await emptyDisk()
    await openTestSpool(disk, DATA, "one")
    await assert.rejects(openTestSpool(disk, DATA, "two", { site: "elsewhere" }), { code: "ERR_SPOOL_MOUNT" })
  })

  it("refuses the wrong epoch key before anything is written", async () => {
    const disk = await emptyDisk()
    await openTestSpool(disk, DATA, "one")
    const wrong = { epoch: 1, key: Buffer.alloc(32, 1) }
    await assert.rejects(openTestSpool(disk, DATA, "two", { epochKey: wrong }), {
      code: "ERR_KEY_PASSPHRASE",
    })
    const later = { epoch: 2, key: Buffer.alloc(32, 1) }
    await assert.rejects(openTestSpool(disk, DATA, "three", { epochKey: later }), { code: "ERR_KEY_MISSING" })
  })
})

describe("a disk that runs full", () => {
  it("takes no new object below the reserve, and takes one again when there is space", async () => {
    const disk = await emptyDisk(2 ** 20)
    const spool = await openTestSpool(disk, DATA, "one", { reserveBytes: 2 ** 19 })
    const segment = await spool.openSegment(await spool.createSlot("received"))
    await seal(segment, Buffer.alloc(400_000), "1")
    const writer = await segment.begin("instance", prologue())
    await writer.write(Buffer.alloc(200_000))
    await assert.rejects(writer.finish(meta("2")), { code: "ERR_SPOOL_FULL" })
    await writer.abort()
    const third = await spool.openSegment(await spool.createSlot("received"))
    await segment.sync()
    await spool.destroySlot(segment.slotId)
    await seal(third, Buffer.alloc(200_000), "3")
  })

  it("does not finish an object some bytes of which were refused", async () => {
    const disk = await emptyDisk(4 * 2 ** 20)
    const spool = await openTestSpool(disk, DATA, "one", { reserveBytes: 2 ** 21 })
    const segment = await spool.openSegment(await spool.createSlot("received"))
    const writer = await segment.begin("instance", prologue())
    const writing = async (): Promise<void> => {
      for (let count = 0; count < 100; count += 1) await writer.write(Buffer.alloc(2 ** 16))
    }
    await assert.rejects(writing(), { code: "ERR_SPOOL_FULL" })
    await assert.rejects(writer.finish(meta("1")), { code: "ERR_SPOOL_FULL" })
    await writer.abort()
    assert.equal(segment.lengthBytes, 0)
    await seal(segment, Buffer.alloc(100), "2")
  })

  it("refuses routine objects first, keeps the reserve for what may use it, and takes both again", async () => {
    const disk = await emptyDisk(2 ** 20)
    const marks = { refuseBytes: 600_000, reserveBytes: 200_000 }
    const spool = await openTestSpool(disk, DATA, "one", marks)
    const [slotId, another] = [await spool.createSlot("received"), await spool.createSlot("documents")]
    const routine = await spool.openSegment(slotId)
    await seal(routine, Buffer.alloc(400_000), "1")
    const next = await routine.begin("instance", prologue())
    await next.write(Buffer.alloc(100_000))
    await assert.rejects(next.finish(meta("2")), { code: "ERR_SPOOL_FULL" })
    await next.abort()
    const reserved = await spool.openSegment(another, "reserved")
    await seal(reserved, Buffer.alloc(300_000), "2")
    assert.equal(await spool.hasRoom("routine"), false)
    assert.equal(await spool.hasRoom("reserved"), true)
    await assert.rejects(routine.begin("instance", prologue()), { code: "ERR_SPOOL_FULL" })
    await assert.rejects(seal(reserved, Buffer.alloc(200_000), "3"), { code: "ERR_SPOOL_FULL" })
    await routine.sync()
    await spool.destroySlot(slotId)
    await seal(await spool.openSegment(await spool.createSlot("received")), Buffer.alloc(1_000), "4")
  })

  it("refuses to begin and to adopt when another has eaten the reserve", async () => {
    const disk = await emptyDisk(2 ** 20)
    const spool = await openTestSpool(disk, DATA, "one", { reserveBytes: 2 ** 19 })
    const segment = await spool.openSegment(await spool.createSlot("received"))
    await (await disk.open(`${DATA}/other`, "create")).write([Buffer.alloc(600_000)], 0)
    await assert.rejects(segment.begin("instance", prologue()), { code: "ERR_SPOOL_FULL" })
    await assert.rejects(segment.adopt("document", encrypt(Buffer.of(1))), { code: "ERR_SPOOL_FULL" })
  })
})

describe("group commit", () => {
  /** Syncs that end when told to. */
  function manual(): { commit: GroupCommit; ends: ((failure?: Error) => void)[] } {
    const ends: ((failure?: Error) => void)[] = []
    const sync = (): Promise<void> =>
      new Promise((resolve, reject) =>
        ends.push((failure) => (failure === undefined ? resolve() : reject(failure))),
      )
    return { commit: new GroupCommit(sync), ends }
  }
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it("lets everybody who came while one sync ran share the next", async () => {
    const { commit, ends } = manual()
    const order: string[] = []
    const waits = ["leader", "one", "two"].map((name) => commit.join().then(() => order.push(name)))
    await tick()
    assert.equal(ends.length, 1)
    ends[0]!()
    await tick()
    assert.deepEqual([order, ends.length], [["leader"], 2])
    const late = commit.join().then(() => order.push("late"))
    ends[1]!()
    await tick()
    assert.deepEqual([order, ends.length], [["leader", "one", "two"], 3])
    ends[2]!()
    await Promise.all([...waits, late])
  })

  it("never syncs again after a failure, and everybody learns of it", async () => {
    const { commit, ends } = manual()
    const waits = Promise.allSettled([commit.join(), commit.join(), commit.join()])
    ends[0]!(new Error("EIO"))
    assert.ok((await waits).every((one) => one.status === "rejected"))
    await assert.rejects(commit.join(), /EIO/)
    assert.equal(ends.length, 1)
  })

  it("uses far fewer syncs than there are objects", async () => {
    const disk = await emptyDisk()
    let syncs = 0
    const counting: Disk = {
      ...bound(disk),
      open: async (path, mode) => {
        const file = await disk.open(path, mode)
        const fdatasync = async (): Promise<void> => {
          syncs += 1
          await new Promise((resolve) => setTimeout(resolve, 2))
          await file.fdatasync()
        }
        return { ...file, fdatasync }
      },
    }
    const spool = await openTestSpool(counting, DATA, "one")
    const segment = await spool.openSegment(await spool.createSlot("received"))
    syncs = 0
    const waits: Promise<void>[] = []
    for (let count = 0; count < 200; count += 1) {
      await seal(segment, Buffer.alloc(100), String(count))
      waits.push(segment.sync())
    }
    await Promise.all(waits)
    assert.ok(syncs < 100, String(syncs))
  })

  function bound(disk: MemoryDisk): Disk {
    return {
      open: (path, mode) => disk.open(path, mode),
      mkdir: (path) => disk.mkdir(path),
      readdir: (path) => disk.readdir(path),
      rename: (from, to) => disk.rename(from, to),
      unlink: (path) => disk.unlink(path),
      rmdir: (path) => disk.rmdir(path),
      fsyncDir: (path) => disk.fsyncDir(path),
      statfs: (path) => disk.statfs(path),
    }
  }
})
