/** Trust from the configured files: anchors once, revocation lists again whenever their folder changes. */
import { X509Certificate } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Config } from "../config.ts"
import type { TrustStore } from "../journey/trust.ts"
import { readCertificate, type Certificate } from "../standards/hpki/certificate.ts"
import { readCrl, type Crl } from "../standards/hpki/crl.ts"

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

async function certificates(path: string): Promise<readonly Certificate[]> {
  const pem = await readFile(path, "utf8")
  return (pem.match(PEM_CERTIFICATE) ?? []).map((each) => readCertificate(new X509Certificate(each).raw))
}

export async function openTrust(config: Config): Promise<TrustStore> {
  const { trust } = config
  const anchors = {
    seal: await certificates(trust.sealCa),
    hpki: await certificates(trust.hpkiRoots),
    tsa: await certificates(trust.tsaRoots),
  }
  const crls = crlFolder(trust.crls)
  const common = () => ({
    intermediates: [],
    crls: crls(),
    timeStamp: { anchors: anchors.tsa, intermediates: [], crls: crls(), policies: [] },
    newerCrl: "preferred" as const,
  })
  return {
    seal: (agreement) => ({ ...common(), kind: "seal", anchors: anchors.seal, pins: agreement.sealPins }),
    report: () => ({
      ...common(),
      kind: "hpki",
      anchors: anchors.hpki,
      rules: { use: "signature", allowTestPolicies: trust.allowTestPolicies, roles: ["Medical Doctor"] },
    }),
  }
}

/** Whoever renews the lists replaces files in the folder; its modification time tells. */
function crlFolder(folder: string): () => readonly Crl[] {
  let read: readonly Crl[] = []
  let readAt = -1
  return () => {
    const changedAt = statSync(folder).mtimeMs
    if (changedAt !== readAt) {
      const names = readdirSync(folder).filter((name) => name.endsWith(".crl"))
      read = names.map((name) => readCrl(readFileSync(join(folder, name))))
      readAt = changedAt
    }
    return read
  }
}
