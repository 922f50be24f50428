/** SubjectPublicKeyInfo of an EC key (RFC 5480 §2) ⇄ its point. */
import { DerParts, readDer } from "./der.ts"
import { bitStringOctets } from "./der-values.ts"
import { bitString, sequence } from "./der-write.ts"

/** The point octets of an EC SubjectPublicKeyInfo. */
export function pointOf(spki: Uint8Array): Uint8Array {
  const parts = new DerParts(readDer(spki), "SubjectPublicKeyInfo")
  parts.take()
  return bitStringOctets(parts.take())
}

/** A point on the curve that `spki` names. */
export function spkiWithPoint(spki: Uint8Array, point: Uint8Array): Uint8Array {
  const algorithm = new DerParts(readDer(spki), "SubjectPublicKeyInfo").take()
  return sequence(algorithm.encoded, bitString(point))
}
