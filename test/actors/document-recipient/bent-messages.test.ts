/**
 * ITI-41 messages, bent in everything a message has, to the recipient's readers in one process: HTTP head, multipart, SOAP, metadata,
 * documents. Each is answered in the protocol's words within the limits of CPU and memory, nothing is ever our own fault,
 * and nothing is kept of one that is refused. What a whole centre makes of them, with TLS, keys and disk:
 * test/roads/abuse-submissions.test.ts.
 */
import assert from "node:assert/strict"
import { randomInt } from "node:crypto"
import { IncomingMessage } from "node:http"
import { Socket } from "node:net"
import { describe, it } from "mocha"
import { RECIPIENT_LIMITS } from "../../../gateway/actors/document-recipient/limits.ts"
import { Reception } from "../../../gateway/actors/document-recipient/reception.ts"
import { refusalOf } from "../../../gateway/actors/document-recipient/refusal.ts"
import { readHead } from "../../../gateway/actors/document-recipient/request-head.ts"
import { HttpRefusal } from "../../../gateway/actors/http-door/refusal.ts"
import { RequestBody } from "../../../gateway/actors/http-door/request-body.ts"
import { SoapFault } from "../../../gateway/standards/soap/fault.ts"
import { MultipartReader } from "../../../gateway/standards/soap/multipart-reader.ts"
import { isOver, leastCost, LIMIT, MUTANTS } from "../../peers/abused-process.ts"
import { bentXml } from "../../peers/bent-xml.ts"
import { randomFrom } from "../../peers/chance.ts"
import { below, mutated, type Dice } from "../../peers/mutations.ts"
import { randomXml, spoiltXml } from "../../peers/random-xml.ts"
import { sampleSubmission } from "../../standards/xds/sample-submission.ts"
import { RememberingHandler } from "../two-sides.ts"
import { CONTENT_TYPE, inlineRoot, multipart, rootPart, xopRoot, type RawPart } from "./raw-request.ts"

const PEER = { agreement: "hospital-a", spkiSha256: "", remoteAddress: "127.0.0.1" }
const PATH = "/xdr/recipient"
const ONE = Buffer.from("the octets of one document\r\n".repeat(40))
const TWO = Buffer.from("--two--")
const submission = sampleSubmission([ONE, TWO])
/** Each kind of message: its root, and the parts behind it. */
const MESSAGES: readonly { readonly root: string; readonly parts: readonly RawPart[] }[] = [
  {
    root: xopRoot(submission),
    parts: [
      { contentId: "doc1@x", octets: ONE },
      { contentId: "doc2@x", octets: TWO },
    ],
  },
  {
    root: xopRoot(submission),
    parts: [
      {
        contentId: "doc1@x",
        octets: ONE.toString("base64").replace(/.{76}/g, "$&\r\n"),
        headers: ["Content-Transfer-Encoding: base64"],
      },
      { contentId: "doc2@x", octets: TWO, headers: ["Content-Transfer-Encoding: quoted-printable"] },
    ],
  },
  { root: inlineRoot(submission, [ONE, TWO]), parts: [] },
]

interface Message {
  readonly contentType: string
  readonly body: Buffer
}

/** In what a message is bent. */
const BENDS: Readonly<Record<string, (dice: Dice) => Message>> = {
  "in its metadata": (dice) => withRoot(dice, (root) => bentXml(root, dice)),
  "in its XML": (dice) => withRoot(dice, (root) => spoiltXml(dice, root, randomXml(dice))),
  "in its octets": (dice) => whole(mutated(anyBody(dice), anyBody(dice), dice)),
  "in its Content-Type": (dice) => ({
    contentType: mutated(Buffer.from(CONTENT_TYPE), Buffer.from(CONTENT_TYPE), dice)
      .toString("latin1")
      .replace(/[^\t\x20-\x7e\x80-\xff]/g, ""),
    body: anyBody(dice),
  }),
  "in its framing": (dice) => whole(bentFraming(dice, anyBody(dice))),
}

const any = <T>(dice: Dice, from: readonly T[]): T => from[below(dice, from.length)]!
const whole = (body: Buffer): Message => ({ contentType: CONTENT_TYPE, body })
const bodyOf = (root: string | Uint8Array, parts: readonly RawPart[]): Buffer =>
  multipart([{ ...rootPart(""), octets: root }, ...parts])
const anyBody = (dice: Dice): Buffer => {
  const { root, parts } = any(dice, MESSAGES)
  return bodyOf(root, parts)
}
function withRoot(dice: Dice, bent: (root: string) => string | Uint8Array): Message {
  const { root, parts } = any(dice, MESSAGES)
  return whole(bodyOf(bent(root), parts))
}

/** Its lines in another order, twice, or gone; with other line ends. */
function bentFraming(dice: Dice, body: Buffer): Buffer {
  const lines = body.toString("latin1").split("\r\n")
  for (let times = 1 + below(dice, 3); times > 0; times--) {
    const at = below(dice, lines.length)
    const way = dice()
    if (way < 0.3) lines.splice(at, 1)
    else if (way < 0.6) lines.splice(at, 0, any(dice, lines))
    else if (way < 0.8) lines.splice(at, 0, any(dice, HEADERS))
    else lines[at] = lines[at]!.toUpperCase()
  }
  return Buffer.from(lines.join(any(dice, ["\r\n", "\r\n", "\n", "\r"])), "latin1")
}
const HEADERS = [
  "", " folded", "Content-ID: <doc1@x>", "Content-ID: <>", "Content-ID", ": x", "Content-Transfer-Encoding: x-none",
  "Content-Transfer-Encoding: base64", "Content-Type: text/xml; charset=Shift_JIS", `X: ${"x".repeat(20_000)}`, "--", "Content-Type: ;;=",
] // prettier-ignore

/** As Node's parser would hand it on, in pieces cut anywhere. */
function arriving({ contentType, body }: Message, dice: Dice): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  Object.assign(request, { url: PATH, method: "POST", headers: { "content-type": contentType } })
  const cuts = Array.from({ length: below(dice, 6) }, () => below(dice, body.length)).sort((a, b) => a - b)
  const ends = [0, ...cuts, body.length]
  for (const [at, end] of ends.slice(1).entries())
    if (end > ends[at]!) request.push(Buffer.from(body.subarray(ends[at], end)))
  request.push(null)
  return request
}

/** What is told, in a word. @throws AssertionError for what should never be told or kept */
async function answerTo(request: IncomingMessage): Promise<string> {
  const handler = new RememberingHandler()
  let isRecognised = false
  try {
    const head = readHead(request, PATH, RECIPIENT_LIMITS.maxRequestBytes)
    const parts = new MultipartReader(head.boundary, {
      maxParts: RECIPIENT_LIMITS.maxParts,
      maxHeaderBytes: RECIPIENT_LIMITS.maxPartHeaderBytes,
    })
    const body = new RequestBody(request, parts, RECIPIENT_LIMITS.maxRequestBytes)
    const reception = new Reception(body, { peer: PEER, handler, start: head.start, admit: () => undefined })
    try {
      await reception.run()
    } finally {
      isRecognised = reception.isRecognised
      await body.release()
    }
    assertTaken(handler)
    return "Success"
  } catch (error) {
    assertNothingKept(handler)
    if (error instanceof HttpRefusal) return `HTTP ${error.status}`
    const { answer, isOurFault } = refusalOf(error, isRecognised)
    if (isOurFault) throw new Error("our own fault", { cause: error })
    return answer instanceof SoapFault ? `fault ${answer.code}` : (answer.errors[0]?.errorCode ?? "no error")
  }
}

/** Once, every document of it, with the octets that its metadata told of. */
function assertTaken({ seen }: RememberingHandler): void {
  assert.deepEqual(
    seen.map(({ commits, aborts }) => [commits, aborts]),
    [[1, 0]],
  )
  for (const { submission: taken, documents } of seen) {
    assert.equal(documents.size, taken.documentEntries.length)
    for (const { entryUUID, hash, size } of taken.documentEntries) {
      const { sha1, lengthBytes } = documents.get(entryUUID)!
      assert.deepEqual([hash ?? sha1, size ?? lengthBytes], [sha1, lengthBytes])
    }
  }
}

const assertNothingKept = ({ seen }: RememberingHandler): void =>
  assert.ok(seen.every(({ commits, aborts }) => commits === 0 && aborts === 1))

describe("messages that are bent", function () {
  this.timeout(MUTANTS * 100 + 60_000)
  const seed = Number(process.env.DOKUEI_SEED ?? randomInt(2 ** 31))

  it("are made of such as are taken", async () => {
    for (const { root, parts } of MESSAGES)
      assert.equal(await answerTo(arriving(whole(bodyOf(root, parts)), randomFrom(seed))), "Success")
  })

  it(`are answered in the protocol's words, ${MUTANTS} of them, at little cost`, async () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    const dice = randomFrom(seed)
    const told = new Map<string, number>()
    for (let n = 0; n < MUTANTS; n++) {
      const [where, bend] = any(dice, Object.entries(BENDS))
      const message = bend(dice)
      const what = `message ${n} of seed ${seed}, bent ${where}`
      let answer = ""
      const cost = await leastCost(process.pid, LIMIT, async () => {
        answer = await answerTo(arriving(message, dice)).catch((cause: unknown) => {
          throw new Error(what, { cause })
        })
      })
      const spent = `${cost.cpuMs.toFixed(1)} ms, ${cost.roseMiB.toFixed(1)} MiB`
      assert.ok(!isOver(cost, LIMIT), `${what} (${message.body.length} bytes) costs ${spent}`)
      told.set(`${where}: ${answer}`, (told.get(`${where}: ${answer}`) ?? 0) + 1)
    }
    for (const [how, times] of [...told].sort()) console.log(`      ${how}: ${times}`)
  })
})
