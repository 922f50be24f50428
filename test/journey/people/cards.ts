/** Authentication cards of persons as the test authorities issue them, right and wrong. */
import { days, newKey, type Holder } from "../../../gateway/commands/pki-authority.ts"
import type { HpkiTrust } from "../../../gateway/standards/dsg/trust.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import type { Crl } from "../../../gateway/standards/hpki/crl.ts"
import { EXTENSION } from "../../../gateway/standards/hpki/extensions.ts"
import { writeHcRole } from "../../../gateway/standards/hpki/hc-role.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { testPolicy, type HpkiUse } from "../../../gateway/standards/hpki/profile.ts"
import { certificates, list, START } from "../certificates.ts"

export interface CardShape {
  readonly name?: string
  readonly role?: "Medical Doctor" | "General Nurse"
  /** Policy, and the authority that issues it. */
  readonly use?: HpkiUse
  readonly usage?: "digitalSignature" | "nonRepudiation"
  /** Extended key usage; absent = the certificate has none. */
  readonly purpose?: string
  readonly endsAfterDays?: number
}

const AUTHORITY = {
  signature: "signature",
  "person-authentication": "personAuthentication",
  "organisation-authentication": "organisationAuthentication",
} as const

export async function card(shape: CardShape = {}): Promise<Holder> {
  const { authorities } = await certificates()
  const { name = "Taro Hosha", role = "Medical Doctor", use = "person-authentication" } = shape
  const { usage = "digitalSignature", purpose, endsAfterDays = 365 } = shape
  return authorities[AUTHORITY[use]].certify(
    await newKey("rsa-2048"),
    issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["CN", name], ["serialNumber", "TEST0001"]),
    { notBefore: days(START, -2), notAfter: days(START, endsAfterDays) },
    issue.keyUsage(usage),
    ...(purpose === undefined ? [] : [issue.extKeyUsage(false, purpose)]),
    issue.extension(EXTENSION.subjectDirectoryAttributes, false, writeHcRole(role)),
    issue.certificatePolicy(testPolicy(use)),
  )
}

/** Whom the door for cards believes. @param revoked cards that a list names */
export async function cardTrust(revoked: readonly Holder[] = []): Promise<HpkiTrust> {
  const { authorities, anchors } = await certificates()
  const issued = days(START, -1)
  const crls: readonly Crl[] = [
    list(authorities.hpkiRoot, issued),
    list(authorities.signature, issued),
    list(authorities.organisationAuthentication, issued),
    list(authorities.personAuthentication, issued, revoked),
  ]
  return {
    kind: "hpki",
    anchors: anchors.hpki,
    intermediates: [readCertificate(authorities.personAuthentication.certificate)],
    crls,
    timeStamp: { anchors: [], intermediates: [], crls: [], policies: [] },
    newerCrl: "preferred",
    rules: { use: "person-authentication", allowTestPolicies: true, roles: [] },
  }
}
