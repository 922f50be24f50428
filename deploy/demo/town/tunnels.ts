/** strongSwan on the town's gateways, with what their site files printed. */
import { accessSync, constants } from "node:fs"
import { until, type Host } from "./host.ts"
import type { Town } from "./town.ts"

export const CHARON = "/usr/sbin/charon-systemd"
const CHARON_MS = 15_000
const TUNNEL_MS = 30_000
const NEEDED: readonly (readonly [string, number, string])[] = [
  ["/dev/net/tun", constants.R_OK | constants.W_OK, "this machine has no /dev/net/tun"],
  [
    CHARON,
    constants.X_OK,
    "strongSwan is not installed (apt install charon-systemd strongswan-swanctl libcharon-extra-plugins libstrongswan-standard-plugins)",
  ],
]

/** Why there is no tunnel here, in words; null when there can be. */
export function whyNoTunnel(): string | null {
  return NEEDED.find(([path, mode]) => !may(path, mode))?.[2] ?? null
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error) return false
    throw error
  }
}

/** @param awaited how many the hospital has when all are up */
export async function startTunnels(town: Town, awaited: number): Promise<void> {
  for (const host of [town.center, town.maintenance, town.edge]) {
    host.start([CHARON])
    await until("charon", CHARON_MS, () => host.run("swanctl --stats").status === 0)
    host.do("swanctl --load-all")
  }
  await until("the tunnels", TUNNEL_MS, () => tunnelsOf(town.edge).length === awaited)
}

/** Of the tunnels that are up here: their names. */
export const tunnelsOf = (host: Host): string[] =>
  [...host.do("swanctl --list-sas").matchAll(/^ {2}(\w+): #\d+.*INSTALLED/gm)].map((each) => each[1] ?? "")
