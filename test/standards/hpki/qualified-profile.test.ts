/** Certificates of persons under another authority than HPKI's. */
import assert from "node:assert/strict"
import { days, newKey } from "../../../gateway/commands/pki-authority.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { checkQualifiedProfile } from "../../../gateway/standards/hpki/qualified-profile.ts"
import { certificates, QUALIFIED_POLICY, START } from "../../journey/certificates.ts"

describe("the profile of a qualified certificate", () => {
  async function failed(...extensions: readonly Uint8Array[]): Promise<string[]> {
    const { qualified } = (await certificates()).authorities
    const term = { notBefore: days(START, -1), notAfter: days(START, 30) }
    const { chain } = qualified.certify(
      await newKey("p-256"),
      issue.writeName(["CN", "A"]),
      term,
      ...extensions,
    )
    const tests = checkQualifiedProfile(chain.map(readCertificate), { policies: [QUALIFIED_POLICY, "1.2.3"] })
    return tests.filter(({ outcome }) => outcome === "fail").map(({ name }) => name)
  }
  const policy = issue.certificatePolicy(QUALIFIED_POLICY)

  it("takes a key that signs, whether or not it identifies too", async () => {
    assert.deepEqual(await failed(issue.keyUsage("nonRepudiation"), policy), [])
    assert.deepEqual(await failed(issue.keyUsage("nonRepudiation", "digitalSignature"), policy), [])
  })
  it("takes no key that only identifies, or is said to be for nothing", async () => {
    assert.deepEqual(await failed(issue.keyUsage("digitalSignature"), policy), ["key-usage"])
    assert.deepEqual(await failed(policy), ["key-usage"])
  })
  it("takes no policy but those agreed, and none at all for none", async () => {
    const signs = issue.keyUsage("nonRepudiation")
    assert.deepEqual(await failed(signs, issue.certificatePolicy("1.2.4")), ["policy"])
    assert.deepEqual(await failed(signs), ["policy"])
  })
  it("takes no certificate for servers or mail", async () => {
    const mail = issue.extKeyUsage(false, "1.3.6.1.5.5.7.3.4")
    assert.deepEqual(await failed(issue.keyUsage("nonRepudiation"), policy, mail), ["extended-key-usage"])
  })
  it("takes no authority, and no empty chain", async () => {
    const { qualified } = (await certificates()).anchors
    const of = (chain: typeof qualified) =>
      checkQualifiedProfile(chain, { policies: [QUALIFIED_POLICY] }).filter(
        ({ outcome }) => outcome === "fail",
      )
    assert.ok(of(qualified).some(({ name }) => name === "key-usage"))
    assert.deepEqual(
      of([]).map(({ name }) => name),
      ["policy"],
    )
  })
})
