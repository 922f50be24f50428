/**
 * `dokuei pki DIR`: every key and certificate a demonstration needs, made new.
 *
 * The healthcare part has the exact shape of HPKI certificates (1.2.392.100495.1.5.1.X.0.1, the *test* level), so that only
 * a gateway with `allowTestPolicies` believes them. Nothing here is fit for patients: CA keys lie in the same folder.
 */
import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { writeHcRole } from "../standards/hpki/hc-role.ts"
import { EXTENSION } from "../standards/hpki/extensions.ts"
import * as issue from "../standards/hpki/issue.ts"
import { type HpkiUse, testPolicy } from "../standards/hpki/profile.ts"
import { Authority, type Chance, type Holder, type Term, days, keyPem, newKey, pem } from "./pki-authority.ts"

export interface PkiOptions {
  /** Opens the radiologist's signing key. */
  readonly pin: string
  readonly now: Date
  /** Serial numbers; keys come from the system. */
  readonly chance: Chance
}

/** What was written: paths relative to the folder, and the pins agreements need. Also in `pki.json`. */
export interface PkiSummary {
  readonly madeAt: string
  /** `edge/tls`, `center/seal`, `readers/reader1`, …: hex SHA-256 of the SubjectPublicKeyInfo. */
  readonly spkiSha256: Readonly<Record<string, string>>
  readonly trust: Readonly<Record<"tls" | "seal" | "hpki" | "hpkiIntermediates" | "tsa", string>>
  readonly crls: readonly string[]
  readonly reader: {
    readonly name: string
    readonly japaneseName: string
    readonly key: string
    readonly chain: string
  }
  readonly tsa: { readonly config: string; readonly policy: string }
}

/** 2.25 arc of a UUID made for this demonstration. */
export const DEMO_TSA_POLICY = "2.25.174392617843165938402117590216838120481"
const KP_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
const KP_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
const KP_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
const CRL_TERM_DAYS = 30
const ROOT_TERM_DAYS = 3650
const LEAF_TERM_DAYS = 365
export const READER = { name: "Taro Hosha", japaneseName: "放射　太郎" }

/** Writes everything below `directory`. Throws EEXIST rather than overwrite a key. */
export async function pkiDemo(directory: string, options: PkiOptions): Promise<PkiSummary> {
  const made = await make(options)
  const files = { ...made.files }
  const summary = summarise(options.now, made)
  files["pki.json"] = { content: `${JSON.stringify(summary, null, 2)}\n`, secret: false }
  for (const [path, file] of Object.entries(files)) await write(join(directory, path), file)
  return summary
}

interface File {
  readonly content: string | Uint8Array
  readonly secret: boolean
}

async function write(path: string, { content, secret }: File): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 })
  await writeFile(path, content, { flag: "wx", mode: secret ? 0o600 : 0o644 })
}

async function make(options: PkiOptions) {
  const { now, pin } = options
  const authorities = await makeAuthorities(options)
  const holders: Record<string, Holder> = {
    ...(await makeSite("edge", authorities, now)),
    ...(await makeSite("center", authorities, now)),
  }
  const reader = await makeReader(authorities.signature, now)
  const tsa = await makeTsa(authorities.tsaRoot, now)
  const files: Record<string, File> = {
    ...Object.fromEntries(Object.entries(holders).flatMap(([path, holder]) => holderFiles(path, holder))),
    ...Object.fromEntries([...holderFiles("readers/reader1", reader, pin), ...holderFiles("tsa/tsa", tsa)]),
    ...trustFiles(authorities, now),
    "tsa/tsa.cnf": { content: tsaConfig(), secret: false },
    "tsa/serial": { content: "01\n", secret: false },
  }
  return { files, holders: { ...holders, "readers/reader1": reader, "tsa/tsa": tsa } }
}

type Authorities = Awaited<ReturnType<typeof makeAuthorities>>

async function makeAuthorities({ now, chance }: PkiOptions) {
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
async function makeSite(
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
async function makeReader(authority: Authority, now: Date): Promise<Holder> {
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
async function makeTsa(root: Authority, now: Date): Promise<Holder> {
  return root.certify(
    await newKey("rsa-2048"),
    issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["CN", "Dokuei DEMO TSA"]),
    { notBefore: days(now, -1), notAfter: days(now, ROOT_TERM_DAYS) },
    issue.keyUsage("digitalSignature", "nonRepudiation"),
    issue.extKeyUsage(true, KP_TIME_STAMPING),
  )
}

function holderFiles(path: string, { key, chain }: Holder, pin?: string): [string, File][] {
  const certificates = chain.map((certificate) => pem("CERTIFICATE", certificate)).join("")
  return [
    [`${path}.key.pem`, { content: keyPem(key, pin), secret: true }],
    [`${path}.chain.pem`, { content: certificates, secret: false }],
  ]
}

function trustFiles(authorities: Authorities, now: Date): Record<string, File> {
  const { hpkiRoot, signature, personAuthentication, organisationAuthentication, tls, seal, tsaRoot } =
    authorities
  const certificates = (...of: readonly Authority[]): File => ({
    content: of.map(({ certificate }) => pem("CERTIFICATE", certificate)).join(""),
    secret: false,
  })
  const crl = (authority: Authority): File => ({
    content: authority.crl(days(now, -1), days(now, CRL_TERM_DAYS)),
    secret: false,
  })
  return {
    "trust/tls-ca.pem": certificates(tls),
    "trust/seal-ca.pem": certificates(seal),
    "trust/hpki-root.pem": certificates(hpkiRoot),
    "trust/hpki-intermediates.pem": certificates(signature, personAuthentication, organisationAuthentication),
    "trust/tsa-root.pem": certificates(tsaRoot),
    "trust/crls/hpki-root.crl": crl(hpkiRoot),
    "trust/crls/hpki-signature.crl": crl(signature),
    "trust/crls/hpki-person-authentication.crl": crl(personAuthentication),
    "trust/crls/hpki-organisation-authentication.crl": crl(organisationAuthentication),
    "trust/crls/tls-ca.crl": crl(tls),
    "trust/crls/seal-ca.crl": crl(seal),
    "trust/crls/tsa-root.crl": crl(tsaRoot),
  }
}

/** For `openssl ts -reply`, run in the folder itself. */
const tsaConfig = () => `# RFC 3161 time stamps of the demonstration; run openssl in this folder.
[tsa]
serial = serial
crypto_device = builtin
signer_cert = tsa.chain.pem
signer_key = tsa.key.pem
signer_digest = sha256
default_policy = ${DEMO_TSA_POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1
clock_precision_digits = 3
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

function summarise(now: Date, { files, holders }: Awaited<ReturnType<typeof make>>): PkiSummary {
  const pins = Object.entries(holders).map(([path, { key }]) => [
    path,
    createHash("sha256").update(key.spki).digest("hex"),
  ])
  return {
    madeAt: now.toISOString(),
    spkiSha256: Object.fromEntries(pins) as Record<string, string>,
    trust: {
      tls: "trust/tls-ca.pem",
      seal: "trust/seal-ca.pem",
      hpki: "trust/hpki-root.pem",
      hpkiIntermediates: "trust/hpki-intermediates.pem",
      tsa: "trust/tsa-root.pem",
    },
    crls: Object.keys(files).filter((path) => path.endsWith(".crl")),
    reader: { ...READER, key: "readers/reader1.key.pem", chain: "readers/reader1.chain.pem" },
    tsa: { config: "tsa/tsa.cnf", policy: DEMO_TSA_POLICY },
  }
}
