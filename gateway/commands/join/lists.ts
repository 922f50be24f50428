/**
 * The revocation lists of a reading centre's own authorities. What is on them stands nowhere else: the list of before is the
 * record, checked by its signature, and a new one takes over all that it names.
 */
import { readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { systemClock } from "../../clock.ts"
import { ConfigError } from "../../journey/errors.ts"
import { type Certificate, readCertificate } from "../../standards/hpki/certificate.ts"
import { type Crl, readCrl, type RevokedCertificate } from "../../standards/hpki/crl.ts"
import { signatureChecks } from "../../standards/hpki/signature-algorithm.ts"
import { Malformed } from "../../standards/malformed.ts"
import { hasCode } from "../../storage/has-code.ts"
import { type Authority, days } from "../pki-authority.ts"
import type { OwnAuthorities } from "./authority.ts"
import { ofSameKeys } from "./renewals.ts"

const LIST_TERM_DAYS = 30
const USES = ["tls", "seal"] as const

/** Reasons of RFC 5280 5.3.1 in an operator's words. */
export const REVOCATION_REASONS = { "key-compromise": 1, superseded: 4, ended: 5 } as const

export interface Revocation {
  readonly reason: keyof typeof REVOCATION_REASONS
  /** Since when a key in other hands must not be believed any more; null = nobody knows, or it is in no other hands. */
  readonly since: Date | null
}

export type Lists = Readonly<Record<(typeof USES)[number], Crl>>

const listPath = (folder: string, use: (typeof USES)[number]): string => join(folder, `${use}-ca.crl`)

/** The first lists of new authorities; nothing is on them. Returns where they lie. */
export const firstLists = (folder: string, authorities: OwnAuthorities): Promise<readonly string[]> =>
  Promise.all(USES.map((use) => written(folder, use, authorities[use], [])))

/** The same lists, good for another 30 days. @throws ConfigError when a list of before is gone or is not ours */
export async function renewLists(folder: string, authorities: OwnAuthorities): Promise<readonly string[]> {
  return revoke(folder, authorities, [], { reason: "ended", since: null })
}

/**
 * New lists that name these as well, and what else was certified for the same keys, unless they are superseded alone; one that is
 * named already stays as it is.
 * @param certificates DER
 * @throws ConfigError when one is of neither authority, before anything is written
 */
export async function revoke(
  folder: string,
  authorities: OwnAuthorities,
  certificates: readonly Uint8Array[],
  { reason, since }: Revocation,
): Promise<readonly string[]> {
  const all = reason === "superseded" ? certificates : await ofSameKeys(folder, certificates)
  const read = all.map((each) => readCertificate(each))
  const revocationDate = systemClock.now()
  const added = read.map((certificate) => ({
    use: issuerOf(certificate, authorities),
    entry: {
      serial: certificate.serial,
      revocationDate,
      reason: REVOCATION_REASONS[reason],
      invalidityDate: since,
    },
  }))
  const before = await readLists(folder, authorities)
  return Promise.all(
    USES.map((use) => {
      const old = before[use].revoked
      const isNew = ({ serial }: RevokedCertificate): boolean =>
        !old.some((each) => Buffer.compare(each.serial, serial) === 0)
      const fresh = added.filter((each) => each.use === use).map(({ entry }) => entry)
      return written(folder, use, authorities[use], [...old, ...fresh.filter(isNew)])
    }),
  )
}

/** @throws ConfigError when a list is gone or is not ours */
export const readLists = async (folder: string, { tls, seal }: OwnAuthorities): Promise<Lists> => ({
  tls: await listOf(folder, "tls", tls),
  seal: await listOf(folder, "seal", seal),
})

/** @throws ConfigError for one of neither authority */
export function issuerOf(certificate: Certificate, authorities: OwnAuthorities): (typeof USES)[number] {
  const { signatureAlgorithm, tbs, signature, subject } = certificate
  const use = USES.find((each) =>
    signatureChecks(signatureAlgorithm, authorities[each].key.spki, tbs, signature),
  )
  if (use === undefined) throw fault(`${subject.text} was issued by neither of these authorities`)
  return use
}

/** @throws ConfigError: without it what was revoked would be believed again */
async function listOf(folder: string, use: (typeof USES)[number], { key }: Authority): Promise<Crl> {
  const path = listPath(folder, use)
  try {
    const list = readCrl(await readFile(path))
    if (signatureChecks(list.signatureAlgorithm, key.spki, list.tbs, list.signature)) return list
  } catch (cause) {
    if (!(cause instanceof Malformed) && !hasCode(cause, "ENOENT")) throw cause
  }
  throw fault(`${path} is not this authority's list: put back the one that is in trust.crls`)
}

async function written(
  folder: string,
  use: (typeof USES)[number],
  authority: Authority,
  revoked: readonly RevokedCertificate[],
): Promise<string> {
  const path = listPath(folder, use)
  const now = systemClock.now()
  const entries = revoked.map(({ invalidityDate, ...entry }) => ({
    ...entry,
    ...(invalidityDate === null ? {} : { invalidityDate }),
  }))
  // Since yesterday, for whose clock is behind; among several the newest counts, and that is the one made last.
  const since = days(now, -1)
  const list = authority.crl(since, days(now, LIST_TERM_DAYS), entries, Math.floor(now.getTime() / 1000))
  await writeFile(`${path}.part`, list)
  await rename(`${path}.part`, path)
  return path
}

const fault = (message: string) => new ConfigError("ERR_CONFIG_INVALID", message)
