/**
 * Unique identifiers (PS3.5 chapter 9 and annex B): dotted decimal, at most 64 characters.
 */

export const MAX_UID_LENGTH = 64
/** ITU-T X.667 7.3 and PS3.5 B.2: a UUID as one decimal integer under 2.25. */
const UUID_ROOT = "2.25."
const STRICT = /^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+$/
const TOLERATED = /^[0-9]+(\.[0-9]+)+$/
/** PS3.5 annex A and PS3.6 annex A: what DICOM itself registers. */
const DICOM_ROOT = "1.2.840.10008."

/** Whether the UID is one that only DICOM may give out: an entry of its tables, or none at all. */
export const isOfDicom = (uid: string): boolean => uid.startsWith(DICOM_ROOT)

/** Whether `text` obeys PS3.5 9.1 to the letter. */
export function isUid(text: string): boolean {
  return text.length <= MAX_UID_LENGTH && STRICT.test(text)
}

/**
 * Whether `text` can be carried as a UID without harm: digits and dots, no longer than 64. Components with leading
 * zeros break PS3.5 9.1 but are made by devices in use; refusing their images would help nobody.
 */
export function isTolerableUid(text: string): boolean {
  return text.length <= MAX_UID_LENGTH && TOLERATED.test(text)
}

/**
 * `2.25.<decimal>` of 16 bytes of chance; version and variant bits of RFC 9562 version 4 are set here.
 *
 * @param chance exactly 16 bytes
 */
export function uuidUid(chance: Uint8Array): string {
  let value = 0n
  for (let at = 0; at < 16; at++) {
    let byte = chance[at] ?? 0
    if (at === 6) byte = (byte & 0x0f) | 0x40
    if (at === 8) byte = (byte & 0x3f) | 0x80
    value = (value << 8n) | BigInt(byte)
  }
  return UUID_ROOT + value.toString()
}
