/**
 * The head of a DICOM file (PS3.10 7.1): preamble, prefix and File Meta Information. A C-STORE carries only the data
 * set; these bytes are put before its first byte so that what is sealed is a Part 10 file.
 */
import { Malformed } from "../malformed.ts"
import { readElementHeader } from "./element-header.ts"
import { isoBytes, trimmed } from "./octets.ts"
import { OctetSink } from "./recode/octet-sink.ts"

/** Ours, drawn once under PS3.5 B.2; it names the writer of group 0002, nothing else. */
export const IMPLEMENTATION_CLASS_UID = "2.25.285046551877095524780337348583105993886"
/** At most 16 characters. */
export const IMPLEMENTATION_VERSION_NAME = "DOKUEI_1"

const PREAMBLE_BYTES = 128
const PREAMBLE = new Uint8Array(PREAMBLE_BYTES)
const PREFIX = isoBytes("DICM")
const FILE_META_VERSION = Uint8Array.of(0, 1)
export const PART10_START_BYTES = PREAMBLE_BYTES + PREFIX.length
const CLAUSE = "PS3.10 7.1"
const META_GROUP = 0x0002
const GROUP_LENGTH = 0x00020000
/** Private information (0002,0102) has no limit in PS3.10; more than this is not a header. */
export const MAX_FILE_META_BYTES = 1024 * 1024

/** What the association and the C-STORE-RQ tell of an object. */
export interface FileMeta {
  readonly MediaStorageSOPClassUID: string
  readonly MediaStorageSOPInstanceUID: string
  readonly TransferSyntaxUID: string
  /** (0002,0017), the peer's AE title as it called us. */
  readonly SendingApplicationEntityTitle: string
  /** (0002,0018), the AE title it called. */
  readonly ReceivingApplicationEntityTitle: string
}

/** More than we ever write. */
const OUR_META_BYTES = 512

/** Preamble of zeros, `DICM`, and group 0002 in explicit VR little endian. */
export function fileMetaBytes(meta: FileMeta): Uint8Array {
  const file = new OctetSink(OUR_META_BYTES)
  file.bytes(PREAMBLE)
  file.bytes(PREFIX)
  file.element(GROUP_LENGTH, "UL", 4)
  file.u32(0) // settled when the group is whole
  const groupStart = file.length
  file.element(0x00020001, "OB", 2)
  file.bytes(FILE_META_VERSION)
  text(file, 0x00020002, "UI", meta.MediaStorageSOPClassUID)
  text(file, 0x00020003, "UI", meta.MediaStorageSOPInstanceUID)
  text(file, 0x00020010, "UI", meta.TransferSyntaxUID)
  text(file, 0x00020012, "UI", IMPLEMENTATION_CLASS_UID)
  text(file, 0x00020013, "SH", IMPLEMENTATION_VERSION_NAME)
  text(file, 0x00020017, "AE", meta.SendingApplicationEntityTitle)
  text(file, 0x00020018, "AE", meta.ReceivingApplicationEntityTitle)
  file.settleLength(groupStart, 0)
  return file.taken()
}

/** Padded to even length: NUL for UI, space for text (PS3.5 6.2). */
function text(file: OctetSink, tag: number, vr: "UI" | "SH" | "AE", value: string): void {
  const even = value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " ")
  file.element(tag, vr, even.length)
  file.text(even)
}

/** Where the data set of a Part 10 file begins, and how it is written. */
export interface DataSetStart {
  readonly offsetBytes: number
  readonly TransferSyntaxUID: string
  readonly MediaStorageSOPClassUID: string
  readonly MediaStorageSOPInstanceUID: string
}

const TEXT: Readonly<Record<number, Exclude<keyof DataSetStart, "offsetBytes">>> = {
  0x00020002: "MediaStorageSOPClassUID",
  0x00020003: "MediaStorageSOPInstanceUID",
  0x00020010: "TransferSyntaxUID",
}

/**
 * Find the data set in the first bytes of a Part 10 file. Group 0002 ends where (0002,0000) says, or earlier at the
 * first element of another group: files whose (0002,0000) is missing or too large are met on media.
 *
 * @param head the file from its first byte on, as far as it is known
 * @returns null when more bytes are needed
 * @throws Malformed `NOT_PART10`, `META_LENGTH` when group 0002 is larger than a header can be, `META_SYNTAX`
 */
export function dataSetStart(head: Uint8Array): DataSetStart | null {
  if (head.length < PART10_START_BYTES) return null
  if (trimmed(head.subarray(PREAMBLE_BYTES, PART10_START_BYTES)) !== "DICM")
    throw new Malformed("NOT_PART10", CLAUSE, "no DICM after the preamble")
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const texts = { TransferSyntaxUID: "", MediaStorageSOPClassUID: "", MediaStorageSOPInstanceUID: "" }
  let end = PART10_START_BYTES + MAX_FILE_META_BYTES
  let at = PART10_START_BYTES
  while (at < end) {
    if (at + 2 > head.length) return null
    if (view.getUint16(at, true) !== META_GROUP) break
    const element = readElementHeader(view, at, "explicit-le")
    if (!element) return null
    at += element.headerBytes
    if (at + element.lengthBytes > end)
      throw new Malformed(
        "META_LENGTH",
        CLAUSE,
        `an element of ${element.lengthBytes} bytes reaches beyond group 0002`,
      )
    if (at + element.lengthBytes > head.length) return null
    const keyword = TEXT[element.tag]
    if (keyword) texts[keyword] = trimmed(head.subarray(at, at + element.lengthBytes))
    at += element.lengthBytes
    if (element.tag === GROUP_LENGTH && element.lengthBytes === 4)
      end = Math.min(end, at + view.getUint32(at - 4, true))
  }
  if (texts.TransferSyntaxUID === "") throw new Malformed("META_SYNTAX", CLAUSE, "no Transfer Syntax UID")
  return { offsetBytes: at, ...texts }
}
