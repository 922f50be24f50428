/**
 * Where the data set begins in a DICOM file (PS3.10 7.1): after the 128-byte preamble, "DICM" and group 0002, whose
 * length stands in (0002,0000), always Explicit VR Little Endian.
 */

/** Bytes that must be seen to decide: preamble, "DICM" and the element (0002,0000). */
export const PROLOGUE_HEAD_BYTES = 144
const MAGIC_OFFSET = 128
/** Tag (0002,0000), VR UL, length 4. */
const GROUP_LENGTH = Buffer.from("02000000554c0400", "hex")
const GROUP_LENGTH_OFFSET = 132
const VALUE_OFFSET = 140

/** Offset of the data set's first byte, or null when these are not the first 144 bytes of a DICOM file. */
export function dataSetOffset(head: Uint8Array): number | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  if (bytes.length < PROLOGUE_HEAD_BYTES) return null
  if (bytes.toString("latin1", MAGIC_OFFSET, GROUP_LENGTH_OFFSET) !== "DICM") return null
  if (!bytes.subarray(GROUP_LENGTH_OFFSET, VALUE_OFFSET).equals(GROUP_LENGTH)) return null
  return PROLOGUE_HEAD_BYTES + bytes.readUInt32LE(VALUE_OFFSET)
}
