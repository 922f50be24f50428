import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { deflateRawSync } from "node:zlib"
import { after, before, describe, it } from "mocha"
import type { StoreOutcome } from "../../../gateway/journey/ports/inbound.ts"
import { fileMetaBytes, type FileMeta } from "../../../gateway/standards/dicom/part10.ts"
import { MEDIA_STORAGE_DIRECTORY } from "../../../gateway/standards/dicom/sop-classes.ts"
import { MR_IMAGE_STORAGE } from "../../peers/dicom-study.ts"
import { MEDIA } from "../gateway.ts"
import { STORED, store, study, type Image } from "../people.ts"
import { TwoSides } from "../world.ts"

const SENDER = { callingAE: "CD", remoteAddress: "192.0.2.9" }
const EXPLICIT_LE = "1.2.840.10008.1.2.1"
const DEFLATED = "1.2.840.10008.1.2.1.99"

const metaOf = (image: Image, more: Partial<FileMeta> = {}): Uint8Array =>
  fileMetaBytes({
    MediaStorageSOPClassUID: MR_IMAGE_STORAGE,
    MediaStorageSOPInstanceUID: image.SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_LE,
    SendingApplicationEntityTitle: "SCANNER",
    ReceivingApplicationEntityTitle: "WRITER",
    ...more,
  })

describe("files", () => {
  let sides: TwoSides
  before(async () => (sides = await TwoSides.open()))
  after(() => sides.close())

  async function bring(file: Uint8Array, of: string | null = null, piece = 700): Promise<StoreOutcome> {
    const intake = sides.edge.files.open(SENDER)
    try {
      const sink = intake.begin(of)
      for (let at = 0; at < file.length; at += piece) await sink.write(file.subarray(at, at + piece))
      return await sink.finish()
    } finally {
      await intake.end()
    }
  }

  /** The sealed object of an instance, clear. */
  async function kept(SOPInstanceUID: string): Promise<Buffer[]> {
    const found: Buffer[] = []
    for await (const { place, facts } of sides.edge.spool.scan()) {
      if (facts.meta.uniqueId !== SOPInstanceUID) continue
      const parts: Uint8Array[] = []
      for await (const part of (await sides.edge.spool.open(place)).clear()) parts.push(part)
      found.push(Buffer.concat(parts))
    }
    return found
  }

  it("are sealed octet by octet, with their own preamble and header", async () => {
    const [image] = study("P-OWN", 1).instances
    const meta = Buffer.from(metaOf(image!))
    meta.write("II*\0", 0, "latin1") // a TIFF at the same time, PS3.10 7.1
    const file = Buffer.concat([meta, image!.dataSet])
    const { status, became, instance } = await bring(file)
    assert.deepEqual([status, became], [STORED, "new"])
    assert.equal(instance?.SOPInstanceUID, image!.SOPInstanceUID)
    assert.deepEqual(await kept(image!.SOPInstanceUID), [file])
  })

  it("are the instances a C-STORE brings: the data set alone tells whether one is here already", async () => {
    const small = study("P-SAME", 2)
    const [first, second] = small.instances
    await store(sides.edge, [first!])
    assert.equal((await bring(Buffer.concat([metaOf(first!), first!.dataSet]))).became, "same")
    assert.equal((await bring(Buffer.concat([metaOf(second!), second!.dataSet]))).became, "new")
    const other = Buffer.from(second!.dataSet)
    other[other.length - 1]! ^= 1
    assert.equal((await bring(Buffer.concat([metaOf(second!), other]))).became, "conflict")
    await sides.edge.runDue()
    const [record] = await sides.edge.ledger.studiesByUid(small.StudyInstanceUID)
    assert.deepEqual([record?.instances, record?.conflicts], [3, 1])
    const digests = (await sides.edge.ledger.instances(record!.id)).map(({ sha256DataSet }) => sha256DataSet)
    const hash = createHash("sha256").update(second!.dataSet).digest("hex")
    assert.ok(digests.includes(hash))
  })

  it("whose header is wrong get one of ours", async () => {
    const [image, another] = study("P-META", 2).instances
    const wrong = metaOf(image!, { MediaStorageSOPInstanceUID: "1.2.3" })
    const long = Buffer.from(metaOf(another!))
    long.writeUInt32LE(long.readUInt32LE(140) + 240, 140)
    for (const [each, meta] of [
      [image!, wrong],
      [another!, long],
    ] as const) {
      assert.equal((await bring(Buffer.concat([meta, each.dataSet]))).became, "new")
      const ours = metaOf(each, {
        SendingApplicationEntityTitle: "CD",
        ReceivingApplicationEntityTitle: "DOKUEI",
      })
      assert.deepEqual(await kept(each.SOPInstanceUID), [Buffer.concat([ours, each.dataSet])])
    }
  })

  it("may be small and deflated", async () => {
    const [image] = study("P-DEFLATED", 1).instances
    const meta = metaOf(image!, { TransferSyntaxUID: DEFLATED })
    const file = Buffer.concat([meta, deflateRawSync(image!.dataSet)])
    assert.equal((await bring(file)).became, "new")
    assert.deepEqual(await kept(image!.SOPInstanceUID), [file])
  })

  it("may inflate to far more than there is memory for: only their beginning is looked at", async () => {
    const [image] = study("P-BOMB", 1).instances
    // Pixel Data of 100 MiB of zeros: its length stands four bytes before its value.
    const dataSet = Buffer.concat([image!.dataSet.subarray(0, -512), Buffer.alloc(100 * 1024 * 1024)])
    dataSet.writeUInt32LE(100 * 1024 * 1024, image!.dataSet.length - 512 - 4)
    const meta = metaOf(image!, { TransferSyntaxUID: DEFLATED })
    const file = Buffer.concat([meta, deflateRawSync(dataSet, { level: 9 })])
    assert.ok(file.length < 200_000)
    assert.equal((await bring(file, null, file.length)).became, "new")
  })

  it("are refused by a reason, and nothing of them is kept", async () => {
    const small = study("P-BAD", 1)
    const [image] = small.instances
    const refusal = async (file: Uint8Array, of: string | null = null): Promise<string> => {
      const { status, became } = await bring(file, of)
      return `${became} ${status.toString(16)}`
    }
    const file = Buffer.concat([metaOf(image!), image!.dataSet])
    assert.equal(await refusal(new Uint8Array(0)), "cut c000")
    assert.equal(await refusal(Buffer.from("a text ".repeat(100))), "refused c000")
    assert.equal(await refusal(file.subarray(0, 140)), "cut c000")
    assert.equal(await refusal(file.subarray(0, -1)), "cut c000")
    const directory = metaOf(image!, { MediaStorageSOPClassUID: MEDIA_STORAGE_DIRECTORY })
    assert.equal(await refusal(Buffer.concat([directory, image!.dataSet])), "refused 122")
    const unknown = metaOf(image!, { TransferSyntaxUID: "1.2.840.113619.5.2" })
    assert.equal(await refusal(Buffer.concat([unknown, image!.dataSet])), "refused c122")
    assert.equal(await refusal(file, "1.2.3"), "refused a900")
    const deflated = [
      metaOf(image!, { TransferSyntaxUID: DEFLATED }),
      deflateRawSync(image!.dataSet),
    ] as const
    assert.equal(await refusal(Buffer.concat(deflated).subarray(0, -3)), "cut c000")
    assert.equal(await refusal(Buffer.concat([...deflated, Buffer.from("rubbish")])), "refused c000")
    assert.deepEqual(await kept(image!.SOPInstanceUID), [])
    assert.equal((await bring(file, small.StudyInstanceUID)).became, "new")
  })

  it("from media of others are an import in the audit trail, those of our own senders a transfer", async () => {
    const came = async (callingAE: string, small: ReturnType<typeof study>): Promise<string[]> => {
      const intake = sides.edge.files.open({ ...SENDER, callingAE })
      const sink = intake.begin(null)
      await sink.write(Buffer.concat([metaOf(small.instances[0]!), small.instances[0]!.dataSet]))
      assert.equal((await sink.finish()).became, "new")
      await intake.end()
      await sides.settle()
      const rows = await sides.edge.audited()
      return rows.flatMap(({ event }) =>
        event.StudyInstanceUID === small.StudyInstanceUID ? [`${event.event} ${event.peer?.id}`] : [],
      )
    }
    assert.deepEqual(await came(MEDIA, study("P-DISC", 1)), ["media-imported MEDIA"])
    assert.deepEqual(await came("CD", study("P-SCAN", 1)), ["instances-received CD"])
  })

  it("cost no more when they come octet by octet", async () => {
    const [image] = study("P-SLOW", 1, { rows: 128 }).instances
    const file = Buffer.concat([metaOf(image!), image!.dataSet])
    const started = process.cpuUsage().user
    assert.equal((await bring(file, null, 1)).became, "new")
    assert.ok(process.cpuUsage().user - started < 5_000_000)
  })
})
