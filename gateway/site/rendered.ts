/** Everything a site file prints: files by where they lie on the machine. The same site gives the same octets. */
import { chronySources, chronySettings } from "./chrony.ts"
import { isolationRuleset } from "./isolation.ts"
import { nftRuleset } from "./nftables.ts"
import { networkScript, sysctlSettings } from "./routes.ts"
import type { Site } from "./site.ts"
import { charonSettings, swanctlConnections } from "./swanctl.ts"
import { networkUnit, serviceDropIn } from "./units.ts"

export interface RenderedFile {
  /** Absolute, on the machine. */
  readonly path: string
  /** Of the file, e.g. 0o644. */
  readonly mode: number
  readonly text: string
}

/** Where what is loaded lies on the machine. */
export const NFT_FILE = "/etc/dokuei/network/dokuei.nft"
/** What cuts every zone but the management's, loaded while the mark lies beside it. */
export const ISOLATION_FILE = "/etc/dokuei/network/isolation.nft"
export const ISOLATION_MARK = "/etc/dokuei/network/isolated"
export const NETWORK_SCRIPT = "/etc/dokuei/network/up"
export const SYSCTL_FILE = "/etc/sysctl.d/60-dokuei.conf"

export function rendered(site: Site): readonly RenderedFile[] {
  const file = (path: string, text: string, mode = 0o644): RenderedFile => ({ path, mode, text })
  return [
    file(NFT_FILE, nftRuleset(site)),
    file(ISOLATION_FILE, isolationRuleset(site)),
    file(NETWORK_SCRIPT, networkScript(site), 0o755),
    file(SYSCTL_FILE, sysctlSettings()),
    file("/etc/swanctl/conf.d/dokuei.conf", swanctlConnections(site), 0o600),
    file("/etc/strongswan.d/dokuei.conf", charonSettings(site)),
    file("/etc/chrony/conf.d/dokuei.conf", chronySettings()),
    file("/etc/chrony/sources.d/dokuei.sources", chronySources(site)),
    file(
      "/etc/systemd/system/dokuei-network.service",
      networkUnit({
        table: NFT_FILE,
        script: NETWORK_SCRIPT,
        isolation: ISOLATION_FILE,
        mark: ISOLATION_MARK,
      }),
    ),
    file(`/etc/systemd/system/dokuei-${site.role}.service.d/10-site.conf`, serviceDropIn(site)),
  ]
}
