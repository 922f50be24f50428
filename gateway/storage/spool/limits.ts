/** Limits of sealed objects, in bytes. */

/** Far below what one AES-GCM key and nonce may carry (2^36 - 32, SP 800-38D 5.2.1.1): counters never wrap. */
export const MAX_OBJECT_BYTES = 16 * 2 ** 30
/** Unit of the GMACs, of writes and of reads. */
export const CHUNK_BYTES = 2 ** 20
export const MAC_BYTES = 16
/** One text of the trailer, as UTF-8. A UID has 64 bytes, an AE title 16; XDS ids may be longer. */
export const MAX_TEXT_BYTES = 4096
/** GMACs of the largest object, and room for the texts. */
export const MAX_TRAILER_BYTES = (MAX_OBJECT_BYTES / CHUNK_BYTES) * MAC_BYTES + 64 * 1024

/** Objects of one chunk are read whole under their own tag; longer ones have a GMAC for each chunk. */
export function chunkMacCount(lengthBytes: number): number {
  return lengthBytes > CHUNK_BYTES ? Math.ceil(lengthBytes / CHUNK_BYTES) : 0
}
