/** Tables of PS3.6 as the program has them, and what the tables of the conformance statement have in common. */
import { hexTag, tagOf } from "../../standards/dicom/dictionary.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from "../../standards/dicom/sop-classes.ts"
import { STORAGE_SOP_CLASSES } from "../../standards/dicom/sop-classes.generated.ts"
import { TRANSFER_SYNTAXES } from "../../standards/dicom/transfer-syntaxes.generated.ts"
import { code, table } from "./markdown.ts"

const mark = (retired: boolean): string => (retired ? "retired" : "")

export const sopClassTable = (): string =>
  table(
    ["SOP Class", "UID", ""],
    STORAGE_SOP_CLASSES.map(({ name, uid, retired }) => [name, code(uid), mark(retired)]),
  )

export const transferSyntaxTable = (): string =>
  table(
    ["Transfer Syntax", "UID", "data set", "pixel data", ""],
    TRANSFER_SYNTAXES.map(({ name, uid, encoding, encapsulated, retired }) => [
      name,
      code(uid),
      encoding,
      encapsulated ? "encapsulated" : "native",
      mark(retired),
    ]),
  )

/** What we write ourselves, best first. */
export const WRITTEN_SYNTAXES = `Explicit VR Little Endian ${code(EXPLICIT_VR_LITTLE_ENDIAN)}, Implicit VR Little Endian ${code(IMPLICIT_VR_LITTLE_ENDIAN)}`

/** Presentation contexts as PS3.2 lists them: abstract syntax by name and UID, transfer syntaxes, our role, extended negotiation. */
export const contextTable = (rows: readonly (readonly string[])[]): string =>
  table(
    ["abstract syntax", "UID", "transfer syntaxes", "role", "extended negotiation"],
    rows.map(([name = "", uid = "", ...rest]) => [name, /^[0-9.]+$/.test(uid) ? code(uid) : uid, ...rest]),
  )

/** `(gggg,eeee)`. */
export function place(tag: number): string {
  const hex = hexTag(tag)
  return `(${hex.slice(0, 4)},${hex.slice(4)})`
}

/** The same of a keyword of the dictionary. @throws when there is none: a word in this page would be wrong */
export function placeOf(keyword: string): string {
  const tag = tagOf(keyword)
  if (tag === null) throw new RangeError(`no attribute ${keyword}`)
  return place(tag)
}
