import assert from "node:assert/strict"
import type { SealedObject } from "../../../gateway/journey/ports/spool.ts"
import type { FileSpool } from "../../../gateway/storage/spool/file-spool.ts"
import type { Torn } from "../../../gateway/storage/spool/findings.ts"
import { MemoryDisk } from "../../../gateway/storage/spool/memory-disk.ts"
import { seal } from "../../contracts/spool.contract.ts"
import { all, collect, openTestSpool } from "./world.ts"

const DATA = "/data"

describe("bytes that change at rest", () => {
  let disk: MemoryDisk
  let objects: SealedObject[]
  let path: string

  /** Three objects in one segment, synced; closed or as a crash leaves it. */
  async function three(isClosed: boolean): Promise<void> {
    disk = new MemoryDisk()
    await disk.mkdir(DATA)
    const spool = await openTestSpool(disk, DATA, "first")
    const segment = await spool.openSegment(await spool.createSlot("received"))
    objects = []
    for (const id of ["a", "b", "c"]) objects.push(await seal(segment, Buffer.alloc(2000, id), id))
    await segment.sync()
    if (isClosed) await segment.close()
    path = `${DATA}/spool/objects/${segment.slotId}/${segment.segmentId}.seg`
  }

  async function change(at: number, bytes: Uint8Array): Promise<void> {
    await (await disk.open(path, "update")).write([bytes], at)
  }

  async function scanned(
    options?: Parameters<FileSpool["scan"]>[0],
  ): Promise<{ spool: FileSpool; ids: string; torn: Torn[] }> {
    const torn: Torn[] = []
    const spool = await openTestSpool(disk, DATA, "second", { onTorn: (one) => torn.push(one) })
    const found = await all(spool.scan(options))
    return { spool, torn, ids: found.map((object) => object.facts.meta.uniqueId).join("") }
  }

  for (const isClosed of [true, false])
    for (const [what, offset] of [
      ["header", 20],
      ["trailer", 128 + 2170 + 60],
    ] as const)
      it(`are reported when they are a ${what} in the middle of ${isClosed ? "a closed" : "an open"} segment, and the rest is kept`, async () => {
        await three(isClosed)
        const size = disk.contents().get(path)!.length
        const middle = objects[1]!.place.offsetBytes
        await change(middle + offset, Buffer.from("rot!"))
        const { spool, ids, torn } = await scanned()
        assert.equal(ids, "ac")
        assert.deepEqual(torn, [])
        const rot = spool.rot[0]
        assert.ok(rot?.what === "frame" && rot.cause.code === "ERR_SPOOL_ROT")
        assert.deepEqual([rot.offsetBytes, rot.endBytes], [middle, objects[2]!.place.offsetBytes])
        assert.equal(disk.contents().get(path)!.length, size)
      })

  it("are noticed in ciphertext when it is read, and nothing of it is handed out", async () => {
    await three(true)
    await change(objects[1]!.place.offsetBytes + 128 + 1500, Buffer.of(1, 2, 3))
    const { spool } = await scanned()
    const object = await spool.open(objects[1]!.place)
    await assert.rejects(collect(object.clear({ start: 0, end: 1 })), { code: "ERR_TAG_MISMATCH" })
    await assert.rejects(collect(object.ciphertext()), { code: "ERR_SPOOL_ROT" })
  })

  it("are noticed in the touched chunk of a long object, and only there", async () => {
    await three(true)
    const spool = await openTestSpool(disk, DATA, "long")
    const segment = await spool.openSegment(objects[0]!.place.slotId)
    const clear = Buffer.alloc(3 * 2 ** 20, "long")
    const { place } = await seal(segment, clear, "long", Buffer.alloc(0))
    await segment.close()
    path = `${DATA}/spool/objects/${segment.slotId}/${segment.segmentId}.seg`
    await change(128 + 2 ** 20 + 5, Buffer.of(1, 2, 3))
    const object = await spool.open(place)
    assert.ok((await collect(object.clear({ start: 0, end: 2 ** 20 }))).equals(clear.subarray(0, 2 ** 20)))
    await collect(object.clear({ start: 2 ** 21, end: 3 * 2 ** 20 }))
    await assert.rejects(collect(object.clear({ start: 2 ** 20 - 1, end: 2 ** 20 + 1 })), {
      code: "ERR_TAG_MISMATCH",
    })
    await assert.rejects(collect(object.clear()), { code: "ERR_TAG_MISMATCH" })
  })

  it("are a torn end when nothing whole follows and nobody recorded more", async () => {
    await three(false)
    const last = objects[2]!.place.offsetBytes
    await change(last + 300, Buffer.from("torn"))
    const { ids, torn, spool } = await scanned()
    assert.equal(ids, "ab")
    assert.deepEqual(
      torn.map(({ offsetBytes }) => offsetBytes),
      [last],
    )
    assert.deepEqual(spool.rot, [])
    assert.equal(disk.contents().get(path)!.length, last + 64)
    assert.equal((await scanned()).ids, "ab")
  })

  it("are rot at the end too when that end is recorded as durable, and are not cut", async () => {
    await three(false)
    const size = disk.contents().get(path)!.length
    await change(objects[2]!.place.offsetBytes + 300, Buffer.from("rot!"))
    const { ids, torn, spool } = await scanned({ recordedEndBytes: () => size })
    assert.equal(ids, "ab")
    assert.deepEqual(torn, [])
    assert.equal(spool.rot.length, 1)
    assert.equal(disk.contents().get(path)!.length, size)
  })

  it("are mended in one copy of a slot, and reported when both are unreadable", async () => {
    await three(true)
    path = `${DATA}/spool/slots/slots.1.a`
    await change(4096 + 50, Buffer.from("rot!"))
    const mended = await scanned()
    assert.equal(mended.ids, "abc")
    assert.deepEqual(mended.spool.rot, [{ what: "slot-mended", index: 1 }])
    assert.deepEqual((await scanned()).spool.rot, [])
    await change(4096 + 50, Buffer.from("rot!"))
    path = `${DATA}/spool/slots/slots.1.b`
    await change(4096 + 50, Buffer.from("rot!"))
    const lost = await scanned()
    assert.equal(lost.ids, "")
    assert.deepEqual(
      lost.spool.rot.map((rot) => rot.what),
      ["slot", "keyless"],
    )
    const fresh = await lost.spool.createSlot("received")
    assert.deepEqual(
      (await scanned()).spool.slots.map((slot) => slot.slotId),
      [fresh],
      "the rotten page is not used again",
    )
  })

  it("do not bring a whole copy of the slot file down: the other fills it again", async () => {
    await three(true)
    await disk.unlink(`${DATA}/spool/slots/slots.1.a`)
    assert.equal((await scanned()).ids, "abc")
    await disk.unlink(`${DATA}/spool/slots/slots.1.b`)
    assert.equal((await scanned()).ids, "abc")
  })

  it("are not looked at in segments that are settled", async () => {
    await three(true)
    assert.equal((await scanned({ isSettled: () => Promise.resolve(true) })).ids, "")
    assert.equal((await scanned({ isRemembered: () => true })).ids, "")
  })
})
