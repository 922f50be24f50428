/** One list or answer, from the address that was named to a value that fits what was wanted. */
import type { RevocationClient } from "../actors/revocation-client/revocation-client.ts"
import type { Chance, Clock } from "../journey/ports/time.ts"
import type { Crl } from "../standards/hpki/crl.ts"
import type { EvidenceNeed } from "../standards/hpki/evidence-need.ts"
import { acceptAnswer, acceptList } from "../standards/hpki/fetched-evidence.ts"
import { OCSP_NONCE_LENGTH_BYTES, writeOcspRequest } from "../standards/hpki/ocsp-request.ts"
import type { Kept } from "./evidence-folder.ts"

export interface FetchParts {
  readonly client: RevocationClient
  readonly clock: Clock
  readonly chance: Chance
}

/**
 * @param held what the same address gave before; nothing older takes its place
 * @param lists that may speak of an OCSP responder's own certificate
 * @throws RevocationError, Malformed
 */
export function fetchEvidence(
  parts: FetchParts,
  need: EvidenceNeed,
  held: Kept | null,
  lists: readonly Crl[],
): Promise<Kept> {
  return need.certificate === null
    ? fetchList(parts, need, held)
    : fetchAnswer(parts, { ...need, certificate: need.certificate }, lists)
}

async function fetchList(
  { client, clock }: FetchParts,
  need: EvidenceNeed,
  held: Kept | null,
): Promise<Kept> {
  const octets = await client.list(need.url)
  const now = clock.now()
  const before = held !== null && "revoked" in held.value ? held.value : null
  return { need, octets, value: acceptList(need, octets, before, now), fetchedAt: now }
}

async function fetchAnswer(
  { client, clock, chance }: FetchParts,
  need: EvidenceNeed & { readonly certificate: NonNullable<EvidenceNeed["certificate"]> },
  lists: readonly Crl[],
): Promise<Kept> {
  const nonce = chance.bytes(OCSP_NONCE_LENGTH_BYTES)
  const octets = await client.answer(need.url, writeOcspRequest(need.certificate, need.issuer, nonce))
  const now = clock.now()
  return { need, octets, value: acceptAnswer(need, octets, nonce, lists, now), fetchedAt: now }
}
