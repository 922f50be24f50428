/**
 * Who is at the other end: the pinned key decides, not the name in the certificate and not the CA alone
 * (ITI TF-2 3.19.6: authorisation by certificate comparison).
 */
import { type X509Certificate } from "node:crypto"
import { sha256Hex } from "../../standards/sha256.ts"

/** Hex SHA-256 of the SubjectPublicKeyInfo. */
export type Pin = string

export interface Identification {
  /** Agreement id whose pin fits; null when no agreement knows this key. */
  readonly agreement: string | null
  readonly spkiSha256: Pin
}

/** Pin of a certificate's key; survives renewal of the certificate with the same key. */
export function pinOf(certificate: X509Certificate): Pin {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" })
  return sha256Hex(spki)
}

/**
 * A look-up from certificate to agreement.
 *
 * @param pins pins by agreement id; more than one while a key is being changed
 * @throws RangeError when one pin stands in two agreements: a key must mean one partner
 */
export function identifyBy(
  pins: Readonly<Record<string, readonly Pin[]>>,
): (certificate: X509Certificate) => Identification {
  const agreements = new Map<Pin, string>()
  for (const [agreement, list] of Object.entries(pins))
    for (const pin of list) {
      const normalised = pin.toLowerCase()
      if ((agreements.get(normalised) ?? agreement) !== agreement)
        throw new RangeError(`agreements ${agreement} and ${agreements.get(normalised) ?? ""} share a pin`)
      agreements.set(normalised, agreement)
    }
  return (certificate) => {
    const spkiSha256 = pinOf(certificate)
    return { agreement: agreements.get(spkiSha256) ?? null, spkiSha256 }
  }
}
