/** Trust from the configured files: anchors once, revocation lists whenever they change. */
import { X509Certificate } from "node:crypto"
import type { Config } from "../config/schema.ts"
import type { ReportTerms, TrustStore } from "../journey/trust.ts"
import type { HpkiTrust, QualifiedTrust, SealTrust } from "../standards/dsg/trust.ts"
import type { OcspResponse } from "../standards/hpki/ocsp.ts"
import { readCertificate, type Certificate } from "../standards/hpki/certificate.ts"
import { readKeyFile } from "../storage/keys/pem-files.ts"
import type { CrlFolder } from "./crl-folder.ts"

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Every certificate of a PEM file. Throws ERR_KEY_MISSING for a file that cannot be read, Malformed for a certificate that is none. */
export async function certificates(path: string): Promise<readonly Certificate[]> {
  const pem = await readKeyFile(path)
  return (pem.match(PEM_CERTIFICATE) ?? []).map((each) => readCertificate(new X509Certificate(each).raw))
}

/** Evidence at hand, and who fetches more of it. */
export interface EvidenceAtHand extends Pick<CrlFolder, "crls"> {
  readonly ocsp?: () => readonly OcspResponse[]
  readonly want?: TrustStore["want"]
}

/** Whom we let in by a card: the same roots, the policy of persons' authentication. @param issuing below the roots */
export async function loginTrust(
  { trust }: Config,
  issuing: readonly Certificate[],
  lists: EvidenceAtHand,
): Promise<() => HpkiTrust> {
  const anchors = await certificates(trust.hpkiRoots)
  return () => {
    const [crls, ocsp] = [lists.crls(), lists.ocsp?.() ?? []]
    return {
      kind: "hpki",
      anchors,
      intermediates: issuing,
      crls,
      ocsp,
      timeStamp: { anchors: [], intermediates: [], crls, ocsp, policies: [] },
      newerCrl: "preferred",
      rules: {
        use: "person-authentication",
        allowTestPolicies: trust.allowTestPolicies,
        roles: [],
        ...(trust.loginPolicies === undefined ? {} : { policies: trust.loginPolicies }),
      },
    }
  }
}

/** @param lists without `want` nothing is ever fetched */
export async function openTrust({ trust }: Config, lists: EvidenceAtHand): Promise<TrustStore> {
  const anchors = {
    seal: await certificates(trust.sealCa),
    hpki: await certificates(trust.hpkiRoots),
    tsa: await certificates(trust.tsaRoots),
    qualified: trust.qualified === undefined ? [] : await certificates(trust.qualified.roots),
  }
  const common = () => {
    const crls = lists.crls()
    const ocsp = lists.ocsp?.() ?? []
    const timeStamp = { anchors: anchors.tsa, intermediates: [], crls, ocsp, policies: trust.tsaPolicies }
    return { intermediates: [], crls, ocsp, timeStamp, newerCrl: "preferred" as const }
  }
  const seal = ({ sealPins }: Pick<ReportTerms, "sealPins">): SealTrust => ({
    ...common(),
    kind: "seal",
    anchors: anchors.seal,
    pins: sealPins,
  })
  const hpki = (roles: readonly string[]): HpkiTrust => ({
    ...common(),
    kind: "hpki",
    anchors: anchors.hpki,
    rules: {
      use: "signature",
      allowTestPolicies: trust.allowTestPolicies,
      loginBySigningKey: trust.loginBySigningKey,
      roles,
      ...(trust.signaturePolicies === undefined ? {} : { policies: trust.signaturePolicies }),
    },
  })
  const qualified = (): QualifiedTrust => ({
    ...common(),
    kind: "qualified",
    anchors: anchors.qualified,
    rules: { policies: trust.qualified?.policies ?? [] },
  })
  return {
    seal,
    report: (agreement) => {
      if (agreement?.reportSignature === "seal+passkey") return seal(agreement)
      if (agreement?.reportSignature === "qualified-other") return qualified()
      return hpki(agreement?.reportRoles ?? ["Medical Doctor"])
    },
    want: (chains) => lists.want?.(chains),
  }
}
