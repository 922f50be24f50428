/**
 * Base64 (RFC 4648 §4) of pictures inside a document; strict on the way in.
 */
import { Malformed } from "../malformed.ts"

/** Without line breaks. */
export const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")

/**
 * White space is allowed between the characters, as every XML writer breaks lines; nothing else is.
 *
 * @throws Malformed BASE64_MALFORMED
 */
export function bytesOfBase64(text: string): Uint8Array {
  const dense = text.replace(/[ \t\r\n]+/g, "")
  if (dense.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(dense.replace(/={1,2}$/, "")))
    throw new Malformed("BASE64_MALFORMED", "RFC 4648 §4", "not base64")
  return new Uint8Array(Buffer.from(dense, "base64"))
}
