/**
 * A network of one's own (a kernel namespace, network_namespaces(7)): interfaces and routes of nobody else, gone with the
 * last process in it.
 */
import { spawnSync } from "node:child_process"

/** What starts a command in a network of its own; who is not root becomes root of that network alone. */
export const OWN_NETWORK: readonly [string, ...string[]] = [
  "unshare",
  ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
  "--net",
]

/** Why this machine has none, in words; null when it has. */
export function whyNoOwnNetwork(): string | null {
  const [command, ...options] = OWN_NETWORK
  const tried = spawnSync(command, [...options, "ip", "link", "add", "near", "type", "veth"], {
    encoding: "utf8",
  })
  if (tried.status === 0) return null
  return `no network of its own can be made here: ${(tried.error?.message ?? tried.stderr).trim()}`
}
