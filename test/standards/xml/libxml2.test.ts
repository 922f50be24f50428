/**
 * Our reader beside libxml2, on documents that dice have made, spoilt and sewn together: both read the same out of them, or
 * both refuse. What one says and the other signs, a partner's stack or an archive, must be one document.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { randomInt } from "node:crypto"
import { before, describe, it } from "mocha"
import { writeImagingReport } from "../../../gateway/standards/cda/imaging-report.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { XML_LIMITS } from "../../../gateway/standards/xml/limits.ts"
import { randomFrom } from "../../peers/chance.ts"
import { below, mutated, type Dice } from "../../peers/mutations.ts"
import { randomXml, spoiltXml } from "../../peers/random-xml.ts"
import { xmllint, type Judged } from "../../peers/xmllint.ts"
import { REPORT } from "../cda/sample-report.ts"
import { provideAndRegister } from "../xds/sample-message.ts"
import { canonicalOf } from "./canonical.ts"

const LONG = process.env.DOKUEI_LONG === "1"
const COUNT = LONG ? 10_000 : 1_000
/** The short run has the same documents each time: what libxml2 makes of one in a hundred thousand must not break a build. */
const USUAL_SEED = 20_261_126
/** At a time, so that documents of a long run are not held together. */
const BATCH = 1_000

/** What we refuse and libxml2 reads, by our code. docs/testing.md says why. */
const REFUSED_BY_US_ALONE = new Set([
  "XML_DOCTYPE",
  "XML_ENCODING",
  "XML_VERSION",
  "XML_TOO_DEEP",
  "XML_TOO_MANY_ATTRIBUTES",
  "XML_NAME_TOO_LONG",
])
/** What libxml2 refuses and we read: nothing in it can be read in two ways. */
const REFUSED_BY_LIBXML2_ALONE: Readonly<Record<string, (document: Buffer) => boolean>> = {
  "US-ASCII said of UTF-8": (document) =>
    /<\?xml[^>]*encoding\s*=\s*["']us-ascii/i.test(document.toString("latin1")),
  "an instruction whose name ends with ?": (document) => /<\?[^\s?>]+\?[^>]/.test(document.toString()),
}

/** @throws what is no Malformed: a fault of ours, whatever the document is */
function ours(pieces: readonly Buffer[]): { readonly canonical: string | null; readonly code: string } {
  try {
    return { canonical: canonicalOf(pieces, XML_LIMITS), code: "" }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { canonical: null, code: error.code }
  }
}

/** Which of the agreements and known differences it is; throws for any other. */
function compared(document: Buffer, dice: Dice, { faults, canonical }: Judged): string {
  const whole = ours([document])
  const cut = ours(cutAnywhere(document, dice))
  assert.equal(cut.canonical, whole.canonical, "cut in pieces it is another")
  if (whole.canonical === null && faults.length > 0) return "refused by both"
  if (whole.canonical === null) {
    // To libxml2 of this age a NUL behind the root element is the end.
    const isKnown = REFUSED_BY_US_ALONE.has(whole.code) || document.includes(0)
    assert.ok(isKnown, `only we refuse it: ${whole.code}`)
    return `refused by us: ${whole.code}`
  }
  if (faults.length > 0) {
    const known = Object.entries(REFUSED_BY_LIBXML2_ALONE).find(([, is]) => is(document))
    assert.ok(known !== undefined, `only libxml2 refuses it: ${faults.join("; ")}`)
    return `refused by libxml2: ${known[0]}`
  }
  if (canonical === null) return "read by both, without canonical form: a relative namespace name"
  assert.equal(whole.canonical, canonical)
  return "read by both alike"
}

function cutAnywhere(document: Buffer, dice: Dice): readonly Buffer[] {
  const cuts = Array.from({ length: below(dice, 5) }, () => below(dice, document.length + 1))
  const ends = [0, ...cuts.toSorted((a, b) => a - b), document.length]
  return ends.slice(1).map((end, at) => document.subarray(ends[at], end))
}

describe("XML reader beside libxml2", function () {
  this.timeout(COUNT * 60 + 60_000)
  const seed = Number(process.env.DOKUEI_SEED ?? (LONG ? randomInt(2 ** 31) : USUAL_SEED))
  before(function () {
    if (spawnSync("xmllint", ["--version"]).status === 0) return
    console.log("      skipped: xmllint is not installed")
    this.skip()
  })

  it(`reads the same out of ${COUNT} documents, or refuses as it does`, () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    const dice = randomFrom(seed)
    const messages = [provideAndRegister(), Buffer.from(writeImagingReport(REPORT)).toString()]
    const message = (): string => messages[below(dice, messages.length)]!
    const makers: readonly (() => Buffer)[] = [
      () => Buffer.from(randomXml(dice)),
      () => spoiltXml(dice, randomXml(dice), randomXml(dice)),
      () => spoiltXml(dice, randomXml(dice, 2), message()),
      () =>
        dice() < 0.5
          ? spoiltXml(dice, message(), randomXml(dice))
          : mutated(Buffer.from(message()), Buffer.from(message()), dice),
    ]
    const told = new Map<string, number>()
    for (let done = 0; done < COUNT; done += BATCH) {
      const documents = Array.from({ length: Math.min(BATCH, COUNT - done) }, () =>
        makers[below(dice, makers.length)]!(),
      )
      const judged = xmllint(documents)
      for (const [at, document] of documents.entries()) {
        const how = comparedOrTold(document, dice, judged[at]!, done + at)
        told.set(how, (told.get(how) ?? 0) + 1)
      }
    }
    for (const [how, times] of [...told].sort()) console.log(`      ${how}: ${times}`)
    assert.ok((told.get("read by both alike") ?? 0) > COUNT / 5, "some of them must be documents")
  })

  function comparedOrTold(document: Buffer, dice: Dice, judged: Judged, number: number): string {
    try {
      return compared(document, dice, judged)
    } catch (error) {
      const base64 = document.toString("base64")
      throw new Error(`document ${number} of seed ${seed}, in base64 ${base64}`, { cause: error })
    }
  }
})
