/** TSTInfo (RFC 3161 §2.4.2): what the authority asserts. */
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, readDer } from "../cms/der.ts"
import { integerOctets, octetsOf, oidOf, smallInteger, timeOf } from "../cms/der-values.ts"

export interface TSTInfo {
  readonly policy: string
  /** OID of the digest algorithm. */
  readonly imprintAlgorithm: string
  readonly imprint: Uint8Array
  readonly genTime: Date
  readonly accuracyMs: number
  /** INTEGER octets exactly as written: some authorities return a negative number. null when absent. */
  readonly nonce: Uint8Array | null
}

/** Throws Malformed DER or TST_INFO. */
export function readTSTInfo(encoded: Uint8Array): TSTInfo {
  const parts = new DerParts(readDer(encoded), "TSTInfo")
  if (smallInteger(parts.take()) !== 1) throw malformed("version is not 1")
  const policy = oidOf(parts.take())
  const messageImprint = new DerParts(parts.take(), "messageImprint")
  const imprintAlgorithm = oidOf(new DerParts(messageImprint.take(), "hashAlgorithm").take())
  const imprint = octetsOf(messageImprint.take())
  integerOctets(parts.take())
  const genTime = timeOf(parts.take(TAG.generalizedTime))
  const accuracyMs = readAccuracy(parts.maybe(TAG.sequence))
  parts.maybe(TAG.boolean)
  const nonce = parts.maybe(TAG.integer)
  parts.maybe(0xa0)
  if (parts.maybe(0xa1) !== null) throw malformed("extensions are not understood")
  parts.end()
  return { policy, imprintAlgorithm, imprint, genTime, accuracyMs, nonce: nonce && integerOctets(nonce) }
}

function readAccuracy(accuracy: Der | null): number {
  if (accuracy === null) return 0
  const parts = new DerParts(accuracy, "Accuracy")
  const [seconds, millis, micros] = [parts.maybe(TAG.integer), parts.maybe(0x80), parts.maybe(0x81)]
  parts.end()
  const number = (part: Der | null) => (part === null ? 0 : smallInteger(part, part.tag))
  return number(seconds) * 1000 + number(millis) + Math.ceil(number(micros) / 1000)
}

const malformed = (message: string) => new Malformed("TST_INFO", "RFC 3161 §2.4.2", message)
