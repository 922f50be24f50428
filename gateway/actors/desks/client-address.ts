/**
 * Where a request comes from. Behind a proxy every connection is the proxy's own; what it was told stands in
 * X-Forwarded-For, which anybody may write: it is read from its end, and only as far as proxies we know have written it.
 */
import type { IncomingMessage } from "node:http"
import { isIP } from "node:net"

/** IPv4 as IPv6 has it (RFC 4291 2.5.5.2) is IPv4. */
const plain = (address: string): string => address.trim().replace(/^::ffff:/i, "")

/** @param proxies their IP addresses; none = the header says nothing */
export function clientAddress(request: IncomingMessage, proxies: readonly string[]): string {
  const peer = plain(request.socket.remoteAddress ?? "")
  if (!proxies.includes(peer)) return peer
  const forwarded = [request.headers["x-forwarded-for"] ?? []].flat().join(",").split(",").map(plain)
  const client = forwarded.findLast((address) => !proxies.includes(address)) ?? ""
  return isIP(client) === 0 ? peer : client
}
