/** Small DICOM files made by DCMTK from text, so that what we read was written by somebody else. */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

export const GREY = {
  "0008,0005": "CS [ISO_IR 192]",
  "0008,0008": "CS [ORIGINAL\\PRIMARY\\AXIAL]",
  "0008,0016": "UI =CTImageStorage",
  "0008,0018": "UI [1.2.3.4.5]",
  "0008,0060": "CS [CT]",
  "0010,0010": "PN [MIHON^TARO=見本^太郎=ミホン^タロウ]",
  "0010,0020": "LO [00-0012345]",
  "0010,0030": "DA []",
  "0020,000d": "UI [1.2.3]",
  "0020,000e": "UI [1.2.3.4]",
  "0020,0013": "IS [17]",
  "0020,0032": "DS [-125.5\\-10\\1e2]",
  "0028,0002": "US 1",
  "0028,0004": "CS [MONOCHROME2]",
  "0028,0010": "US 2",
  "0028,0011": "US 3",
  "0028,0030": "DS [0.5\\0.5]",
  "0028,0100": "US 16",
  "0028,0101": "US 12",
  "0028,0102": "US 11",
  "0028,0103": "US 0",
  "0028,0120": "US 4095",
  "0028,1052": "DS [-1024]",
  "0028,1053": "DS [1]",
  "7fe0,0010": "OW 0000\\0001\\0400\\0428\\0ffe\\0fff",
}
export type Dump = Readonly<Record<string, string>>

export const without = (dump: Dump, gone: string): Dump =>
  Object.fromEntries(Object.entries(dump).filter(([tag]) => tag !== gone))

/** A folder for one suite's files. */
export class DicomFolder {
  #path = ""

  async open(): Promise<void> {
    this.#path = await mkdtemp(join(tmpdir(), "dokuei-dicom-"))
  }
  close = (): Promise<void> => rm(this.#path, { recursive: true })

  path(name: string): string {
    return join(this.#path, name)
  }

  /** The file `dump2dcm` makes, explicit VR little endian, then each tool's output of the one before. */
  async make(dump: Dump, ...tools: readonly (readonly string[])[]): Promise<Buffer> {
    const text = Object.entries(dump)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([tag, value]) => `(${tag}) ${value}`)
      .join("\n")
    await writeFile(this.path("in.txt"), text)
    await run("dump2dcm", ["-q", "+te", this.path("in.txt"), this.path("0.dcm")])
    for (const [at, [tool = "", ...options]] of tools.entries())
      await run(tool, [...options, this.path(`${at}.dcm`), this.path(`${at + 1}.dcm`)])
    return readFile(this.path(`${tools.length}.dcm`))
  }
}
