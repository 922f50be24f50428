/**
 * New certificates for the keys of a hospital that has joined: what agreements pin are keys, so nothing else has to change at
 * either side, and what is sent is no secret. A new key is another matter (docs/keys.md).
 */
import { systemClock } from "../../clock.ts"
import { ConfigError } from "../../journey/errors.ts"
import { readCertificate } from "../../standards/hpki/certificate.ts"
import { EXTENSION } from "../../standards/hpki/extensions.ts"
import * as issue from "../../standards/hpki/issue.ts"
import { days } from "../pki-authority.ts"
import type { OwnAuthorities } from "./authority.ts"
import { TERM_DAYS } from "./issue.ts"
import { issuerOf, type Lists, readLists, REVOCATION_REASONS } from "./lists.ts"
import { keepRenewals, ofSameKeys } from "./renewals.ts"

/**
 * Each for another year; known from then on by its key, so that whoever takes one back takes back all.
 *
 * @param certificates DER
 * @throws ConfigError as `renewed`, also where another certificate of the same key was taken back; nothing is written then
 */
export async function renewAll(
  folder: string,
  authorities: OwnAuthorities,
  certificates: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  const lists = await readLists(folder, authorities)
  for (const each of await ofSameKeys(folder, certificates)) demandKey(each, authorities, lists)
  const made = certificates.map((each) => renewed(each, authorities, lists))
  await keepRenewals(folder, [...certificates, ...made])
  return made
}

/** A certificate that another has superseded says nothing against its key. */
function demandKey(encoded: Uint8Array, authorities: OwnAuthorities, lists: Lists): void {
  const certificate = readCertificate(encoded)
  const entry = lists[issuerOf(certificate, authorities)].revoked.find(
    ({ serial }) => Buffer.compare(serial, certificate.serial) === 0,
  )
  if (entry !== undefined && entry.reason !== REVOCATION_REASONS.superseded)
    throw new ConfigError(
      "ERR_CONFIG_INVALID",
      `${certificate.subject.text} was taken back, and its key with it`,
    )
}

/** Which the authority writes itself, in each certificate. */
const WRITTEN_ANEW: readonly string[] = [EXTENSION.subjectKeyIdentifier, EXTENSION.authorityKeyIdentifier]

/**
 * The same name, key and uses for another year. @param encoded DER of the one of before
 * @throws ConfigError for one that has ended, was taken back, is an authority's own, or is of neither authority
 */
export function renewed(encoded: Uint8Array, authorities: OwnAuthorities, lists: Lists): Uint8Array {
  const before = readCertificate(encoded)
  const use = issuerOf(before, authorities)
  const now = systemClock.now()
  const refusal = (why: string) => new ConfigError("ERR_CONFIG_INVALID", `${before.subject.text} ${why}`)
  if (before.isCa) throw refusal("is an authority's own")
  if (before.notAfter <= now) throw refusal("has ended: the hospital joins anew")
  if (lists[use].revoked.some(({ serial }) => Buffer.compare(serial, before.serial) === 0))
    throw refusal("was taken back")
  const kept = before.extensions.filter(({ id }) => !WRITTEN_ANEW.includes(id))
  const [leaf = new Uint8Array()] = authorities[use].chainFor(
    before,
    before.subject.encoded,
    { notBefore: days(now, -1), notAfter: days(now, TERM_DAYS) },
    ...kept.map(({ id, critical, value }) => issue.extension(id, critical, value)),
  )
  return leaf
}
