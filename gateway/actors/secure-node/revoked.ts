/**
 * Is a TLS peer's certificate revoked? Asked after the handshake, of every certificate of its chain.
 *
 * The newest list of each issuer counts, an overdue one too: whom it names is refused. A list that is missing or
 * overdue stops nobody: the pin already says whose key this is, and the road must not close because a list was not
 * fetched (docs/adr/0006). OpenSSL's own check knows no such middle, so it is not used.
 */
import { Malformed } from "../../standards/malformed.ts"
import { readCertificate, serialText, type Certificate } from "../../standards/hpki/certificate.ts"
import type { Crl } from "../../standards/hpki/crl.ts"
import { validatePath } from "../../standards/hpki/path.ts"
import { listedAsRevoked } from "../../standards/hpki/revocation.ts"

/** Why the holder of this chain (DER, leaf first) is refused: a sentence for log and audit; null = nothing known. */
export type RevokedOf = (chain: readonly Uint8Array[]) => string | null

/**
 * @param anchors the authorities peers are trusted by
 * @param crls what is in the folder now
 */
export function revokedBy(
  anchors: readonly Certificate[],
  crls: () => readonly Crl[],
  now: () => Date,
): RevokedOf {
  return (chain) => {
    const [leaf, ...helpers] = chain.map(readable)
    if (leaf === undefined) return "no certificate"
    if (leaf === null) return "a certificate that cannot be read"
    const known = helpers.filter((each) => each !== null)
    const at = now()
    const lists = crls()
    const { chain: path } = validatePath(leaf, known, anchors, at, [], { now: at, newerCrl: "preferred" })
    const found = path.findIndex((certificate, place) => {
      const issuer = path[place + 1]
      return issuer !== undefined && listedAsRevoked(certificate, issuer, lists, at) !== null
    })
    const revoked = path[found]
    return revoked === undefined ? null : `${revoked.subject.text} (${serialText(revoked)}) is revoked`
  }
}

function readable(encoded: Uint8Array): Certificate | null {
  try {
    return readCertificate(encoded)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

/** Longer than any path we follow. */
const MAX_CHAIN = 8

interface Link {
  readonly raw: Uint8Array
  readonly issuerCertificate?: Link | undefined
}

/**
 * DER, leaf first: of `getPeerX509Certificate` at a server, of the argument of `checkServerIdentity` at a client,
 * where Node lets a root point to itself.
 */
export function chainOf(leaf: Link): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  let link: Link | undefined = leaf
  while (link !== undefined && chain.length < MAX_CHAIN) {
    chain.push(link.raw)
    link = link.issuerCertificate === link ? undefined : link.issuerCertificate
  }
  return chain
}
