/** dcmjs beside us: it reads what we author, and shows why it never touches what we receive. */
import assert from "node:assert/strict"
import dcmjs from "dcmjs"
import { fileMetaBytes } from "../../../gateway/standards/dicom/part10.ts"
import { sharedAttributes, writeManifest } from "../../../gateway/standards/dicom/kos.ts"
import { readDataSet, readPart10 } from "../../../gateway/standards/dicom/data-set.ts"

const EXPLICIT = "1.2.840.10008.1.2.1"
const element = (tag: number, vr: string, value: Buffer): Buffer => {
  const even = value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(vr === "UI" ? "\0" : " ")])
  const header = Buffer.alloc(8)
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
  header.write(vr, 4, "latin1")
  header.writeUInt16LE(even.length, 6)
  return Buffer.concat([header, even])
}
/** PS3.5 H.3.1: 山田 in ISO 2022 IR 87. */
const NAME = Buffer.from("Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "latin1")
const dataSet = Buffer.concat([
  element(0x00080005, "CS", Buffer.from("\\ISO 2022 IR 87")),
  element(0x00080016, "UI", Buffer.from("1.2.840.10008.5.1.4.1.1.7")),
  element(0x00080018, "UI", Buffer.from("2.25.1")),
  element(0x00100010, "PN", NAME),
  element(0x00100020, "LO", Buffer.from("P1")),
  element(0x0020000d, "UI", Buffer.from("2.25.2")),
  element(0x0020000e, "UI", Buffer.from("2.25.3")),
])

describe("dcmjs beside us", () => {
  it("reads the manifest we author", () => {
    const { dataSet: images } = readDataSet(dataSet, EXPLICIT)
    const { file } = writeManifest(
      {
        shared: sharedAttributes(images),
        series: [
          {
            SeriesInstanceUID: "2.25.3",
            instances: [{ SOPClassUID: "1.2.840.10008.5.1.4.1.1.7", SOPInstanceUID: "2.25.1" }],
          },
        ],
        contentDateTime: "20261125120000",
        manufacturer: "Dokuei",
        aeTitle: "DOKUEI",
      },
      Buffer.alloc(32, 5),
    )
    const theirs = dcmjs.data.DicomMessage.readFile(Uint8Array.from(file).buffer)
    const said = dcmjs.data.DicomMetaDictionary.naturalizeDataset(theirs.dict) as Record<string, unknown>
    assert.equal(said.Modality, "KO")
    assert.match(JSON.stringify(said.PatientName), /山田/)
  })

  it("cannot read a name in ISO 2022 IR 87, which we can", () => {
    const meta = fileMetaBytes({
      MediaStorageSOPClassUID: "1.2.840.10008.5.1.4.1.1.7",
      MediaStorageSOPInstanceUID: "2.25.1",
      TransferSyntaxUID: EXPLICIT,
      SendingApplicationEntityTitle: "MR1",
      ReceivingApplicationEntityTitle: "DOKUEI",
    })
    const file = Buffer.concat([meta, dataSet])
    assert.equal(readPart10(file).dataSet.personName("PatientName").ideographic.familyName, "山田")
    assert.throws(() => dcmjs.data.DicomMessage.readFile(Uint8Array.from(file).buffer), /character set/i)
  })
})
