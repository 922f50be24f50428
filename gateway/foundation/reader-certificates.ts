/**
 * Can the readers sign? A certificate that is missing, of somebody else, of another role, expired or confirmed by nobody is
 * told when the centre starts and when the reader is enrolled, not at night when the first report is to be signed.
 */
import { KeyError } from "../journey/errors.ts"
import { unconfirmed } from "../journey/people/bound-keys.ts"
import type { Bindings } from "../journey/ports/bindings.ts"
import type { PersonKeys } from "../journey/ports/keys.ts"
import type { Person } from "../journey/ports/person.ts"
import { signingFault } from "../journey/read/signing-certificate.ts"
import type { ReportTerms, TrustStore } from "../journey/trust.ts"
import { Malformed } from "../standards/malformed.ts"
import { readCertificate } from "../standards/hpki/certificate.ts"

const SOON_MS = 30 * 24 * 60 * 60 * 1000

export interface ReaderParts {
  readonly keys: Pick<PersonKeys, "chain">
  readonly trust: Pick<TrustStore, "report">
  readonly bindings: Pick<Bindings, "holder">
  /** A reader who can sign under one of them can sign; where none wants a signature in person nobody needs a certificate. */
  readonly agreements: readonly ReportTerms[]
  readonly now: Date
}

/** What a person must do something about; null = this reader can sign, and for a while yet. */
export async function readerFault(
  { login, name }: Pick<Person, "login" | "name">,
  { keys, trust, bindings, agreements, now }: ReaderParts,
): Promise<string | null> {
  const wanted = (agreements.length === 0 ? [null] : agreements).flatMap((agreement) => {
    const report = trust.report(agreement)
    return report.kind === "seal" ? [] : [report]
  })
  if (wanted.length === 0) return null
  try {
    const chain = await keys.chain(login)
    const faults = wanted.map((report) => signingFault(report, { name }, chain, null, now))
    return (
      (faults.includes(null) ? null : faults[0]) ??
      (await bindingFault(login, chain, bindings)) ??
      soonOver(chain, now)
    )
  } catch (error) {
    // Only its holder can make the signing service show it.
    if (error instanceof KeyError && error.code === "ERR_KEY_LOGIN") return null
    if (error instanceof KeyError || error instanceof Malformed) return `certificate: ${error.message}`
    throw error
  }
}

async function bindingFault(
  login: string,
  chain: readonly Uint8Array[],
  bindings: ReaderParts["bindings"],
): Promise<string | null> {
  const why = await unconfirmed(login, chain, bindings)
  return why === null ? null : `binding: ${why}`
}

function soonOver([leaf]: readonly Uint8Array[], now: Date): string | null {
  const end = leaf === undefined ? now : readCertificate(leaf).notAfter
  return end.getTime() - now.getTime() < SOON_MS
    ? `validity: the certificate ends ${end.toISOString()}`
    : null
}
