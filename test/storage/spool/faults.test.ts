import assert from "node:assert/strict"
import type { SealedObject } from "../../../gateway/journey/ports/spool.ts"
import { currentEpoch } from "../../../gateway/storage/spool/file-spool.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"
import { seal } from "../../contracts/spool.contract.ts"
import { type Fault, FaultyDisk, isKill } from "./faulty-disk.ts"
import { type Told, receive } from "./reception.ts"
import { EPOCH_KEY, all, collect, openTestSpool } from "./world.ts"

const DATA = "/data"
const NEXT_KEY = { epoch: 2, key: Buffer.alloc(32, 9) }

async function emptyDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  await disk.mkdir(DATA)
  return disk
}

const nobody = (): Told => ({ acknowledged: new Map(), refused: new Set() })

/** Opens and receives on a disk with a fault; answers what was told and how many operations it took. */
async function receiveWith(inner: MemoryDisk, fault: Fault): Promise<{ told: Told; operations: number }> {
  const disk = new FaultyDisk(inner, fault)
  const told = nobody()
  try {
    await receive(await openTestSpool(disk, DATA, "first"), told)
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error, String(error))
  }
  return { told, operations: disk.operations }
}

async function check(inner: MemoryDisk, told: Told, isRefusalSure: boolean, where: string): Promise<void> {
  const spool = await openTestSpool(inner, DATA, "second")
  const found = new Map<string, SealedObject>()
  for await (const object of spool.scan()) found.set(object.facts.meta.uniqueId, object)
  for (const [uniqueId, clear] of told.acknowledged) {
    const object = found.get(uniqueId)
    assert.ok(object !== undefined, `${uniqueId} is lost, ${where}`)
    assert.ok(
      (await collect((await spool.open(object.place)).clear())).equals(clear),
      `${uniqueId} changed, ${where}`,
    )
  }
  if (isRefusalSure)
    for (const uniqueId of told.refused) assert.ok(!found.has(uniqueId), `${uniqueId} is kept, ${where}`)
  assert.deepEqual(
    spool.rot.filter((rot) => rot.what !== "slot-mended"),
    [],
    where,
  )
  assert.equal((await all(spool.scan())).length, found.size, `the second scan differs, ${where}`)
}

describe("reception on a disk that fails at its n-th operation, for every n", () => {
  for (const code of ["ENOSPC", "EIO", "KILL"] as const)
    for (const lasting of code === "KILL" ? [false] : [false, true])
      it(`loses nothing acknowledged and keeps nothing refused: ${code}${lasting ? " from then on" : ""}`, async () => {
        const { told, operations } = await receiveWith(await emptyDisk(), { at: 0, code, lasting })
        assert.equal(told.acknowledged.size, 6)
        assert.deepEqual([...told.refused], ["bad tag"])
        for (let at = 1; at <= operations; at += 1) {
          const disk = await emptyDisk()
          const outcome = await receiveWith(disk, { at, code, lasting })
          await check(disk, outcome.told, !lasting, `${code} at operation ${at} of ${operations}`)
        }
      })

  it("goes on receiving after a single failure of the disk", async () => {
    const { operations } = await receiveWith(await emptyDisk(), { at: 0, code: "EIO", lasting: false })
    const received: number[] = []
    for (let at = operations - 15; at <= operations; at += 1) {
      const { told } = await receiveWith(await emptyDisk(), { at, code: "EIO", lasting: false })
      received.push(told.acknowledged.size)
    }
    assert.ok(Math.min(...received) >= 3, String(received))
  })
})

/** A spool with two slots of one object each; the first is about to go. */
async function twoSlots(disk: MemoryDisk): Promise<{ doomed: SealedObject; kept: SealedObject }> {
  const spool = await openTestSpool(disk, DATA, "two")
  const sealed: SealedObject[] = []
  for (const uniqueId of ["doomed", "kept"]) {
    const segment = await spool.openSegment(await spool.createSlot("received"))
    sealed.push(await seal(segment, Buffer.alloc(1000, 3), uniqueId))
    await segment.close()
  }
  await spool.close()
  return { doomed: sealed[0]!, kept: sealed[1]! }
}

describe("destroying a slot on a disk that fails at its n-th operation, for every n", () => {
  for (const code of ["EIO", "KILL"] as const)
    it(`is finished by the second call and takes nothing else along: ${code}`, async () => {
      for (let at = 1, isOver = false; !isOver; at += 1) {
        const inner = await emptyDisk()
        const { doomed, kept } = await twoSlots(inner)
        const disk = new FaultyDisk(inner, { at, code, lasting: false })
        let spool = await openTestSpool(disk, DATA, "three").catch(() => null)
        isOver =
          (await spool?.destroySlot(doomed.place.slotId).catch(() => null)) !== null && disk.operations < at
        disk.mend()
        if (spool === null || code === "KILL") spool = await openTestSpool(inner, DATA, "four")
        const { readBack } = await spool.destroySlot(doomed.place.slotId)
        assert.equal(readBack, true)
        const names = [...inner.contents().keys()].filter((path) => path.includes(doomed.place.slotId))
        assert.deepEqual(names, [], `${code} at operation ${at}`)
        const afterwards = await openTestSpool(inner, DATA, "five")
        assert.deepEqual(
          (await all(afterwards.scan())).map((object) => object.place),
          [kept.place],
        )
      }
    })
})

describe("turning the epoch on a disk that fails at its n-th operation, for every n", () => {
  for (const code of ["EIO", "ENOSPC", "KILL"] as const)
    it(`leaves one epoch that opens everything, and ends in the new one: ${code}`, async () => {
      for (let at = 1, isOver = false; !isOver; at += 1) {
        const inner = await emptyDisk()
        const { doomed, kept } = await twoSlots(inner)
        const disk = new FaultyDisk(inner, { at, code, lasting: false })
        const spool = await openTestSpool(disk, DATA, "three").catch(() => null)
        const failure: unknown = await spool?.turnEpoch(NEXT_KEY).then(
          () => null,
          (error: unknown) => error,
        )
        isOver = failure === null && disk.operations < at
        disk.mend()
        if (spool !== null && !isKill(failure)) await demandBoth(spool, [doomed, kept])
        const epoch = await currentEpoch(DATA, inner)
        const epochKey = epoch === 1 ? EPOCH_KEY : NEXT_KEY
        const again = await openTestSpool(inner, DATA, "four", { epochKey })
        await demandBoth(again, [doomed, kept])
        await again.turnEpoch(NEXT_KEY)
        await demandBoth(again, [doomed, kept])
        const files = [...inner.contents().keys()].filter((path) => /slots\.\d/.test(path))
        assert.deepEqual(
          files.map((path) => path.slice(-9)),
          ["slots.2.a", "slots.2.b"],
          `${code} at operation ${at}`,
        )
        await again.close()
        await assert.rejects(openTestSpool(inner, DATA, "five"), { code: "ERR_KEY_MISSING" })
      }
    })

  async function demandBoth(
    spool: Awaited<ReturnType<typeof openTestSpool>>,
    objects: readonly SealedObject[],
  ): Promise<void> {
    for (const { place, facts } of objects) assert.deepEqual((await spool.open(place)).facts, facts)
  }
})
