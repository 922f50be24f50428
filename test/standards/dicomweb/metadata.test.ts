import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { instanceMetadata } from "../../../gateway/standards/dicomweb/metadata.ts"
import { PIXEL_DATA } from "../../../gateway/standards/dicomweb/frame-place.ts"
import { DicomFolder, GREY, without, type Dump } from "./dicom-files.ts"

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

describe("DICOM JSON metadata", () => {
  const folder = new DicomFolder()
  before(() => folder.open())
  after(folder.close)
  const told = async (dump: Dump, ...tools: string[][]) =>
    instanceMetadata(readPart10(await folder.make(dump, ...tools), { untilTag: PIXEL_DATA }).dataSet)

  it("has names in three groups, numbers as numbers, and no pixels", async () => {
    const json = await told(GREY)
    assert.deepEqual(json["00100010"], {
      vr: "PN",
      Value: [{ Alphabetic: "MIHON^TARO", Ideographic: "見本^太郎", Phonetic: "ミホン^タロウ" }],
    })
    assert.deepEqual(json["00200032"], { vr: "DS", Value: [-125.5, -10, 100] })
    assert.deepEqual(json["00200013"], { vr: "IS", Value: [17] })
    assert.deepEqual(json["00280010"], { vr: "US", Value: [2] })
    assert.deepEqual(json["00080008"], { vr: "CS", Value: ["ORIGINAL", "PRIMARY", "AXIAL"] })
    assert.deepEqual(json["00100030"], { vr: "DA" }, "empty: the VR alone")
    assert.equal(json["7FE00010"], undefined)
    assert.deepEqual(Object.keys(json), [...Object.keys(json)].sort())
  })

  it("is the same from any encoding of the data set", async () => {
    const plain = await told(GREY)
    for (const option of ["+ti", "+tb"]) assert.deepEqual(await told(GREY, ["dcmconv", option]), plain)
  })

  it("tells pixel values by their sign", async () => {
    const signed = { ...GREY, "0028,0103": "US 1", "0028,0120": "SS -2000" }
    assert.deepEqual((await told(signed, ["dcmconv", "+ti"]))["00280120"], { vr: "SS", Value: [-2000] })
    assert.deepEqual((await told(GREY, ["dcmconv", "+ti"]))["00280120"], { vr: "US", Value: [4095] })
  })

  it("keeps what is not a number as text", async () => {
    const json = await told({ ...GREY, "0028,1053": "DS [one]" })
    assert.deepEqual(json["00281053"], { vr: "DS", Value: ["one"] })
  })

  it("leaves out private elements and what a viewer does not need", async () => {
    const json = await told({ ...GREY, "0009,0010": "LO [ACME]", "0010,1040": "LO [somewhere]" })
    assert.equal(json["00090010"], undefined)
    assert.equal(json["00101040"], undefined)
  })

  it("refuses an instance without its UIDs", async () => {
    await assert.rejects(told(without(GREY, "0020,000e")), code("METADATA_UIDS"))
  })

  it("tells functional groups of enhanced objects and Japanese names of real files", async function () {
    const shared = process.env.DOKUEI_SHARED
    if (shared === undefined) {
      console.log("skipped: DOKUEI_SHARED is not set, so there are no real files")
      this.skip()
    }
    const real = async (name: string) =>
      instanceMetadata(readPart10(await readFile(join(shared, "dicom", name))).dataSet)
    const enhanced = await real("modality/MOVEKNEE.dcm")
    assert.equal(enhanced["52009230"]?.Value?.length, 19)
    assert.deepEqual((await real("charset/chrH32.dcm"))["00100010"]?.Value, [
      { Alphabetic: "ﾔﾏﾀﾞ^ﾀﾛｳ", Ideographic: "山田^太郎", Phonetic: "やまだ^たろう" },
    ])
  })
})
