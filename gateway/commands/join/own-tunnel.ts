/** A reading centre's own key and certificate for tunnels, by the authority that certifies its hospitals' too. */
import { systemClock } from "../../clock.ts"
import { ConfigError } from "../../journey/errors.ts"
import { isTunnelIdentity } from "../../site/site.ts"
import { keyPem, newKey } from "../pki-authority.ts"
import type { OwnAuthorities } from "./authority.ts"
import { chainPem, issueTunnel } from "./issue.ts"
import { writeTunnelFiles } from "./tunnel-files.ts"

export interface OwnTunnelOptions {
  readonly name: string
  readonly identity: string
  readonly out: string
}

/** @throws ConfigError for a name that is none; EEXIST rather than overwrite a key */
export async function makeOwnTunnel(by: OwnAuthorities, options: OwnTunnelOptions): Promise<void> {
  const { name, identity, out } = options
  if (!isTunnelIdentity(identity))
    throw new ConfigError("ERR_CONFIG_INVALID", `${identity} is no DNS name in lower case`)
  const key = await newKey("p-384")
  const certificate = issueTunnel(name, identity, key, by, systemClock.now())
  const authority = chainPem([by.tls.certificate])
  await writeTunnelFiles(out, { key: keyPem(key), certificate: chainPem([certificate]), authority })
}
