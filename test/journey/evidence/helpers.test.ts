import assert from "node:assert/strict"
import { helpersOf } from "../../../gateway/journey/evidence/helpers.ts"
import { base64, element } from "../../../gateway/standards/dsg/markup.ts"
import { unsignedProperty, withUnsigned } from "../../../gateway/standards/dsg/unsigned.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { CLAIMED, makeWorld, NOW, type World } from "../../standards/dsg/world.ts"

describe("what a verifier will need beside a signature", () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.bench.remove())

  it("is found though a partner laid beside its valid signature what is no certificate", () => {
    const junk = element("xades:EncapsulatedX509Certificate", {}, base64(Buffer.from("no certificate")))
    const xml = withUnsigned(
      world.stamp(world.sign(world.seal)),
      unsignedProperty("xades:CertificateValues", {}, junk),
    )
    assert.equal(verifySignature(xml, CLAIMED, world.sealTrust, NOW).verdict.outcome, "valid")
    const { certificates, anchors } = helpersOf([{ xml, trust: world.sealTrust }])
    assert.ok(certificates.length >= 3)
    assert.deepEqual(anchors.map(({ use }) => use).sort(), ["seal", "tsa"])
  })
})
