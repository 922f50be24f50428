/** Where a desk lives on the web: its origin, and what follows from it for cookies and cross-site requests. */
import type { Request } from "express"
import { ConfigError, DeskError } from "../../journey/errors.ts"

export interface Site {
  /** RFC 6454 serialisation, no trailing slash. */
  readonly origin: string
  readonly hostname: string
  readonly secure: boolean
  readonly cookieName: "__Host-sid" | "sid"
}

/**
 * The site of a desk that listens on `port`.
 *
 * `__Host-` cookies need Secure, which browsers accept over plain http for no name at all or for localhost only;
 * a demo on `http://*.localhost` therefore takes the plain name, and no other http origin is allowed.
 *
 * @throws ConfigError ERR_CONFIG_INVALID
 */
export function siteOf(origin: string, rpId: string, port: number): Site {
  const url = URL.canParse(origin) ? new URL(origin) : null
  if (url?.pathname !== "/") throw fault("origin", "is not an origin")
  if (url.port === "0") url.port = String(port)
  const secure = url.protocol === "https:"
  if (!secure && !(url.protocol === "http:" && isLocal(url.hostname)))
    throw fault("origin", "must be https, or http on localhost")
  if (url.hostname !== rpId && !url.hostname.endsWith(`.${rpId}`))
    throw fault("rpId", "must be the origin's host name or a parent domain of it")
  return { origin: url.origin, hostname: url.hostname, secure, cookieName: secure ? "__Host-sid" : "sid" }
}

/**
 * Refuses what another site made a browser send. Three signs are asked for, since each has gaps in some browser:
 * `Sec-Fetch-Site` (Fetch Metadata), and on everything that changes state `Origin` and a header no form can set.
 *
 * @throws DeskError ERR_FOREIGN_ORIGIN
 */
export function admitSameOrigin(site: Site, request: Request): void {
  const changes = request.method !== "GET" && request.method !== "HEAD"
  const from = request.get("sec-fetch-site")
  // "none" is the person's own doing: a typed address, a bookmark.
  if (from !== undefined && from !== "same-origin" && (changes || from !== "none"))
    throw new DeskError("ERR_FOREIGN_ORIGIN", "another site sent this request")
  if (!changes) return
  if (request.get("origin") !== site.origin)
    throw new DeskError("ERR_FOREIGN_ORIGIN", "Origin is not this desk")
  if (request.get("x-requested-by") !== "viewer")
    throw new DeskError("ERR_FOREIGN_ORIGIN", "X-Requested-By: viewer is missing")
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost")
}

function fault(field: string, sentence: string): ConfigError {
  return new ConfigError("ERR_CONFIG_INVALID", `desk ${field} ${sentence}`)
}
