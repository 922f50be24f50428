/** Who asks the bridge: any page of any site in the reader's browser can send here, and any program on the PC. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import { HttpRefusal } from "../http-door/refusal.ts"

/**
 * Origin: another site's page. Host: a site whose name was made to point at 127.0.0.1 (DNS rebinding) would send its own.
 *
 * @param origin of the one desk that may ask
 * @throws HttpRefusal 403, or 421 for another host
 */
export function demandCaller({ headers, socket }: IncomingMessage, origin: string): void {
  if (headers.host !== `127.0.0.1:${socket.localPort}`)
    throw new HttpRefusal(421, "not addressed to the bridge")
  if (headers.origin !== origin) throw new HttpRefusal(403, "another origin than the desk's")
}

/** What the desk's page may read and send; to nobody else are these said. */
export const corsHeaders = (origin: string): Readonly<Record<string, string>> => ({
  "Access-Control-Allow-Origin": origin,
  Vary: "Origin",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
})

/** Answer to a preflight: a page of the outside asks a place on this PC (Private Network Access). Kept by no browser. */
export const preflightHeaders = (asked: IncomingHttpHeaders): Readonly<Record<string, string>> => ({
  "Access-Control-Allow-Methods": "POST",
  "Access-Control-Allow-Headers": "authorization, content-type",
  "Access-Control-Max-Age": "0",
  ...(asked["access-control-request-private-network"] === "true"
    ? { "Access-Control-Allow-Private-Network": "true" }
    : {}),
})

/** "" = none. */
export const bearerOf = ({ authorization = "" }: IncomingHttpHeaders): string =>
  /^Bearer ([\w-]{1,128})$/.exec(authorization)?.[1] ?? ""
