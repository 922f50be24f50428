import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { before, describe, it } from "mocha"
import { newKey } from "../../../gateway/commands/pki-authority.ts"
import type { AgreedReader } from "../../../gateway/journey/agreement.ts"
import { agreedReader } from "../../../gateway/journey/verify/signer.ts"
import { type Certificate, readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { TERM, hpkiWorld } from "../../peers/authorities.ts"

describe("a reader whom the agreement names", () => {
  let signer: Certificate
  let issuer: string
  let spkiSha256: string
  before(async () => {
    const { authority } = await hpkiWorld()
    const subject = issue.writeName(["C", "JP"], ["CN", "Taro Hosha"], ["serialNumber", "D12345"])
    const holder = authority.certify(await newKey("p-256"), subject, TERM, issue.keyUsage("nonRepudiation"))
    signer = readCertificate(holder.chain[0]!)
    issuer = signer.issuer.text
    spkiSha256 = createHash("sha256").update(signer.spki).digest("hex")
  })

  const judged = (reader: AgreedReader, by: Certificate | null = signer) =>
    agreedReader(by, { readers: [reader] }).map(({ outcome }) => outcome)

  it("is known by the key, or by the number that the authority gave", () => {
    assert.deepEqual(judged({ name: "Taro Hosha", spkiSha256 }), ["pass"])
    assert.deepEqual(judged({ name: "Taro Hosha", card: { issuer, serialNumber: "D12345" } }), ["pass"])
  })

  it("is not one of another name, number, authority or key, nor nobody", () => {
    const card = { issuer, serialNumber: "D12345" }
    const name = "Taro Hosha"
    for (const reader of [
      { name: "Jiro Hosha", card },
      { name, card: { ...card, serialNumber: "D12346" } },
      { name, card: { ...card, issuer: issuer.replace("Sign CA", "Other CA") } },
      { name, card: { ...card, serialNumber: "" } },
      { name, spkiSha256: "0".repeat(64) },
      { name },
    ])
      assert.deepEqual(judged(reader), ["fail"])
    assert.deepEqual(judged({ name, card }, null), ["fail"])
  })

  it("is not looked for where the agreement names none", () => {
    assert.deepEqual(agreedReader(signer, { readers: [] }), [])
  })
})
