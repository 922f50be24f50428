/** Who is who in the demonstration: the authorities, two gateways, one radiologist, one time-stamp authority. */
import { EXTENSION } from "../standards/hpki/extensions.ts"
import { writeHcRole } from "../standards/hpki/hc-role.ts"
import * as issue from "../standards/hpki/issue.ts"
import { type HpkiUse, testPolicy } from "../standards/hpki/profile.ts"
import { Authority, type Chance, type Holder, type Term, days, newKey } from "./pki-authority.ts"

const KP_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
const KP_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
const KP_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
const ROOT_TERM_DAYS = 3650
const LEAF_TERM_DAYS = 365
export const READER = { name: "Taro Hosha", japaneseName: "放射　太郎" }

export type Authorities = Awaited<ReturnType<typeof makeAuthorities>>

export async function makeAuthorities(now: Date, chance: Chance) {
  const term = { notBefore: days(now, -1), notAfter: days(now, ROOT_TERM_DAYS) }
  const ministry = [
    ["C", "JP"],
    ["O", "Ministry of Health, Labour and Welfare (DEMO)"],
  ] as const
  const rootName = issue.writeName(...ministry, ["OU", "MHLW HPKI Root CA DEMO"])
  const hpkiRoot = Authority.root(await newKey("rsa-2048"), rootName, term, chance)
  const hpki = async (use: HpkiUse, name: string) =>
    hpkiRoot.subordinate(
      await newKey("rsa-2048"),
      issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["OU", "HPKI DEMO CA"], ["CN", name]),
      term,
      issue.certificatePolicy(testPolicy(use)),
    )
  const [signature, personAuthentication, organisationAuthentication] = await Promise.all([
    hpki("signature", "HPKI-01-DemoSignCA-forNonRepudiation"),
    hpki("person-authentication", "HPKI-01-DemoAuthCA-forAuthentication-forIndividual"),
    hpki("organisation-authentication", "HPKI-01-DemoAuthCA-forAuthentication-forOrganization"),
  ])
  const own = async (kind: "p-384" | "rsa-2048", name: string) =>
    Authority.root(
      await newKey(kind),
      issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["CN", name]),
      term,
      chance,
    )
  const [tls, seal, tsaRoot] = [
    await own("p-384", "Dokuei DEMO TLS CA"),
    await own("p-384", "Dokuei DEMO Seal CA"),
    await own("rsa-2048", "Dokuei DEMO TSA Root"),
  ]
  return { hpkiRoot, signature, personAuthentication, organisationAuthentication, tls, seal, tsaRoot }
}

const leafTerm = (now: Date): Term => ({ notBefore: days(now, -1), notAfter: days(now, LEAF_TERM_DAYS) })

/** TLS, seal and object decryption of one gateway: three keys, because each use has its own life. */
export async function makeSite(
  site: "edge" | "center",
  { tls, seal }: Authorities,
  now: Date,
): Promise<Record<string, Holder>> {
  const name = (use: string) =>
    issue.writeName(["C", "JP"], ["O", `Dokuei DEMO ${site}`], ["CN", `${site} ${use}`])
  const hosts = issue.alternativeNames(
    issue.dnsName(`${site}.localhost`),
    issue.dnsName("localhost"),
    issue.ipv4Address(127, 0, 0, 1),
  )
  const both = issue.extKeyUsage(false, KP_SERVER_AUTH, KP_CLIENT_AUTH)
  const term = leafTerm(now)
  const [tlsKey, sealKey, objectKey] = await Promise.all([newKey("p-256"), newKey("p-256"), newKey("p-256")])
  return {
    [`${site}/tls`]: tls.certify(tlsKey, name("TLS"), term, issue.keyUsage("digitalSignature"), both, hosts),
    [`${site}/seal`]: seal.certify(
      sealKey,
      name("seal"),
      term,
      issue.keyUsage("digitalSignature", "nonRepudiation"),
    ),
    [`${site}/object`]: seal.certify(objectKey, name("objects"), term, issue.keyUsage("keyAgreement")),
  }
}

/** Exactly the profile of an HPKI signing card. */
export async function makeReader(authority: Authority, now: Date): Promise<Holder> {
  const japanese = issue.writeName(
    ["O", "架空遠隔読影センター"],
    ["CN", READER.japaneseName],
    ["serialNumber", "TEST0001"],
  )
  return authority.certify(
    await newKey("rsa-2048"),
    issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["CN", READER.name], ["serialNumber", "TEST0001"]),
    leafTerm(now),
    issue.keyUsage("nonRepudiation"),
    issue.alternativeNames(issue.directoryName(japanese)),
    issue.crlDistributionPoint("http://crl.example.org/hpki-signature.crl"),
    issue.extension(EXTENSION.subjectDirectoryAttributes, false, writeHcRole("Medical Doctor")),
    issue.certificatePolicy(testPolicy("signature")),
  )
}

/** RFC 3161 §2.3: time stamping is the only purpose, and critical. */
export async function makeTsa(root: Authority, now: Date): Promise<Holder> {
  return root.certify(
    await newKey("rsa-2048"),
    issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["CN", "Dokuei DEMO TSA"]),
    { notBefore: days(now, -1), notAfter: days(now, ROOT_TERM_DAYS) },
    issue.keyUsage("digitalSignature", "nonRepudiation"),
    issue.extKeyUsage(true, KP_TIME_STAMPING),
  )
}
