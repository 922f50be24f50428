/** What the DSG tests sign and believe: one physician's card, one seal, one time-stamp authority (openssl). */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { Authority, type Holder, days, keyPem, newKey, pem } from "../../../gateway/commands/pki-authority.ts"
import { EXC_C14N } from "../../../gateway/standards/dsg/algorithms.ts"
import { archiveStampInput, withArchiveTimeStamp } from "../../../gateway/standards/dsg/archive.ts"
import { COMMITMENT } from "../../../gateway/standards/dsg/commitment.ts"
import { lengthened } from "../../../gateway/standards/dsg/long-term.ts"
import { type SignatureInput, buildSignature } from "../../../gateway/standards/dsg/sign.ts"
import { timeStampInput, withTimeStamp } from "../../../gateway/standards/dsg/time-stamp.ts"
import type {
  ClaimedContent,
  HpkiTrust,
  SealTrust,
  SignatureTrust,
} from "../../../gateway/standards/dsg/trust.ts"
import type { Verification } from "../../../gateway/standards/dsg/verify.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { writeTimeStampReq } from "../../../gateway/standards/tsp/request.ts"
import { readTimeStampResp } from "../../../gateway/standards/tsp/response.ts"
import { hpkiWorld, name, privateHalf } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"

/** Of the newest world: workers keep this module for many minutes, and openssl stamps with the machine's own time. */
export let NOW = new Date()
const TERM = { notBefore: days(NOW, -30), notAfter: days(NOW, 300) }
export const sha256 = (text: string): Uint8Array => createHash("sha256").update(text).digest()

export const REPORT = [
  { uniqueId: "1.2.392.200036.1", sha256: sha256("<ClinicalDocument/>"), mimeType: "text/xml" },
  { uniqueId: "1.2.392.200036.2", sha256: sha256("%PDF-1.7"), mimeType: "application/pdf" },
]
export const CLAIMED: ClaimedContent = { documents: REPORT, submissionSetUniqueId: null }

export interface World {
  readonly bench: Bench
  readonly card: Holder
  readonly seal: Holder
  readonly hpkiTrust: HpkiTrust
  readonly sealTrust: SealTrust
  readonly hpkiCa: Authority
  readonly hpkiRoot: Authority
  sign(holder: Holder, changes?: Partial<SignatureInput>): Uint8Array
  stamp(xml: Uint8Array): Uint8Array
  /** At X-L, by the lists of this trust. */
  lengthen(xml: Uint8Array, trust: SignatureTrust, canonicalization?: string): Promise<Uint8Array>
  archive(xml: Uint8Array, canonicalization?: string): Uint8Array
}

export async function makeWorld(): Promise<World> {
  NOW = new Date()
  const bench = new Bench()
  const hpki = await hpkiWorld()
  const sealCa = Authority.root(await newKey("p-384"), name("Seal CA"), TERM, countedChance("seal"))
  const seal = sealCa.certify(
    await newKey("p-256"),
    name("Edge seal"),
    TERM,
    issue.keyUsage("digitalSignature", "nonRepudiation"),
  )
  const tsaRoot = await installTsa(bench)
  const crl = (authority: Authority) => readCrl(authority.crl(days(NOW, -1), days(NOW, 5)))
  const common = {
    timeStamp: {
      anchors: [readCertificate(tsaRoot.certificate)],
      intermediates: [],
      crls: [crl(tsaRoot)],
      policies: [],
    },
    intermediates: [],
    newerCrl: "preferred",
  } as const
  return {
    bench,
    card: hpki.card(),
    seal,
    hpkiCa: hpki.authority,
    hpkiRoot: hpki.anchor,
    hpkiTrust: {
      ...common,
      kind: "hpki",
      anchors: [readCertificate(hpki.anchor.certificate)],
      crls: [crl(hpki.anchor), crl(hpki.authority)],
      rules: { use: "signature", allowTestPolicies: false, roles: ["Medical Doctor"] },
    },
    sealTrust: {
      ...common,
      kind: "seal",
      anchors: [readCertificate(sealCa.certificate)],
      crls: [crl(sealCa)],
      pins: [],
    },
    sign,
    stamp: (xml) => withTimeStamp(xml, stampWith(bench, timeStampInput(xml))),
    async lengthen(xml, trust, canonicalization = EXC_C14N) {
      const stamp = (octets: Uint8Array) => Promise.resolve(stampWith(bench, octets))
      const long = await lengthened(xml, trust, new Date(), canonicalization, stamp)
      assert(long !== null)
      return long
    },
    archive: (xml, canonicalization = EXC_C14N) =>
      withArchiveTimeStamp(xml, stampWith(bench, archiveStampInput(xml, canonicalization)), canonicalization),
  }
}

export function signatureInput(holder: Holder, changes: Partial<SignatureInput> = {}): SignatureInput {
  return {
    signatureId: "S-1",
    layout: "manifest",
    chain: holder.chain,
    signingTime: NOW,
    documents: REPORT,
    submissionSetUniqueId: null,
    commitments: [COMMITMENT.author],
    ...changes,
  }
}

function sign(holder: Holder, changes: Partial<SignatureInput> = {}): Uint8Array {
  const { toBeSigned, finish } = buildSignature(signatureInput(holder, changes))
  return finish(privateHalf(holder.key).sign(toBeSigned))
}

async function installTsa(bench: Bench): Promise<Authority> {
  const root = Authority.root(await newKey("rsa-2048"), name("TSA Root"), TERM, countedChance("tsa"))
  const purpose = issue.extKeyUsage(true, "1.3.6.1.5.5.7.3.8")
  const tsa = root.certify(
    await newKey("rsa-2048"),
    name("TSA"),
    TERM,
    issue.keyUsage("digitalSignature"),
    purpose,
  )
  bench.write("tsa.crt", pem("CERTIFICATE", tsa.chain[0]!))
  bench.write("tsa.key", keyPem(tsa.key))
  bench.write("tsa-root.crt", pem("CERTIFICATE", root.certificate))
  bench.write("serial", "01\n")
  bench.write(
    "tsa.cnf",
    "[tsa]\nserial=serial\nsigner_cert=tsa.crt\nsigner_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha256\n",
  )
  return root
}

export function stampWith(bench: Bench, octets: Uint8Array): Uint8Array {
  const imprint = createHash("sha256").update(octets).digest()
  bench.write("query", writeTimeStampReq(imprint, countedChance("nonce").bytes(8)))
  const run = bench.openssl(
    "ts",
    "-reply",
    "-config",
    "tsa.cnf",
    "-section",
    "tsa",
    "-queryfile",
    "query",
    "-out",
    "reply",
  )
  assert.equal(run.status, 0, run.stderr)
  return readTimeStampResp(bench.read("reply"))
}

/** Names of the tests that came out so. */
export const named = ({ verdict }: Verification, outcome: string): string[] =>
  verdict.tests.filter((test) => test.outcome === outcome).map(({ name }) => name)
