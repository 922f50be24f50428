/** The step: what it keeps beside what was received, what it leaves as received, and what a fault or a crash costs. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { DrawError, SpoolError } from "../../../gateway/journey/errors.ts"
import type { Draughtsman } from "../../../gateway/journey/ports/drawing.ts"
import type { Spool } from "../../../gateway/journey/ports/spool.ts"
import type { InstanceRecord } from "../../../gateway/journey/records/instance.ts"
import {
  recodingContents,
  travelling,
  withOriginals,
} from "../../../gateway/journey/recode/recoding-document.ts"
import { renderedFrame } from "../../../gateway/journey/read/images.ts"
import { rollForward } from "../../../gateway/journey/recover/roll-forward.ts"
import type { World } from "../../../gateway/journey/world.ts"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { encapsulatedFrames } from "../../../gateway/standards/dicom/pixel-data.ts"
import { fileMetaBytes } from "../../../gateway/standards/dicom/part10.ts"
import { readRecoding } from "../../../gateway/standards/notice/recoding.ts"
import { written, type WrittenElement } from "../../standards/dicom/recode/data-set-writer.ts"
import { RecodingWorld, STUDY_UID } from "../recoding-world.ts"

/** Below the mark at which routine objects are refused. */
const withoutRoom = (spool: Spool): Spool =>
  new Proxy(spool, {
    get: (target, name) => {
      if (name === "openSegment")
        return () => Promise.reject(new SpoolError("ERR_SPOOL_FULL", "the disk is full"))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === "function" ? (value.bind(target) as unknown) : value
    },
  })

const CT = "1.2.840.10008.5.1.4.1.1.2"
const HTJ2K = "1.2.840.10008.1.2.4.202"
const text = (tag: number, vr: string, value: string): WrittenElement => ({
  tag,
  vr,
  value: Buffer.from(value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " ")),
})
const us = (tag: number, value: number): WrittenElement => ({
  tag,
  vr: "US",
  value: Uint8Array.of(value & 0xff, value >> 8),
})

/** A grey picture of 12 bits that no codec can make much of, or of stray bits. */
function file(uid: string, options: { rows?: number; frames?: number; stray?: boolean } = {}): Buffer {
  const { rows = 64, frames = 1, stray = false } = options
  const pixels = Buffer.alloc(rows * rows * 2 * frames)
  for (let at = 0; at < pixels.length; at += 2) pixels.writeUInt16LE(((at >> 4) ^ (at % 61)) & 0x0fff, at)
  if (stray) pixels.writeUInt16LE(0x1000, 0)
  const dataSet = written(
    [
      text(0x00080016, "UI", CT),
      text(0x00080018, "UI", uid),
      text(0x00100020, "LO", "P1"),
      text(0x0020000d, "UI", STUDY_UID),
      text(0x0020000e, "UI", `${STUDY_UID}.1`),
      us(0x00280002, 1),
      text(0x00280004, "CS", "MONOCHROME2"),
      text(0x00280008, "IS", `${frames}`),
      us(0x00280010, rows),
      us(0x00280011, rows),
      us(0x00280100, 16),
      us(0x00280101, 12),
      us(0x00280102, 11),
      us(0x00280103, 0),
      text(0x00281050, "DS", "2048"),
      text(0x00281051, "DS", "4096"),
      { tag: 0x7fe00010, vr: "OW", value: pixels },
    ],
    "implicit-le",
  )
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: CT,
    MediaStorageSOPInstanceUID: uid,
    TransferSyntaxUID: "1.2.840.10008.1.2",
    SendingApplicationEntityTitle: "CT1",
    ReceivingApplicationEntityTitle: "DOKUEI",
  })
  return Buffer.concat([meta, dataSet])
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
const ways = (records: readonly InstanceRecord[]): string[] =>
  records.map(({ recoding }) =>
    recoding?.kind === "as-received" ? recoding.reason : (recoding?.kind ?? "undecided"),
  )

describe("the step that recodes", function () {
  this.timeout(60_000)
  let sides: RecodingWorld
  const segments = (): string[] =>
    readdirSync(join(sides.folder, "data", "spool", "objects"), { recursive: true, encoding: "utf8" }).filter(
      (name) => /[0-9a-f]{32}.*[0-9a-f]{32}/.test(name),
    )

  beforeEach(async () => {
    sides = await RecodingWorld.open()
  })
  afterEach(() => sides.close())

  it("keeps each image once more in a slot of its own, bound to the received one, which stays", async () => {
    const files = [file("2.25.1"), file("2.25.2")]
    const received = await sides.receive(files)
    const { changes } = await sides.recode()
    assert.deepEqual(changes.map((each) => ("put" in each ? each.put : each.remove)).at(-1), "job")
    const records = await sides.instances(received)
    assert.deepEqual(ways(records), ["recoded", "recoded"])
    for (const [index, record] of records.entries()) {
      const { place, sha256: digest } = travelling(record)
      const bytes = await sides.clear(place)
      assert.equal(sha256(bytes), digest)
      assert.equal(sha256(await sides.clear(record.place)), sha256(files[index]!))
      assert.ok(bytes.length < files[index]!.length)
      const { facts } = await sides.spool.open(place)
      assert.equal(facts.meta.supersedes, record.place.objectId)
      assert.equal(facts.meta.TransferSyntaxUID, HTJ2K)
      assert.notEqual(place.slotId, record.place.slotId)
      const read = readPart10(bytes)
      assert.equal(read.TransferSyntaxUID, HTJ2K)
      assert.equal(read.dataSet.text("SOPInstanceUID"), `2.25.${index + 1}`)
    }
  })

  it("lets a more urgent study go first, between two images, and goes on where it was", async () => {
    const received = await sides.receive(["2.25.1", "2.25.2", "2.25.3", "2.25.4"].map((uid) => file(uid)))
    const draughtsman = sides.drawing
    let urgent: ReturnType<RecodingWorld["another"]> | null = null
    sides.drawing = {
      encodeFrame: async (frame) => {
        urgent ??= sides.another("STAT")
        await urgent
        return draughtsman.encodeFrame(frame)
      },
    }
    const { changes, again } = await sides.recode()
    assert.deepEqual([changes, again?.failureCode], [[], null])
    const decided = ways(await sides.instances(received)).filter((way) => way === "recoded").length
    assert.ok(decided > 0 && decided < received.length, `${decided} were decided`)
    await sides.recode()
    assert.equal(
      ways(await sides.instances(received)).filter((way) => way === "recoded").length,
      decided,
      "nothing goes on meanwhile",
    )
    const isRecoded = await urgent!
    await isRecoded()
    assert.equal((await sides.recode()).again, undefined)
    assert.deepEqual(ways(await sides.instances(received)), Array(4).fill("recoded"))
  })

  it("waits for none of its own urgency", async () => {
    await sides.another("ROUTINE")
    const received = await sides.receive([file("2.25.1")])
    assert.equal((await sides.recode()).again, undefined)
    assert.deepEqual(ways(await sides.instances(received)), ["recoded"])
  })

  it("leaves one as received, with its reason, and codes the others", async () => {
    const received = await sides.receive([file("2.25.1"), file("2.25.2", { stray: true }), file("2.25.3")])
    await sides.recode()
    assert.deepEqual(ways(await sides.instances(received)), ["recoded", "stray-bits", "recoded"])
  })

  it("does nothing twice, and goes on where it stopped", async () => {
    const received = await sides.receive([file("2.25.1"), file("2.25.2")])
    await sides.recode()
    const first = await sides.instances(received)
    const [late] = await sides.receive([file("2.25.3")])
    await sides.recode()
    assert.deepEqual(await sides.instances(received), first)
    assert.deepEqual(ways(await sides.instances([late!])), ["recoded"])
  })

  it("takes back what it recoded when the agreement is changed", async () => {
    const received = await sides.receive([file("2.25.1")])
    await sides.recode()
    const [late] = await sides.receive([file("2.25.2")])
    sides.recoding = "none"
    await sides.recode()
    const records = await sides.instances([...received, late!])
    assert.deepEqual(ways(records), ["not-agreed", "undecided"])
    assert.deepEqual(
      records.map((each) => travelling(each).sha256),
      records.map(({ sha256: digest }) => digest),
    )
    sides.recoding = "htj2k"
    await sides.recode()
    assert.deepEqual(ways(await sides.instances(records)), ["recoded", "recoded"])
  })

  it("waits out what is not the image's fault, and after three attempts lets it travel as received", async () => {
    const received = await sides.receive([file("2.25.1"), file("2.25.2")])
    const failing: Pick<Draughtsman, "encodeFrame"> = {
      encodeFrame: () => Promise.reject(new DrawError("ERR_DRAW_UNAVAILABLE", "the child died")),
    }
    sides.drawing = failing
    for (const attempts of [0, 1, 2])
      await assert.rejects(sides.recode(attempts), { code: "ERR_DRAW_UNAVAILABLE" })
    assert.deepEqual(ways(await sides.instances(received)), ["undecided", "undecided"])
    await sides.recode(3)
    assert.deepEqual(ways(await sides.instances(received)), ["unavailable", "unavailable"])
  })

  it("lets images travel as received when the disk has no room for a second copy, and recodes them when it has", async () => {
    const received = await sides.receive([file("2.25.1"), file("2.25.2")])
    const full = { spool: withoutRoom(sides.spool) } as Partial<World>
    await sides.recode(0, { ...sides.world, ...full })
    assert.deepEqual(ways(await sides.instances(received)), ["no-room", "no-room"])
    await sides.recode()
    assert.deepEqual(ways(await sides.instances(received)), ["recoded", "recoded"])
  })

  it("keeps the samples when the codec refuses them or finds a contradiction", async () => {
    const received = await sides.receive([file("2.25.1"), file("2.25.2")])
    let asked = 0
    sides.drawing = {
      encodeFrame: () => {
        asked += 1
        return Promise.reject(new DrawError(asked === 1 ? "ERR_FRAME_UNSUITABLE" : "ERR_FRAME_FAULT", "no"))
      },
    }
    await sides.recode()
    assert.deepEqual(ways(await sides.instances(received)).sort(), ["malformed", "not-coded"])
  })

  it("codes a film frame by frame through the spool, and leaves no scratch behind", async () => {
    // 24 MB of frames that hardly shrink: more codestream than is kept in memory.
    const film = file("2.25.1", { rows: 512, frames: 48 })
    const [received] = await sides.receive([film])
    const before = segments().length
    await sides.recode()
    const [record] = await sides.instances([received!])
    assert.deepEqual(ways([record!]), ["recoded"])
    assert.equal(segments().length, before + 1)
    const recoded = await sides.clear(travelling(record!).place)
    const read = readPart10(recoded)
    const frames = encapsulatedFrames(read.dataSet, recoded)
    assert.equal(frames.length, 48)
    assert.ok(recoded.length > 9 * 1024 * 1024, "the spool was needed")
    assert.ok(frames.every((fragments) => fragments.length === 1))
  })

  it("leaves nothing of a batch that a crash cut off: roll-forward drops what no row names", async () => {
    const received = await sides.receive([file("2.25.1"), file("2.25.2")])
    const { ledger } = sides.world
    const broken = {
      ...sides.world,
      ledger: {
        ...ledger,
        commit: (changes: Parameters<typeof ledger.commit>[0]) =>
          changes.some((each) => "put" in each && each.put === "recoding")
            ? Promise.reject(new Error("the power went"))
            : ledger.commit(changes),
      },
    }
    await assert.rejects(sides.recode(0, broken), /the power went/)
    assert.deepEqual(ways(await sides.instances(received)), ["undecided", "undecided"])
    const { segmentsDropped, instancesFiled } = await rollForward(sides.world, sides.spool)
    assert.deepEqual([segmentsDropped, instancesFiled], [0, 0], "dropped at once: nothing is left for later")
    await sides.recode()
    assert.deepEqual(ways(await sides.instances(received)), ["recoded", "recoded"])
    assert.deepEqual(await rollForward(sides.world, sides.spool), {
      segmentsDropped: 0,
      instancesFiled: 0,
      slotsDestroyed: 0,
    })
  })

  it("draws a recoded frame as it draws the received one", async () => {
    const received = await sides.receive([file("2.25.1")])
    await sides.recode()
    const [record] = await sides.instances(received)
    const window = { center: 2048, width: 4096 }
    const world = { ...sides.world, draughtsman: sides.draughtsman }
    const png = await renderedFrame(world, travelling(record!).place, 1, window)
    assert.deepEqual(Buffer.from(png), Buffer.from(await renderedFrame(world, record!.place, 1, window)))
    assert.equal(Buffer.from(png).toString("latin1", 1, 4), "PNG")
  })

  describe("the recoding document", () => {
    const study = { private: { StudyInstanceUID: STUDY_UID } } as Parameters<typeof recodingContents>[1]
    const sent = async (records: readonly InstanceRecord[]) => {
      const [content] = recodingContents(sides.world, study, records)
      const { bytes } = content!.body as { readonly bytes: Uint8Array }
      const segment = await sides.spool.openSegment(records[0]!.place.slotId)
      const writer = await segment.begin("document", new Uint8Array(0))
      await writer.write(bytes)
      const { place } = await writer.finish((await sides.spool.open(records[0]!.place)).facts.meta)
      await segment.close()
      return { bytes, document: { role: "recoding", place } as Parameters<typeof withOriginals>[2][number] }
    }
    /** As the reading centre opens them. */
    const arrived = (records: readonly InstanceRecord[]): InstanceRecord[] =>
      records.map((each) => ({ ...each, ...travelling(each), recoding: null }))

    it("binds each file that travels to the file that was received", async () => {
      const received = await sides.receive([file("2.25.1"), file("2.25.2", { stray: true })])
      await sides.recode()
      const records = await sides.instances(received)
      const { bytes, document } = await sent(records)
      const { recoded, asReceived } = readRecoding(bytes)
      assert.deepEqual(
        recoded.map(({ sha256: digest, original }) => [digest, original.sha256, original.TransferSyntaxUID]),
        [[travelling(records[0]!).sha256, received[0]!.sha256, "1.2.840.10008.1.2"]],
      )
      assert.deepEqual(
        asReceived.map(({ sha256: digest, reason }) => [digest, reason]),
        [[received[1]!.sha256, "stray-bits"]],
      )
      const bound = await withOriginals(sides.world, study, [document], arrived(records))
      assert.deepEqual(
        bound.map(({ original }) => original?.sha256 ?? null),
        [received[0]!.sha256, null],
      )
    })

    it("is refused when it names another image, too many or too few", async () => {
      const received = await sides.receive([file("2.25.1"), file("2.25.2")])
      await sides.recode()
      const records = await sides.instances(received)
      const { document } = await sent(records)
      const refused = (instances: InstanceRecord[], about = study) =>
        assert.rejects(withOriginals(sides.world, about, [document], instances), { code: "RECODING_BINDING" })
      const [first, second] = arrived(records)
      await refused([first!])
      await refused([first!, { ...second!, sha256: "0".repeat(64) }])
      const swapped = { ...second!, private: { ...second!.private, SOPInstanceUID: "2.25.9" } }
      await refused([first!, swapped])
      await refused([first!, second!], { private: { StudyInstanceUID: "1.2" } } as typeof study)
    })

    it("is not sent when nothing was decided", async () => {
      const received = await sides.receive([file("2.25.1")])
      assert.deepEqual(recodingContents(sides.world, study, received), [])
    })
  })
})
