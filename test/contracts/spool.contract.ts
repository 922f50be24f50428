/**
 * What the port `Spool` promises, whoever answers it. Call it from a test file with a way to open, and to open again
 * what was closed.
 */
import assert from "node:assert/strict"
import { createCipheriv } from "node:crypto"
import type { SealedObject, Segment, Spool } from "../../gateway/journey/ports/spool.ts"
import { all, collect, meta, prologue, seededChance, sha256 } from "../storage/spool/world.ts"

export interface SpoolUnderTest {
  readonly spool: Spool
  /** Ends this one and opens the same store again, as after a restart. */
  restart(): Promise<Spool>
}

const MIB = 2 ** 20
const dice = seededChance("spool contract")

/** Seals `clear` in uneven pieces. */
export async function seal(
  segment: Segment,
  clear: Uint8Array,
  uniqueId: string,
  head = prologue(),
): Promise<SealedObject> {
  const writer = await segment.begin("instance", head)
  for (let at = 0, step = 1; at < clear.length; at += step, step = Math.min(200_000, step * 3))
    await writer.write(clear.subarray(at, at + step))
  return writer.finish(meta(uniqueId))
}

export function describeSpool(
  name: string,
  open: () => Promise<SpoolUnderTest>,
  close: () => Promise<void>,
): void {
  describe(`${name} keeps the promises of a spool`, () => {
    let spool: Spool
    let under: SpoolUnderTest

    beforeEach(async () => {
      under = await open()
      spool = under.spool
    })
    afterEach(close)

    const newSegment = async (): Promise<Segment> => spool.openSegment(await spool.createSlot("received"))

    for (const length of [0, 1, 15, 16, 70_000, MIB - 170, MIB - 169, MIB, 3 * MIB + 5])
      it(`gives back ${length} clear bytes as they came, with both digests`, async () => {
        const [segment, clear] = [await newSegment(), dice.bytes(length)]
        const sealed = await seal(segment, clear, "1")
        await segment.sync()
        const file = Buffer.concat([prologue(), clear])
        assert.equal(Buffer.from(sealed.facts.sha256).toString("hex"), sha256(file))
        assert.equal(Buffer.from(sealed.facts.sha256DataSet).toString("hex"), sha256(clear))
        assert.equal(sealed.facts.clearLengthBytes, file.length)
        const object = await spool.open(sealed.place)
        assert.ok((await collect(object.clear())).equals(file))
        assert.deepEqual(object.facts, sealed.facts)
      })

    it("gives back any range of a long object", async () => {
      const [segment, clear] = [await newSegment(), dice.bytes(3 * MIB + 77)]
      const object = await spool.open((await seal(segment, clear, "1", Buffer.alloc(0))).place)
      for (const [start, end] of [
        [0, 1],
        [5, 40],
        [MIB - 1, MIB + 1],
        [MIB, 2 * MIB],
        [17, 3 * MIB + 77],
        [3 * MIB + 76, 3 * MIB + 77],
        [9, 9],
      ] as const)
        assert.ok(
          (await collect(object.clear({ start, end }))).equals(clear.subarray(start, end)),
          `${start}-${end}`,
        )
    })

    it("refuses a range outside the object", async () => {
      const segment = await newSegment()
      const object = await spool.open((await seal(segment, dice.bytes(10), "1", Buffer.alloc(0))).place)
      for (const range of [
        { start: -1, end: 5 },
        { start: 0, end: 11 },
        { start: 6, end: 5 },
      ])
        await assert.rejects(async () => collect(object.clear(range)), RangeError)
    })

    for (const length of [0, 12, 2 * MIB + 3])
      it(`adopts ${length} bytes of ciphertext unchanged`, async () => {
        const [segment, clear] = [await newSegment(), dice.bytes(length)]
        const theirs = encrypt(clear)
        const writer = await segment.adopt("submission", theirs)
        for (let at = 0; at < length; at += 65_537)
          await writer.write(theirs.ciphertext.subarray(at, at + 65_537))
        const sealed = await writer.finish(theirs.tag, meta("2.25.1", { mimeType: "text/xml" }))
        const object = await spool.open(sealed.place)
        assert.ok((await collect(object.ciphertext())).equals(theirs.ciphertext))
        assert.ok((await collect(object.clear())).equals(clear))
        assert.equal(sha256(clear), Buffer.from(sealed.facts.sha256).toString("hex"))
        assert.deepEqual(sealed.facts.sha256DataSet, sealed.facts.sha256)
      })

    it("finds the data set of an adopted DICOM file, in whatever pieces it comes", async () => {
      const dataSet = dice.bytes(1000)
      const theirs = encrypt(Buffer.concat([prologue(60), dataSet]))
      for (const step of [1, 143, 150, 5000]) {
        const segment = await newSegment()
        const writer = await segment.adopt("document", theirs)
        for (let at = 0; at < theirs.ciphertext.length; at += step)
          await writer.write(theirs.ciphertext.subarray(at, at + step))
        const { facts } = await writer.finish(theirs.tag, meta("1"))
        assert.equal(Buffer.from(facts.sha256DataSet).toString("hex"), sha256(dataSet), `steps of ${step}`)
      }
    })

    it("refuses ciphertext whose tag does not fit, and keeps nothing of it", async () => {
      const segment = await newSegment()
      const theirs = encrypt(dice.bytes(MIB + 9))
      const writer = await segment.adopt("submission", theirs)
      await writer.write(theirs.ciphertext)
      await assert.rejects(writer.finish(dice.bytes(16), meta("1")), { code: "ERR_TAG_MISMATCH" })
      await writer.abort()
      assert.equal(segment.lengthBytes, 0)
      const kept = await seal(segment, dice.bytes(9), "2")
      await segment.close()
      spool = await under.restart()
      assert.deepEqual(
        (await all(spool.scan())).map((object) => object.place),
        [kept.place],
      )
    })

    it("cuts an aborted object off and goes on behind the last good one", async () => {
      const segment = await newSegment()
      const first = await seal(segment, dice.bytes(500), "1")
      const length = segment.lengthBytes
      const writer = await segment.begin("instance", prologue())
      await writer.write(dice.bytes(3 * MIB))
      await writer.abort()
      await writer.abort()
      assert.equal(segment.lengthBytes, length)
      const second = await seal(segment, dice.bytes(400), "2")
      await segment.close()
      spool = await under.restart()
      assert.deepEqual(
        (await all(spool.scan())).map((object) => object.place),
        [first.place, second.place],
      )
    })

    it("finds everything again after a restart, facts included, oldest segment first", async () => {
      const sealed: SealedObject[] = []
      for (const slotClass of ["received", "recoded", "documents"] as const) {
        const segment = await spool.openSegment(await spool.createSlot(slotClass))
        sealed.push(await seal(segment, dice.bytes(1000), "1"), await seal(segment, dice.bytes(2 * MIB), "2"))
        await segment.close()
      }
      spool = await under.restart()
      assert.deepEqual(await all(spool.scan()), sealed)
      assert.deepEqual(await all(spool.scan()), sealed)
    })

    it("answers sync for many at once, and for nobody when there is nothing", async () => {
      const segment = await newSegment()
      await segment.sync()
      await seal(segment, dice.bytes(100), "1")
      const early = [segment.sync(), segment.sync()]
      await seal(segment, dice.bytes(100), "2")
      await Promise.all([...early, segment.sync(), segment.sync()])
      await segment.close()
      await segment.close()
      await segment.sync()
    })

    it("takes nothing after close", async () => {
      const segment = await newSegment()
      await segment.close()
      await assert.rejects(segment.begin("instance", prologue()), { code: "ERR_SPOOL_WRITE" })
    })

    it("takes one object at a time", async () => {
      const segment = await newSegment()
      const writer = await segment.begin("instance", prologue())
      await assert.rejects(segment.begin("instance", prologue()), { code: "ERR_SPOOL_WRITE" })
      await writer.abort()
      await assert.rejects(writer.write(Buffer.of(1)), { code: "ERR_SPOOL_WRITE" })
    })

    it("destroys a slot: gone for readers at once, gone after a restart, and twice is as good as once", async () => {
      const slotId = await spool.createSlot("received")
      const other = await newSegment()
      const kept = await seal(other, dice.bytes(50), "9")
      await other.close()
      const segment = await spool.openSegment(slotId)
      const sealed = await seal(segment, dice.bytes(3 * MIB), "1")
      await segment.close()
      const reading = (await spool.open(sealed.place)).clear()[Symbol.asyncIterator]()
      await reading.next()
      const column = spool.sealColumn(slotId, "patient.name.1", Buffer.from("山田"))
      const destruction = await spool.destroySlot(slotId)
      assert.equal(destruction.readBack, true)
      assert.equal(destruction.objects, 1)
      assert.equal(destruction.bytes, segment.lengthBytes)
      await assert.rejects(reading.next(), { code: "ERR_SLOT_GONE" })
      await assert.rejects(spool.open(sealed.place), { code: "ERR_SLOT_GONE" })
      assert.throws(() => spool.openColumn(slotId, "patient.name.1", column), { code: "ERR_SLOT_GONE" })
      await assert.rejects(spool.openSegment(slotId), { code: "ERR_SLOT_GONE" })
      const again = await spool.destroySlot(slotId)
      assert.deepEqual([again.objects, again.readBack], [0, true])
      spool = await under.restart()
      await assert.rejects(spool.open(sealed.place), { code: "ERR_SLOT_GONE" })
      assert.deepEqual(
        (await all(spool.scan())).map((object) => object.place),
        [kept.place],
      )
    })

    it("destroys a slot under a writer: what it still writes is refused", async () => {
      const segment = await newSegment()
      const writer = await segment.begin("instance", prologue())
      await writer.write(dice.bytes(2 * MIB))
      await spool.destroySlot(segment.slotId)
      await assert.rejects(
        (async () => {
          await writer.write(dice.bytes(2 * MIB))
          await writer.finish(meta("1"))
        })(),
        { code: "ERR_SLOT_GONE" },
      )
      await writer.abort()
      await assert.rejects(segment.sync(), { code: "ERR_SLOT_GONE" })
    })

    it("discards one segment and leaves its neighbour", async () => {
      const slotId = await spool.createSlot("documents")
      const [one, other] = [await spool.openSegment(slotId), await spool.openSegment(slotId)]
      await seal(one, dice.bytes(10), "1")
      const kept = await seal(other, dice.bytes(10), "2")
      await one.close()
      await other.close()
      await spool.discardSegment(slotId, one.segmentId)
      await spool.discardSegment(slotId, one.segmentId)
      assert.deepEqual(
        (await all(spool.scan())).map((object) => object.place),
        [kept.place],
      )
    })

    it("seals columns that open in their own place only, and after a restart", async () => {
      const [slotId, other] = [await spool.createSlot("received"), await spool.createSlot("received")]
      const sealed = spool.sealColumn(slotId, "study.patient.7", Buffer.from("読影 太郎"))
      spool = await under.restart()
      assert.equal(Buffer.from(spool.openColumn(slotId, "study.patient.7", sealed)).toString(), "読影 太郎")
      for (const [id, context, bytes] of [
        [slotId, "study.patient.8", sealed],
        [other, "study.patient.7", sealed],
        [slotId, "study.patient.7", sealed.subarray(1)],
        [slotId, "study.patient.7", Buffer.alloc(3)],
      ] as const)
        assert.throws(() => spool.openColumn(id, context, bytes), { code: "ERR_TAG_MISMATCH" })
    })

    it("does not take one object for another", async () => {
      const segment = await newSegment()
      const [one, two] = [await seal(segment, dice.bytes(10), "1"), await seal(segment, dice.bytes(10), "2")]
      await assert.rejects(spool.open({ ...one.place, offsetBytes: two.place.offsetBytes }), {
        code: "ERR_SPOOL_ROT",
      })
      await assert.rejects(spool.open({ ...one.place, offsetBytes: 3 }), { code: "ERR_SPOOL_ROT" })
      await assert.rejects(spool.open({ ...one.place, offsetBytes: 10 ** 9 }), { code: "ERR_SPOOL_ROT" })
    })

    it("tells how full the disk is", async () => {
      const { freeBytes, totalBytes } = await spool.usage()
      assert.ok(freeBytes > 0 && freeBytes <= totalBytes)
    })
  })
}

export function encrypt(clear: Uint8Array): {
  cek: Uint8Array
  nonce: Uint8Array
  ciphertext: Buffer
  tag: Buffer
} {
  const [cek, nonce] = [dice.bytes(32), dice.bytes(12)]
  const cipher = createCipheriv("aes-256-gcm", cek, nonce)
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  return { cek, nonce, ciphertext, tag: cipher.getAuthTag() }
}
