/**
 * One tunnel, said twice: what a reading centre writes into its own site file for a hospital that joins, and what that
 * hospital gets for its site file. The hospital makes the tunnel and needs no address of its own (`any`); it calls our
 * door for partners and nobody calls it.
 */
import { hostOf } from "./ipv4.ts"
import { CENTER_SEGMENTS, type Contract, type HandedOver, type Site } from "./site.ts"

export interface JoiningTunnel {
  readonly hospital: { readonly id: string; readonly name: string }
  readonly center: { readonly id: string; readonly name: string }
  /** Of the contract on paper. */
  readonly number: string
  readonly validFrom: string
  readonly validUntil: string
  /** Of the hospital: its address inside the tunnels, and the DNS name its certificate will have. */
  readonly inner: string
  readonly identity: string
  /** TCP port of our door for partners. */
  readonly port: number
}

/** For our own site file, under `contracts`. */
export const centersContract = (tunnel: JoiningTunnel): Contract => ({
  ...termsOf(tunnel),
  id: tunnel.hospital.id,
  partner: tunnel.hospital.name,
  peer: { address: "any", identity: tunnel.identity },
  inner: tunnel.inner,
  weReach: [],
  theyReach: [tunnel.port],
})

/** For the hospital's. Of contacts only those that its people may have to call. */
export function handedOver(site: Site, tunnel: JoiningTunnel): HandedOver {
  const rows = CENTER_SEGMENTS.flatMap((segment) =>
    site.responsibility
      .filter((each) => each.segment === segment)
      .map(({ party, contact, sla }) => ({ segment, party, contact, sla })),
  )
  const called = site.contacts.filter(({ id }) => rows.some(({ contact }) => contact === id))
  // Numbered anew: the hospital has names of its own for whom it calls.
  const numbered = (id: string): string => `center-${called.findIndex((each) => each.id === id) + 1}`
  return {
    tunnel: { inner: tunnel.inner, identity: tunnel.identity },
    contract: {
      ...termsOf(tunnel),
      id: tunnel.center.id,
      partner: tunnel.center.name,
      peer: { address: hostOf(site.zones.vpn.address), identity: site.tunnel.identity },
      inner: site.tunnel.inner,
      weReach: [tunnel.port],
      theyReach: [],
    },
    contacts: called.map((each) => ({ ...each, id: numbered(each.id) })),
    responsibility: rows.map((each) => ({ ...each, contact: numbered(each.contact) })),
  }
}

const termsOf = ({ number, validFrom, validUntil }: JoiningTunnel) => ({ number, validFrom, validUntil })
