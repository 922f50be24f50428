import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import {
  readManifest,
  sharedAttributes,
  writeManifest,
  type ManifestContent,
} from "../../../gateway/standards/dicom/kos.ts"

const run = promisify(execFile)
const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

const CHANCE = Uint8Array.from({ length: 32 }, (_, index) => index * 7)
const CT = "1.2.840.10008.5.1.4.1.1.2"
const instances = (series: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    SOPClassUID: CT,
    SOPInstanceUID: `1.2.392.200036.9999.${series}.${index + 1}`,
  }))
const CONTENT: ManifestContent = {
  shared: {
    PatientName: "MIHON^TARO=見本^太郎=ミホン^タロウ",
    PatientID: "00-0012345",
    IssuerOfPatientID: "",
    PatientBirthDate: "19450308",
    PatientSex: "M",
    StudyInstanceUID: "1.2.392.200036.9999.1",
    StudyDate: "20261125",
    StudyTime: "131100",
    StudyID: "1",
    StudyDescription: "頭部 単純",
    AccessionNumber: "X-017",
    ReferringPhysicianName: "",
  },
  series: [
    { SeriesInstanceUID: "1.2.392.200036.9999.2", instances: instances(2, 3) },
    { SeriesInstanceUID: "1.2.392.200036.9999.3", instances: instances(3, 2) },
  ],
  contentDateTime: "20261125141205",
  manufacturer: "Dokuei",
  aeTitle: "DOKUEI",
}

describe("manifest", () => {
  let folder = ""
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-kos-"))
  })
  after(() => rm(folder, { recursive: true }))

  async function written(content: ManifestContent): Promise<string> {
    const file = join(folder, "kos.dcm")
    await writeFile(file, writeManifest(content, CHANCE).file)
    return file
  }

  it("reads back as it was written", () => {
    const { file, SOPInstanceUID, SeriesInstanceUID } = writeManifest(CONTENT, CHANCE)
    assert.deepEqual(readManifest(file), {
      SOPInstanceUID,
      SeriesInstanceUID,
      shared: CONTENT.shared,
      title: { code: "113030", scheme: "DCM", meaning: "Manifest" },
      studies: [{ StudyInstanceUID: CONTENT.shared.StudyInstanceUID, series: CONTENT.series }],
    })
    assert.notEqual(SOPInstanceUID, SeriesInstanceUID)
    assert.deepEqual(writeManifest(CONTENT, CHANCE).file, file)
  })

  it("is what DCMTK calls a sound key object document", async () => {
    const file = await written(CONTENT)
    const dump = (await run("dcmdump", ["+L", file])).stdout
    assert.match(dump, /\(0008,0005\) CS \[ISO_IR 192\]/)
    assert.match(dump, /\(0040,a375\) SQ .*explicit length #=1/)
    assert.match(dump, /\(0008,0100\) SH \[113030\]/)
    const { stdout, stderr } = await run("dsrdump", ["+U8", file])
    // Two limits of dsrdump 3.6.7 itself; anything else would be about our file.
    assert.doesNotMatch(stderr.replace(/W: (The VR checker|Check for template).*\n/g, ""), /E:|W:/)
    assert.match(stdout, /Key Object Selection Document/)
    assert.match(stdout, /Manifest/)
    assert.equal(stdout.match(/contains IMAGE/g)?.length, 5)
  })

  it("names documents and waveforms for what they are", async () => {
    const other = [
      { SOPClassUID: "1.2.840.10008.5.1.4.1.1.88.11", SOPInstanceUID: "1.2.3.4" },
      { SOPClassUID: "1.2.840.10008.5.1.4.1.1.9.1.1", SOPInstanceUID: "1.2.3.5" },
    ]
    const file = await written({ ...CONTENT, series: [{ SeriesInstanceUID: "1.2.3", instances: other }] })
    const { stdout } = await run("dsrdump", [file])
    assert.match(stdout, /contains COMPOSITE/)
    assert.match(stdout, /contains WAVEFORM/)
  })

  it("copies patient and study from an image", () => {
    const { file } = writeManifest(CONTENT, CHANCE)
    assert.deepEqual(sharedAttributes(readPart10(file).dataSet), CONTENT.shared)
  })

  it("refuses an empty list and what is no UID", () => {
    assert.throws(() => writeManifest({ ...CONTENT, series: [] }, CHANCE), code("KOS_EMPTY"))
    const empty = [{ SeriesInstanceUID: "1.2.3", instances: [] }]
    assert.throws(() => writeManifest({ ...CONTENT, series: empty }, CHANCE), code("KOS_EMPTY"))
    const wrong = [{ SeriesInstanceUID: "x", instances: instances(1, 1) }]
    assert.throws(() => writeManifest({ ...CONTENT, series: wrong }, CHANCE), code("KOS_UID"))
  })

  it("refuses content outside its evidence, and other objects", () => {
    const bytes = Buffer.from(writeManifest(CONTENT, CHANCE).file)
    const evidence = bytes.indexOf("1.2.392.200036.9999.3.2")
    const content = bytes.indexOf("1.2.392.200036.9999.3.2", evidence + 1)
    assert.ok(content > evidence, "the content sequence (0040,A730) follows the evidence (0040,A375)")
    const bent = Buffer.from(bytes)
    bent[content + 22] = "7".charCodeAt(0)
    assert.throws(() => readManifest(bent), code("KOS_EVIDENCE"))
    const report = Buffer.from(bytes.toString("latin1").replaceAll(".88.59", ".88.11"), "latin1")
    assert.throws(() => readManifest(report), code("KOS_CLASS"))
  })

  it("reads the manifest of another vendor", async function () {
    const shared = process.env.DOKUEI_SHARED
    if (shared === undefined) {
      console.log("skipped: DOKUEI_SHARED is not set, so there is no foreign manifest")
      this.skip()
    }
    const manifest = readManifest(await readFile(join(shared, "ihe/samples/rad68/kos.dcm")))
    assert.equal(manifest.title.code, "113030")
    assert.ok(manifest.studies[0]!.series[0]!.instances.length > 0)
  })
})
