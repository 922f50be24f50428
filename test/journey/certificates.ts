/**
 * Certificates for tests of steps: the shape of `dokuei pki demo`, but the authorities stay at hand, so that a test can
 * revoke, leave a list out, or issue what should never be accepted. Made once per run: RSA keys take their time.
 */
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Authority, days, newKey, type Holder } from "../../gateway/commands/pki-authority.ts"
import { holderFiles } from "../../gateway/commands/pki-files.ts"
import {
  makeAuthorities,
  makeReader,
  makeSite,
  makeTsa,
  type Authorities,
} from "../../gateway/commands/pki-holders.ts"
import { readCertificate, type Certificate } from "../../gateway/standards/hpki/certificate.ts"
import { EXTENSION } from "../../gateway/standards/hpki/extensions.ts"
import { writeHcRole } from "../../gateway/standards/hpki/hc-role.ts"
import * as issue from "../../gateway/standards/hpki/issue.ts"
import { testPolicy } from "../../gateway/standards/hpki/profile.ts"
import { readCrl, type Crl } from "../../gateway/standards/hpki/crl.ts"
import { countedChance } from "../peers/chance.ts"

/** When the tests begin. */
export const START = new Date("2026-08-03T00:00:00Z")
export const PIN = "test-pin-0000"
/** Login names, and so the names of their key files. */
export const READER_LOGIN = "reader1"
export const OTHER_READER_LOGIN = "reader2"
export const NURSE_LOGIN = "nurse1"
/** Signs under a policy that is none of HPKI's. */
export const FOREIGN_LOGIN = "reader3"
export const FOREIGN_POLICY = "1.2.392.200036.9999.1"
/** Has a certificate of another authority, which says who they are and not that they are a physician. */
export const QUALIFIED_LOGIN = "reader4"
export const QUALIFIED_POLICY = "1.2.392.200149.8.5.1.1.10"
const CRL_TERM_DAYS = 400

export type Side = "edge" | "center"
type Use = "seal" | "object" | "tls"

export interface Certificates {
  /** `edge/seal.key.pem`, `readers/reader1.chain.pem`, … */
  readonly folder: string
  readonly authorities: Authorities & {
    /** Of persons, and none of HPKI's. */
    readonly qualified: Authority
  }
  readonly tsa: Holder
  /** The radiologist's signing card. */
  readonly reader: Holder
  readonly holders: Readonly<Record<`${Side}/${Use}`, Holder>>
  readonly anchors: Readonly<Record<"seal" | "hpki" | "tsa" | "qualified", readonly Certificate[]>>
}

let made: Promise<Certificates> | null = null

export function certificates(): Promise<Certificates> {
  made ??= make()
  return made
}

async function make(): Promise<Certificates> {
  const folder = mkdtempSync(join(tmpdir(), "dokuei-journey-pki-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const authorities = {
    ...(await makeAuthorities(START, countedChance("journey"))),
    qualified: await makeQualified(),
  }
  const holders = {
    ...(await makeSite("edge", authorities, START)),
    ...(await makeSite("center", authorities, START)),
  } as Certificates["holders"]
  const reader = await makeReader(authorities.signature, START)
  const files = [
    ...Object.entries(holders).flatMap(([path, holder]) => holderFiles(path, holder)),
    ...holderFiles(`readers/${READER_LOGIN}`, reader, PIN),
    ...holderFiles(`readers/${OTHER_READER_LOGIN}`, await makeSigner(authorities.signature, DOCTOR), PIN),
    ...holderFiles(`readers/${FOREIGN_LOGIN}`, await makeSigner(authorities.signature, FOREIGNER), PIN),
    ...holderFiles(`readers/${QUALIFIED_LOGIN}`, await makeCitizen(authorities.qualified), PIN),
    ...holderFiles(`readers/${NURSE_LOGIN}`, await makeSigner(authorities.signature, NURSE), PIN),
  ]
  for (const [path, { content }] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const anchor = (authority: Authority) => [readCertificate(authority.certificate)]
  return {
    folder,
    authorities,
    tsa: await makeTsa(authorities.tsaRoot, START),
    reader,
    holders,
    anchors: {
      seal: anchor(authorities.seal),
      hpki: anchor(authorities.hpkiRoot),
      tsa: anchor(authorities.tsaRoot),
      qualified: anchor(authorities.qualified),
    },
  }
}

interface CardHolder {
  readonly name: string
  readonly number: string
  readonly role: "Medical Doctor" | "General Nurse"
  readonly policy?: string
}
const DOCTOR: CardHolder = { name: "Hanako Dokuei", number: "TEST0003", role: "Medical Doctor" }
const NURSE: CardHolder = { name: "Hanako Kango", number: "TEST0002", role: "General Nurse" }

const FOREIGNER: CardHolder = {
  name: "Jiro Dokuei",
  number: "TEST0004",
  role: "Medical Doctor",
  policy: FOREIGN_POLICY,
}

/** A signing card like the radiologist's: another physician's, or in everything but the role. */
async function makeSigner(
  authority: Authority,
  { name, number, role, policy = testPolicy("signature") }: CardHolder,
): Promise<Holder> {
  return authority.certify(
    await newKey(policy === FOREIGN_POLICY ? "p-256" : "rsa-2048"),
    issue.writeName(["C", "JP"], ["O", "Dokuei DEMO"], ["CN", name], ["serialNumber", number]),
    { notBefore: days(START, -1), notAfter: days(START, 365) },
    issue.keyUsage("nonRepudiation"),
    issue.crlDistributionPoint("http://crl.example.org/hpki-signature.crl"),
    issue.extension(EXTENSION.subjectDirectoryAttributes, false, writeHcRole(role)),
    issue.certificatePolicy(policy),
  )
}

const makeQualified = async (): Promise<Authority> =>
  Authority.root(
    await newKey("p-256"),
    issue.writeName(["C", "JP"], ["O", "Another authority DEMO"], ["CN", "Signature CA DEMO"]),
    { notBefore: days(START, -1), notAfter: days(START, 3650) },
    countedChance("qualified"),
  )

/** As cards of the state are: one key that signs and identifies, and no word of a profession. */
const makeCitizen = async (authority: Authority): Promise<Holder> =>
  authority.certify(
    await newKey("p-256"),
    issue.writeName(["C", "JP"], ["CN", "Saburo Dokuei"], ["serialNumber", "TEST0005"]),
    { notBefore: days(START, -1), notAfter: days(START, 365) },
    issue.keyUsage("digitalSignature", "nonRepudiation"),
    issue.crlDistributionPoint("http://crl.example.org/qualified.crl"),
    issue.certificatePolicy(QUALIFIED_POLICY),
  )

/** A list of this authority that revokes these holders, for reasons unspecified. */
export function list(
  authority: Authority,
  issuedAt: Date,
  revoked: readonly Holder[] = [],
  revokedAt = issuedAt,
): Crl {
  const entries = revoked.map(({ chain: [leaf] }) => ({
    serial: readCertificate(leaf!).serial,
    revocationDate: days(revokedAt, 0),
    reason: 0,
  }))
  return readCrl(authority.crl(issuedAt, days(issuedAt, CRL_TERM_DAYS), entries))
}

export const pinOf = ({ key }: Holder): string => createHash("sha256").update(key.spki).digest("hex")
