/** A report signed ten years ago, whose certificates have all ended: what its archive time stamps are worth, and what breaks them. */
import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import { Authority, type Holder, newKey } from "../../../gateway/commands/pki-authority.ts"
import { C14N, EXC_C14N } from "../../../gateway/standards/dsg/algorithms.ts"
import { archiveStampInput, withArchiveTimeStamp } from "../../../gateway/standards/dsg/archive.ts"
import { gatherEvidence } from "../../../gateway/standards/dsg/gather.ts"
import { lengthened, withMissingEvidence } from "../../../gateway/standards/dsg/long-term.ts"
import { buildSignature } from "../../../gateway/standards/dsg/sign.ts"
import { readSignatureDocument } from "../../../gateway/standards/dsg/signature-document.ts"
import { timeStampInput, withTimeStamp } from "../../../gateway/standards/dsg/time-stamp.ts"
import type { SealTrust } from "../../../gateway/standards/dsg/trust.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { name, privateHalf } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"
import { pastStamp } from "../../peers/past-stamps.ts"
import { CLAIMED, named, signatureInput } from "./world.ts"

const day = (text: string): Date => new Date(`${text}T00:00:00Z`)
const SIGNED = day("2016-06-01")
const NOW = day("2026-11-26")

describe("a signature of ten years ago", () => {
  const bench = new Bench()
  let signers: Authority
  let card: Holder
  let tsaRoot: Authority
  /** Authorities of 2015 to 2020, 2019 to 2025, and 2024 to 2034. */
  let tsas: [Holder, Holder, Holder]
  let signed: Uint8Array
  let long: Uint8Array
  let once: Uint8Array
  let twice: Uint8Array

  before(async () => {
    const term = (from: string, until: string) => ({ notBefore: day(from), notAfter: day(until) })
    signers = Authority.root(
      await newKey("p-256"),
      name("Sign CA"),
      term("2010-01-01", "2020-01-01"),
      countedChance("s"),
    )
    card = signers.certify(
      await newKey("p-256"),
      name("Reader"),
      term("2015-01-01", "2018-01-01"),
      issue.keyUsage("nonRepudiation"),
    )
    tsaRoot = Authority.root(
      await newKey("p-256"),
      name("TSA Root"),
      term("2010-01-01", "2040-01-01"),
      countedChance("t"),
    )
    const tsa = async (from: string, until: string) =>
      tsaRoot.certify(
        await newKey("p-256"),
        name(`TSA ${from}`),
        term(from, until),
        issue.keyUsage("digitalSignature"),
        issue.extKeyUsage(true, "1.3.6.1.5.5.7.3.8"),
      )
    tsas = [
      await tsa("2015-01-01", "2020-01-01"),
      await tsa("2019-01-01", "2025-01-01"),
      await tsa("2024-01-01", "2034-01-01"),
    ]
    const { toBeSigned, finish } = buildSignature(signatureInput(card, { signingTime: SIGNED }))
    signed = finish(privateHalf(card.key).sign(toBeSigned))
    const stamped = withTimeStamp(signed, stampOf(0, timeStampInput(signed), SIGNED))
    const then = day("2016-06-03")
    const made = await lengthened(stamped, trust(day("2016-06-02")), then, EXC_C14N, (octets) =>
      Promise.resolve(stampOf(0, octets, then)),
    )
    assert(made !== null)
    long = made
    once = archived(long, 1, day("2019-10-01"))
    twice = archived(once, 2, day("2024-10-01"))
  })
  after(() => bench.remove())

  const stampOf = (which: 0 | 1 | 2, octets: Uint8Array, at: Date): Uint8Array =>
    pastStamp(bench, octets, { holder: tsas[which], at })

  /** Lists as they were issued that day. */
  function trust(listed: Date, revoked: Parameters<Authority["crl"]>[2] = []): SealTrust {
    const until = new Date(listed.getTime() + 5 * 86_400_000)
    const lists = (authority: Authority) => readCrl(authority.crl(listed, until, revoked))
    return {
      kind: "seal",
      anchors: [readCertificate(signers.certificate)],
      intermediates: [],
      crls: listed < day("2020-01-01") ? [lists(signers)] : [],
      timeStamp: {
        anchors: [readCertificate(tsaRoot.certificate)],
        intermediates: [],
        crls: [lists(tsaRoot)],
        policies: [],
      },
      newerCrl: "preferred",
      pins: [],
    }
  }

  /** Its evidence as of that day, and one more archive time stamp. */
  function archived(xml: Uint8Array, which: 1 | 2, at: Date, canonicalization: string = C14N): Uint8Array {
    const evidence = gatherEvidence(readSignatureDocument(xml), trust(at), at)
    const ready = evidence === null ? xml : withMissingEvidence(xml, evidence)
    return withArchiveTimeStamp(
      ready,
      stampOf(which, archiveStampInput(ready, canonicalization), at),
      canonicalization,
    )
  }

  const judge = (xml: Uint8Array | string, now = NOW, believed = trust(NOW)) =>
    verifySignature(Buffer.from(xml), CLAIMED, believed, now)

  it("is valid through two archive time stamps, though every certificate below has ended", () => {
    const result = judge(twice)
    assert.equal(result.verdict.outcome, "valid", JSON.stringify(result.verdict.tests, null, 1))
    assert.equal(result.level, "A")
    assert.deepEqual(result.provenAt, day("2019-10-01"))
    assert.deepEqual(result.lastsUntil, day("2034-01-01"))
    assert.equal(result.verdict.timeStampedAt, SIGNED.toISOString())
  })

  it("was valid all the way: after signing, and after each archive time stamp", () => {
    for (const [xml, at] of [
      [long, "2016-06-04"],
      [long, "2019-12-31"],
      [once, "2019-10-02"],
      [once, "2024-12-30"],
      [twice, "2024-10-02"],
    ] as const) {
      const result = judge(xml, day(at), trust(day(at)))
      assert.equal(result.verdict.outcome, "valid", `${at} ${JSON.stringify(result.verdict.tests, null, 1)}`)
    }
  })

  it("is not valid any more without the archive time stamp that was due", () => {
    for (const [xml, test] of [
      [long, "time-stamp-in-force"],
      [once, "time-stamp-archive-in-force"],
    ] as const) {
      const result = judge(xml)
      assert.equal(result.verdict.outcome, "indeterminate")
      assert(named(result, "unknown").includes(test), JSON.stringify(named(result, "unknown")))
    }
  })

  it("with an archive time stamp that came too late is not saved by it", () => {
    const late = judge(archived(long, 2, day("2024-10-01")))
    assert.equal(late.verdict.outcome, "indeterminate")
    assert(named(late, "unknown").includes("time-stamp-in-force"))
  })

  it("stays valid when the signer's key was lost after the archive time stamp", () => {
    const { serial } = readCertificate(card.chain[0]!)
    const entry = { serial, revocationDate: day("2019-11-01"), reason: 1 }
    const believed = {
      ...trust(NOW),
      crls: [readCrl(signers.crl(day("2019-11-02"), day("2019-11-07"), [entry]))],
    }
    assert.equal(judge(twice, NOW, believed).verdict.outcome, "valid")
  })

  describe("does not help a signer who had been revoked, though the list that says so came later", () => {
    /** Signed, stamped and archived within a day, with the list from before the revocation; judged by the next one. */
    const entered = (revocationDate: Date, reason: number) => {
      const { toBeSigned, finish } = buildSignature(signatureInput(card, { signingTime: SIGNED }))
      const bare = finish(privateHalf(card.key).sign(toBeSigned))
      const own = withTimeStamp(bare, stampOf(0, timeStampInput(bare), SIGNED))
      const hour = new Date(SIGNED.getTime() + 3_600_000)
      const old = gatherEvidence(readSignatureDocument(own), trust(day("2016-05-31")), hour)
      assert(old !== null)
      const ready = withMissingEvidence(own, old)
      const kept = withArchiveTimeStamp(ready, stampOf(0, archiveStampInput(ready, C14N), hour), C14N)
      const { serial } = readCertificate(card.chain[0]!)
      const entry = [{ serial, revocationDate, reason }]
      const crls = [readCrl(signers.crl(day("2016-06-02"), day("2016-06-07"), entry))]
      return judge(kept, day("2016-06-03"), { ...trust(day("2016-06-02")), crls })
    }

    it("before it signed: invalid", () => {
      const result = entered(day("2016-05-31"), 4)
      assert.equal(result.verdict.outcome, "invalid")
      assert.deepEqual(named(result, "fail"), ["revocation"])
    })
    it("with a key in other hands since nobody knows when: indeterminate, as without the archive time stamp", () => {
      const result = entered(day("2016-06-02"), 1)
      assert.deepEqual(named(result, "unknown"), ["revocation"])
    })
    it("on hold when it signed: indeterminate", () => {
      assert.deepEqual(named(entered(day("2016-05-31"), 6), "unknown"), ["revocation"])
    })
    it("after it signed, for a reason that says nothing of its key: valid", () => {
      const result = entered(day("2016-06-02"), 4)
      assert.equal(result.verdict.outcome, "valid", JSON.stringify(result.verdict.tests, null, 1))
    })
  })

  describe("is broken, and told as such, when", () => {
    const text = (xml: Uint8Array) => xml.toString()
    const fails = (xml: string, test: string) => {
      const result = judge(xml)
      assert.equal(result.verdict.outcome, "invalid")
      assert(named(result, "fail").includes(test), JSON.stringify(named(result, "fail")))
    }

    it("the signed content was changed", () => {
      fails(text(twice).replace("application/pdf", "text/plain"), "time-stamp-archive-imprint")
    })
    it("the evidence below the newest archive time stamp was changed", () => {
      fails(
        text(twice).replace(/<xades:CertificateValues xmlns.*?<\/xades:CertificateValues>/, ""),
        "time-stamp-archive-imprint",
      )
    })
    it("the older archive time stamp was taken out", () => {
      fails(
        text(twice).replace(/<xades141:ArchiveTimeStamp .*?<\/xades141:ArchiveTimeStamp>/, ""),
        "time-stamp-archive-imprint",
      )
    })
    it("the two have changed places", () => {
      const [first = "", second = ""] =
        text(twice).match(/<xades141:ArchiveTimeStamp .*?<\/xades141:ArchiveTimeStamp>/g) ?? []
      assert(first !== "" && second !== "")
      const swapped = text(twice).replace(first, "@@").replace(second, first).replace("@@", second)
      fails(swapped, "time-stamp-archive-imprint")
    })
    it("the token is of another document", () => {
      fails(
        text(withArchiveTimeStamp(long, stampOf(2, Buffer.from("another"), day("2024-10-01")), C14N)),
        "time-stamp-archive-imprint",
      )
    })
    it("the newest authority is none of ours, or was revoked before it stamped", async () => {
      const stranger = Authority.root(
        await newKey("p-256"),
        name("TSA Root"),
        { notBefore: day("2010-01-01"), notAfter: day("2040-01-01") },
        countedChance("x"),
      )
      const foreign = { ...trust(NOW).timeStamp, anchors: [readCertificate(stranger.certificate)] }
      const other = judge(twice, NOW, { ...trust(NOW), timeStamp: foreign })
      assert.equal(other.verdict.outcome, "invalid")
      assert(named(other, "fail").includes("time-stamp-archive-path"))
      const { serial } = readCertificate(tsas[2].chain[0]!)
      const entry = [{ serial, revocationDate: day("2024-09-01"), reason: 1 }]
      const result = judge(twice, NOW, trust(NOW, entry))
      assert.equal(result.verdict.outcome, "invalid")
      assert(named(result, "fail").includes("time-stamp-archive-revocation"))
    })
  })

  it("is told to be needed itself where SignedInfo names the documents", () => {
    const { toBeSigned, finish } = buildSignature(
      signatureInput(card, { signingTime: SIGNED, layout: "flat" }),
    )
    const flat = finish(privateHalf(card.key).sign(toBeSigned))
    const octets = new Map([
      ["1.2.392.200036.1", Buffer.from("<ClinicalDocument/>")],
      ["1.2.392.200036.2", Buffer.from("%PDF-1.7")],
    ])
    const stamped = withTimeStamp(flat, stampOf(0, timeStampInput(flat), SIGNED))
    assert.throws(() => archiveStampInput(stamped, C14N), /documents themselves/)
    const at = day("2019-10-01")
    const kept = withArchiveTimeStamp(stamped, stampOf(1, archiveStampInput(stamped, C14N, octets), at), C14N)
    const claim = (withOctets: boolean) => ({
      ...CLAIMED,
      documents: CLAIMED.documents.map((each) => ({
        ...each,
        ...(withOctets ? { octets: octets.get(each.uniqueId)! } : {}),
      })),
    })
    const believed = trust(day("2019-10-02"))
    const now = day("2019-10-03")
    assert.deepEqual(named(verifySignature(kept, claim(true), believed, now), "fail"), [])
    const unknown = named(verifySignature(kept, claim(false), believed, now), "unknown")
    assert(unknown.includes("time-stamp-archive"))
    octets.set("1.2.392.200036.2", Buffer.from("%PDF-1.8"))
    assert(named(verifySignature(kept, claim(true), believed, now), "unknown").includes("time-stamp-archive"))
  })
})
