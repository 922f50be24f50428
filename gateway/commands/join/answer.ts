/** What a hospital gets once the digits fit: certificates, anchors, its half of the agreement, and the tunnel. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { keyDigest } from "../../actors/joining/join-code.ts"
import type { Answer } from "../../actors/joining/messages.ts"
import type { CenterConfig } from "../../config/schema.ts"
import { certificateChain, readKeyFile } from "../../storage/keys/pem-files.ts"
import { VERSION } from "../../version.ts"
import type { OwnAuthorities } from "./authority.ts"
import { hospitalsHalf, type Invitation } from "./invitation.ts"
import { chainPem, type IssuedChains } from "./issue.ts"
import type { OfferedTunnel } from "./tunnel.ts"

export interface Inviting {
  readonly config: CenterConfig
  readonly invitation: Invitation
  readonly authorities: OwnAuthorities
  /** Null = none is handed over. */
  readonly tunnel: OfferedTunnel | null
}

/** @param chains as they were issued for the hospital */
export async function answerOf(
  { config, invitation, authorities, tunnel }: Inviting,
  chains: IssuedChains,
): Promise<Answer> {
  const { keys, trust, site } = config
  const pinOf = async (file: string): Promise<string> =>
    keyDigest(certificateChain(await readKeyFile(file), null, file)[0] ?? new Uint8Array()).toString("hex")
  const pins = {
    tlsPins: [await pinOf(keys.tls.chain)],
    sealPins: [await pinOf(keys.seal.chain)],
    objectCertificate: "trust/center-object.chain.pem",
  }
  return {
    version: VERSION,
    hospital: siteOf(invitation.hospital),
    center: siteOf(site),
    chains: { tls: chainPem(chains.tls), seal: chainPem(chains.seal), object: chainPem(chains.object) },
    trust: {
      tlsCa: await readKeyFile(trust.tlsCa),
      sealCa: await readKeyFile(trust.sealCa),
      hpkiRoots: await readKeyFile(trust.hpkiRoots),
      tsaRoots: await readKeyFile(trust.tsaRoots),
    },
    crls: await lists(trust.crls),
    centerObject: await readKeyFile(keys.object.chain),
    timeStampUrl: config.timeStamp.url,
    agreement: hospitalsHalf(invitation, site, pins),
    tunnel:
      tunnel === null
        ? null
        : {
            certificate: chainPem(chains.tunnel),
            authority: chainPem([authorities.tls.certificate]),
            site: { ...tunnel.site },
          },
  }
}

const siteOf = ({ name, oid, institutionCode }: Answer["center"]): Answer["center"] => ({
  name,
  oid,
  institutionCode,
})

async function lists(folder: string): Promise<Uint8Array<ArrayBuffer>[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".crl")).sort()
  return Promise.all(names.map(async (name) => Uint8Array.from(await readFile(join(folder, name)))))
}
