/** The real HPKI: root, authority, lists and a test card, as they were on one day of September 2022. */
import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { readCertificate, type Certificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl, type Crl } from "../../../gateway/standards/hpki/crl.ts"
import { japaneseName } from "../../../gateway/standards/hpki/extensions.ts"
import { attributeOf } from "../../../gateway/standards/hpki/name.ts"
import { validatePath } from "../../../gateway/standards/hpki/path.ts"
import { checkHpkiProfile, type HpkiRules } from "../../../gateway/standards/hpki/profile.ts"
import type { VerdictTest } from "../../../gateway/standards/hpki/verdict-test.ts"

const FOLDER = join(import.meta.dirname, "golden")
const file = (name: string): string => readFileSync(join(FOLDER, name), "utf8")
const certificate = (name: string): Certificate => readCertificate(new X509Certificate(file(name)).raw)
const list = (name: string): Crl =>
  readCrl(Buffer.from(file(name).replace(/-----[^-]+-----|\s/g, ""), "base64"))

/** Both lists were in force. */
const SIGNED_AT = new Date("2022-09-07T08:08:01Z")
const LATER = new Date("2023-01-01T00:00:00Z")

describe("the chain of a real HPKI card", () => {
  const [card, authority, root] = ["test-card.pem", "medis-sign-ca2.pem", "mhlw-root-v2.pem"].map(certificate)
  const crls = ["medis-sign-ca2.crl.pem", "mhlw-root-v2.crl.pem"].map(list)
  const path = (at: Date, lists: readonly Crl[]) =>
    validatePath(card!, [authority!], [root!], at, lists, { now: at, newerCrl: "preferred" })
  const named = (tests: readonly VerdictTest[], outcome: VerdictTest["outcome"]): string[] =>
    tests.filter((test) => test.outcome === outcome).map(({ name }) => name)
  const profile = (rules: Partial<HpkiRules>): readonly VerdictTest[] =>
    checkHpkiProfile([card!, authority!, root!], {
      use: "signature",
      allowTestPolicies: true,
      roles: ["Medical Doctor"],
      ...rules,
    })

  it("is read: who, in both scripts, of which role, under which policy, with which list", () => {
    assert.equal(attributeOf(card!.subject, "CN"), "Sanjushi Kagurazaka")
    assert.equal(japaneseName(card!), "神楽坂　三十四")
    assert.deepEqual(
      card!.hcRoles.map(({ codingScheme, text }) => [codingScheme, text]),
      [["1.2.392.100495.1.6.1.1", "Medical Doctor"]],
    )
    assert.deepEqual(card!.certificatePolicies, ["1.2.392.100495.1.5.1.1.0.1"])
    assert.deepEqual(authority!.certificatePolicies, ["1.2.392.100495.1.5.1.1.3.1"])
    assert.deepEqual(card!.keyUsage, ["nonRepudiation"])
    assert.deepEqual(
      crls.map(({ revoked }) => revoked.length),
      [29, 0],
    )
  })

  it("is valid with the lists of the day, to the last test", () => {
    const { tests, chain } = path(SIGNED_AT, crls)
    assert.equal(chain.length, 3)
    assert.deepEqual([named(tests, "fail"), named(tests, "unknown")], [[], []])
  })

  it("is not covered by the root's list for users, nor by one of another point", () => {
    const [ofCard, ofAuthority] = crls
    for (const bent of [
      { ...ofAuthority!, covers: "users" as const },
      { ...ofAuthority!, distributionPoint: ["directoryName:3000"] },
      { ...ofAuthority!, distributionPoint: [] },
    ])
      assert.deepEqual(named(path(SIGNED_AT, [ofCard!, bent]).tests, "unknown"), ["revocation"])
  })

  it("is valid by the first of 2023, and undecided for want of lists", () => {
    const { tests, chain } = path(LATER, [])
    assert.equal(chain.length, 3)
    assert.deepEqual([named(tests, "fail"), named(tests, "unknown")], [[], ["revocation", "revocation"]])
  })

  it("is not valid before the card was made, nor after its end", () => {
    for (const at of ["2022-02-06T14:59:59Z", "2027-02-07T15:00:00Z"])
      assert.deepEqual(named(path(new Date(at), crls).tests, "fail"), ["validity"], at)
  })

  it("has a policy for tests: refused in production, taken where these are wanted, and never under another's", () => {
    assert.deepEqual(named(profile({ allowTestPolicies: false }), "fail"), ["policy"])
    assert.deepEqual(named(profile({}), "fail"), [])
    assert.deepEqual(named(profile({ allowTestPolicies: false, policies: ["1.2.3"] }), "fail"), ["policy"])
    assert.deepEqual(named(profile({ use: "person-authentication" }), "fail"), ["policy", "key-usage"])
    assert.deepEqual(named(profile({ roles: ["Dentist"] }), "fail"), ["hc-role"])
  })
})
