import assert from "node:assert/strict"
import { sign } from "node:crypto"
import { before, describe, it } from "mocha"
import {
  type Authority,
  type Holder,
  type Key,
  days,
  newKey,
} from "../../../gateway/commands/pki-authority.ts"
import {
  boolean,
  context,
  der,
  integer,
  octetString,
  oid,
  sequence,
} from "../../../gateway/standards/cms/der-write.ts"
import { OID } from "../../../gateway/standards/cms/oids.ts"
import { type Certificate, readCertificate, serialText } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { japaneseName } from "../../../gateway/standards/hpki/extensions.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { validatePath } from "../../../gateway/standards/hpki/path.ts"
import {
  type HpkiRules,
  checkHpkiProfile,
  productionPolicy,
  testPolicy,
} from "../../../gateway/standards/hpki/profile.ts"
import { checkRevocation } from "../../../gateway/standards/hpki/revocation.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { NOW, TERM, hpkiWorld, name, root } from "../../peers/authorities.ts"

const RULES: HpkiRules = { use: "signature", allowTestPolicies: false, roles: ["Medical Doctor"] }

describe("an HPKI certificate", () => {
  let world: Awaited<ReturnType<typeof hpkiWorld>>
  before(async () => {
    world = await hpkiWorld()
  })

  const leafOf = (holder: Holder) => readCertificate(holder.chain[0]!)
  const crlsOf = (...authorities: readonly Authority[]) =>
    authorities.map((authority) => readCrl(authority.crl(days(NOW, -1), days(NOW, 4))))

  function validate(
    holder: Holder,
    changes: { at?: Date; anchors?: Uint8Array[]; intermediates?: Uint8Array[] } = {},
  ) {
    const {
      at = NOW,
      anchors = [world.anchor.certificate],
      intermediates = [world.authority.certificate],
    } = changes
    const rules = { now: at, newerCrl: "preferred" } as const
    const crls = crlsOf(world.anchor, world.authority)
    return validatePath(
      leafOf(holder),
      intermediates.map(readCertificate),
      anchors.map(readCertificate),
      at,
      crls,
      rules,
    )
  }
  const failed = (tests: readonly { name: string; outcome: string }[]) =>
    tests.filter(({ outcome }) => outcome !== "pass").map(({ name }) => name)
  const profile = (holder: Holder, rules: Partial<HpkiRules> = {}) =>
    failed(checkHpkiProfile(validate(holder).chain, { ...RULES, ...rules }))

  it("is read with its Japanese name, role, policy and list", () => {
    const leaf = leafOf(world.card())
    assert.equal(japaneseName(leaf), "神楽坂　三十四")
    assert.equal(leaf.subject.text, "C=JP, O=Test, CN=Taro Test")
    assert.deepEqual(
      leaf.hcRoles.map(({ text }) => text),
      ["Medical Doctor"],
    )
    assert.deepEqual(leaf.certificatePolicies, [productionPolicy("signature")])
    assert.deepEqual(leaf.keyUsage, ["nonRepudiation"])
    assert.equal(leaf.extKeyUsage, null)
    assert.deepEqual(leaf.cRLDistributionPoints, ["http://crl.example.org/sign.crl"])
    assert.deepEqual(
      leaf.authorityKeyIdentifier,
      readCertificate(world.authority.certificate).subjectKeyIdentifier,
    )
    assert.match(serialText(leaf), /^[4-7][0-9A-F]{15}$/)
  })

  describe("path", () => {
    it("leads over the sub-authority to the anchor and passes every test", () => {
      const { chain, tests } = validate(world.card())
      assert.equal(chain.length, 3)
      assert.deepEqual(failed(tests), [])
    })

    it("is not found without the sub-authority, or to another root of the same name", async () => {
      assert.deepEqual(failed(validate(world.card(), { intermediates: [] }).tests), ["path"])
      const other = await root("rsa-2048", "Root")
      assert.deepEqual(failed(validate(world.card(), { anchors: [other.certificate] }).tests), ["path"])
    })

    it("does not end at a root that came with the message", () => {
      const intermediates = [world.authority.certificate, world.anchor.certificate]
      assert.deepEqual(failed(validate(world.card(), { anchors: [], intermediates }).tests), ["path"])
    })

    it("fails before and after the validity of any certificate in it", () => {
      for (const at of [days(TERM.notBefore, -1), days(TERM.notAfter, 1)]) {
        assert(failed(validate(world.card(), { at }).tests).includes("validity"))
      }
    })

    /** A certificate made with a key that was never meant to issue any. */
    const issuedWith = (
      issuer: Holder,
      subject: string,
      key: Key,
      ...extensions: readonly Uint8Array[]
    ): Holder => {
      const { subject: by } = leafOf(issuer)
      const certificate = issue.issueCertificate(
        { serial: Uint8Array.of(1), subject: name(subject), spki: key.spki, ...TERM, extensions },
        {
          subject: by.encoded,
          spki: issuer.key.spki,
          algorithm: sequence(oid(OID.ecdsaSha256)),
          sign: (bytes) => sign("sha256", bytes, issuer.key.privateKey),
        },
      )
      return { key, chain: [certificate, ...issuer.chain] }
    }
    const failedUnder = (anchor: Authority, holder: Holder) => {
      const helpers = holder.chain.slice(1).map(readCertificate)
      const rules = { now: NOW, newerCrl: "preferred" } as const
      return failed(
        validatePath(leafOf(holder), helpers, [readCertificate(anchor.certificate)], NOW, [], rules).tests,
      )
    }

    it("fails under an issuer that is no authority", async () => {
      const anchor = await root("p-256", "Root")
      const person = anchor.certify(
        await newKey("p-256"),
        name("Person"),
        TERM,
        issue.keyUsage("nonRepudiation"),
      )
      const forged = issuedWith(person, "Forged", await newKey("p-256"), issue.keyUsage("nonRepudiation"))
      assert(failedUnder(anchor, forged).includes("basic-constraints"))
    })

    it("keeps to the path length an authority was given", async () => {
      const anchor = await root("p-256", "Root")
      const isCa = (pathLength: number) => [
        issue.extension("2.5.29.19", true, sequence(boolean(true), integer(pathLength))),
        issue.keyUsage("keyCertSign", "cRLSign"),
      ]
      for (const [pathLength, fails] of [
        [0, true],
        [1, false],
      ] as const) {
        const upper = anchor.certify(await newKey("p-256"), name("Upper"), TERM, ...isCa(pathLength))
        const lower = issuedWith(upper, "Lower", await newKey("p-256"), ...isCa(0))
        const leaf = issuedWith(lower, "Leaf", await newKey("p-256"), issue.keyUsage("nonRepudiation"))
        assert.equal(failedUnder(anchor, leaf).includes("basic-constraints"), fails)
      }
    })

    it("takes the certificate of a renewed authority that was valid at the time", async () => {
      const anchor = await root("p-256", "Root")
      const key = await newKey("p-256")
      const isCa = [issue.certificateAuthority(), issue.keyUsage("keyCertSign", "cRLSign")]
      const old = { notBefore: days(NOW, -400), notAfter: days(NOW, -100) }
      const [first, renewed] = [old, TERM].map((term) => anchor.certify(key, name("CA"), term, ...isCa))
      const leaf = issuedWith(renewed!, "Leaf", await newKey("p-256"), issue.keyUsage("nonRepudiation"))
      const withBoth = { ...leaf, chain: [leaf.chain[0]!, first!.chain[0]!, renewed!.chain[0]!] }
      assert(!failedUnder(anchor, withBoth).includes("validity"))
    })

    it("does not lose its way among look-alikes that certify each other", async () => {
      const key = await newKey("p-256")
      const isCa = [issue.certificateAuthority(), issue.keyUsage("keyCertSign")]
      const loop = await root("p-256", "Loop")
      const self = { key: loop.key, chain: [loop.certificate] }
      const lookAlikes = Array.from(
        { length: 256 },
        () => issuedWith(self, "Loop", loop.key, ...isCa).chain[0]!,
      )
      const leaf = issuedWith(self, "Leaf", key, issue.keyUsage("nonRepudiation"))
      const anchor = await root("p-256", "Elsewhere")
      const startMs = performance.now()
      assert.deepEqual(failedUnder(anchor, { key, chain: [leaf.chain[0]!, ...lookAlikes] }), ["path"])
      assert(performance.now() - startMs < 2000)
    })

    it("finds its way however many certificates were added before the right one", () => {
      const card = world.card()
      const [leaf, ...right] = card.chain
      const nobody = world.card({ extra: [] }).chain[0]!
      const crowd = Array.from({ length: 300 }, () => nobody)
      assert.deepEqual(failed(validate({ ...card, chain: [leaf!, ...crowd, ...right] }).tests), [])
    })

    it("fails for a critical extension nobody understands", () => {
      const foreign = issue.extension("1.2.3.4", true, octetString(new Uint8Array(1)))
      assert.deepEqual(failed(validate(world.card({ extra: [foreign] })).tests), ["critical-extensions"])
    })

    it("fails after one bit of the certificate changed", () => {
      const card = world.card()
      const changed = Uint8Array.from(card.chain[0]!)
      changed[changed.length - 10]! ^= 1
      assert.deepEqual(failed(validate({ ...card, chain: [changed] }).tests), ["path"])
    })
  })

  describe("policy", () => {
    it("table: test cards only where they are allowed, foreign ones never", () => {
      const card = (policy: string) => world.card({ policy })
      assert.deepEqual(profile(card(productionPolicy("signature"))), [])
      assert.deepEqual(profile(card(testPolicy("signature"))), ["policy"])
      assert.deepEqual(profile(card(testPolicy("signature")), { allowTestPolicies: true }), [])
      assert.deepEqual(profile(card("1.2.3"), { allowTestPolicies: true }), ["policy"])
      assert.deepEqual(profile(card(productionPolicy("person-authentication"))), ["policy"])
      assert.deepEqual(profile(card("1.2.3"), { policies: ["1.2.3"] }), [])
    })

    it("fails when an authority on the path asserts another usage", async () => {
      const mixed = await hpkiWorld(productionPolicy("person-authentication"))
      const leaf = leafOf(mixed.card())
      const chain = [
        leaf,
        readCertificate(mixed.authority.certificate),
        readCertificate(mixed.anchor.certificate),
      ]
      assert.deepEqual(failed(checkHpkiProfile(chain, RULES)), ["policy"])
    })
  })

  it("that logs in does not sign, and one that signs does not log in", () => {
    assert.deepEqual(profile(world.card({ usage: issue.keyUsage("digitalSignature") })), ["key-usage"])
    assert.deepEqual(profile(world.card({ usage: issue.keyUsage("digitalSignature", "nonRepudiation") })), [
      "key-usage",
    ])
    assert.deepEqual(profile(world.card(), { use: "person-authentication" }), ["policy", "key-usage"])
  })

  it("may log in with the key it signs with only where that is told instead of refused", () => {
    const both = world.card({ usage: issue.keyUsage("digitalSignature", "nonRepudiation") })
    assert.deepEqual(profile(both, { loginBySigningKey: "told" }), [])
    const [told] = checkHpkiProfile(validate(both).chain, { ...RULES, loginBySigningKey: "told" }).filter(
      ({ name }) => name === "key-usage",
    )
    assert.match(told?.detail ?? "", /^warning: /)
    const only = world.card({ usage: issue.keyUsage("digitalSignature") })
    assert.deepEqual(profile(only, { loginBySigningKey: "told" }), ["key-usage"])
  })

  it("fails with an extended key usage that does not permit signing", () => {
    assert.deepEqual(profile(world.card({ extra: [issue.extKeyUsage(false, "1.3.6.1.5.5.7.3.2")] })), [
      "extended-key-usage",
    ])
    assert.deepEqual(profile(world.card({ extra: [issue.extKeyUsage(false, "1.3.6.1.5.5.7.3.36")] })), [])
  })

  it("must hold one of the wanted roles, spelled so", () => {
    assert.deepEqual(profile(world.card({ role: "Dentist" })), ["hc-role"])
    assert.deepEqual(profile(world.card({ role: "Dentist" }), { roles: ["Medical Doctor", "Dentist"] }), [])
    assert.deepEqual(profile(world.card({ role: "medical doctor" })), ["hc-role"])
    assert.deepEqual(profile(world.card({ role: "Dentist" }), { roles: [] }), [])
  })

  describe("revocation", () => {
    const at = NOW
    let leaf: Certificate
    before(() => {
      leaf = leafOf(world.card())
    })
    const judge = (
      crls: readonly Uint8Array[],
      rules: { now?: Date; newerCrl?: "required" | "preferred" } = {},
    ) => {
      const issuer = readCertificate(world.authority.certificate)
      const { now = at, newerCrl = "preferred" } = rules
      return checkRevocation(leaf, issuer, crls.map(readCrl), at, { now, newerCrl }).map(
        ({ name, outcome }) => `${name} ${outcome}`,
      )
    }
    const entry = (reason: number, revocationDate: Date) => ({ serial: leaf.serial, reason, revocationDate })

    it("passes with a list that covers the time, and waits for a newer one if required", () => {
      const crl = world.authority.crl(days(NOW, -1), days(NOW, 3))
      assert.deepEqual(judge([crl]), ["revocation pass"])
      assert.deepEqual(judge([crl], { newerCrl: "required" }), ["revocation pass", "newer-crl unknown"])
      const newer = world.authority.crl(days(NOW, 1), days(NOW, 5))
      assert.deepEqual(judge([crl, newer], { newerCrl: "required", now: days(NOW, 2) }), ["revocation pass"])
    })

    it("is unknown without a list, with an overdue one, and with one from the future", () => {
      assert.deepEqual(judge([]), ["revocation unknown"])
      assert.deepEqual(judge([world.authority.crl(days(NOW, -9), days(NOW, -5))]), ["revocation unknown"])
      const covering = world.authority.crl(days(NOW, -1), days(NOW, 1))
      assert.deepEqual(judge([covering], { now: days(NOW, 2) }), ["revocation unknown"])
      assert.deepEqual(judge([world.authority.crl(days(NOW, 1), days(NOW, 5))]), ["revocation unknown"])
    })

    it("is unknown with a list of another authority, or one with a broken signature", () => {
      assert.deepEqual(judge([world.anchor.crl(days(NOW, -1), days(NOW, 3))]), ["revocation unknown"])
      const broken = Uint8Array.from(world.authority.crl(days(NOW, -1), days(NOW, 3)))
      broken[broken.length - 1]! ^= 1
      assert.deepEqual(judge([broken]), ["revocation unknown"])
    })

    it("counts from its date, and for a compromised key from when it was compromised", () => {
      const listed = (entry: Parameters<Authority["crl"]>[2]) =>
        judge([world.authority.crl(days(NOW, 1), days(NOW, 5), entry)], { now: days(NOW, 2) })
      assert.deepEqual(listed([entry(0, days(NOW, -1))]), ["revocation fail"])
      assert.deepEqual(listed([entry(4, days(NOW, 0.5))]), ["revocation pass"])
      assert.deepEqual(listed([entry(1, days(NOW, 0.5))]), ["revocation unknown"])
      assert.deepEqual(listed([{ ...entry(1, days(NOW, 0.5)), invalidityDate: days(NOW, -1) }]), [
        "revocation fail",
      ])
      assert.deepEqual(listed([{ ...entry(1, days(NOW, 0.5)), invalidityDate: days(NOW, 0.4) }]), [
        "revocation pass",
      ])
    })
  })

  describe("a revocation list", () => {
    const withExtension = (id: string, value: Uint8Array): Uint8Array => {
      const issuer = {
        subject: name("X"),
        spki: world.key.spki,
        algorithm: sequence(oid("1.2.840.113549.1.1.11")),
        sign: () => new Uint8Array(8),
      }
      const tbs = sequence(
        integer(1),
        issuer.algorithm,
        issuer.subject,
        der(0x17, Buffer.from("260601000000Z")),
        der(0x17, Buffer.from("260605000000Z")),
        context(0, sequence(issue.extension(id, true, value))),
      )
      return sequence(tbs, issuer.algorithm, der(0x03, new Uint8Array(9)))
    }
    const isCrlFault = (error: unknown) => error instanceof Malformed && error.code === "CRL"

    it("for authorities or for users only is known as such", () => {
      assert.equal(
        readCrl(withExtension("2.5.29.28", sequence(der(0x81, Uint8Array.of(0xff))))).covers,
        "users",
      )
      assert.equal(
        readCrl(withExtension("2.5.29.28", sequence(der(0x82, Uint8Array.of(0xff))))).covers,
        "authorities",
      )
    })

    it("that is a delta, indirect, partial, or strange is refused", () => {
      for (const [id, value] of [
        ["2.5.29.27", integer(1)],
        ["2.5.29.28", sequence(der(0x84, Uint8Array.of(0xff)))],
        ["2.5.29.28", sequence(der(0x83, Uint8Array.of(0x05, 0x60)))],
        ["1.2.3.4", integer(1)],
      ] as const) {
        assert.throws(() => readCrl(withExtension(id, value)), isCrlFault)
      }
    })
  })
})
