/** CRC-32 as ZIP counts it (ISO 3309, polynomial EDB88320H); here because this folder also runs in a browser. */

const POLYNOMIAL = 0xedb88320

const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

export function crc32(octets: Uint8Array): number {
  let value = 0xffffffff
  for (const octet of octets) value = (TABLE[(value ^ octet) & 0xff] ?? 0) ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}
