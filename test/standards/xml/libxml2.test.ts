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
import { encodingOf } from "../../../gateway/standards/xml/decode.ts"
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
/** One change away from it lie the rare differences that dice meet once in a hundred thousand documents. */
const NEIGHBOUR = LONG
  ? `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!--c--><?pi x?><p:a xmlns:p="urn:a" p:b='1' c="&amp;&#x41;&#65;"><![CDATA[x]]>t &lt;<d/><!--e--></p:a> <?q?>`
  : `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a b="&#65;"/>`
const CHARACTERS = LONG
  ? Array.from(`<>&;#x0aA:="'/?!-[] \n\r\t.]1%é\u00B7\u0300\u{20000}\uFEFF\u0085\u2028\u007F\u0001\0`)
  : Array.from(`<&"'=? \uFEFF`)
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
/** What is no document to us, and to libxml2 of this age is one. docs/testing.md says why. */
const READ_BY_LIBXML2_ALONE: Readonly<Record<string, (text: string) => boolean>> = {
  "NUL behind the root is its end": (text) => text.includes("\0"),
  "version 1. without a number": (text) => /^<\?xml\s+version\s*=\s*["']1\.["']/.test(text),
  "no white space before standalone": (text) =>
    /^<\?xml\s[^>]*encoding\s*=\s*("[^">]*"|'[^'>]*')standalone/.test(text),
}
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
    const known = REFUSED_BY_US_ALONE.has(whole.code) ? "" : readByLibxml2Alone(document)
    assert.ok(known !== undefined, `only we refuse it: ${whole.code}`)
    return `refused by us: ${whole.code} ${known}`.trimEnd()
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

function readByLibxml2Alone(document: Buffer): string | undefined {
  const text = new TextDecoder(encodingOf(document)).decode(document)
  return Object.entries(READ_BY_LIBXML2_ALONE).find(([, is]) => is(text))?.[0]
}

function cutAnywhere(document: Buffer, dice: Dice): readonly Buffer[] {
  const cuts = Array.from({ length: below(dice, 5) }, () => below(dice, document.length + 1))
  const ends = [0, ...cuts.toSorted((a, b) => a - b), document.length]
  return ends.slice(1).map((end, at) => document.subarray(ends[at], end))
}

/** Every document that comes of it by a change at one place: characters gone, doubled, put in, put instead, cut off there. */
function neighboursOf(text: string): readonly string[] {
  const changed = Array.from({ length: text.length + 1 }, (_, at) => {
    const [head, rest] = [text.slice(0, at), text.slice(at)]
    const fewer = [0, 1, 2, 3].map((gone) => (gone === 0 ? head : head + rest.slice(gone)))
    const other = CHARACTERS.flatMap((each) => [each + rest, each + each + rest, each + rest.slice(1)])
    return [...fewer, head + rest.slice(0, 1) + rest, ...other.map((tail) => head + tail)]
  })
  return [...new Set(changed.flat())]
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
      tellOf(documents, done, dice, told)
    }
    print(told)
    assert.ok((told.get("read by both alike") ?? 0) > COUNT / 5, "some of them must be documents")
  })

  it("reads the same out of everything that is one change away from a document", () => {
    const told = new Map<string, number>()
    const neighbours = neighboursOf(NEIGHBOUR)
    for (let done = 0; done < neighbours.length; done += BATCH)
      tellOf(
        neighbours.slice(done, done + BATCH).map((each) => Buffer.from(each)),
        done,
        randomFrom(seed),
        told,
      )
    print(told)
  })

  function tellOf(documents: readonly Buffer[], first: number, dice: Dice, told: Map<string, number>): void {
    const judged = xmllint(documents)
    for (const [at, document] of documents.entries()) {
      const how = comparedOrTold(document, dice, judged[at]!, first + at)
      told.set(how, (told.get(how) ?? 0) + 1)
    }
  }

  function print(told: ReadonlyMap<string, number>): void {
    for (const [how, times] of [...told].sort()) console.log(`      ${how}: ${times}`)
  }

  function comparedOrTold(document: Buffer, dice: Dice, judged: Judged, number: number): string {
    try {
      return compared(document, dice, judged)
    } catch (error) {
      const base64 = document.toString("base64")
      throw new Error(`document ${number} of seed ${seed}, in base64 ${base64}`, { cause: error })
    }
  }
})
