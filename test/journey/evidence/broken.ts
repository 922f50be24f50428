/** What hostile or careless hands make of a good package, and what each of them must be found to be. */
import { createHash } from "node:crypto"
import {
  INDEX_PATH,
  readIndex,
  writeIndex,
  type EvidenceIndex,
} from "../../../gateway/standards/evidence/evidence-index.ts"
import { writeZip, type ZipFile } from "../../../gateway/standards/zip/stored-zip.ts"

export interface Broken {
  readonly name: string
  readonly zip: Buffer
  readonly outcome: "invalid" | "indeterminate"
  /** A test that says why: part/test. */
  readonly because: string
}

type Files = readonly ZipFile[]

/** The same package in other bytes: whoever changes a file writes the index anew, as an attacker would. */
export function repacked(files: Files): Buffer {
  const index = indexOf(files)
  const others = files.filter(({ path }) => path !== INDEX_PATH)
  const listed = others.flatMap((file) => {
    const known = index.files.find(({ path }) => path === file.path)
    if (known === undefined) return []
    const sha256 = createHash("sha256").update(file.octets).digest("hex")
    return [{ ...known, lengthBytes: file.octets.length, sha256 }]
  })
  const here = new Set(listed.map(({ path }) => path))
  const submissions = index.submissions.map((each) => ({
    ...each,
    files: each.files.filter((path) => here.has(path)),
  }))
  return packed([
    { path: INDEX_PATH, octets: writeIndex({ ...index, files: listed, submissions }) },
    ...others,
  ])
}

const packed = (files: Files): Buffer => Buffer.concat(writeZip(files))

export const indexOf = (files: Files): EvidenceIndex =>
  readIndex(files.find(({ path }) => path === INDEX_PATH)!.octets)

const octetsOf = (files: Files, path: string): Uint8Array => files.find((each) => each.path === path)!.octets

export const changed = (files: Files, path: string, change: (octets: Buffer) => Uint8Array): Files =>
  files.map((file) => (file.path === path ? { path, octets: change(Buffer.from(file.octets)) } : file))

const replaced = (from: string, to: string) => (octets: Buffer) => {
  const text = octets.toString("utf8")
  if (!text.includes(from)) throw new Error(`no ${from} to replace`)
  return Buffer.from(text.replaceAll(from, to), "utf8")
}

const without = (files: Files, path: string): Files => files.filter((file) => file.path !== path)
const withIndex = (files: Files, change: (index: EvidenceIndex) => EvidenceIndex): Files =>
  changed(files, INDEX_PATH, () => writeIndex(change(indexOf(files))))

export function brokenPackages(files: Files): readonly Broken[] {
  const invalid = (name: string, zip: Buffer, because: string): Broken => ({
    name,
    zip,
    outcome: "invalid",
    because,
  })
  const swapped = files.map((file) => {
    const other = {
      "report-1/report.pdf": "report-2/report.pdf",
      "report-2/report.pdf": "report-1/report.pdf",
    }
    const path = (other as Record<string, string>)[file.path]
    return path === undefined ? file : { path: file.path, octets: octetsOf(files, path) }
  })
  const zip = packed(files)
  return [
    invalid(
      "one word of the report is another",
      repacked(
        changed(files, "report-1/report.xml", replaced("急性期梗塞を認めません", "急性期梗塞を認めます")),
      ),
      "report/digest",
    ),
    invalid(
      "one octet of the sheet is another",
      repacked(changed(files, "report-1/report.pdf", (pdf) => (pdf.writeUInt8(pdf[100]! ^ 1, 100), pdf))),
      "report/digest",
    ),
    invalid("the sheets of two documents are swapped", repacked(swapped), "report/digest"),
    invalid(
      "a signature is of another document",
      repacked(changed(files, "report-1/signature.xml", () => octetsOf(files, "report-2/signature.xml"))),
      "report/exact-set",
    ),
    invalid(
      "the manifest is another",
      repacked(changed(files, "images-1/manifest.dcm", (dicom) => Buffer.concat([dicom, Buffer.alloc(2)]))),
      "submission/digest",
    ),
    invalid(
      "a file is changed and the index is not",
      packed(changed(files, "report-1/report.pdf", replaced("%PDF", "%PdF"))),
      "package/file-digests",
    ),
    invalid("a file is missing", packed(without(files, "report-1/report.pdf")), "package/files-complete"),
    invalid(
      "a file is missing, in the index as well",
      repacked(without(files, "report-1/report.pdf")),
      "report/documents",
    ),
    invalid(
      "the seal of a submission is missing",
      repacked(without(files, "report-1/seal.xml")),
      "submission/documents",
    ),
    invalid(
      "a file was added",
      packed([...files, { path: "report-1/second.pdf", octets: Buffer.from("%PDF") }]),
      "package/files-additional",
    ),
    invalid("there is no index", packed(without(files, INDEX_PATH)), "package/index"),
    invalid(
      "the index is no JSON",
      packed(changed(files, INDEX_PATH, () => Buffer.from("{"))),
      "package/index",
    ),
    invalid(
      "the index names another submission set",
      packed(
        withIndex(files, (index) => ({
          ...index,
          submissions: index.submissions.map((each) => ({ ...each, submissionSetUniqueId: "2.25.1" })),
        })),
      ),
      "submission/submission-set",
    ),
    invalid(
      "the index gives a document another identity",
      packed(
        withIndex(files, (index) => ({
          ...index,
          files: index.files.map((each) => (each.role === "cda" ? { ...each, uniqueId: "2.25.1" } : each)),
        })),
      ),
      "report/exact-set",
    ),
    invalid(
      "the reports are left out",
      packed(
        withIndex(files, (index) => ({
          ...index,
          submissions: index.submissions.filter(({ kind }) => kind !== "report"),
        })),
      ),
      "lineage/versions",
    ),
    invalid("it is cut short", zip.subarray(0, zip.length - 100), "package/index"),
    invalid("it is empty", Buffer.alloc(0), "package/index"),
    invalid("octets lie before it", Buffer.concat([Buffer.from("#!"), zip]), "package/index"),
    invalid("octets lie behind it", Buffer.concat([zip, Buffer.from("more")]), "package/index"),
    {
      name: "no list says whether a certificate was revoked",
      zip: repacked(files.filter(({ path }) => !path.startsWith("crls/"))),
      outcome: "indeterminate",
      because: "report/revocation",
    },
    {
      name: "the manifest and its seal are left out",
      zip: repacked(
        files
          .filter(({ path }) => !path.startsWith("images-"))
          .map((file) =>
            file.path === INDEX_PATH
              ? {
                  path: INDEX_PATH,
                  octets: writeIndex({
                    ...indexOf(files),
                    submissions: indexOf(files).submissions.filter(({ kind }) => kind !== "study"),
                  }),
                }
              : file,
          )
          .filter(({ path }) => !path.startsWith("receipts/")),
      ),
      outcome: "indeterminate",
      because: "images/manifest",
    },
  ]
}
