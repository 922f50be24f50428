import assert from "node:assert/strict"
import { createHash, createHmac, generateKeyPairSync, sign as signOctets } from "node:crypto"
import { after, before, describe, it } from "mocha"
import fc from "fast-check"
import { days, newKey } from "../../../gateway/commands/pki-authority.ts"
import { DS, EXC_C14N } from "../../../gateway/standards/dsg/algorithms.ts"
import { canonical, onlyChild, withDocument } from "../../../gateway/standards/dsg/document.ts"
import { withValues } from "../../../gateway/standards/dsg/long-term.ts"
import { timeStampInput, withTimeStamp } from "../../../gateway/standards/dsg/time-stamp.ts"
import type { SignatureTrust } from "../../../gateway/standards/dsg/trust.ts"
import { immediateFaults, outcomeOf } from "../../../gateway/standards/dsg/verdict.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { unknown } from "../../../gateway/standards/hpki/verdict-test.ts"
import { privateHalf } from "../../peers/authorities.ts"
import { CLAIMED, NOW, REPORT, type World, makeWorld, named, sha256, stampWith } from "./world.ts"

describe("verifying a DSG signature", () => {
  let world: World
  let sealed: string
  let stamped: string
  before(async () => {
    world = await makeWorld()
    sealed = world.sign(world.seal).toString()
    stamped = world.stamp(Buffer.from(sealed)).toString()
  })
  after(() => world.bench.remove())

  const verify = (
    xml: string | Uint8Array,
    trust: SignatureTrust = world.sealTrust,
    claimed = CLAIMED,
    now = new Date(),
  ) => verifySignature(typeof xml === "string" ? Buffer.from(xml, "utf8") : xml, claimed, trust, now)

  /** The structure test alone, failed with this code. */
  function assertRefused(xml: string | Uint8Array, code: string): void {
    const { verdict } = verify(xml)
    assert.equal(verdict.outcome, "invalid")
    assert.deepEqual(
      verdict.tests.map(({ name }) => name),
      ["structure"],
    )
    assert.match(verdict.tests[0]!.detail, new RegExp(`^${code}:`))
  }
  function replaced(xml: string, from: string | RegExp, to: string): string {
    const changed = xml.replace(from, to)
    assert.notEqual(changed, xml)
    return changed
  }
  /** Signs a changed SignedInfo anew, as an attacker with a key of his own would. */
  function resigned(xml: string, key = world.seal.key): string {
    const signedInfo = withDocument(Buffer.from(xml), (root) =>
      canonical(onlyChild(root, DS, "SignedInfo"), EXC_C14N),
    )
    const value = Buffer.from(privateHalf(key).sign(signedInfo)).toString("base64")
    return xml.replace(/(<ds:SignatureValue[^>]*>)[^<]*/, `$1${value}`)
  }
  /** Corrects the digest of one part after it was changed. */
  function redigested(xml: string, part: string): string {
    const digest = withDocument(Buffer.from(xml), (root) => {
      const element = root.find(`//*[local-name()='${part}']`)[0]
      return createHash("sha256")
        .update(canonical(element as never, EXC_C14N))
        .digest("base64")
    })
    const id = new RegExp(`<(?:ds|xades):${part} Id="([^"]+)"`).exec(xml)![1]!
    return xml.replace(new RegExp(`(<ds:Reference URI="#${id}".*?<ds:DigestValue>)[^<]*`), `$1${digest}`)
  }

  describe("content", () => {
    it("fails for a changed, a missing and an unsigned document", () => {
      const [first, second] = REPORT as [(typeof REPORT)[0], (typeof REPORT)[0]]
      const claim = (documents: { uniqueId: string; sha256: Uint8Array }[]) =>
        named(verify(stamped, world.sealTrust, { documents, submissionSetUniqueId: null }), "fail")
      assert.deepEqual(claim([first, { ...second, sha256: sha256("other") }]), ["digest"])
      assert.deepEqual(claim([first]), ["exact-set"])
      assert.deepEqual(claim([first, second, { ...first, uniqueId: "1.2.3" }]), ["exact-set"])
    })

    it("tells a detached signature from one of a submission set", () => {
      const set = world.sign(world.seal, { submissionSetUniqueId: "1.2.3" })
      const claimed = (submissionSetUniqueId: string | null) => ({ documents: REPORT, submissionSetUniqueId })
      assert.deepEqual(named(verify(set, world.sealTrust, claimed("1.2.3")), "fail"), [])
      assert.deepEqual(named(verify(set, world.sealTrust, claimed("1.2.4")), "fail"), ["submission-set"])
      assert.deepEqual(named(verify(set, world.sealTrust, claimed(null)), "fail"), ["submission-set"])
      assert.deepEqual(named(verify(stamped, world.sealTrust, claimed("1.2.3")), "fail"), ["submission-set"])
    })

    it("fails when a document is referenced twice", () => {
      const twice = world.sign(world.seal, { documents: [REPORT[0]!, REPORT[0]!, REPORT[1]!] })
      assert.deepEqual(named(verify(twice), "fail"), ["exact-set"])
    })
  })

  describe("attacks", () => {
    it("fails after a change anywhere in what is signed", () => {
      for (const [from, to] of [
        ["1.2.392.200036.1", "1.2.392.200036.7"],
        ["application/pdf", "text/plain"],
        ["urn:oid:1.2.840.10065.1.12.1.1", "urn:oid:1.2.840.10065.1.12.1.5"],
      ] as const) {
        assert(named(verify(replaced(stamped, from, to)), "fail").includes("references"))
      }
    })

    it("fails when the changed part's digest is corrected, because SignedInfo is signed", () => {
      const changed = redigested(replaced(stamped, "application/pdf", "text/plain"), "SignedProperties")
      assert.deepEqual(named(verify(changed), "fail"), ["signature-value"])
    })

    it("never believes a key that came in KeyInfo", async () => {
      const forger = await newKey("p-256")
      const keyValue =
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
      const withKey = redigested(replaced(stamped, "<ds:X509Data>", `${keyValue}<ds:X509Data>`), "KeyInfo")
      assert(named(verify(resigned(withKey, forger)), "fail").includes("signature-value"))
      const without = redigested(replaced(stamped, /<ds:X509Data>.*<\/ds:X509Data>/, keyValue), "KeyInfo")
      assert(named(verify(resigned(without, forger)), "fail").includes("signing-certificate"))
    })

    it("refuses a self-made certificate, however well it signs", async () => {
      const { makeWorld: other } = await import("./world.ts")
      const stranger = await other()
      const failed = named(verify(stranger.stamp(stranger.sign(stranger.seal))), "fail")
      stranger.bench.remove()
      assert(failed.includes("path"))
      assert(failed.includes("time-stamp-path"))
    })

    it("fails when another certificate with the same key takes the signer's place", () => {
      const holder = world.hpkiCa.certify(
        world.seal.key,
        readCertificate(world.seal.chain[0]!).subject.encoded,
        {
          notBefore: days(NOW, -1),
          notAfter: days(NOW, 1),
        },
      )
      const other = Buffer.from(holder.chain[0]!).toString("base64")
      const swapped = redigested(
        replaced(stamped, /<ds:X509Certificate>[^<]*/, `<ds:X509Certificate>${other}`),
        "KeyInfo",
      )
      assert(named(verify(resigned(swapped)), "fail").includes("signing-certificate"))
    })

    it("refuses a Manifest that was moved away, with an evil one in its place", () => {
      const [manifest = ""] = /<ds:Object><ds:Manifest.*?<\/ds:Manifest><\/ds:Object>/.exec(stamped) ?? []
      const evil = manifest
        .replace("S-1-manifest", "S-1-evil")
        .replace("1.2.392.200036.1", "1.2.392.200036.7")
        .replaceAll("-d1", "-e1")
        .replaceAll("-d2", "-e2")
      assertRefused(
        replaced(stamped, manifest, `${evil}<ds:Object><hidden>${manifest}</hidden></ds:Object>`),
        "SIGNATURE_STRUCTURE",
      )
      assertRefused(replaced(stamped, manifest, `${evil}${manifest}`), "SIGNATURE_STRUCTURE")
      const inside = `<xades:UnsignedProperties><xades:UnsignedSignatureProperties>${manifest}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>`
      assertRefused(
        replaced(
          replaced(sealed, manifest, evil),
          "</xades:QualifyingProperties>",
          `${inside}</xades:QualifyingProperties>`,
        ),
        "REFERENCE_POSITION",
      )
    })

    it("refuses an Id that occurs twice", () => {
      assertRefused(
        replaced(stamped, "<xades:UnsignedProperties ", '<xades:UnsignedProperties Id="S-1-manifest" '),
        "DUPLICATE_ID",
      )
    })

    it("refuses a document type, comments, CDATA and instructions", () => {
      assertRefused(
        replaced(stamped, "<ds:Signature ", '<!DOCTYPE a [<!ENTITY b "c">]><ds:Signature '),
        "XML_FORBIDDEN",
      )
      assertRefused(
        replaced(stamped, "1.2.840.10065.1.12.1.1", "1.2.840.10065<!---->.1.12.1.1"),
        "XML_FORBIDDEN",
      )
      assertRefused(replaced(stamped, "application/pdf", "<![CDATA[application/pdf]]>"), "XML_FORBIDDEN")
      assertRefused(replaced(stamped, "<ds:Signature ", "<?a b?><ds:Signature "), "XML_FORBIDDEN")
    })

    it("refuses other encodings, what is not XML, and what is too long", () => {
      assertRefused(Buffer.from(`\ufeff${stamped}`, "utf16le"), "XML")
      assertRefused(replaced(stamped, "UTF-8", "Shift_JIS"), "XML_FORBIDDEN")
      assertRefused("no", "XML")
      assertRefused(Buffer.alloc(9 << 20, " "), "XML")
    })

    it("refuses transforms that are not canonicalisation", () => {
      const transform = `<ds:Transform Algorithm="${EXC_C14N}"></ds:Transform>`
      for (const algorithm of [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
      ]) {
        assertRefused(
          replaced(stamped, transform, `<ds:Transform Algorithm="${algorithm}"></ds:Transform>`),
          "TRANSFORM",
        )
      }
      assertRefused(replaced(stamped, transform, transform.repeat(3)), "TRANSFORM")
      assertRefused(
        replaced(stamped, transform, transform.replace("></", "><ds:XPath>1</ds:XPath></")),
        "TRANSFORM",
      )
    })

    it("refuses transforms of a document, and references elsewhere", () => {
      const [digest = ""] = /<ds:DigestMethod/.exec(stamped) ?? []
      const reference = /(<ds:Reference Id="S-1-d1"[^>]*>)/
      const transforms = `<ds:Transforms><ds:Transform Algorithm="${EXC_C14N}"></ds:Transform></ds:Transforms>`
      assert(digest !== "")
      assertRefused(replaced(stamped, reference, `$1${transforms}`), "TRANSFORM")
      for (const uri of ["http://evil.example/a", "file:///etc/passwd", ""]) {
        assertRefused(replaced(stamped, "urn:oid:1.2.392.200036.1", uri), "UNIQUE_ID")
      }
    })

    it("fails without a reference to SignedProperties, or with one of another type", () => {
      const reference = /<ds:Reference URI="#S-1-properties".*?<\/ds:Reference>/
      const without = resigned(replaced(stamped, reference, ""))
      assert.deepEqual(named(verify(without), "fail").slice(0, 1), ["signed-properties"])
      const untyped = resigned(replaced(stamped, ' Type="http://uri.etsi.org/01903#SignedProperties"', ""))
      assert(named(verify(untyped), "fail").includes("signed-properties"))
    })

    it("refuses a Manifest nobody signed", () => {
      assertRefused(
        resigned(replaced(stamped, /<ds:Reference URI="#S-1-manifest".*?<\/ds:Reference>/, "")),
        "SIGNATURE_STRUCTURE",
      )
    })

    it("fails for HMAC with the public key as its secret", () => {
      const hmac = replaced(
        stamped,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha256",
      )
      const signedInfo = withDocument(Buffer.from(hmac), (root) =>
        canonical(onlyChild(root, DS, "SignedInfo"), EXC_C14N),
      )
      const value = createHmac("sha256", world.seal.key.spki).update(signedInfo).digest("base64")
      const failed = named(verify(hmac.replace(/(<ds:SignatureValue[^>]*>)[^<]*/, `$1${value}`)), "fail")
      assert(failed.includes("algorithms") && failed.includes("signature-value"))
    })

    it("is not decided by SHA-1, and fails for unknown digests", () => {
      const sha1 = world
        .sign(world.seal)
        .toString()
        .replaceAll("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1")
      assert(named(verify(sha1), "unknown").includes("algorithms"))
      const md5 = replaced(
        sealed,
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
      )
      assert(named(verify(md5), "fail").includes("algorithms"))
    })

    it("fails for a weak key", () => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
      const key = { privateKey, spki: publicKey.export({ format: "der", type: "spki" }) }
      assert.throws(
        () =>
          world.sign({
            key,
            chain: world.hpkiCa.certify(key, readCertificate(world.seal.chain[0]!).subject.encoded, {
              notBefore: NOW,
              notAfter: days(NOW, 1),
            }).chain,
          }),
        /weak/,
      )
      assert(signOctets("sha256", Buffer.from("x"), privateKey).length > 0)
    })

    it("never throws, and never says valid, whatever octet is changed", () => {
      const original = Buffer.from(stamped)
      const unsigned = stamped.indexOf("</xades:SignedProperties>")
      fc.assert(
        fc.property(fc.nat({ max: unsigned - 1 }), fc.integer({ min: 0, max: 255 }), (at, octet) => {
          fc.pre(original[at] !== octet)
          const changed = Buffer.from(original)
          changed[at] = octet
          const { verdict } = verify(changed)
          assert(
            verdict.outcome !== "valid" || /\s/.test(String.fromCharCode(octet)) || at < 60,
            `octet ${at}`,
          )
        }),
        { numRuns: 300 },
      )
    })
  })

  describe("trust", () => {
    it("fails for a seal that is not pinned", () => {
      assert.deepEqual(named(verify(stamped, { ...world.sealTrust, pins: ["00"] }), "fail"), ["pin"])
      const pin = createHash("sha256").update(world.seal.key.spki).digest("hex")
      assert.equal(verify(stamped, { ...world.sealTrust, pins: [pin] }).verdict.outcome, "valid")
    })

    it("fails for a seal where a person's signature is due, and for a person without the role", () => {
      const failed = named(
        verify(stamped, { ...world.hpkiTrust, anchors: world.sealTrust.anchors, crls: world.sealTrust.crls }),
        "fail",
      )
      assert.deepEqual(failed, ["policy", "key-usage", "hc-role"])
      const dentist = { ...world.hpkiTrust, rules: { ...world.hpkiTrust.rules, roles: ["Dentist"] } }
      assert.deepEqual(named(verify(world.stamp(world.sign(world.card)), dentist), "fail"), ["hc-role"])
    })

    it("is undecided without revocation lists, and never shown as valid", () => {
      const { verdict } = verify(stamped, { ...world.sealTrust, crls: [] })
      assert.equal(verdict.outcome, "indeterminate")
      assert.deepEqual(immediateFaults(verdict), [])
    })

    it("takes the lists that came with the signature, because they prove themselves", () => {
      const { crls } = world.sealTrust
      const long = withValues(Buffer.from(stamped), {
        certificates: [],
        crls,
        ocsp: [],
        isComplete: true,
        isLater: false,
      })
      assert.equal(verify(long, { ...world.sealTrust, crls: [] }).verdict.outcome, "valid")
    })

    it("waits for a newer list where one is required", () => {
      const strict = { ...world.hpkiTrust, newerCrl: "required" } as const
      const xml = world.stamp(world.sign(world.card))
      assert.equal(verify(xml, strict).verdict.outcome, "valid-pending")
      const later = days(NOW, 1)
      const crls = [world.hpkiRoot, world.hpkiCa].map((ca) => readCrl(ca.crl(later, days(NOW, 3))))
      const timeStamp = { ...strict.timeStamp }
      const { verdict } = verify(xml, { ...strict, crls, timeStamp }, CLAIMED, days(NOW, 2))
      assert.deepEqual(
        verdict.tests.filter(({ outcome }) => outcome !== "pass").map(({ name }) => name),
        ["time-stamp-newer-crl"],
      )
      assert.equal(verdict.outcome, "valid-pending")
    })

    it("waits in the same way for a newer list for the authority of any later stamp", () => {
      for (const stamp of ["", "references-", "archive-"])
        assert.equal(outcomeOf([unknown(`time-stamp-${stamp}newer-crl`, "")]), "valid-pending", stamp)
      for (const other of ["time-stamp-archive", "time-stamp-archive-in-force", "evidence-named"])
        assert.equal(outcomeOf([unknown(other, "")]), "indeterminate", other)
    })

    it("validates at the time of the stamp, not at the time of looking", () => {
      const xml = world.stamp(world.sign(world.card))
      const after = days(NOW, 400)
      const trust = {
        ...world.hpkiTrust,
        crls: [world.hpkiRoot, world.hpkiCa].map((ca) => readCrl(ca.crl(days(NOW, 1), days(NOW, 5)))),
      }
      const { verdict } = verify(xml, trust, CLAIMED, after)
      assert(!verdict.tests.some(({ name, outcome }) => name === "validity" && outcome !== "pass"))
      assert.deepEqual(named(verify(world.sign(world.card), trust, CLAIMED, after), "fail"), ["validity"])
    })

    it("fails for a card revoked before the stamp, not for one revoked after", () => {
      const xml = world.stamp(world.sign(world.card))
      const { serial } = readCertificate(world.card.chain[0]!)
      const withEntry = (revocationDate: Date, reason: number, invalidityDate?: Date) => {
        const entry = { serial, revocationDate, reason, ...(invalidityDate && { invalidityDate }) }
        const crl = readCrl(world.hpkiCa.crl(days(NOW, 1), days(NOW, 5), [entry]))
        const [rootCrl] = world.hpkiTrust.crls
        return verify(xml, { ...world.hpkiTrust, crls: [rootCrl!, crl] }, CLAIMED, days(NOW, 2))
      }
      assert.deepEqual(named(withEntry(days(NOW, -1), 4), "fail"), ["revocation"])
      assert.deepEqual(named(withEntry(days(NOW, 1), 4), "fail"), [])
      assert.deepEqual(named(withEntry(days(NOW, 1), 1, days(NOW, -1)), "fail"), ["revocation"])
      assert.deepEqual(named(withEntry(days(NOW, 1), 1), "unknown"), ["revocation"])
    })

    it("fails with a time stamp of another signature, or a broken one", () => {
      const other = stampWith(world.bench, timeStampInput(world.sign(world.card)))
      assert.deepEqual(named(verify(withTimeStamp(Buffer.from(sealed), other)), "fail"), [
        "time-stamp-imprint",
      ])
      assert.deepEqual(named(verify(withTimeStamp(Buffer.from(sealed), Uint8Array.of(0x30, 0))), "fail"), [
        "time-stamp-structure",
      ])
    })

    it("fails when the claimed signing time is after the stamp", () => {
      const xml = world.stamp(world.sign(world.seal, { signingTime: days(NOW, 1) }))
      assert.deepEqual(named(verify(xml), "fail"), ["signing-time"])
    })
  })

  it("has an outcome for every mix of tests", () => {
    const test = (name: string, outcome: "pass" | "fail" | "unknown") => ({ name, outcome, detail: "" })
    assert.equal(outcomeOf([]), "invalid")
    assert.equal(outcomeOf([test("a", "pass")]), "valid")
    assert.equal(outcomeOf([test("time-stamp", "unknown"), test("a", "pass")]), "valid-pending")
    assert.equal(outcomeOf([test("time-stamp", "unknown"), test("revocation", "unknown")]), "indeterminate")
    assert.equal(outcomeOf([test("time-stamp", "unknown"), test("a", "fail")]), "invalid")
  })
})
