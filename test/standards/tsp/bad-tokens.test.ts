/** Time-stamp tokens that must be refused, each for its own reason; and odd ones that must not. */
import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import { Authority, type Holder, type Key, days, newKey } from "../../../gateway/commands/pki-authority.ts"
import { boolean, context, der, integer, sequence } from "../../../gateway/standards/cms/der-write.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { type TimeStampTrust, verifyToken } from "../../../gateway/standards/tsp/verify-token.ts"
import { name } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"
import { type PastStamp, pastStamp } from "../../peers/past-stamps.ts"

const OCTETS = Buffer.from("what is stamped")
const NOW = new Date("2026-11-26T00:00:00Z")
const AT = days(NOW, -10)
const POLICY = "1.2.3.4"
const KP_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"

describe("a token of a time-stamp authority", () => {
  const bench = new Bench()
  let root: Authority
  let key: Key
  let good: Holder
  let trust: TimeStampTrust

  before(async () => {
    const term = { notBefore: days(NOW, -100), notAfter: days(NOW, 300) }
    root = Authority.root(await newKey("p-256"), name("TSA Root"), term, countedChance("tsa"))
    key = await newKey("p-256")
    good = holder(issue.extKeyUsage(true, KP_TIME_STAMPING))
    trust = {
      anchors: [readCertificate(root.certificate)],
      intermediates: [],
      crls: [readCrl(root.crl(days(NOW, -1), days(NOW, 5)))],
      policies: [POLICY],
    }
  })
  after(() => bench.remove())

  function holder(
    purpose: Uint8Array | null,
    usage: "digitalSignature" | "keyAgreement" = "digitalSignature",
    from = -90,
  ) {
    const term = { notBefore: days(NOW, from), notAfter: days(NOW, 300) }
    return root.certify(key, name("TSA"), term, issue.keyUsage(usage), ...(purpose === null ? [] : [purpose]))
  }

  function faults(
    stamp: Partial<PastStamp>,
    believed: Partial<TimeStampTrust> = {},
    bend: (token: Buffer) => Uint8Array = (token) => token,
  ): string[] {
    const token = bend(Buffer.from(pastStamp(bench, OCTETS, { holder: good, at: AT, ...stamp })))
    const rules = { now: NOW, newerCrl: "preferred" } as const
    const { tests } = verifyToken(token, OCTETS, { ...trust, ...believed }, rules)
    return tests
      .filter(({ outcome }) => outcome !== "pass")
      .map((test) => test.name.replace("time-stamp-", ""))
  }

  it("holds without accuracy, ordering and nonce, and with a negative nonce", () => {
    assert.deepEqual(faults({}), [])
    assert.deepEqual(faults({ after: [der(0x02, Uint8Array.of(0xff, 0x01))] }), [])
    const accuracy = sequence(integer(1))
    assert.deepEqual(faults({ after: [accuracy, boolean(true), der(0x02, Uint8Array.of(0x80))] }), [])
  })

  it("is refused for the one thing that is wrong with it, in thirteen cases", async () => {
    const stranger = Authority.root(
      await newKey("p-256"),
      name("TSA Root"),
      { notBefore: days(NOW, -100), notAfter: days(NOW, 300) },
      countedChance("x"),
    )
    const { serial } = readCertificate(good.chain[0]!)
    const revoked = { serial, revocationDate: days(NOW, -20), reason: 0 }
    const cases: Record<string, [string[], string[]]> = {
      "of other octets": [faults({ imprint: Buffer.alloc(32, 7) }), ["imprint"]],
      "a policy nobody accepts": [faults({ policy: "1.2.3.5" }), ["policy"]],
      "from the future": [faults({ at: days(NOW, 0.5) }), ["time"]],
      "purpose not critical": [
        faults({ holder: holder(issue.extKeyUsage(false, KP_TIME_STAMPING)) }),
        ["extended-key-usage"],
      ],
      "purpose not alone": [
        faults({ holder: holder(issue.extKeyUsage(true, KP_TIME_STAMPING, "1.3.6.1.5.5.7.3.1")) }),
        ["extended-key-usage"],
      ],
      "no purpose": [faults({ holder: holder(null) }), ["extended-key-usage"]],
      "a key that may not sign": [
        faults({ holder: holder(issue.extKeyUsage(true, KP_TIME_STAMPING), "keyAgreement") }),
        ["key-usage"],
      ],
      "another authority of that name": [
        faults({}, { anchors: [readCertificate(stranger.certificate)] }),
        ["path"],
      ],
      "before its certificate": [
        faults({ holder: holder(issue.extKeyUsage(true, KP_TIME_STAMPING), "digitalSignature", -5) }),
        ["validity"],
      ],
      "revoked before": [
        faults({}, { crls: [readCrl(root.crl(days(NOW, -1), days(NOW, 5), [revoked]))] }),
        ["revocation"],
      ],
      "version 2": [faults({ version: 2 }), ["structure"]],
      "extensions nobody understands": [faults({ after: [context(1, sequence())] }), ["structure"]],
      "another content": [
        faults({ options: ["-cades", "-econtent_type", "1.2.840.113549.1.7.1"] }),
        ["structure"],
      ],
    }
    for (const [what, [found, wanted]] of Object.entries(cases)) assert.deepEqual(found, wanted, what)
    assert.equal(Object.keys(cases).length, 13)
  })

  it("is refused when it does not say which certificate it meant, or its signature is bent", () => {
    const unnamed = faults({ options: ["-econtent_type", "1.2.840.113549.1.9.16.1.4"] })
    assert(unnamed.includes("signing-certificate") || unnamed.includes("structure"), unnamed.join())
    const bent = faults({}, {}, (token) => {
      token[token.length - 1]! ^= 1
      return token
    })
    assert(bent.includes("signature-value"), bent.join())
  })
})
