/**
 * What both sides compare by telephone: 32 digits of one SHA-256 over the door's key and the four certification
 * requests. Who stands in between has another key to the hospital, or other requests to the centre, and so other digits.
 * Digits, because every language reads them out without a list of words.
 */
import { createHash } from "node:crypto"
import { isSame } from "./join-code.ts"
import type { Requests } from "./messages.ts"

const LABEL = "dokuei join 2\n"
const GROUPS = 8
const DIGITS_OF_GROUP = 4

/** Eight groups of four digits, 106 bits. @param pin SHA-256 of the door's SubjectPublicKeyInfo */
export function fingerprint(pin: Uint8Array, { tls, seal, object, tunnel }: Requests): string {
  const hash = createHash("sha256").update(LABEL).update(pin)
  for (const request of [tls, seal, object, tunnel]) {
    const lengthBytes = Buffer.alloc(4)
    lengthBytes.writeUInt32BE(request.length)
    hash.update(lengthBytes).update(request)
  }
  const digits = GROUPS * DIGITS_OF_GROUP
  const number = BigInt(`0x${hash.digest("hex")}`) % 10n ** BigInt(digits)
  return (number.toString().padStart(digits, "0").match(/.{4}/g) ?? []).join(" ")
}

/** Did the person at the telephone hear this? Full-width digits count as digits. */
export function isHeard(typed: string, expected: string): boolean {
  const digitsOf = (text: string): Buffer => Buffer.from(text.normalize("NFKC").replace(/[\s-]/g, ""), "utf8")
  return isSame(digitsOf(typed), digitsOf(expected))
}
