/** XAdES-X-L: what it holds, who reads it, and what it is worth when the channel and the lists of today are gone. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { after, before, describe, it } from "mocha"
import { days, pem } from "../../../gateway/commands/pki-authority.ts"
import { C14N_11_WITH_COMMENTS, EXC_C14N } from "../../../gateway/standards/dsg/algorithms.ts"
import { gatherEvidence, isWhole } from "../../../gateway/standards/dsg/gather.ts"
import { lengthened, withValues } from "../../../gateway/standards/dsg/long-term.ts"
import { referencesStampInput, withReferences } from "../../../gateway/standards/dsg/named-evidence.ts"
import { readSignatureDocument } from "../../../gateway/standards/dsg/signature-document.ts"
import { timeStampInput, withTimeStamp } from "../../../gateway/standards/dsg/time-stamp.ts"
import type { SignatureTrust } from "../../../gateway/standards/dsg/trust.ts"
import { twelveTests } from "../../../gateway/standards/dsg/twelve-tests.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { MAX_EVIDENCE, MAX_KEPT_EVIDENCE } from "../../../gateway/standards/dsg/xades-read.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { schemaFaults, schemaOr, xadesVersion1 } from "../../peers/schemas.ts"
import { CLAIMED, NOW, type World, makeWorld, named, stampWith } from "./world.ts"

const escaped = (text: string): string => text.replace(/[+/=]/g, "\\$&")

describe("a signature at XAdES-X-L", () => {
  let world: World
  let long: Uint8Array
  before(async () => {
    world = await makeWorld()
    long = await made(EXC_C14N)
  })
  after(() => world.bench.remove())

  function made(canonicalization: typeof EXC_C14N | typeof C14N_11_WITH_COMMENTS): Promise<Uint8Array> {
    const signed = world.sign(world.card, { canonicalization })
    const stamp = stampWith(world.bench, timeStampInput(signed, canonicalization))
    return world.lengthen(withTimeStamp(signed, stamp, canonicalization), world.hpkiTrust, canonicalization)
  }
  const judge = (xml: Uint8Array | string, trust: SignatureTrust = world.hpkiTrust, now = new Date()) =>
    verifySignature(Buffer.from(xml), CLAIMED, trust, now)
  /** Anchors, and nothing that was fetched. */
  const alone = (): SignatureTrust => ({
    ...world.hpkiTrust,
    crls: [],
    timeStamp: { ...world.hpkiTrust.timeStamp, crls: [] },
  })

  it("is valid by itself: no list and no authority is asked for", () => {
    const result = judge(long, alone())
    assert.equal(result.verdict.outcome, "valid", JSON.stringify(result.verdict.tests))
    assert.equal(result.level, "X-L")
    assert.equal(judge(world.stamp(world.sign(world.card))).level, "T")
    assert.equal(judge(world.sign(world.card)).level, "BES")
  })

  it("with C14N 1.1, as DSG wants it, is accepted by us and by xmlsec1", async () => {
    const xml = await made(C14N_11_WITH_COMMENTS)
    assert.equal(judge(xml, alone()).verdict.outcome, "valid")
    assert(!xml.toString().includes(EXC_C14N))
    world.bench.write("signature.xml", xml)
    world.bench.write("anchor.pem", pem("CERTIFICATE", world.hpkiRoot.certificate))
    world.bench.write("untrusted.pem", pem("CERTIFICATE", world.hpkiCa.certificate))
    const ids = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    const trusted = ["--trusted-pem", "anchor.pem", "--untrusted-pem", "untrusted.pem"]
    const run = world.bench.run(
      "xmlsec1",
      "--verify",
      "--ignore-manifests",
      ...ids,
      ...trusted,
      "signature.xml",
    )
    assert.equal(run.status, 0, run.stderr)
  })

  it("fits the schemas of XAdES", async function () {
    const schema = schemaOr(this, "xades141", 2)
    const documents = [long, await made(C14N_11_WITH_COMMENTS)].map(xadesVersion1)
    assert.deepEqual(schemaFaults(schema, documents), [])
  })

  it("has a second time stamp that openssl checks over signature, first stamp and names of the evidence", () => {
    const named = referencesStampInput(long, EXC_C14N)
    for (const part of [
      "SignatureValue",
      "SignatureTimeStamp",
      "CompleteCertificateRefs",
      "CompleteRevocationRefs",
    ])
      assert(Buffer.from(named).includes(part), part)
    const [, token = ""] = /SigAndRefsTimeStamp.*?EncapsulatedTimeStamp>([^<]*)/.exec(long.toString()) ?? []
    world.bench.write("stamped", named)
    world.bench.write("token", Buffer.from(token, "base64"))
    const files = ["-data", "stamped", "-in", "token", "-token_in", "-CAfile", "tsa-root.crt"]
    const run = world.bench.openssl("ts", "-verify", ...files)
    assert.equal(run.status, 0, run.stderr)
  })

  it("is not made while a list is missing", async () => {
    const stamped = world.stamp(world.sign(world.card))
    const [first] = world.hpkiTrust.crls
    const few = { ...world.hpkiTrust, crls: [first!] }
    const evidence = gatherEvidence(readSignatureDocument(stamped), few, new Date())
    assert(evidence !== null && !isWhole(evidence))
    assert.equal(gatherEvidence(readSignatureDocument(stamped), { ...few, anchors: [] }, new Date()), null)
    const unstamped = gatherEvidence(
      readSignatureDocument(world.sign(world.card)),
      world.hpkiTrust,
      new Date(),
    )
    assert(unstamped !== null && !isWhole(unstamped))
    const never = () => Promise.reject(new Error("nobody is asked"))
    assert.equal(await lengthened(stamped, few, new Date(), EXC_C14N, never), null)
  })

  it("prefers lists that were issued after the time stamp", () => {
    const stamped = world.stamp(world.sign(world.card))
    const at = days(NOW, 2)
    const later = [world.hpkiRoot, world.hpkiCa].map((ca) => readCrl(ca.crl(days(NOW, 1), days(NOW, 5))))
    const trust = { ...world.hpkiTrust, crls: [...world.hpkiTrust.crls, ...later] }
    const evidence = gatherEvidence(readSignatureDocument(stamped), trust, at)
    assert(evidence?.signer.isLater)
    assert.deepEqual(evidence.signer.crls.toSorted(), later.toReversed().toSorted())
    const now = gatherEvidence(readSignatureDocument(stamped), world.hpkiTrust, new Date())
    assert.equal(now?.signer.isLater, false)
  })

  it("may bring 64 certificates, lists and answers each, and a copy of our own 256", () => {
    const stamped = world.stamp(world.sign(world.card))
    const carrying = (kind: "certificates" | "crls" | "ocsp", count: number) =>
      withValues(stamped, { ...nothing(), [kind]: Array.from({ length: count }, piece) })
    for (const kind of ["certificates", "crls", "ocsp"] as const) {
      assert.equal(judge(carrying(kind, MAX_EVIDENCE)).verdict.outcome, "valid", kind)
      assert.match(
        judge(carrying(kind, MAX_EVIDENCE + 1)).verdict.tests[0]?.detail ?? "",
        /more evidence than 64/,
      )
      const kept = { maxEvidence: MAX_KEPT_EVIDENCE }
      const own = (count: number) =>
        verifySignature(carrying(kind, count), CLAIMED, world.hpkiTrust, new Date(), kept).verdict.outcome
      assert.deepEqual([MAX_EVIDENCE + 1, 256, 257].map(own), ["valid", "valid", "invalid"], kind)
    }
  })

  it("may name no more than that", () => {
    const crls = Array.from({ length: MAX_EVIDENCE + 1 }, () => world.hpkiTrust.crls[0]!)
    const named = withReferences(world.stamp(world.sign(world.card)), { ...nothing(), crls })
    assert.match(judge(named).verdict.tests[0]?.detail ?? "", /more evidence than 64 is named/)
    assert.equal(readSignatureDocument(named, undefined, MAX_KEPT_EVIDENCE).evidenceNamed?.length, 65)
  })

  const nothing = () => ({ certificates: [], crls: [], ocsp: [], isComplete: true, isLater: true })
  /** What nobody can read is passed over, and counts all the same. */
  const piece = (_: unknown, n: number) => ({ encoded: Buffer.from(`piece ${n}`) }) as never

  it("is undecided when what it names is not what came along", () => {
    const without = long
      .toString()
      .replace(/<xades:CertificateValues xmlns.*?<\/xades:CertificateValues>/, "")
    assert.deepEqual(named(judge(without, { ...alone(), crls: world.hpkiTrust.crls }), "unknown"), [
      "evidence-named",
    ])
    const { tests, kind } = judge(without, { ...alone(), crls: world.hpkiTrust.crls }).verdict
    const open = twelveTests({ kind, tests }).filter(({ outcome }) => outcome === "indeterminate")
    assert.deepEqual(
      open.map(({ id }) => id),
      ["identity", "revocation"],
    )
  })

  it("may name it by another digest of SHA-2, as other makers do", () => {
    const stamped = world.stamp(world.sign(world.card))
    const evidence = gatherEvidence(readSignatureDocument(stamped), world.hpkiTrust, new Date())
    const { certificates, crls } = evidence!.signer
    const digest = (hash: string, octets: Uint8Array) => createHash(hash).update(octets).digest("base64")
    const named = [...certificates, ...crls].reduce(
      (text, { encoded }) =>
        text.replace(
          new RegExp(
            `xmlenc#sha256("/?>(?:</ds:DigestMethod>)?<ds:DigestValue>)${escaped(digest("sha256", encoded))}`,
          ),
          `xmlenc#sha512$1${digest("sha512", encoded)}`,
        ),
      withReferences(stamped, evidence!.signer).toString(),
    )
    assert.equal(named.match(/sha512/g)?.length, certificates.length + crls.length)
    const tests = (xml: Uint8Array) =>
      judge(xml).verdict.tests.filter(({ name }) => name === "evidence-named")
    assert.equal(tests(withValues(Buffer.from(named), evidence!.signer))[0]?.outcome, "pass")
    assert.match(tests(Buffer.from(named))[0]?.detail ?? "", /not here/)
    const unknownDigest = named.replaceAll("xmlenc#sha512", "xmlenc#md9")
    assert.match(tests(Buffer.from(unknownDigest))[0]?.detail ?? "", /digest that is not accepted/)
  })

  it("fails when a name of evidence is changed below the time stamp, and is never named twice", () => {
    const changed = long.toString().replace(/(<xades:IssueTime>)\d{4}/, "$12001")
    assert.deepEqual(named(judge(changed), "fail"), ["time-stamp-references-imprint"])
    const evidence = gatherEvidence(readSignatureDocument(long), world.hpkiTrust, new Date())
    assert.throws(() => withReferences(long, evidence!.signer), /named already/)
  })

  it("may be a stranger's, with prefixes of its own: what is added does not touch what is signed", () => {
    const stranger = Buffer.from(
      world
        .stamp(world.sign(world.card))
        .toString()
        .replaceAll("xades:", "xa:")
        .replaceAll("xmlns:xades", "xmlns:xa"),
    )
    // The signature itself fails with other prefixes; that the additions are found is what counts here.
    const added = withReferences(stranger, {
      certificates: [],
      crls: world.hpkiTrust.crls,
      ocsp: [],
    })
    assert.equal(readSignatureDocument(added).evidenceNamed?.length, 2)
    assert.equal(readSignatureDocument(added).timeStamps.length, 1)
  })
})
