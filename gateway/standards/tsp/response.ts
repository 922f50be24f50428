/** TimeStampResp (RFC 3161 §2.4.2): the authority's answer, status and token. */
import { Malformed } from "../malformed.ts"
import { type Der, DerParts, TAG, childrenOf, readDer } from "../cms/der.ts"
import { derFromBer } from "../cms/ber.ts"
import { namedBits, smallInteger, textOf } from "../cms/der-values.ts"

const GRANTED = 0
const GRANTED_WITH_MODS = 1
/** PKIFailureInfo bits that RFC 3161 §2.4.2 allows. */
const FAILURES: Readonly<Record<number, string>> = {
  0: "badAlg",
  2: "badRequest",
  5: "badDataFormat",
  14: "timeNotAvailable",
  15: "unacceptedPolicy",
  16: "unacceptedExtension",
  17: "addInfoNotAvailable",
  25: "systemFailure",
}

/** The token (ContentInfo DER). Throws Malformed TSP_REJECTED with the authority's words when there is none. */
export function readTimeStampResp(bytes: Uint8Array): Uint8Array {
  const parts = new DerParts(readDer(derFromBer(bytes)), "TimeStampResp")
  const status = parts.take(TAG.sequence)
  const token = parts.maybe(TAG.sequence)
  parts.end()
  refuseUnlessGranted(status)
  if (token === null) throw new Malformed("TSP_REJECTED", "RFC 3161 §2.4.2", "granted, but without a token")
  return token.encoded
}

function refuseUnlessGranted(statusInfo: Der): void {
  const parts = new DerParts(statusInfo, "PKIStatusInfo")
  const status = smallInteger(parts.take())
  if (status === GRANTED || status === GRANTED_WITH_MODS) return
  const text = parts.maybe(TAG.sequence)
  const bits = parts.maybe(TAG.bitString)
  const words = [
    `status ${status}`,
    ...(text === null ? [] : childrenOf(text).map(textOf)),
    ...(bits === null
      ? []
      : namedBits(bits).flatMap((set, bit) => (set ? [FAILURES[bit] ?? `bit ${bit}`] : []))),
  ]
  throw new Malformed("TSP_REJECTED", "RFC 3161 §2.4.2", words.join("; "))
}
