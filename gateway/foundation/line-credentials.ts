/** What we show on a line and whom we trust there: our key as it is at every look, revocation lists likewise. */
import { readFile } from "node:fs/promises"
import type { TlsProfile } from "../actors/secure-node/profile.ts"
import { revokedBy, type RevokedOf } from "../actors/secure-node/revoked.ts"
import type { NodeCredentials } from "../actors/secure-node/tls.ts"
import { systemClock } from "../clock.ts"
import type { LineKeys } from "../storage/keys/line-key.ts"
import type { CrlFolder } from "./crl-folder.ts"
import { certificates } from "./trust-store.ts"

export interface LineParts {
  readonly lists: Pick<CrlFolder, "crls">
  readonly lineKeys: LineKeys
}

export interface LineFiles {
  readonly key: string
  readonly chain: string
  /** Authorities of those who may be on the other side; read once. */
  readonly ca: string
  readonly profile?: TlsProfile
}

/** Not to be spread before it is used: a copy does not change with the key. */
export interface LineCredentials extends NodeCredentials {
  readonly revoked: RevokedOf
  /** For those who listen: `take` anew. Those who connect do so each time. */
  readonly onRenewed: (take: () => void) => void
}

/** @param noting sees the certificates that are asked about */
export async function lineCredentials(
  { lists, lineKeys }: LineParts,
  { key, chain, ca, profile = "1.3" }: LineFiles,
  noting: (revoked: RevokedOf) => RevokedOf = (revoked) => revoked,
): Promise<LineCredentials> {
  const own = await lineKeys.of({ key, chain })
  const revoked = revokedBy(
    await certificates(ca),
    () => lists.crls(),
    () => systemClock.now(),
  )
  return {
    revoked: noting(revoked),
    trustedPem: await readFile(ca, "utf8"),
    profile,
    get chainPem() {
      return own.now.chainPem
    },
    get keyPem() {
      return own.now.keyPem
    },
    onRenewed: (take) => own.onRenewed(take),
  }
}
