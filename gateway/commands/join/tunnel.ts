/** A reading centre's end of the tunnel to a hospital that joins: what goes into its own site file, and what it hands over. */
import { X509Certificate } from "node:crypto"
import { systemClock } from "../../clock.ts"
import { faultsOf } from "../../config/load.ts"
import type { CenterConfig } from "../../config/schema.ts"
import { ConfigError } from "../../journey/errors.ts"
import { centersContract, handedOver } from "../../site/handed-over.ts"
import { readAddress } from "../../site/ipv4.ts"
import { siteIssues } from "../../site/site-rules.ts"
import type { Contract, HandedOver, Site } from "../../site/site.ts"
import { readKeyFile } from "../../storage/keys/pem-files.ts"
import { loadSite } from "../site/load-site.ts"
import type { OwnAuthorities } from "./authority.ts"
import type { Invitation } from "./invitation.ts"

const HTTPS_PORT = 443

export interface OfferedTunnel {
  /** DNS name for the hospital's certificate. */
  readonly identity: string
  /** For our site file. */
  readonly contract: Contract
  /** For the hospital's. */
  readonly site: HandedOver
}

/**
 * Null where the invitation has none.
 * @throws ConfigError when our site file would have faults with it, or the two ends would not believe each other
 */
export async function offeredTunnel(
  invitation: Invitation,
  center: CenterConfig["site"],
  authorities: OwnAuthorities,
): Promise<OfferedTunnel | null> {
  const { tunnel, hospital, centerId, endpoint, term } = invitation
  if (tunnel === null) return null
  const site = loadSite(tunnel.site)
  if (site.role !== "center") throw fault(`${tunnel.site} is not of a centre`)
  demandInside(endpoint, site, tunnel.site)
  await demandAuthority(site, authorities)
  const { number, inner, identity } = tunnel
  const port = Number(new URL(endpoint).port || HTTPS_PORT)
  const joining = {
    ...{ hospital, center: { id: centerId, name: center.name }, number, inner, identity, port },
    ...term,
  }
  const contract = centersContract(joining)
  const others = site.contracts.filter(({ id }) => id !== contract.id)
  const today = systemClock.now().toISOString().slice(0, 10)
  const faults = siteIssues({ ...site, contracts: [...others, contract] }, today)
  if (faults.length > 0) throw faultsOf(`${tunnel.site} with ${hospital.id}`, faults)
  return { identity, contract, site: handedOver(site, joining) }
}

/** What hospitals call is our address inside the tunnels, or a name that they give to it. */
function demandInside(endpoint: string, { tunnel }: Site, file: string): void {
  const { hostname } = new URL(endpoint)
  if (readAddress(hostname) !== null && hostname !== tunnel.inner)
    throw fault(`endpoint: ${hostname} is not our address inside the tunnels, ${tunnel.inner} in ${file}`)
}

/** The hospital's certificate is of our authority, so ours is the one that strongSwan must believe, at both ends. */
async function demandAuthority({ tunnel }: Site, { tls }: OwnAuthorities): Promise<void> {
  const own = new X509Certificate(tls.certificate)
  const read = async (path: string): Promise<X509Certificate> => {
    const text = await readKeyFile(path)
    try {
      return new X509Certificate(text)
    } catch (cause) {
      throw fault(`${path} is no certificate`, cause)
    }
  }
  if (!(await read(tunnel.authority)).raw.equals(own.raw))
    throw fault(`${tunnel.authority} is not the authority of the invitation (its tls-ca.pem)`)
  const certificate = await read(tunnel.certificate)
  if (!certificate.checkIssued(own) || !certificate.verify(own.publicKey))
    throw fault(`${tunnel.certificate} is not of that authority: dokuei pki tunnel makes one`)
  if (certificate.checkHost(tunnel.identity, { subject: "never" }) === undefined)
    throw fault(`${tunnel.certificate} is not for ${tunnel.identity}`)
}

const fault = (message: string, cause?: unknown) => new ConfigError("ERR_CONFIG_INVALID", message, { cause })
