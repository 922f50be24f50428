import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readPart10 } from "../../../gateway/standards/dicom/data-set.ts"
import { readDicomdir } from "../../../gateway/standards/dicom/dicomdir.ts"
import { sharedAttributes, writeManifest } from "../../../gateway/standards/dicom/kos.ts"
import { dataSetStart } from "../../../gateway/standards/dicom/part10.ts"
import {
  listedFile,
  writeDicomdir,
  type ListedFile,
} from "../../../gateway/standards/dicom/write-dicomdir.ts"
import { writeStudy } from "../../peers/dicom-study.ts"

const NAME = Buffer.from("Yamada^Tarou")

describe("a DICOMDIR we write", () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dokuei-dicomdir-"))))
  afterEach(() => rmSync(folder, { recursive: true }))

  function listed(name: string): ListedFile {
    const file = readFileSync(join(folder, name))
    const { TransferSyntaxUID } = dataSetStart(file)!
    return listedFile(readPart10(file).dataSet, { fileId: [name], TransferSyntaxUID })!
  }

  /** Three images and a manifest of one patient, two of another. */
  function medium(): readonly ListedFile[] {
    const names: string[] = []
    for (const [patient, slices] of [
      ["P1", 3],
      ["P2", 2],
    ] as const)
      for (const file of writeStudy(join(folder, patient), {
        PatientID: patient,
        PatientName: NAME,
        slices,
        rows: 8,
      }).files) {
        const name = `IMG${names.length}`
        renameSync(file, join(folder, name))
        names.push(name)
      }
    const { dataSet } = readPart10(readFileSync(join(folder, "IMG0")))
    const [SOPClassUID, SOPInstanceUID] = [dataSet.text("SOPClassUID"), dataSet.text("SOPInstanceUID")]
    const manifest = writeManifest(
      {
        shared: sharedAttributes(dataSet),
        series: [
          {
            SeriesInstanceUID: dataSet.text("SeriesInstanceUID"),
            instances: [{ SOPClassUID, SOPInstanceUID }],
          },
        ],
        contentDateTime: "20261126013000",
        manufacturer: "Dokuei",
        aeTitle: "DOKUEI",
      },
      new Uint8Array(32).fill(7),
    )
    writeFileSync(join(folder, "KOS"), manifest.file)
    return [...names, "KOS"].map(listed)
  }

  it("lists patients, studies, series and files, and is read by us and by DCMTK", () => {
    const files = medium()
    const file = writeDicomdir(files, new Uint8Array(16).fill(3))
    assert.deepEqual(
      readDicomdir(file).map(({ fileId }) => fileId.join("/")),
      ["IMG0", "IMG1", "IMG2", "KOS", "IMG3", "IMG4"],
    )
    writeFileSync(join(folder, "DICOMDIR"), file)
    const { stdout, stderr, status } = spawnSync("dcmdump", ["-q", "DICOMDIR"], {
      cwd: folder,
      encoding: "utf8",
    })
    assert.equal(status, 0, stderr)
    const types = [...stdout.matchAll(/DirectoryRecordType|\(0004,1430\) CS \[([A-Z ]+)\]/g)].map(
      ([, type]) => type?.trim(),
    )
    assert.deepEqual(
      types.filter((type) => type !== undefined),
      [
        ...["PATIENT", "STUDY", "SERIES", "IMAGE", "IMAGE", "IMAGE", "SERIES", "KEY OBJECT DOC"],
        ...["PATIENT", "STUDY", "SERIES", "IMAGE", "IMAGE"],
      ],
    )
  })

  it("can be walked by its offsets: DCMTK adds a file to it", () => {
    const files = medium()
    const [last] = files.slice(-2)
    writeFileSync(
      join(folder, "DICOMDIR"),
      writeDicomdir(
        files.filter((each) => each !== last),
        new Uint8Array(16).fill(3),
      ),
    )
    // It reads every record by where the one before says it is, and refuses a list with a hole.
    const added = spawnSync("dcmmkdir", ["+A", "-Pgp", "-W", "IMG4"], { cwd: folder, encoding: "utf8" })
    assert.equal(added.status, 0, added.stderr)
    assert.equal(readDicomdir(readFileSync(join(folder, "DICOMDIR"))).length, files.length)
  })

  it("leaves out what has records nobody here writes", () => {
    writeStudy(folder, { PatientID: "P1", PatientName: NAME, slices: 1, rows: 8 })
    const { dataSet } = readPart10(writeDicomdir([], new Uint8Array(16)))
    assert.equal(listedFile(dataSet, { fileId: ["X"], TransferSyntaxUID: "1.2.840.10008.1.2.1" }), null)
  })
})
