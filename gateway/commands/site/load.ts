/** Makes the machine do what its files say: settings, rules, ways, tunnels, clock. In this order: rules before ways. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { ISOLATION_FILE, ISOLATION_MARK, NETWORK_SCRIPT, NFT_FILE, SYSCTL_FILE } from "../../site/rendered.ts"
import { ISOLATION_TABLE } from "../../site/isolation.ts"
import { NO_WAYS } from "../../site/routes.ts"
import { SiteError } from "../../journey/errors.ts"

interface Step {
  readonly command: readonly [string, ...string[]]
  /** Only where this holds. */
  readonly where: () => boolean
}

const hasSystemd = (): boolean => existsSync("/run/systemd/system")
const succeeds = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args).status === 0

const hasTable = (name: string): boolean => succeeds("nft", "list", "table", "inet", name)
const isIsolated = (): boolean => existsSync(ISOLATION_MARK) && existsSync(ISOLATION_FILE)

/** A table of its own over all others: what it drops no other lets through. */
const ISOLATION: readonly Step[] = [
  { command: ["nft", "-f", ISOLATION_FILE], where: isIsolated },
  {
    command: ["nft", "delete", "table", "inet", ISOLATION_TABLE],
    where: () => !isIsolated() && hasTable(ISOLATION_TABLE),
  },
]

const STEPS: readonly Step[] = [
  ...ISOLATION,
  // Some belong to kernels of other versions: what is unknown is passed over.
  { command: ["sysctl", "-q", "-e", "-p", SYSCTL_FILE], where: () => existsSync(SYSCTL_FILE) },
  { command: ["nft", "-f", NFT_FILE], where: () => existsSync(NFT_FILE) },
  // It was taken away: nothing of ours filters any more.
  {
    command: ["nft", "delete", "table", "inet", "dokuei"],
    where: () => !existsSync(NFT_FILE) && hasTable("dokuei"),
  },
  { command: ["sh", NETWORK_SCRIPT], where: () => existsSync(NETWORK_SCRIPT) },
  {
    command: ["sh", "-c", NO_WAYS],
    where: () => !existsSync(NETWORK_SCRIPT),
  },
  { command: ["swanctl", "--load-all"], where: () => succeeds("swanctl", "--stats") },
  { command: ["systemctl", "daemon-reload"], where: hasSystemd },
  { command: ["systemctl", "enable", "--quiet", "dokuei-network.service"], where: hasSystemd },
  { command: ["systemctl", "try-restart", "chrony.service"], where: hasSystemd },
]

/** @throws SiteError ERR_SITE_NOT_LOADED with the words of the program that refused */
export const load = (): void => take(STEPS)

/** Only what the mark of isolation asks for. @throws SiteError as `load` */
export const loadIsolation = (): void => take(ISOLATION)

function take(steps: readonly Step[]): void {
  for (const { command, where } of steps) {
    if (!where()) continue
    const [program, ...args] = command
    const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" })
    if (status === 0) continue
    const why = (error?.message ?? stderr).trim()
    throw new SiteError("ERR_SITE_NOT_LOADED", `${command.join(" ")}: ${why}`, { cause: error })
  }
}
