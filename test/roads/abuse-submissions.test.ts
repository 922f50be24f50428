/**
 * What no partner should send, over mutual TLS to a reading centre that runs: a recorded submission, bent on the wire, in its
 * envelope, in its ciphertexts and inside its encryption. Whatever comes, it is refused in the protocol's words, costs
 * little, leaves nothing behind, and an honest submission is taken afterwards.
 *
 * What is bent is false already: one octet of an image is another, with hash, size and encryption made to fit, so that it
 * goes the whole way to the seal's digest and falls there. So no bend can be harmless, and each may reach as deep as it can.
 */
import assert from "node:assert/strict"
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { connect } from "node:tls"
import type Database from "better-sqlite3"
import { until } from "../../deploy/demo/walk.ts"
import { complaintsIn, isOver, leastCost, LIMIT, LONG, MUTANTS, type Cost } from "../peers/abused-process.ts"
import {
  answered,
  BentSubmission,
  openedBy,
  post,
  sealedFor,
  type Answered,
  type Caller,
  type Taken,
} from "../peers/bent-submission.ts"
import { randomFrom } from "../peers/chance.ts"
import { MR_IMAGE_STORAGE, writeStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { below, mutated, mutatedTalk, type Dice } from "../peers/mutations.ts"
import { Bench } from "../peers/openssl.ts"
import { boundaryOf, type WireDocument } from "../peers/wire.ts"
import { kept, read, type Kept } from "./kept.ts"
import { Road } from "./road.ts"

/** Fewer than elsewhere in the short run: each goes through TLS, metadata, keys, seal and disk. */
const COUNT = LONG ? MUTANTS : 300
/** Metadata cost what a legal message of their length costs, and only an agreed partner can send any: it is linear. */
const HEAVY: Cost = { cpuMs: 250, roseMiB: LIMIT.roseMiB }
const BATCH = 100
const PATIENCE_MS = 2_000
const BUSY = "200 Failure XDSRepositoryBusy"
const HTTP_STATUS = /^HTTP\/1\.1 (\d{3})/

describe("a reading centre that is abused", function () {
  this.timeout(COUNT * 200 + 120_000)
  const seed = Number(process.env.DOKUEI_SEED ?? randomInt(2 ** 31))
  const bench = new Bench()
  let road: Road
  let pid: number
  /** Accepted and verified. */
  let honest: Taken
  /** Never yet brought to the centre. */
  let waiting: Taken
  let keptBefore: Kept
  let identity: Caller
  /** As a partner's TLS resumes: else handshakes would be most of what is measured. */
  let session: Buffer | undefined

  before(async () => {
    console.log(`      DOKUEI_SEED=${seed}`)
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", tapped: true })
    const tap = road.taps.center!
    identity = {
      key: pem("edge/tls.key.pem"),
      cert: pem("edge/tls.chain.pem"),
      ca: pem("trust/tls-ca.pem"),
    }
    await road.send(small("HONEST"))
    honest = await until("a submission", () => Promise.resolve(tap.exchanges[0]))
    await until("its receipt at the hospital", () => Promise.resolve(read(road, "center", receiptsTaken)))
    tap.holds = true
    await road.send(small("WAITING"))
    waiting = await until("a study on the wire", () => Promise.resolve(tap.held[0]))
    await road.stop("edge")
    pid = road.pid("center")!
    // Its repeat asks for the receipt anew, which stays the last one: the hospital is down.
    await demandService()
    keptBefore = await atRest()
  })
  after(async () => {
    bench.remove()
    await road.close()
  })
  afterEach(async () => {
    await demandService()
    assert.equal(road.pid("center"), pid, "it is the same process")
    const receipt = '"verb":"submit"'
    assert.deepEqual(
      complaintsIn(road.logFile("center")).filter((line) => !line.includes(receipt)),
      [],
    )
    assert.deepEqual(await atRest(), keptBefore, "nothing is kept")
  })

  const pem = (path: string): string => readFileSync(join(road.site.dir, "pki", path), "utf8")
  const small = (PatientID: string) =>
    writeStudy(join(road.site.dir, PatientID), { ...ANNEX_H[0]!, PatientID, slices: 1 })
  const resealed = (clear: Buffer): Buffer => sealedFor(pem("center/object.chain.pem"), clear)
  const opened = ({ octets }: WireDocument): Buffer => {
    const file = (name: string): string => join(road.site.dir, "pki", "center", name)
    return openedBy(bench, { key: file("object.key.pem"), certificate: file("object.chain.pem") }, octets)
  }

  async function demandService(): Promise<void> {
    const began = performance.now()
    const { outcome, body } = await post(road.site.ports.centerXdr, identity, honest)
    assert.equal(outcome, "Success", body)
    const tookMs = performance.now() - began
    assert.ok(tookMs < PATIENCE_MS, `an honest submission took ${Math.round(tookMs)} ms`)
  }

  /** What is cut off or rolled back is gone a moment after the answer. */
  async function atRest(): Promise<Kept> {
    for (let last = ""; ;) {
      const now = kept(road, "center")
      if (JSON.stringify(now) === last) return now
      last = JSON.stringify(now)
      await sleep(300)
    }
  }

  /**
   * Says it all over a TLS connection of its own, and hangs up where the rest would be waited for. What came back; "" when
   * the line was closed without a word.
   */
  async function say(bytes: Buffer): Promise<string> {
    const where = { host: "127.0.0.1", port: road.site.ports.centerXdr }
    const socket = connect({ ...identity, ...where, session, checkServerIdentity: () => undefined })
    socket.on("error", () => undefined)
    socket.on("session", (next: Buffer) => (session = next))
    const pieces: Buffer[] = []
    socket.on("data", (piece: Buffer) => pieces.push(piece))
    if (isWhole(bytes)) socket.write(bytes)
    else socket.end(bytes)
    const over = new AbortController()
    const closed = once(socket, "close", { signal: over.signal }).catch(() => undefined)
    await Promise.race([
      closed,
      sleep(PATIENCE_MS, undefined, { signal: over.signal }).catch(() => undefined),
    ])
    over.abort()
    socket.destroy()
    return Buffer.concat(pieces).toString("latin1")
  }

  async function demandCheap(input: Buffer, what: string, limit = LIMIT): Promise<string> {
    let answer = ""
    const cost = await leastCost(pid, limit, async () => {
      answer = await say(input)
    })
    const told = `${what} (${input.length} bytes) costs ${cost.cpuMs.toFixed(1)} ms, ${cost.roseMiB.toFixed(1)} MiB`
    assert.ok(!isOver(cost, limit), told)
    return answer
  }

  it(`refuses each of ${COUNT} mutated submissions, and keeps nothing of them`, async () => {
    const dice = randomFrom(seed)
    const [base, other] = [falseFrom(waiting), falseFrom(honest)]
    const clear = (taken: Taken): readonly Buffer[] => new BentSubmission(taken).documents.map(opened)
    const bends = bendsOf({ base, other, clear: clear(base), otherClear: clear(other), resealed })
    const answers = new Map<string, number>()
    for (let n = 0; n < COUNT; n++) {
      if (n % BATCH === 0) await demandService()
      const [name, bend] = bends[below(dice, bends.length)]!
      const bytes = bend(dice)
      let answer = BUSY
      // One that was cut off may still be on its way out when the next comes under its name.
      for (let times = 0; answer === BUSY && times < 50; times++) {
        if (times > 0) await sleep(20)
        answer = summary(await demandCheap(bytes, `submission ${n}, bent ${name}, seed ${seed}`))
      }
      assert.doesNotMatch(answer, /Success|Busy/, `submission ${n}, bent ${name}, seed ${seed}`)
      answers.set(`${name}: ${answer}`, (answers.get(`${name}: ${answer}`) ?? 0) + 1)
    }
    console.log(
      [...answers]
        .sort()
        .map(([told, times]) => `      ${told}: ${times}`)
        .join("\n"),
    )
  })

  it("pays little for the heaviest submissions of less than a megabyte that there are", async () => {
    for (const [what, input] of heaviest(falseFrom(waiting), resealed)) {
      const answer = summary(await demandCheap(input, what, HEAVY))
      assert.doesNotMatch(answer, /Success|closed/, what)
    }
  })

  it("takes the submission that the bent ones were made of", async () => {
    const { outcome, body } = await post(road.site.ports.centerXdr, identity, waiting)
    assert.equal(outcome, "Success", body)
    const rows = keptBefore.rows.instance
    await until("one image more", () => Promise.resolve(kept(road, "center").rows.instance === rows + 1))
    keptBefore = await atRest()
  })

  /** Right in everything but one octet of an image. */
  function falseFrom(taken: Taken): Taken {
    const submission = new BentSubmission(taken)
    const image = submission.documents.find(({ formatCode }) => formatCode === MR_IMAGE_STORAGE)!
    const clear = opened(image)
    clear[clear.length - 1]! ^= 1
    return submission.exchange(image, resealed(clear)).message
  }
})

const receiptsTaken = (ledger: Database.Database): number =>
  ledger
    .prepare(
      "SELECT count(*) FROM submission WHERE direction = 'out' AND json_extract(facts, '$.state') = 'accepted'",
    )
    .pluck()
    .get() as number

/** Of an HTTP answer: its status, and what the registry or SOAP says in it. */
function summary(answer: string): string {
  const status = HTTP_STATUS.exec(answer)?.[1]
  if (status === undefined) return "closed without a word"
  const { outcome, errorCodes, body }: Answered = answered(Number(status), answer)
  const fault = /Value>(?:\w+:)?(Sender|Receiver|VersionMismatch|MustUnderstand)</.exec(body)?.[1]
  return [status, outcome, ...new Set(errorCodes), ...(fault === undefined ? [] : [fault])].join(" ").trim()
}

interface Material {
  readonly base: Taken
  readonly other: Taken
  /** The clear documents of both, in their order. */
  readonly clear: readonly Buffer[]
  readonly otherClear: readonly Buffer[]
  readonly resealed: (clear: Buffer) => Buffer
}

/** Where it is bent, and how: from the wire inwards. */
function bendsOf({ base, other, clear, otherClear, resealed }: Material) {
  const talk = piecesOf(base)
  const otherTalk = piecesOf(other)
  const same = (piece: Buffer): Buffer => piece
  const ofDocument = (dice: Dice, bent: (at: number) => Buffer): Buffer => {
    const submission = new BentSubmission(base)
    const at = below(dice, submission.documents.length)
    return request(submission.exchange(submission.documents[at]!, bent(at)).message)
  }
  const octetsOf = (taken: Taken) => new BentSubmission(taken).documents.map(({ octets }) => octets)
  const [octets, otherOctets] = [octetsOf(base), octetsOf(other)]
  const any = (dice: Dice, from: readonly Buffer[]): Buffer => from[below(dice, from.length)]!
  const bends: readonly (readonly [string, (dice: Dice) => Buffer])[] = [
    ["on the wire", (dice) => mutatedTalk(talk, otherTalk, dice, same)],
    ["in its parts", (dice) => withLength(mutatedTalk(talk, otherTalk, dice, same))],
    [
      "in its envelope",
      (dice) => withLength(Buffer.concat(talk.with(1, mutated(talk[1]!, otherTalk[1]!, dice)))),
    ],
    [
      "in a ciphertext",
      (dice) => ofDocument(dice, (at) => mutated(octets[at]!, any(dice, otherOctets), dice)),
    ],
    [
      "inside its encryption",
      (dice) => ofDocument(dice, (at) => resealed(mutated(clear[at]!, any(dice, otherClear), dice))),
    ],
  ]
  return bends
}

/** As much as fits into 900 kB, of everything there may be many of. */
function heaviest(base: Taken, resealed: (clear: Buffer) => Buffer): readonly (readonly [string, Buffer])[] {
  const times = (length: number, make: (n: number) => string): string =>
    Array.from({ length }, (_, n) => make(n)).join("")
  const inEnvelope = (where: string, what: string): Buffer => {
    const submission = new BentSubmission(base)
    return request(submission.replace(where, what + where).message)
  }
  const inMetadata = (what: string): Buffer => inEnvelope("</rim:RegistryObjectList>", what)
  const instead = (octets: Buffer): Buffer => {
    const submission = new BentSubmission(base)
    return request(submission.exchange(submission.documents[0]!, octets).message)
  }
  const [first] = new BentSubmission(base).documents
  const afterRoot = (what: string): Buffer => {
    const [head, root, ...parts] = piecesOf(base)
    return withLength(Buffer.concat([head!, root!, Buffer.from(what), ...parts]))
  }
  const delimiter = `--${boundaryOf(base.contentType)}\r\n`
  const slot = (n: number): string =>
    `<rim:Slot name="urn:x:${n}"><rim:ValueList><rim:Value>${n}</rim:Value></rim:ValueList></rim:Slot>`
  return [
    ["900 kB of blanks in the envelope", inMetadata(" ".repeat(900_000))],
    ["elements within elements", inMetadata("<a>".repeat(200_000))],
    ["30,000 attributes", inMetadata(`<a ${times(30_000, (n) => `a${n}="" `)}/>`)],
    ["20,000 namespaces", inMetadata(`<a ${times(20_000, (n) => `xmlns:a${n}="urn:${n}" `)}/>`)],
    [
      "4,500 entries without a document",
      inMetadata(
        times(
          4_500,
          (n) =>
            `<rim:ExtrinsicObject id="${n}" mimeType="a/b" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"/>`,
        ),
      ),
    ],
    ["9,000 slots", inEnvelope("</rim:ExtrinsicObject>", times(1_500, slot))],
    [
      "10,000 classifications",
      inMetadata(times(10_000, (n) => `<rim:Classification id="c${n}" classifiedObject="x${n}"/>`)),
    ],
    [
      "20,000 SOAP headers",
      inEnvelope(
        "</soap12:Header>",
        times(20_000, (n) => `<x:h${n} xmlns:x="urn:x"/>`),
      ),
    ],
    [
      "10,000 parts nobody points to",
      afterRoot(times(10_000, (n) => `${delimiter}Content-ID: <${n}>\r\n\r\n\r\n`)),
    ],
    ["a part whose headers do not end", afterRoot(`${delimiter}X: ${"x".repeat(900_000)}`)],
    [
      "what is almost a delimiter, 40,000 times",
      instead(Buffer.from(`\r\n${delimiter.slice(0, 18)}`.repeat(40_000))),
    ],
    ["an encryption of opening brackets", instead(Buffer.alloc(900_000, Uint8Array.of(0x30, 0x80)))],
    ["a signature of 900 kB that is none", instead(resealed(Buffer.from("<a>".repeat(300_000))))],
    [
      "a data set of sequences within sequences",
      instead(resealed(Buffer.alloc(900_000, Buffer.from("08004011ffffffff", "hex")))),
    ],
    [
      "a document that is its own metadata",
      instead(Buffer.concat(Array.from({ length: 20 }, () => first!.octets))),
    ],
  ]
}

const END_OF_HEAD = "\r\n\r\n"

function request({ contentType, body }: Taken): Buffer {
  const head = [
    "POST /xdr/recipient HTTP/1.1",
    "Host: 127.0.0.1",
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    "Connection: close",
  ]
  return Buffer.concat([Buffer.from(head.join("\r\n") + END_OF_HEAD), body])
}

/** The HTTP head, and each part of the body with its delimiter. */
function piecesOf(taken: Taken): Buffer[] {
  const whole = request(taken)
  const delimiter = Buffer.from(`--${boundaryOf(taken.contentType)}`)
  const cuts: number[] = []
  for (let at = whole.indexOf(delimiter); at >= 0; at = whole.indexOf(delimiter, at + 1)) cuts.push(at)
  // The boundary stands in the head too.
  const [, ...starts] = cuts
  return [0, ...starts].map((start, at) => whole.subarray(start, starts[at] ?? whole.length))
}

/** As far as its Content-Length tells. */
function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf(END_OF_HEAD)
  const lengthBytes = /^Content-Length: (\d+)\r$/m.exec(bytes.toString("latin1", 0, Math.max(end, 0)))?.[1]
  return end >= 0 && Number(lengthBytes ?? 0) <= bytes.length - end - END_OF_HEAD.length
}

/** With a Content-Length that is right, where there still is one: what is behind it is read. */
function withLength(bent: Buffer): Buffer {
  const end = bent.indexOf(END_OF_HEAD)
  if (end < 0) return bent
  const body = bent.subarray(end + END_OF_HEAD.length)
  const head = bent.toString("latin1", 0, end).replace(/(Content-Length: )\d+/, `$1${body.length}`)
  return Buffer.concat([Buffer.from(head + END_OF_HEAD, "latin1"), body])
}
