/**
 * What others make of our wire: openssl opens it, xmlsec1 believes it, xmllint finds it valid. Taken by a tap that
 * holds the keys of both ends; no code of the gateway stands between the wire and these programs.
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { receiveReport, REPORT, signReport } from "../../deploy/demo/walk.ts"
import { makeStudy } from "../../deploy/demo/study.ts"
import { timeStampInput } from "../../gateway/standards/dsg/time-stamp.ts"
import { readRecoding, RECODING_NAMESPACE } from "../../gateway/standards/notice/recoding.ts"
import { verifySignature } from "../../gateway/standards/dsg/verify.ts"
import { loadConfig } from "../../gateway/config/load.ts"
import { crlFolder } from "../../gateway/foundation/crl-folder.ts"
import { openTrust } from "../../gateway/foundation/trust-store.ts"
import { Bench } from "../peers/openssl.ts"
import { schemaFaults, schemaOr, xadesVersion1 } from "../peers/schemas.ts"
import { inlined, wireRequest, type WireDocument, type WireRequest } from "../peers/wire.ts"
import { openedSpool } from "./opened-spool.ts"
import { Road, SILENT, type Role } from "./road.ts"

const CDA = "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013"
const PDF = "urn:ihe:rad:PDF"
const HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"
const DSG = "urn:ihe:iti:dsg:detached:2014"

interface Clear extends WireDocument {
  readonly clear: Buffer
}

describe("what lies on the wire between the gateways", function () {
  this.timeout(180_000)
  let road: Road
  let bench: Bench
  /** By kind of submission: the request and its documents as openssl opened them. */
  const taken = new Map<string, { request: WireRequest; documents: Clear[]; receiver: Role }>()

  before(async () => {
    bench = new Bench()
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", tapped: true })
    const desks = await road.desks()
    const requestId = await road.send(makeStudy(join(road.site.dir, "study"), "WIRE1"))
    await signReport(desks, await road.read(requestId), REPORT, SILENT)
    await receiveReport(desks, requestId, 1, SILENT)
    for (const receiver of ["center", "edge"] as const)
      for (const exchange of road.taps[receiver]?.exchanges ?? []) {
        const request = wireRequest(exchange)
        const documents = request.documents.map((each) => ({ ...each, clear: opened(each.octets, receiver) }))
        taken.set(request.contentType, { request, documents, receiver })
      }
  })
  after(async () => {
    bench.remove()
    await road.close()
  })

  const pki = (...path: string[]): string => join(road.site.dir, "pki", ...path)
  const submission = (kind: string) => taken.get(kind)!
  const only = (kind: string, formatCode: string): Clear[] =>
    submission(kind).documents.filter((each) => each.formatCode === formatCode)
  const setSignature = (kind: string): Clear =>
    only(kind, DSG).find(({ clear }) => clear.includes(submission(kind).request.setUniqueId))!
  const readerSignature = (): Clear =>
    only("report", DSG).find((each) => each.uniqueId !== setSignature("report").uniqueId)!

  /** `openssl cms -decrypt` with the receiver's object key. */
  function opened(octets: Buffer, receiver: Role): Buffer {
    bench.write("document.p7m", octets)
    const [key, certificate] = [`${receiver}/object.key.pem`, `${receiver}/object.chain.pem`]
    const run = bench.openssl(
      ...["cms", "-decrypt", "-inform", "DER", "-binary", "-in", "document.p7m"],
      ...["-inkey", pki(key), "-recip", pki(certificate), "-out", "clear"],
    )
    assert.equal(run.status, 0, run.stderr)
    return bench.read("clear")
  }

  it("is encrypted for the receiver, and `openssl cms -decrypt` opens every document", () => {
    assert.deepEqual([...taken.keys()].sort(), ["acknowledgement", "receipt", "report", "study"])
    const { documents } = submission("study")
    assert.equal(documents.length, 24, "manifest, request, 20 images, what was recoded, signature of the set")
    for (const { octets, clear, mimeType, hash, size } of documents) {
      assert.equal(mimeType, "application/pkcs7-mime")
      assert.equal(size, octets.length)
      assert.equal(hash, createHash("sha1").update(octets).digest("hex"))
      assert.equal(octets.includes(clear.subarray(0, 64)), false)
    }
    assert.equal(documents.filter(({ clear }) => clear.toString("latin1", 128, 132) === "DICM").length, 21)
    assert.equal(only("report", PDF)[0]?.clear.toString("latin1", 0, 5), "%PDF-")
  })

  it("carries each image as HTJ2K, and binds its digest to that of the file the hospital received", async () => {
    const document = submission("study").documents.find(({ clear }) => clear.includes(RECODING_NAMESPACE))!
    const { recoded, asReceived } = readRecoding(document.clear)
    assert.equal(asReceived.length, 0)
    const hex = (bytes: Buffer): string => Buffer.from(opensslDigest(bytes), "base64").toString("hex")
    const travelled = submission("study").documents.map(({ clear }) => hex(clear))
    const received = (await openedSpool(road, "edge"))
      .filter(({ meta }) => meta.callingAE === "MR1" && meta.TransferSyntaxUID !== HTJ2K_RPCL)
      .map(({ bytes }) => hex(bytes))
    assert.equal(recoded.length, 20)
    for (const { sha256, original } of recoded) {
      assert.ok(travelled.includes(sha256), "the recoded file is the one on the wire")
      assert.ok(received.includes(original.sha256), "the original is the one that came in")
    }
  })

  for (const kind of ["study", "report", "receipt", "acknowledgement"])
    it(`is sealed: xmlsec1 accepts the SubmissionSet signature of the ${kind}`, () => {
      xmlsecAccepts(setSignature(kind).clear, pki("trust", "seal-ca.pem"))
    })

  it("is signed: xmlsec1 accepts the radiologist's signature of the report", () => {
    xmlsecAccepts(
      readerSignature().clear,
      pki("trust", "hpki-root.pem"),
      pki("trust", "hpki-intermediates.pem"),
    )
  })

  it("cannot be changed: xmlsec1 refuses each signature with one octet of its references changed", () => {
    const turned = (xml: Buffer): Buffer => {
      const text = xml.toString("latin1")
      const at = text.lastIndexOf("</ds:DigestValue>") - 4
      return Buffer.from(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1), "latin1")
    }
    assert.throws(() => xmlsecAccepts(turned(setSignature("study").clear), pki("trust", "seal-ca.pem")))
    assert.throws(() =>
      xmlsecAccepts(
        turned(readerSignature().clear),
        pki("trust", "hpki-root.pem"),
        pki("trust", "hpki-intermediates.pem"),
      ),
    )
  })

  for (const kind of ["study", "report", "receipt", "acknowledgement"])
    it(`names exactly what it holds: \`openssl dgst\` of each clear document of the ${kind} equals its reference`, () => {
      const { documents, request } = submission(kind)
      const seal = setSignature(kind)
      const expected = documents
        .filter(({ uniqueId }) => uniqueId !== seal.uniqueId)
        .map(({ uniqueId, clear }) => `urn:oid:${uniqueId} ${opensslDigest(clear)}`)
      const referenced = references(seal.clear)
      assert.deepEqual(
        referenced
          .filter(({ digest }) => digest !== null)
          .map(asLine)
          .sort(),
        expected.sort(),
      )
      const set = referenced.filter(({ digest }) => digest === null)
      assert.deepEqual(
        set.map(({ uri }) => uri),
        [`urn:oid:${request.setUniqueId}`],
      )
    })

  it("lets the radiologist answer for CDA and PDF: both digests stand in the signature", () => {
    const expected = [...only("report", CDA), ...only("report", PDF)].map(
      ({ uniqueId, clear }) => `urn:oid:${uniqueId} ${opensslDigest(clear)}`,
    )
    assert.deepEqual(references(readerSignature().clear).map(asLine).sort(), expected.sort())
  })

  it("is refused by ours when a document was changed", async () => {
    const config = loadConfig(road.configFile("edge"))
    const trust = await openTrust(
      config,
      crlFolder(config.trust.crls, (name) => assert.fail(name)),
    )
    const digests = (changed: string) =>
      [...only("report", CDA), ...only("report", PDF)].map(({ uniqueId, formatCode, clear }) => ({
        uniqueId,
        sha256: createHash("sha256")
          .update(formatCode === changed ? Buffer.concat([clear, Buffer.from(" ")]) : clear)
          .digest(),
      }))
    const verdict = (changed: string) =>
      verifySignature(
        readerSignature().clear,
        { documents: digests(changed), submissionSetUniqueId: null },
        trust.report(),
        new Date(),
      ).verdict
    assert.equal(verdict("none").outcome, "valid")
    for (const changed of [CDA, PDF]) {
      const { outcome, tests } = verdict(changed)
      assert.equal(outcome, "invalid")
      assert.deepEqual(
        tests.filter((test) => test.outcome === "fail").map(({ name }) => name),
        ["digest"],
      )
    }
  })

  it("is time-stamped: `openssl ts -verify` accepts the token of every signature", () => {
    const signatures = [...taken.values()].flatMap(({ documents }) =>
      documents.filter((d) => d.formatCode === DSG),
    )
    assert.equal(signatures.length, 6, "four sets, one report, one receipt")
    copyFileSync(pki("trust", "tsa-root.pem"), join(bench.directory, "tsa-root.pem"))
    for (const { clear } of signatures) {
      const [, token = ""] = /<xades:EncapsulatedTimeStamp[^>]*>([^<]+)</.exec(clear.toString()) ?? []
      bench.write("token", Buffer.from(token, "base64"))
      bench.write("stamped", timeStampInput(clear))
      const run = bench.openssl(
        ...["ts", "-verify", "-data", "stamped", "-in", "token", "-token_in", "-CAfile", "tsa-root.pem"],
      )
      assert.equal(run.status, 0, run.stderr)
    }
  })

  it("carries certificates that `openssl verify` follows to the agreed roots, revocation lists checked", () => {
    const chains = [
      { signature: setSignature("study"), root: "seal-ca.pem", crls: ["seal-ca"], between: [] },
      { signature: setSignature("report"), root: "seal-ca.pem", crls: ["seal-ca"], between: [] },
      {
        signature: readerSignature(),
        root: "hpki-root.pem",
        crls: ["hpki-root", "hpki-signature"],
        between: ["hpki-intermediates.pem"],
      },
    ]
    for (const { signature, root, crls, between } of chains) {
      const [, base64 = ""] = /<ds:X509Certificate>([^<]+)</.exec(signature.clear.toString()) ?? []
      bench.write("signer.der", Buffer.from(base64, "base64"))
      const lists = crls.flatMap((name) => ["-CRLfile", pki("trust", "crls", `${name}.crl`)])
      const untrusted = between.flatMap((name) => ["-untrusted", pki("trust", name)])
      const run = bench.openssl(
        "verify",
        "-CAfile",
        pki("trust", root),
        "-crl_check_all",
        ...lists,
        ...untrusted,
        "signer.der",
      )
      assert.equal(run.status, 0, run.stderr + run.stdout.toString())
    }
  })

  it("is valid SOAP and ebRIM: every envelope fits the schemas", function () {
    const envelopes = [...taken.values()].map(({ request }) => inlined(request))
    assert.deepEqual(schemaFaults(schemaOr(this, "soap", envelopes.length), envelopes), [])
  })

  it("is valid CDA: the report fits the schema of HL7", function () {
    const [report] = only("report", CDA).map(({ clear }) => clear.toString())
    assert.deepEqual(schemaFaults(schemaOr(this, "cda", 1), [report!]), [])
  })

  it("is valid XAdES: every signature fits the schema", function () {
    const signatures = [...taken.values()]
      .flatMap(({ documents }) => documents.filter(({ formatCode }) => formatCode === DSG))
      .map(({ clear }) => xadesVersion1(clear))
    assert.deepEqual(schemaFaults(schemaOr(this, "xades", signatures.length), signatures), [])
  })

  function xmlsecAccepts(xml: Buffer, trusted: string, untrusted?: string): void {
    bench.write("signature.xml", xml)
    const between = untrusted === undefined ? [] : ["--untrusted-pem", untrusted]
    const ids = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    // References to urn:oid: are nobody's to fetch; their digests are compared with openssl above.
    const options = ["--verify", "--ignore-manifests", ...ids, "--trusted-pem", trusted, ...between]
    const { status, stderr, stdout } = bench.run("xmlsec1", ...options, "signature.xml")
    assert.equal(status, 0, stderr)
    assert.match(stderr + stdout.toString(), /OK/)
  }

  function opensslDigest(clear: Buffer): string {
    bench.write("clear", clear)
    const run = bench.openssl("dgst", "-sha256", "-binary", "clear")
    return run.stdout.toString("base64")
  }
})

interface Reference {
  readonly uri: string
  /** Base64; null for the mark of the submission set, whose digest is written as 0 (ITI TF-3 5.5.2). */
  readonly digest: string | null
}

function references(signature: Buffer): Reference[] {
  const found = signature
    .toString()
    .matchAll(/<ds:Reference\b[^>]* URI="(urn:oid:[^"]+)"[^]*?<ds:DigestValue>([^<]*)</g)
  return [...found].map(([, uri = "", digest = ""]) => ({
    uri,
    digest: digest === "0" ? null : digest,
  }))
}

const asLine = ({ uri, digest }: Reference): string => `${uri} ${digest ?? ""}`
