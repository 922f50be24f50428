/** Reception through the C-STORE handler on disks that fail, at every operation, and on disks whose power is cut. */
import assert from "node:assert/strict"
import type { Disk, DiskFile, OpenMode } from "../../gateway/storage/spool/disk.ts"
import { MemoryDisk } from "../../gateway/storage/spool/memory-disk.ts"
import { FaultyDisk, isKill, type Fault } from "../storage/spool/faulty-disk.ts"
import { LoggedDisk } from "../storage/spool/logged-disk.ts"
import { collect, openTestSpool, seededChance } from "../storage/spool/world.ts"
import { DATA, IMAGES, LIAR, nobody, receiveOn, type Told } from "./reception.ts"

const OUT_OF_RESOURCES = 0xa700
const DOES_NOT_MATCH = 0xa900
const LONG = process.env.DOKUEI_LONG === "1"
const SEED = process.env.DOKUEI_SEED ?? String(Date.now() % 1000)
/** All in the long suite; else every so many. */
const STRIDE = LONG ? 1 : 3
/** Power cuts tried behind an entry of the log. */
const CUTS = LONG ? 8 : 2

async function emptyDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  await disk.mkdir(DATA)
  return disk
}

async function receiveWith(inner: MemoryDisk, fault: Fault): Promise<{ told: Told; operations: number }> {
  const disk = new FaultyDisk(inner, fault)
  const told = nobody()
  try {
    await receiveOn(disk, told)
  } catch (error) {
    // A spool that does not open, or a process that is no more.
    assert.ok(isKill(error) || (error instanceof Error && "code" in error), String(error))
  }
  return { told, operations: disk.operations }
}

/** Data sets of what a second start finds, by SOP Instance UID. */
async function foundOn(disk: Disk): Promise<Map<string, Buffer[]>> {
  const spool = await openTestSpool(disk, DATA, "afterwards")
  const found = new Map<string, Buffer[]>()
  for await (const { place, facts } of spool.scan()) {
    const clear = await collect((await spool.open(place)).clear())
    found.set(facts.meta.uniqueId, [...(found.get(facts.meta.uniqueId) ?? []), clear])
  }
  assert.deepEqual(
    spool.rot.filter(({ what }) => what === "frame" || what === "slot"),
    [],
  )
  return found
}

function demandKept(found: Map<string, Buffer[]>, uid: string, dataSet: Uint8Array, where: string): void {
  const files = found.get(uid)
  assert.ok(files !== undefined, `${uid} is lost, ${where}`)
  assert.equal(files.length, 1, `${uid} is kept twice, ${where}`)
  assert.ok(files[0]!.subarray(-dataSet.length).equals(dataSet), `${uid} changed, ${where}`)
}

describe("reception through the C-STORE handler", function () {
  this.timeout(LONG ? 1_200_000 : 120_000)

  it("takes everything but what says to be another", async () => {
    const { told } = await receiveWith(await emptyDisk(), { at: 0, code: "EIO", lasting: false })
    assert.deepEqual([...told.refused], [[LIAR.SOPInstanceUID, DOES_NOT_MATCH]])
    assert.equal(told.acknowledged.size, IMAGES.length)
  })

  for (const code of ["ENOSPC", "EIO", "EMFILE", "KILL"] as const)
    for (const lasting of code === "KILL" ? [false] : [false, true])
      it(`loses nothing acknowledged, keeps nothing refused: ${code}${lasting ? " from the n-th operation on" : " at the n-th operation"}`, async () => {
        const { operations } = await receiveWith(await emptyDisk(), { at: 0, code, lasting })
        const first = 1 + (Number(SEED) % STRIDE)
        console.log(`      ${operations} operations, every ${STRIDE}. from ${first} (DOKUEI_SEED=${SEED})`)
        for (let at = first; at <= operations; at += STRIDE) {
          const disk = await emptyDisk()
          const { told } = await receiveWith(disk, { at, code, lasting })
          const where = `${code} at operation ${at} of ${operations}`
          const found = await foundOn(disk)
          for (const [uid, dataSet] of told.acknowledged) demandKept(found, uid, dataSet, where)
          if (code === "KILL") continue
          for (const [uid, status] of told.refused) {
            if (uid !== LIAR.SOPInstanceUID) assert.equal(status, OUT_OF_RESOURCES, where)
            // What cannot be cut off the disk now is cut off by nobody: a device that sends it again is recognised.
            if (!lasting) assert.ok(!found.has(uid), `${uid} is kept, ${where}`)
          }
        }
      })

  it("loses nothing acknowledged in a power cut at any moment, unsynced writes missing or torn at random", async () => {
    const disk = new LoggedDisk()
    await disk.mkdir(DATA)
    await disk.fsyncDir("/")
    const told = nobody()
    await receiveOn(disk, told, {
      acknowledged: (uid) => disk.say("acknowledged", uid),
      refused: (uid) => disk.say("refused", uid),
    })
    assert.equal(told.acknowledged.size, IMAGES.length)
    const dice = seededChance(SEED)
    console.log(`      ${disk.log.length} entries, every ${STRIDE}., ${CUTS} cuts each (DOKUEI_SEED=${SEED})`)
    for (let length = 2; length <= disk.log.length; length += STRIDE)
      for (let cut = 0; cut < CUTS; cut++) {
        const where = `cut ${cut} behind entry ${length}, seed ${SEED}`
        const found = await foundOn(await disk.afterPowerCut(length, dice))
        for (const entry of disk.log.slice(0, length)) {
          if (entry.op !== "said") continue
          if (entry.what === "acknowledged")
            demandKept(found, entry.id, told.acknowledged.get(entry.id)!, where)
          else assert.ok(!found.has(entry.id), `${entry.id} is kept: ${where}`)
        }
      }
  })

  it("never tries a failed sync again: what waited for it is refused, what comes later goes elsewhere", async () => {
    const syncs = new FailingSync()
    await syncs.mkdir(DATA)
    const told = nobody()
    await receiveOn(syncs, told)
    assert.ok(syncs.failedFile !== null)
    assert.deepEqual(new Set([...told.refused.values()]), new Set([OUT_OF_RESOURCES, DOES_NOT_MATCH]))
    // After the failure the file is cut back, marked and let go of: no write of an object, and one sync of cut and mark.
    assert.deepEqual(syncs.afterwards.slice(0, 3), ["ftruncate", "write", "fdatasync"])
    assert.deepEqual(syncs.afterwards.slice(3), ["close"])
    const found = await foundOn(syncs)
    for (const [uid, dataSet] of told.acknowledged) demandKept(found, uid, dataSet, "after a failed sync")
    for (const uid of told.refused.keys()) assert.ok(!found.has(uid))
    assert.ok(told.acknowledged.size >= IMAGES.length - 3)
  })
})

/** The second sync of a segment fails, once; what happens to its file afterwards is written down. */
class FailingSync extends MemoryDisk {
  failedFile: string | null = null
  readonly afterwards: string[] = []

  override async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const file = await super.open(path, mode)
    if (mode !== "create" || !path.includes("/objects/")) return file
    let syncs = 0
    const note = (what: string): void => {
      if (this.failedFile === path) this.afterwards.push(what)
    }
    return {
      ...file,
      write: (buffers, positionBytes) => {
        note("write")
        return file.write(buffers, positionBytes)
      },
      ftruncate: (lengthBytes) => {
        note("ftruncate")
        return file.ftruncate(lengthBytes)
      },
      close: () => {
        note("close")
        return file.close()
      },
      fdatasync: () => {
        note("fdatasync")
        syncs += 1
        if (this.failedFile !== null || syncs < 2) return file.fdatasync()
        this.failedFile = path
        return Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" }))
      },
    }
  }
}
