/**
 * Connections to a directory whose octets are counted: the LDAP library holds whatever a server claims to be one message
 * until it is whole, and knows no limit.
 */
import { connect as connectPlain, type Socket } from "node:net"
import { connect as connectSecure, type TLSSocket } from "node:tls"

export interface Counted {
  readonly createConnection: typeof connectPlain
  readonly createSecureConnection: typeof connectSecure
  /** The server has sent more than it may. */
  readonly isExceeded: () => boolean
}

/** @param most octets over all connections; one that goes further is broken off */
export function countedConnections(most: number): Counted {
  let seen = 0
  const counted = <Line extends Socket | TLSSocket>(line: Line): Line => {
    line.on("data", (octets: Buffer) => {
      seen += octets.length
      if (seen > most) line.destroy()
    })
    return line
  }
  // Each passes on what it is given; which of the overloads that is, is the library's business.
  const createConnection = ((...where: Parameters<typeof connectPlain>) =>
    counted(connectPlain(...where))) as typeof connectPlain
  const createSecureConnection = ((...where: Parameters<typeof connectSecure>) =>
    counted(connectSecure(...where))) as typeof connectSecure
  return { createConnection, createSecureConnection, isExceeded: () => seen > most }
}
