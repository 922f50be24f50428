/**
 * One bit after the other turned over, in a signed report and in the signature itself. The report: always told. The signature: not
 * valid any more (of a time stamp whose element is gone: pending), or the verdict and all that is given back are the same as
 * before, which is counted by where the bit stands.
 *
 * Every bit in the long suite; else every bit of the report by its content test alone, and a sample of all else.
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { after, before, describe, it } from "mocha"
import { writeImagingReport } from "../../../gateway/standards/cda/imaging-report.ts"
import { checkContent } from "../../../gateway/standards/dsg/content.ts"
import { readSignatureDocument } from "../../../gateway/standards/dsg/signature-document.ts"
import { type Verification, verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import { REPORT } from "../cda/sample-report.ts"
import { NOW, makeWorld, named, type World } from "./world.ts"

const LONG = process.env.DOKUEI_LONG === "1"
const WHOLE_VERDICTS = 60
const SIGNATURE_BITS = 300

describe("one bit", function () {
  this.timeout(LONG ? 3_600_000 : 60_000)
  const seed = Number(process.env.DOKUEI_SEED ?? Date.now() % 100_000)
  const cda = writeImagingReport({ ...REPORT, keyImages: [] })
  let world: World
  let signature: Buffer
  before(async () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    world = await makeWorld()
    const documents = [{ uniqueId: "1.2.3", sha256: digest(cda), mimeType: "text/xml" }]
    signature = Buffer.from(world.stamp(world.sign(world.seal, { documents })))
  })
  after(() => world.bench.remove())

  const digest = (octets: Uint8Array): Uint8Array => createHash("sha256").update(octets).digest()
  const claimed = (octets: Uint8Array) => ({
    documents: [{ uniqueId: "1.2.3", sha256: digest(octets) }],
    submissionSetUniqueId: null,
  })
  const verified = (xml: Uint8Array, octets: Uint8Array = cda): Verification =>
    verifySignature(xml, claimed(octets), world.sealTrust, NOW)

  function* bits(octets: Uint8Array, count: number): Generator<readonly [bit: number, flipped: Buffer]> {
    const total = octets.length * 8
    const step = LONG ? 1 : Math.max(1, Math.floor(total / count))
    const flipped = Buffer.from(octets)
    for (let bit = LONG ? 0 : seed % step; bit < total; bit += step) {
      const mask = 1 << (bit & 7)
      flipped[bit >> 3]! ^= mask
      yield [bit, flipped]
      flipped[bit >> 3]! ^= mask
    }
  }

  it("of the report is told, whichever it is", () => {
    const document = readSignatureDocument(signature)
    let told = 0
    for (const [bit, flipped] of bits(cda, cda.length * 8)) {
      const tests = checkContent(document, claimed(flipped))
      assert.ok(
        tests.some(({ outcome }) => outcome === "fail"),
        `bit ${bit}`,
      )
      told++
    }
    assert.equal(told, cda.length * 8)
    console.log(`      a report of ${cda.length} octets: ${told} flips, all told`)
  })

  it("of the report makes the whole verdict invalid", () => {
    assert.equal(verified(signature).verdict.outcome, "valid")
    let count = 0
    for (const [bit, flipped] of bits(cda, WHOLE_VERDICTS)) {
      if (LONG && bit % 16 !== seed % 16) continue
      const verification = verified(signature, flipped)
      assert.equal(verification.verdict.outcome, "invalid", `bit ${bit}`)
      assert.deepEqual(named(verification, "fail"), ["digest"], `bit ${bit}`)
      count++
    }
    console.log(`      ${count} whole verdicts, all invalid`)
  })

  it("of the signature is refused, or nothing at all comes out otherwise", () => {
    const honest = outcomeOf(verified(signature))
    const refused = new Map<string, number>()
    const same = new Map<string, number>()
    let count = 0
    for (const [bit, flipped] of bits(signature, SIGNATURE_BITS)) {
      count++
      const verification = verified(flipped)
      const place = placeOf(signature, bit >> 3)
      if (outcomeOf(verification) === honest) same.set(place, (same.get(place) ?? 0) + 1)
      else {
        const { outcome } = verification.verdict
        assert.notEqual(outcome, "valid", `bit ${bit} in ${place}, seed ${seed}`)
        refused.set(outcome, (refused.get(outcome) ?? 0) + 1)
      }
    }
    const told = (counts: ReadonlyMap<string, number>): string =>
      [...counts].map(([what, times]) => `${times} ${what}`).join(", ")
    console.log(`      a signature of ${signature.length} octets: ${count} flips; refused: ${told(refused)}`)
    console.log(`      nothing comes out otherwise: ${told(same) || "none"}`)
    for (const place of same.keys())
      assert.ok(
        MEANINGLESS.some((each) => each.test(place)),
        place,
      )
  })
})

/**
 * Where a bit may stand that means nothing: the letters of the declaration; namespaces declared twice and names of unsigned elements;
 * of a token what nobody signed and no verdict hangs on (versions, digestAlgorithms, parameters that are NULL: classes.ts of the
 * differential tests).
 */
const MEANINGLESS: readonly RegExp[] = [
  /^XML declaration$/,
  /^(tag|Id|xmlns:\w+) of (UnsignedProperties|UnsignedSignatureProperties|SignatureTimeStamp)$/,
  /^text of EncapsulatedTimeStamp$/,
]

/** All that comes out of a verification. */
const outcomeOf = ({ verdict, covered, commitments, signer }: Verification): string =>
  JSON.stringify([
    verdict,
    covered,
    commitments,
    signer === null ? null : Buffer.from(signer.encoded).toString("hex"),
  ])

/** The element an octet stands in, and whether in its text, its tag, or the value of which attribute. */
function placeOf(xml: Buffer, at: number): string {
  const before = xml.toString("latin1", 0, at + 1)
  const open = before.lastIndexOf("<")
  if (at < xml.indexOf("?>")) return "XML declaration"
  const element = /^<(\/?)(?:[\w-]+:)?([\w-]+)/.exec(xml.toString("latin1", open, open + 80))
  const name = `${element?.[1] === "/" ? "end of " : ""}${element?.[2] ?? "?"}`
  if (before.includes(">", open)) return `text of ${name}`
  const attribute = /([\w:-]+)="[^"]*$/.exec(before.slice(open))
  return attribute === null ? `tag of ${name}` : `${attribute[1]} of ${name}`
}
