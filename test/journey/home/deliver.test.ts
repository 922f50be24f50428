import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { storageScu } from "../../../gateway/actors/association-requestor/storage-scu.ts"
import { localDateTime } from "../../../gateway/journey/local-day.ts"
import { deliver, type DeliverOptions } from "../../../gateway/journey/home/deliver.ts"
import { AssociationError, DimseError } from "../../../gateway/journey/errors.ts"
import type { ReportArchive } from "../../../gateway/journey/ports/dicom-nodes.ts"
import { readPart10, type DataSet } from "../../../gateway/standards/dicom/data-set.ts"
import { encapsulatedDocument } from "../../../gateway/standards/dicom/encapsulated-pdf.ts"
import { ANNEX_H, IDEOGRAPHIC_NAME, OTHER_NAMES } from "../../peers/japanese-names.ts"
import { Dcmqrscp } from "../../peers/dcmqrscp.ts"
import { Orthanc } from "../../peers/orthanc.ts"
import { Storescp } from "../../peers/storescp.ts"
import { ADDENDUM, CORRECTED, REPORT } from "../../standards/cda/sample-report.ts"
import { ReportAtHospital } from "../report-at-hospital.ts"

const run = promisify(execFile)
const PDF = Buffer.from("%PDF-1.7\nthe signed bytes, an odd number of them\n%%EOF")
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
const JAPANESE = ANNEX_H[1]!

/** DCMTK's picture of an image, as PGM. */
async function dcmtkPicture(file: Uint8Array): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "dokuei-picture-"))
  await writeFile(join(folder, "page.dcm"), file)
  await run("dcm2pnm", [join(folder, "page.dcm"), join(folder, "page.pgm")])
  const picture = await readFile(join(folder, "page.pgm"))
  await rm(folder, { recursive: true })
  return picture
}

describe("a report on its way to the hospital's archive", function () {
  this.timeout(20_000)
  let hospital: ReportAtHospital

  beforeEach(async () => {
    hospital = await ReportAtHospital.open(JAPANESE)
  })
  afterEach(() => hospital.close())

  const at = (port: number, aeTitle = "PACS"): DeliverOptions => ({
    archive: storageScu(
      { aeTitle, host: "127.0.0.1", port, tls: null },
      { callingAE: "DOKUEI", timeouts: { connectMs: 1000, artimMs: 1000, responseMs: 5000 } },
    ),
    characterSet: "study",
  })
  const failing = (error: () => Error): DeliverOptions => {
    const archive: ReportArchive = { aeTitle: "PACS", address: "", store: () => Promise.reject(error()) }
    return { archive, characterSet: "study" }
  }
  const delivery = async (id: string) => (await hospital.ledger.deliveriesOf(id))[0]
  const objects = (files: readonly Uint8Array[]): DataSet[] => files.map((file) => readPart10(file).dataSet)

  it("is not stored while its text says that nobody answers for it yet", async () => {
    const id = await hospital.comesHome({ ...REPORT, status: "preliminary" }, PDF)
    const away = failing(() => new Error("the archive was asked"))
    assert.equal(await hospital.attempt(id, away), null)
    assert.equal(await delivery(id), undefined)
  })

  it("is stored in storescp with the signed bytes, and known to be there", async () => {
    const peer = await Storescp.open()
    const id = await hospital.comesHome(REPORT, PDF)
    assert.equal(await hospital.attempt(id, at(peer.port)), null)
    const [object] = objects(peer.files())
    await peer.close()
    assert.equal(sha256(encapsulatedDocument(object!)!), sha256(PDF))
    assert.equal(object!.text("SpecificCharacterSet"), JAPANESE.SpecificCharacterSet.split("\\")[0])
    assert.equal(object!.personName("PatientName").ideographic.familyName, "山田")
    assert.equal(object!.text("ContentDate") + object!.text("ContentTime"), "20261125141205")
    const { state, form, aeTitle, deliveredAt, failureCode } = (await delivery(id))!
    assert.deepEqual([state, form, aeTitle, failureCode], ["delivered", "encapsulated-pdf", "PACS", null])
    assert.equal(deliveredAt, "2026-11-25T06:00:00.000Z")
    const [row] = await hospital.ledger.auditOutbox(10)
    assert.equal(row!.event.event, "instances-sent")
    assert.equal(row!.event.PatientID, "00-0012345")
  })

  it("is stored in Orthanc, which reads the name in the study's own character set", async () => {
    const peer = await Orthanc.open()
    // Orthanc does not read IR 87 behind IR 13, not even in the image.
    const [image] = ANNEX_H
    await hospital.close()
    hospital = await ReportAtHospital.open(image!)
    const id = await hospital.comesHome(REPORT, PDF)
    await hospital.attempt(id, at(peer.port))
    const [instance] = await peer.get<string[]>("/instances")
    const tags = await peer.get<Record<string, string>>(`/instances/${instance!}/simplified-tags`)
    const [object] = objects(await peer.files())
    await peer.close()
    assert.equal(tags.PatientName!.split("=")[1], IDEOGRAPHIC_NAME.replace(" ", "^"))
    assert.equal(tags.DocumentTitle, "画像診断報告書")
    assert.equal(tags.SpecificCharacterSet, image!.SpecificCharacterSet)
    assert.equal(sha256(encapsulatedDocument(object!)!), sha256(PDF))
  })

  it("is stored in Orthanc in whatever character set the study is in, its name byte by byte as the image has it", async function () {
    this.timeout(60_000)
    const peer = await Orthanc.open()
    const seen: [string, string | undefined][] = []
    for (const shape of [...ANNEX_H, ...OTHER_NAMES]) {
      await hospital.close()
      hospital = await ReportAtHospital.open(shape)
      const known = new Set(await peer.get<string[]>("/instances"))
      await hospital.attempt(await hospital.comesHome(REPORT, PDF), at(peer.port))
      const [instance] = (await peer.get<string[]>("/instances")).filter((each) => !known.has(each))
      const { dataSet } = readPart10(await peer.bytes(`/instances/${instance!}/file`))
      const bytes = Buffer.from(dataSet.bytes("PatientName")!)
      assert.deepEqual(
        bytes.subarray(0, shape.PatientName.length),
        Buffer.from(shape.PatientName),
        shape.what,
      )
      assert.equal(dataSet.texts("SpecificCharacterSet").join("\\"), shape.SpecificCharacterSet)
      assert.equal(sha256(encapsulatedDocument(dataSet)!), sha256(PDF))
      assert.equal(dataSet.decoded("DocumentTitle")!.marked, false)
      if ("text" in shape) assert.equal(dataSet.decoded("PatientName")!.text, shape.text)
      const tags = await peer.get<Record<string, string>>(`/instances/${instance!}/simplified-tags`)
      seen.push([shape.what, tags.PatientName])
    }
    await peer.close()
    for (const { what, text } of OTHER_NAMES)
      assert.deepEqual(
        seen.find(([each]) => each === what),
        [what, text],
      )
  })

  it("is stored in dcmqrscp, in UTF-8 where that is agreed", async () => {
    const peer = await Dcmqrscp.open("ARCHIVE")
    const id = await hospital.comesHome(REPORT, PDF)
    await hospital.attempt(id, { ...at(peer.port, "ARCHIVE"), characterSet: "ISO_IR 192" })
    const [object] = objects(peer.files())
    await peer.close()
    assert.equal(object!.text("SpecificCharacterSet"), "ISO_IR 192")
    assert.equal(object!.personName("PatientName").ideographic.familyName, "山田")
  })

  it("is stored as pictures where the archive takes no PDF, and the signed PDF is named in them", async () => {
    const peer = await Storescp.taking("1.2.840.10008.5.1.4.1.1.7")
    const id = await hospital.comesHome(REPORT, PDF)
    await hospital.attempt(id, at(peer.port))
    const files = peer.files()
    await peer.close()
    const [page] = objects(files)
    assert.equal(page!.text("SOPClassUID"), "1.2.840.10008.5.1.4.1.1.7")
    assert.deepEqual(
      ["Rows", "Columns"].map((each) => page!.number(each)),
      [1754, 1241],
    )
    assert.ok(page!.text("DerivationDescription").endsWith(sha256(PDF)))
    assert.equal(page!.personName("PatientName").ideographic.familyName, "山田")
    assert.equal(page!.text("InstanceNumber"), "1001")
    assert.equal((await delivery(id))!.form, "secondary-capture")
    assert.ok((await dcmtkPicture(files[0]!)).length > 1_000_000)
  })

  it("has failed where the archive takes neither", async () => {
    const peer = await Storescp.taking("1.2.840.10008.5.1.4.1.1.2")
    const id = await hospital.comesHome(REPORT, PDF)
    assert.equal(await hospital.attempt(id, at(peer.port)), null)
    await peer.close()
    const { state, failureCode } = (await delivery(id))!
    assert.deepEqual([state, failureCode], ["failed", "ERR_ASSOCIATION_CONTEXT"])
  })

  it("is joined by its correction and its addendum in one series of the same study", async () => {
    const peer = await Orthanc.open()
    const appends = { setId: REPORT.setId, version: 1 }
    const reports = [
      await hospital.comesHome(REPORT, PDF),
      await hospital.comesHome(CORRECTED, PDF),
      await hospital.comesHome(ADDENDUM, PDF, { id: "addendum-1", appends }),
    ]
    for (const id of reports) await hospital.attempt(id, at(peer.port))
    const stored = objects(await peer.files())
    await peer.close()
    const distinct = (keyword: string) => new Set(stored.map((each) => each.text(keyword))).size
    assert.deepEqual(["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"].map(distinct), [1, 1, 3])
    assert.deepEqual(
      stored.map((each) => `${each.text("InstanceNumber")} ${each.text("DocumentTitle")}`).sort(),
      ["1 画像診断報告書", "101 画像診断報告書（追記）", "2 画像診断報告書"],
    )
  })

  it("is the same object when an attempt is repeated", async () => {
    const peer = await Orthanc.open()
    const id = await hospital.comesHome(REPORT, PDF)
    // As after a crash between the archive's answer and our own note.
    const { changes } = await deliver(hospital.world, at(peer.port), {
      id: `deliver/${id}`,
      verb: "deliver",
      subject: id,
      runAt: "",
      attempts: 0,
      failureCode: null,
    })
    assert.ok(changes.length > 0)
    await hospital.attempt(id, at(peer.port))
    assert.equal((await peer.get<string[]>("/instances")).length, 1)
    await peer.close()
  })

  it("goes nowhere when it is there already, and nowhere without an archive", async () => {
    const id = await hospital.comesHome(REPORT, PDF)
    await hospital.attempt(id, { archive: null, characterSet: "study" })
    assert.equal(await delivery(id), undefined)
    let stored = 0
    const archive: ReportArchive = {
      aeTitle: "PACS",
      address: "",
      store: () => {
        stored++
        return Promise.resolve()
      },
    }
    await hospital.attempt(id, { archive, characterSet: "study" })
    await hospital.attempt(id, { archive, characterSet: "study" })
    assert.equal(stored, 1)
  })

  it("is tried again while the archive is away, and is there once it is back", async () => {
    const peer = await Storescp.open()
    const { port } = peer
    await peer.close()
    const id = await hospital.comesHome(REPORT, PDF)
    const again = await hospital.attempt(id, at(port))
    assert.ok(again && again.getTime() > hospital.now && again.getTime() <= hospital.now + 300_000)
    const waiting = (await delivery(id))!
    assert.deepEqual([waiting.state, waiting.failureCode], ["planned", "ERR_ASSOCIATION_UNREACHABLE"])
    const back = await Orthanc.open()
    assert.equal(await hospital.attempt(id, at(back.port), 1), null)
    await back.close()
    assert.equal((await delivery(id))!.state, "delivered")
  })

  it("waits an hour for somebody to enter our AE title at an archive that does not know us", async () => {
    const id = await hospital.comesHome(REPORT, PDF)
    const rejected = failing(() => new AssociationError("ERR_ASSOCIATION_REJECTED", "who are you"))
    const again = await hospital.attempt(id, rejected)
    assert.equal(again!.getTime() - hospital.now, 60 * 60 * 1000)
    assert.equal((await delivery(id))!.state, "planned")
  })

  it("has failed when the archive refuses the object, and a person sees why", async () => {
    const id = await hospital.comesHome(REPORT, PDF)
    const refused = failing(() => new DimseError("ERR_DIMSE_REFUSED", 0xc000, "C000H"))
    assert.equal(await hospital.attempt(id, refused), null)
    const { state, failureCode } = (await delivery(id))!
    assert.deepEqual([state, failureCode], ["failed", "ERR_DIMSE_REFUSED"])
  })

  it("has failed when no image is left to take patient and study from", async () => {
    const id = await hospital.comesHome(REPORT, PDF)
    await hospital.forgetImages()
    assert.equal(
      await hospital.attempt(
        id,
        failing(() => new Error("never asked")),
      ),
      null,
    )
    assert.equal((await delivery(id))!.failureCode, "ERR_DELIVERY_STUDY")
  })

  it("is written at the hospital's own time", () => {
    assert.equal(localDateTime(new Date("2026-12-31T15:00:00Z"), "Asia/Tokyo"), "20270101000000")
  })
})
