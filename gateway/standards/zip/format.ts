/** What ZIP files are made of (PKWARE APPNOTE 6.3.10; ISO/IEC 21320-1 is its part that everybody reads). */
import { Malformed } from "../malformed.ts"

export const LOCAL_HEADER = { signature: 0x04034b50, lengthBytes: 30 } as const
export const CENTRAL_HEADER = { signature: 0x02014b50, lengthBytes: 46 } as const
export const END = { signature: 0x06054b50, lengthBytes: 22 } as const
export const ZIP64_END = { signature: 0x06064b50, lengthBytes: 56 } as const
export const ZIP64_LOCATOR = { signature: 0x07064b50, lengthBytes: 20 } as const
export const DESCRIPTOR_SIGNATURE = 0x08074b50
/** Tag of the extra field with what needs 64 bits (4.5.3), and tag and length of any extra field. */
export const ZIP64_EXTRA = 0x0001
export const EXTRA_HEAD_BYTES = 4

/** A field that holds this says: look in the Zip64 field. */
export const FULL_32 = 0xffffffff
export const FULL_16 = 0xffff

export const METHOD = { stored: 0, deflated: 8 } as const

/** General purpose bits (4.4.4). */
export const FLAG = {
  encrypted: 1 << 0,
  /** CRC-32 and sizes follow behind the file. */
  descriptor: 1 << 3,
  patched: 1 << 5,
  stronglyEncrypted: 1 << 6,
  utf8: 1 << 11,
  maskedHeaders: 1 << 13,
} as const

/** A ZIP that is not what it says, or not one that is taken. The code is one for all: nobody repairs such a file by it. */
export const wrongZip = (section: string, why: string): Malformed =>
  new Malformed("ZIP", `APPNOTE ${section}`, why)

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

/** 64 bits, as far as a number counts exactly. @throws Malformed ZIP */
export function exact64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw wrongZip("4.5.3", "a length beyond all files")
  return Number(value)
}
