import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { phantomFiles, PHANTOM_ID } from "../../../gateway/standards/dicom/phantom.ts"

const UID = "2.25.329800735698586629295641978511506172918"
const AT = new Date("2026-04-01T00:00:00Z")

describe("a phantom", () => {
  it("is drawn with equal octets for equal arguments, and with others for another study or instant", () => {
    const bytes = (uid: string, at: Date) =>
      Buffer.concat(phantomFiles(uid, at).map(({ file }) => file)).toString("base64")
    assert.equal(bytes(UID, AT), bytes(UID, new Date(AT)))
    assert.notEqual(bytes(UID, AT), bytes(`${UID.slice(0, -1)}9`, AT))
    assert.notEqual(bytes(UID, AT), bytes(UID, new Date("2026-04-01T00:00:01Z")))
  })

  it("says in the words of DICOM that it is of nobody", () => {
    for (const { file, SOPInstanceUID } of phantomFiles(UID, AT)) {
      const { dataSet } = readPart10(file)
      assert.deepEqual(dataSet.texts("QualityControlSubject"), ["YES"])
      assert.deepEqual(dataSet.texts("QualityControlImage"), ["YES"])
      assert.deepEqual(dataSet.texts("PatientID"), [PHANTOM_ID])
      assert.match(dataSet.texts("PatientName")[0] ?? "", /NOT A PATIENT=自己試験\^患者ではない/)
      assert.deepEqual(dataSet.texts("SOPInstanceUID"), [SOPInstanceUID])
    }
  })

  it("is read by DCMTK without a warning, every slice drawn otherwise", () => {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-phantom-"))
    try {
      const dumped = phantomFiles(UID, AT).map(({ file }, index) => {
        const path = join(folder, `${index}.dcm`)
        writeFileSync(path, file)
        return execFileSync("dcmdump", ["+P", "7fe0,0010", "+L", path], { encoding: "utf8", stdio: "pipe" })
      })
      assert.equal(new Set(dumped).size, dumped.length)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
