/**
 * Prints the tables of PS3.6 into `gateway/standards/dicom/*.generated.ts`.
 *
 *   pip download pydicom==3.0.2 --no-deps && unzip pydicom-3.0.2-*.whl -d DIR
 *   node deploy/generate/dicom-tables.ts DIR
 *
 * pydicom 3.0.2 carries PS3.6 2024c (MIT licence); rows of later editions stand below as LATER, each with its edition.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

interface UidRow {
  readonly uid: string
  readonly name: string
  readonly type: string
  readonly retired: boolean
  readonly keyword: string
}

const LATER: readonly UidRow[] = [
  sopClass("1.2.840.10008.5.1.4.1.1.66.7", "Label Map Segmentation Storage"), // 2024d, Supplement 243
  sopClass("1.2.840.10008.5.1.4.1.1.66.8", "Height Map Segmentation Storage"), // 2025, Supplement 240
  syntax("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", "JPEGXLLossless"), // 2024d, Supplement 232
  syntax("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression", "JPEGXLJPEGRecompression"),
  syntax("1.2.840.10008.1.2.4.112", "JPEG XL", "JPEGXL"),
  syntax("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression", "DeflatedImageFrameCompression"), // 2024d, Supplement 244
]

/** Not a data set that a C-STORE could carry: a body of another format, or live media (PS3.22). */
const NOT_FOR_STORAGE = /^(RFC2557|XMLEncoding|SMPTE|Papyrus)/
/** Storage in name only: commitment, media directories and print. */
const NOT_A_STORAGE_CLASS = /^(StorageCommitment|MediaStorageDirectory)/

function sopClass(uid: string, name: string): UidRow {
  return { uid, name, type: "SOP Class", retired: false, keyword: name.replaceAll(" ", "") }
}
function syntax(uid: string, name: string, keyword: string): UidRow {
  return { uid, name, type: "Transfer Syntax", retired: false, keyword }
}

const quoted = String.raw`(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`
const rowOf = (key: string) =>
  new RegExp(`^\\s+${key}: \\(${Array.from({ length: 5 }, () => quoted).join(", ")}\\),`, "gm")

function* pythonRows(file: string, key: string): Generator<readonly string[]> {
  for (const [, ...groups] of readFileSync(file, "utf8").matchAll(rowOf(key))) {
    const [head, ...rest] = groups
    const fields = Array.from({ length: rest.length / 2 }, (_, at) => rest[2 * at] ?? rest[2 * at + 1] ?? "")
    yield [head ?? "", ...fields]
  }
}

function uidRows(folder: string): UidRow[] {
  const rows = [...pythonRows(join(folder, "pydicom/_uid_dict.py"), "'([0-9.]+)'")].map(
    ([uid = "", name = "", type = "", , retired = "", keyword = ""]): UidRow => ({
      uid,
      name,
      type,
      retired: retired !== "",
      keyword,
    }),
  )
  return [...rows, ...LATER]
}

function encodingOf(keyword: string): string {
  if (keyword === "ImplicitVRLittleEndian") return "implicit-le"
  if (keyword === "ExplicitVRBigEndian") return "explicit-be"
  return /^(DeflatedExplicit|JPIP\w*Deflate)/.test(keyword) ? "deflated" : "explicit-le"
}

function isEncapsulated(keyword: string): boolean {
  return !/^(Implicit|Explicit|DeflatedExplicit|JPIP)/.test(keyword)
}

const header = (clause: string) =>
  `// ${clause}, edition 2024c as carried by pydicom 3.0.2, with rows of 2024d and 2025.\n` +
  `// Printed by deploy/generate/dicom-tables.ts, do not edit.\n\n`
const row = (value: object) => `  ${JSON.stringify(value)},\n`

function sopClassTable(rows: readonly UidRow[]): string {
  const storage = rows.filter(
    ({ type, name, keyword }) =>
      type === "SOP Class" && name.includes("Storage") && !NOT_A_STORAGE_CLASS.test(keyword),
  )
  const lines = storage
    .map(({ uid, name, keyword, retired }) => row({ uid, keyword, name, retired }))
    .join("")
  return (
    header("PS3.6 Table A-1, every SOP Class a C-STORE may name (PS3.4 B.5, GG.3 and the retired ones)") +
    `/** One storage SOP Class. */\nexport interface SopClass {\n  readonly uid: string\n  readonly keyword: string\n` +
    `  readonly name: string\n  readonly retired: boolean\n}\n\n` +
    `export const STORAGE_SOP_CLASSES: readonly SopClass[] = [\n${lines}]\n`
  )
}

function transferSyntaxTable(rows: readonly UidRow[]): string {
  const syntaxes = rows.filter(
    ({ type, keyword }) => type === "Transfer Syntax" && !NOT_FOR_STORAGE.test(keyword),
  )
  const lines = syntaxes
    .map(({ uid, name, keyword, retired }) =>
      row({
        uid,
        keyword,
        name,
        retired,
        encoding: encodingOf(keyword),
        encapsulated: isEncapsulated(keyword),
      }),
    )
    .join("")
  return (
    header("PS3.6 Table A-1, every Transfer Syntax a stored data set may have") +
    `/** How the data set is written; "deflated" is explicit little endian under RFC 1951. */\n` +
    `export type Encoding = "implicit-le" | "explicit-le" | "explicit-be" | "deflated"\n\n` +
    `/** One transfer syntax; \`encapsulated\` says whether Pixel Data come in fragments (PS3.5 A.4). */\n` +
    `export interface TransferSyntax {\n  readonly uid: string\n  readonly keyword: string\n  readonly name: string\n` +
    `  readonly retired: boolean\n  readonly encoding: Encoding\n  readonly encapsulated: boolean\n}\n\n` +
    `export const TRANSFER_SYNTAXES: readonly TransferSyntax[] = [\n${lines}]\n`
  )
}

/** PS3.6 leaves a choice: by Pixel Representation ("xs"), else the wider or the first. */
function vrOf(choice: string): string {
  if (choice.startsWith("US or SS")) return "xs"
  return choice === "OB or OW" ? "OW" : choice.slice(0, 2)
}

/** "GGGGEEEE VR Keyword" per line. */
function dictionaryTable(folder: string): string {
  const lines = [
    ...pythonRows(join(folder, "pydicom/_dicom_dict.py"), "(?:0x|')([0-9A-F]{8}|[56]0xx[0-9A-F]{4})'?"),
  ]
    .filter(([, vr, , , , keyword]) => keyword !== "" && vr !== "NONE")
    .map(([tag = "", vr = "", , , , keyword = ""]) => `${tag} ${vrOf(vr)} ${keyword}`)
  return (
    header("PS3.6 chapters 6 to 9 and PS3.7 annex E, the data dictionary") +
    `/** One element per line: tag in hex (xx: a repeating group), VR (xs: US or SS by Pixel Representation), keyword. */\n` +
    `export const DICTIONARY = \`\n${lines.join("\n")}\n\`\n`
  )
}

const [folder = "."] = process.argv.slice(2)
const place = "gateway/standards/dicom"
writeFileSync(join(place, "sop-classes.generated.ts"), sopClassTable(uidRows(folder)))
writeFileSync(join(place, "transfer-syntaxes.generated.ts"), transferSyntaxTable(uidRows(folder)))
writeFileSync(join(place, "dictionary.generated.ts"), dictionaryTable(folder))
