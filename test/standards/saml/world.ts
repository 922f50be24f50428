/** An institution that vouches for its people, and a partner that believes it. */
import { createHash } from "node:crypto"
import { Authority, type Holder, days, newKey } from "../../../gateway/commands/pki-authority.ts"
import type { SealTrust } from "../../../gateway/standards/dsg/trust.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import type { Assertion } from "../../../gateway/standards/saml/assertion.ts"
import { writeSecurity } from "../../../gateway/standards/saml/security-header.ts"
import type { AssertionTrust } from "../../../gateway/standards/saml/verify-assertion.ts"
import { AUTHENTICATION, NAME_FORMAT } from "../../../gateway/standards/saml/vocabulary.ts"
import { buildAssertion } from "../../../gateway/standards/saml/write-assertion.ts"
import { name, privateHalf } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"

/** xmlsec1 looks at its own clock. */
export const NOW = new Date()
const MINUTE_MS = 60_000
export const after = (minutes: number): Date => new Date(NOW.getTime() + minutes * MINUTE_MS)
const TERM = { notBefore: days(NOW, -30), notAfter: days(NOW, 300) }

export const HOSPITAL = "urn:oid:1.2.392.100495.20.3.999.1"
export const CENTER = "urn:oid:1.2.392.100495.20.3.999.2"

export const SAID: Assertion = {
  id: "_0d2f1c8e",
  issuer: CENTER,
  issuedAt: NOW,
  subject: {
    name: "serialNumber=T1,CN=Taro Test,O=Test,C=JP",
    format: NAME_FORMAT.certificateSubject,
    alias: "taro",
  },
  notBefore: NOW,
  notOnOrAfter: after(5),
  audiences: [HOSPITAL, "https://edge.example.jp/xdr/recipient"],
  authentication: { at: after(-1), context: AUTHENTICATION.ownSignature },
  personName: "試験 太郎",
  organization: { name: "架空読影センター <&>", id: CENTER },
  roles: [
    {
      code: "Medical Doctor",
      codeSystem: "1.2.392.100495.1.6.1.1",
      codeSystemName: "id-jhpki-cdata",
      displayName: "Medical Doctor",
    },
  ],
  purposes: [
    {
      code: "TREAT",
      codeSystem: "2.16.840.1.113883.5.8",
      codeSystemName: "HL7 ActReason",
      displayName: "treatment",
    },
  ],
}

export interface Institution {
  readonly authority: Authority
  readonly seal: Holder
  /** As its partner holds it. */
  readonly trust: AssertionTrust
}

export async function institution(kind: "p-256" | "rsa-2048" = "p-256"): Promise<Institution> {
  const authority = Authority.root(await newKey("p-384"), name("Seal CA"), TERM, countedChance("saml"))
  const usage = issue.keyUsage("digitalSignature", "nonRepudiation")
  const seal = authority.certify(await newKey(kind), name("Center seal"), TERM, usage)
  const crls = [readCrl(authority.crl(days(NOW, -1), days(NOW, 5)))]
  return { authority, seal, trust: trustIn(seal, authority, crls) }
}

export function trustIn(seal: Holder, authority: Authority, crls: SealTrust["crls"]): AssertionTrust {
  const anchors = [readCertificate(authority.certificate)]
  const pins = [pinOf(seal)]
  const timeStamp = { anchors: [], intermediates: [], crls: [], policies: [] }
  const common = { anchors, intermediates: [], crls, newerCrl: "preferred", timeStamp } as const
  return { issuer: CENTER, seal: { ...common, kind: "seal", pins }, audiences: [HOSPITAL] }
}

export const pinOf = ({ chain }: Holder): string =>
  createHash("sha256").update(readCertificate(chain[0]!).spki).digest("hex")

export function assertion({ seal }: Pick<Institution, "seal">, changes: Partial<Assertion> = {}): string {
  const { toBeSigned, finish } = buildAssertion({ ...SAID, ...changes }, seal.chain)
  return finish(privateHalf(seal.key).sign(toBeSigned))
}

export const header = (text: string): string => writeSecurity(text, true).text
