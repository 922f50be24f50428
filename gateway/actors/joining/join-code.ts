/**
 * The code of an invitation: a secret that works once, and the key of the centre's door. Whoever has it can tell the
 * centre from anybody who stands in between before a word is said, and the centre can tell whom it invited.
 *
 * 16 octets of secret, 32 of SHA-256 of the door's SubjectPublicKeyInfo, 2 that tell a slip of the pen; in Crockford's
 * Base 32, which has no letters that look alike, in groups of five.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { readCertificate } from "../../standards/hpki/certificate.ts"
import { JoinError } from "../../journey/errors.ts"

export const SECRET_LENGTH_BYTES = 16
const PIN_LENGTH_BYTES = 32
const CHECK_LENGTH_BYTES = 2
const CODE_LENGTH_BYTES = SECRET_LENGTH_BYTES + PIN_LENGTH_BYTES + CHECK_LENGTH_BYTES
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const CODE_LENGTH = (CODE_LENGTH_BYTES * 8) / 5
/** With spaces and hyphens wherever people put them. */
const MAX_TYPED_LENGTH = 4 * CODE_LENGTH

export interface JoinCode {
  readonly secret: Uint8Array
  /** SHA-256 of the SubjectPublicKeyInfo that the door must show. */
  readonly pin: Uint8Array
}

const digest = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** SHA-256 of a certificate's SubjectPublicKeyInfo. @param certificate DER */
export const keyDigest = (certificate: Uint8Array): Buffer => digest(readCertificate(certificate).spki)

/** Are both the same? Takes as long whatever they hold. */
export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  timingSafeEqual(digest(one), digest(other))

export function writeJoinCode({ secret, pin }: JoinCode): string {
  const check = digest(secret, pin).subarray(0, CHECK_LENGTH_BYTES)
  let bits = BigInt(`0x${Buffer.concat([secret, pin, check]).toString("hex")}`)
  let text = ""
  for (let i = 0; i < CODE_LENGTH; i++) {
    text = `${ALPHABET[Number(bits & 31n)] ?? ""}${text}`
    bits >>= 5n
  }
  return (text.match(/.{5}/g) ?? []).join("-")
}

/** As a person typed it. @throws JoinError ERR_JOIN_CODE */
export function readJoinCode(typed: string): JoinCode {
  if (typed.length > MAX_TYPED_LENGTH) throw mistyped()
  const text = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1")
  const values = Array.from(text, (letter) => ALPHABET.indexOf(letter))
  if (values.length !== CODE_LENGTH || values.includes(-1)) throw mistyped()
  const bits = values.reduce((sum, value) => (sum << 5n) | BigInt(value), 0n)
  const octets = Buffer.from(bits.toString(16).padStart(2 * CODE_LENGTH_BYTES, "0"), "hex")
  const secret = octets.subarray(0, SECRET_LENGTH_BYTES)
  const pin = octets.subarray(SECRET_LENGTH_BYTES, SECRET_LENGTH_BYTES + PIN_LENGTH_BYTES)
  const check = octets.subarray(SECRET_LENGTH_BYTES + PIN_LENGTH_BYTES)
  if (!check.equals(digest(secret, pin).subarray(0, CHECK_LENGTH_BYTES))) throw mistyped()
  return { secret, pin }
}

const mistyped = () =>
  new JoinError("ERR_JOIN_CODE", "the code is mistyped: 16 groups of five, no I, L, O or U")
