import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { pem } from "../../../gateway/commands/pki-authority.ts"
import { COMMITMENT, RECEIPT_COMMITMENTS } from "../../../gateway/standards/dsg/commitment.ts"
import { buildSignature } from "../../../gateway/standards/dsg/sign.ts"
import { timeStampInput, withTimeStamp } from "../../../gateway/standards/dsg/time-stamp.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { privateHalf } from "../../peers/authorities.ts"
import { xadesVersion1 } from "../../peers/schemas.ts"
import { CLAIMED, REPORT, type World, makeWorld, named, sha256, signatureInput, stampWith } from "./world.ts"

const SET = { documents: REPORT, submissionSetUniqueId: "1.2.392.200036.99" }

describe("a DSG signature document", () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.bench.remove())

  /** Core validation by xmlsec1; references to `urn:oid:` in the Manifest are nobody's to fetch. */
  function xmlsecAccepts(xml: Uint8Array, anchor: Uint8Array, untrusted?: Uint8Array): void {
    world.bench.write("signature.xml", xml)
    world.bench.write("anchor.pem", pem("CERTIFICATE", anchor))
    const chain =
      untrusted === undefined
        ? []
        : ["--untrusted-pem", world.bench.write("untrusted.pem", pem("CERTIFICATE", untrusted))]
    const ids = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    const run = world.bench.run(
      "xmlsec1",
      "--verify",
      "--ignore-manifests",
      ...ids,
      "--trusted-pem",
      "anchor.pem",
      ...chain,
      "signature.xml",
    )
    assert.equal(run.status, 0, run.stderr)
    assert.match(run.stderr + run.stdout.toString(), /OK/)
  }

  it("of a person is accepted by xmlsec1, before and after the time stamp", () => {
    const xml = world.sign(world.card)
    const { certificate } = world.hpkiRoot
    xmlsecAccepts(xml, certificate, world.hpkiCa.certificate)
    xmlsecAccepts(world.stamp(xml), certificate, world.hpkiCa.certificate)
  })

  it("of a seal (ECDSA) is accepted by xmlsec1", () => {
    xmlsecAccepts(world.sign(world.seal), world.sealTrust.anchors[0]!.encoded)
  })

  it("is refused by xmlsec1 after a change in the Manifest, so xmlsec1 does look", () => {
    const changed = Buffer.from(
      world.sign(world.seal).toString().replace("1.2.392.200036.1", "1.2.392.200036.7"),
    )
    assert.throws(() => xmlsecAccepts(changed, world.sealTrust.anchors[0]!.encoded))
  })

  it("has a time stamp that openssl checks against the canonical SignatureValue", () => {
    const xml = world.sign(world.card)
    world.bench.write("stamped", timeStampInput(xml))
    world.bench.write("token", stampWith(world.bench, timeStampInput(xml)))
    const run = world.bench.openssl(
      "ts",
      "-verify",
      "-data",
      "stamped",
      "-in",
      "token",
      "-token_in",
      "-CAfile",
      "tsa-root.crt",
    )
    assert.equal(run.status, 0, run.stderr)
  })

  it("fits the XAdES schema, with and without unsigned properties", async function () {
    const shared = process.env.DOKUEI_SHARED
    if (shared === undefined || !existsSync(shared)) {
      console.log("      DOKUEI_SHARED is not set: no schemas")
      this.skip()
    }
    const folder = join(shared, "ihe/schema/xmldsig-xades")
    const stamped = world.stamp(world.sign(world.card, { layout: "flat" }))
    const long = await world.lengthen(stamped, world.hpkiTrust)
    const archived = world.archive(await world.lengthen(world.stamp(world.sign(world.card)), world.hpkiTrust))
    for (const xml of [world.sign(world.seal), stamped, long, archived]) {
      world.bench.write("signature.xml", xadesVersion1(xml))
      const run = world.bench.run(
        "xmllint",
        "--noout",
        "--nonet",
        "--schema",
        join(folder, "XAdESv141.xsd"),
        "signature.xml",
      )
      assert.equal(run.status, 0, run.stderr)
    }
  })

  it("verifies in both layouts, for a person and for a seal", () => {
    for (const layout of ["manifest", "flat"] as const) {
      for (const [holder, trust] of [
        [world.card, world.hpkiTrust],
        [world.seal, world.sealTrust],
      ] as const) {
        const result = verifySignature(
          world.stamp(world.sign(holder, { layout })),
          CLAIMED,
          trust,
          new Date(),
        )
        assert.equal(result.verdict.outcome, "valid", JSON.stringify(result.verdict.tests))
      }
    }
  })

  it("of a submission set names the set and its documents", () => {
    for (const layout of ["manifest", "flat"] as const) {
      const changes = {
        layout,
        submissionSetUniqueId: SET.submissionSetUniqueId,
        commitments: [COMMITMENT.source],
      }
      const xml = world.stamp(world.sign(world.seal, changes))
      const result = verifySignature(xml, SET, world.sealTrust, new Date())
      assert.equal(result.verdict.outcome, "valid", JSON.stringify(result.verdict.tests))
      assert.match(xml.toString(), /<ds:DigestValue>0<\/ds:DigestValue>/)
    }
  })

  it("tells who signed, what, as which type, and why", () => {
    const { verdict, covered, commitments } = verifySignature(
      world.stamp(world.sign(world.card)),
      CLAIMED,
      world.hpkiTrust,
      new Date(),
    )
    assert.deepEqual(
      [verdict.kind, verdict.holder, verdict.holderJapanese, verdict.role, verdict.policy],
      ["hpki", "Taro Test", "神楽坂　三十四", "Medical Doctor", "1.2.392.100495.1.5.1.1.3.1"],
    )
    assert.deepEqual(
      covered,
      REPORT.map(({ uniqueId, mimeType, sha256 }) => ({ uniqueId, mimeType, sha256 })),
    )
    assert.deepEqual(commitments, ["urn:oid:1.2.840.10065.1.12.1.1"])
    assert(verdict.timeStampedAt !== null)
  })

  it("as a receipt carries both commitments", () => {
    const xml = world.sign(world.seal, { commitments: RECEIPT_COMMITMENTS })
    const { commitments } = verifySignature(xml, CLAIMED, world.sealTrust, new Date())
    assert.deepEqual(commitments, [
      "urn:oid:1.2.840.10065.1.12.1.13",
      "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt",
    ])
  })

  it("holds 500 documents of a unit", () => {
    const documents = Array.from({ length: 500 }, (_, i) => ({
      uniqueId: `2.25.${1_000_000 + i}`,
      sha256: sha256(String(i)),
      mimeType: "application/dicom",
    }))
    const xml = world.stamp(world.sign(world.seal, { documents, submissionSetUniqueId: "2.25.1" }))
    const result = verifySignature(
      xml,
      { documents, submissionSetUniqueId: "2.25.1" },
      world.sealTrust,
      new Date(),
    )
    assert.equal(result.verdict.outcome, "valid")
    assert.equal(result.covered.length, 500)
  })

  it("waits for a time stamp", () => {
    const result = verifySignature(world.sign(world.card), CLAIMED, world.hpkiTrust, new Date())
    assert.equal(result.verdict.outcome, "valid-pending")
    assert.deepEqual(named(result, "unknown"), ["time-stamp"])
  })

  it("escapes what stands in identifiers of extensions and refuses what is no identifier", () => {
    const documents = [{ ...REPORT[0]!, uniqueId: "1.2.3^A-1" }]
    const xml = world.sign(world.seal, { documents })
    assert.match(xml.toString(), /URI="urn:oid:1\.2\.3#A-1"/)
    const result = verifySignature(
      xml,
      { documents, submissionSetUniqueId: null },
      world.sealTrust,
      new Date(),
    )
    assert.deepEqual(named(result, "fail"), [])
    assert.throws(
      () => world.sign(world.seal, { documents: [{ ...REPORT[0]!, uniqueId: 'x" y' }] }),
      Malformed,
    )
  })

  it("is not finished with another key's value", () => {
    const { toBeSigned, finish } = buildSignature(signatureInput(world.card))
    const value = privateHalf(world.seal.key).sign(toBeSigned)
    assert.throws(
      () => finish(value),
      (error) => error instanceof Malformed && error.code === "SIGNATURE_VALUE",
    )
  })

  it("is stamped once", () => {
    const stamped = world.stamp(world.sign(world.card))
    assert.throws(() => withTimeStamp(stamped, new Uint8Array(3)), Malformed)
  })
})
