/** Planted patterns, in every form somebody would search for them, and the search through raw files. */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Planted {
  /** What it is, e.g. `name, Shift_JIS`. */
  readonly what: string
  readonly bytes: Buffer
}

const iconv = (text: string, charset: string): Buffer =>
  execFileSync("iconv", ["-f", "UTF-8", "-t", charset], { input: text })

/** Base64 at the three alignments a text can have in what surrounds it; the characters at its ends depend on that. */
function base64Cores(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replaceAll("=", "")
    const first = shift === 0 ? 0 : 4
    return Buffer.from(
      encoded.slice(first, encoded.length - (encoded.length % 4 === 0 ? 4 : encoded.length % 4)),
    )
  })
}

/** A name of people in the encodings it may take on its way, and base64 of its UTF-8. */
export function nameForms(name: string): Planted[] {
  const utf8 = Buffer.from(name)
  const forms: [string, Buffer][] = [
    ["UTF-8", utf8],
    ["UTF-16LE", Buffer.from(name, "utf16le")],
    ["UTF-16BE", Buffer.from(name, "utf16le").swap16()],
    ["ISO-2022-JP", iso2022Core(name)],
    ["Shift_JIS", iconv(name, "SHIFT_JIS")],
    ...base64Cores(utf8).map((core, shift): [string, Buffer] => [`base64 at ${shift}`, core]),
  ]
  return forms.map(([form, bytes]) => ({ what: `${name}, ${form}`, bytes }))
}

/** A PN value by ISO 2022 IR 87: each group and component goes back to ASCII, as PS3.5 6.1.2.5.3 wants. */
export const inIr87 = (name: string): Buffer =>
  Buffer.concat(name.split(/([=^])/).map((part) => iconv(part, "ISO-2022-JP")))

/** Without the escape sequences around it, which depend on what stands before. */
function iso2022Core(name: string): Buffer {
  const bytes = iconv(name, "ISO-2022-JP")
  return bytes.subarray(3, bytes.length - 3)
}

export interface Found {
  readonly file: string
  readonly what: string
}

/** Where any of the patterns lies below these folders: in files of any name, and in the names themselves. */
export function search(folders: readonly string[], planted: readonly Planted[]): Found[] {
  return folders
    .flatMap((folder) => filesBelow(folder))
    .flatMap((file) => {
      const bytes = Buffer.concat([readFileSync(file), Buffer.from(file)])
      return planted.filter((each) => bytes.includes(each.bytes)).map(({ what }) => ({ file, what }))
    })
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
