/**
 * Which requests the service worker may answer from its cache: the static shell, by a closed list.
 *
 * Anything not listed passes to the network and is never kept, so a new endpoint is safe by default.
 */

/** pass: not ours to touch · cache-first: named by its content · network-first: the page itself. */
export type ShellAction = "pass" | "cache-first" | "network-first"

const PAGE = new Set(["/", "/index.html", "/manifest.webmanifest", "/icon.svg"])

/** @param url absolute URL of the request; @param origin ours. A query makes a request no part of the shell. */
export function shellAction(method: string, url: string, origin: string): ShellAction {
  const target = new URL(url)
  if (method !== "GET" || target.origin !== origin || target.search !== "") return "pass"
  if (target.pathname.startsWith("/assets/")) return "cache-first"
  return PAGE.has(target.pathname) ? "network-first" : "pass"
}
