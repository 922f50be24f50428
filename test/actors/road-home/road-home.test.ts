import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { SubmissionError } from "../../../gateway/journey/errors.ts"
import type { OutboundDocument } from "../../../gateway/journey/ports/outside.ts"
import type { RegistryResponse } from "../../../gateway/standards/xds/registry-response.ts"
import { sampleSubmission, uuid } from "../../standards/xds/sample-submission.ts"
import { makePeople, outbound, type People } from "../two-sides.ts"
import {
  openCenterWithRoads,
  openHospital,
  QUICK,
  Router,
  until,
  type CenterWithRoads,
  type Hospital,
} from "./two-gateways.ts"

const MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
const MiB = 1024 * 1024
const SUCCESS = { status: "Success", errors: [] }
const nothing = (): void => undefined
setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

describe("a road home", function () {
  this.timeout(60_000)
  let people: People
  let center: CenterWithRoads
  let router: Router
  let hospital: Hospital
  before(() => {
    people = makePeople()
  })
  beforeEach(async () => {
    center = await openCenterWithRoads(people)
    router = await Router.before(center.port)
    hospital = await openHospital(people, router.port)
    await connected()
  })
  afterEach(async () => {
    await Promise.all([hospital.stop(), center.stop()])
    await router.close()
  })

  const state = () => center.roads.states().get("hospital-a")!
  const connected = (): Promise<void> =>
    until("a connection", () => state().connectedSince !== null && hospital.keeper.state().downSince === null)
  const send = (octets: Uint8Array = Buffer.from("one"), document = outbound(uuid(1), octets)) =>
    center.source.provideAndRegister(
      "hospital-a",
      sampleSubmission([octets]),
      [document],
      MESSAGE_ID,
      nothing,
    )
  const failure = async (sent: Promise<RegistryResponse>): Promise<string> => {
    const error: unknown = await sent.then(
      () => null,
      (cause: unknown) => cause,
    )
    assert.ok(error instanceof SubmissionError, String(error))
    return error.code
  }
  /** So many octets, of which the first come at once and the rest when it is let go. */
  const held = (octets: Uint8Array): { document: OutboundDocument; letGo: () => void } => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    return {
      letGo: () => resolve(undefined),
      document: {
        entryUUID: uuid(1),
        lengthBytes: octets.length,
        async *open() {
          yield octets.subarray(0, 1)
          await promise
          yield octets.subarray(1)
        },
      },
    }
  }

  it("brings the centre's requests to the hospital's own door, one after the other over one connection", async () => {
    const answers = await Promise.all([send(), send(Buffer.from("two")), send(Buffer.from("three"))])
    assert.deepEqual(answers, [SUCCESS, SUCCESS, SUCCESS])
    assert.equal(router.opened, 1)
    const { peer } = hospital.handler.seen[0]!
    assert.deepEqual(
      [peer.agreement, peer.spkiSha256, peer.remoteAddress],
      ["center-c", pinOf(people.center.x509), "127.0.0.1"],
    )
    assert.deepEqual(
      hospital.handler.seen.map(({ documents, commits }) => [documents.get(uuid(1))?.lengthBytes, commits]),
      [
        [3, 1],
        [3, 1],
        [5, 1],
      ],
    )
  })

  it("lets an attempt begin when its turn has come, and not at all where there is no connection", async () => {
    const begun: string[] = []
    const beginning = (name: string, document: OutboundDocument, fault?: Error) =>
      center.source.provideAndRegister(
        "hospital-a",
        sampleSubmission([new Uint8Array(document.lengthBytes)]),
        [document],
        MESSAGE_ID,
        nothing,
        () => {
          begun.push(name)
          return fault === undefined ? Promise.resolve(null) : Promise.reject(fault)
        },
      )
    const slow = held(new Uint8Array(2))
    const first = beginning("first", slow.document)
    await until("the first", () => hospital.handler.seen.length === 1)
    const small = outbound(uuid(1), new Uint8Array(3))
    const locked = assert.rejects(beginning("locked", small, new Error("the key is locked")), /locked/)
    const second = beginning("second", small)
    await sleep(50)
    assert.deepEqual(begun, ["first"])
    slow.letGo()
    assert.deepEqual([await first, await second], [SUCCESS, SUCCESS])
    await locked
    assert.deepEqual(begun, ["first", "locked", "second"])
    assert.equal(router.opened, 1)
    await hospital.stop()
    await until("no connection", () => state().connectedSince === null)
    assert.equal(await failure(beginning("third", small)), "ERR_SUBMISSION_UNREACHABLE")
    assert.deepEqual(begun, ["first", "locked", "second"])
  })

  it("streams 32 MB and keeps none of it, at the pace of the hospital's handler", async function () {
    this.timeout(600_000)
    // Not by the router, which holds octets in this process too.
    await hospital.stop()
    hospital = await openHospital(people, center.port)
    await connected()
    const block = randomBytes(64 * 1024)
    // 4 GiB in the long suite.
    const blocks = process.env.DOKUEI_LONG === "1" ? 65_536 : 512
    const hash = createHash("sha1")
    for (let n = 0; n < blocks; n += 1) hash.update(block)
    const submission = sampleSubmission([null])
    const size = blocks * block.length
    const entry = { ...submission.documentEntries[0]!, hash: hash.digest("hex"), size }
    const kept = (): number => {
      collectGarbage()
      const { external, heapUsed } = process.memoryUsage()
      return external + heapUsed
    }
    let [sent, taken, ahead] = [0, 0, 0]
    hospital.handler.document = async (_seen, _entry, octets) => {
      for await (const piece of octets) {
        taken += piece.length
        ahead = Math.max(ahead, sent - taken)
        if (taken < 2 * MiB) await sleep(2)
      }
    }
    const before = kept()
    let peakBytes = before
    const document: OutboundDocument = {
      entryUUID: uuid(1),
      lengthBytes: size,
      async *open() {
        for (let n = 0; n < blocks; n += 1) {
          await Promise.resolve()
          yield Buffer.from(block)
          if (n % 64 === 0) peakBytes = Math.max(peakBytes, kept())
        }
      },
    }
    const answer = await center.source.provideAndRegister(
      "hospital-a",
      { ...submission, documentEntries: [entry] },
      [document],
      MESSAGE_ID,
      (bytes) => (sent = bytes),
    )
    assert.deepEqual(answer, SUCCESS)
    // What the kernels of three sockets hold, and no more.
    assert.ok(ahead < 24 * MiB, `${Math.round(ahead / MiB)} MiB ahead`)
    assert.ok(peakBytes - before < 12 * MiB, `${Math.round((peakBytes - before) / MiB)} MiB held`)
  })

  it("lasts through silence by heartbeats, and through long work by 102 (Processing)", async () => {
    const silent = QUICK.silenceMs + 500
    await sleep(silent)
    hospital.handler.commit = async () => {
      await sleep(silent)
      return []
    }
    assert.deepEqual(await send(), SUCCESS)
    assert.equal(router.opened, 1)
    assert.ok(Date.now() - Date.parse(state().lastHeardAt!) < QUICK.silenceMs)
    const at = new Date().toISOString()
    await until("a heartbeat at the hospital", () => hospital.keeper.state().lastHeardAt! > at)
  })

  it("makes the centre's submissions wait like those to a partner that is down while there is none", async () => {
    await hospital.stop()
    await until("its end", () => state().connectedSince === null)
    assert.equal(await failure(send()), "ERR_SUBMISSION_UNREACHABLE")
    assert.ok(state().downSince !== null)
    hospital = await openHospital(people, router.port)
    await connected()
    assert.deepEqual(await send(), SUCCESS)
  })

  it("is opened again after a cut in the middle of a request, which is nobody's until it is sent again", async () => {
    const { document, letGo } = held(Buffer.from("one"))
    const sent = failure(send(Buffer.from("one"), document))
    await until("the first octets", () => hospital.handler.seen.length === 1)
    router.cut()
    letGo()
    assert.equal(await sent, "ERR_SUBMISSION_UNANSWERED")
    await until("another connection", () => router.opened === 2)
    await connected()
    assert.deepEqual(await send(), SUCCESS)
    await until("the end of the first", () => hospital.handler.seen[0]?.aborts === 1)
    assert.deepEqual(
      hospital.handler.seen.map(({ commits, aborts }) => [commits, aborts]),
      [
        [0, 1],
        [1, 0],
      ],
    )
  })

  it("is noticed at both ends when a router forgets it, and opened again", async () => {
    router.forget()
    await until("a second connection", () => router.opened === 2 && state().opened === 2)
    const [end] = hospital.ends
    assert.deepEqual(end, { why: "nothing was heard for 3 s", isReplaced: false })
    assert.deepEqual(await send(), SUCCESS)
  })

  it("sends nothing of a message into a connection that a router forgot", async () => {
    router.forget()
    assert.equal(await failure(send()), "ERR_SUBMISSION_UNREACHABLE")
    assert.equal(hospital.handler.seen.length, 0)
  })

  it("is noticed to be dead while the hospital is at work, by the centre", async () => {
    const { promise, resolve } = Promise.withResolvers<readonly []>()
    hospital.handler.commit = () => promise
    const sent = failure(send())
    await until("the whole message", () => hospital.handler.seen[0]?.commits === 1)
    router.forget()
    assert.equal(await sent, "ERR_SUBMISSION_UNANSWERED")
    // Its answer goes nowhere; that nothing comes any more it notices then.
    resolve([])
    await until("a second connection", () => state().opened === 2)
  })

  describe("that another one with the same certificate replaces", () => {
    let other: Hospital
    afterEach(() => other.stop())

    it("is told so and ends; the newer one is used", async () => {
      await hospital.keeper.stop().catch(nothing)
      hospital = await openHospital(people, router.port, { ...QUICK, retryMs: 60_000 })
      await connected()
      other = await openHospital(people, router.port)
      await until("its end", () => hospital.ends.length === 1)
      assert.deepEqual(hospital.ends, [{ why: "the centre ended it", isReplaced: true }])
      assert.ok(hospital.keeper.state().replacedAt !== null)
      assert.deepEqual(await send(), SUCCESS)
      assert.deepEqual([hospital.handler.seen.length, other.handler.seen.length], [0, 1])
      assert.ok(center.told.includes("replaced"))
    })

    it("ends after what is under way on it", async () => {
      const { document, letGo } = held(Buffer.from("one"))
      const sent = send(Buffer.from("one"), document)
      await until("the first octets", () => hospital.handler.seen.length === 1)
      other = await openHospital(people, router.port)
      await until("the newer one", () => center.told.includes("replaced"))
      assert.deepEqual(await send(Buffer.from("two")), SUCCESS)
      letGo()
      assert.deepEqual(await sent, SUCCESS)
      assert.equal(hospital.handler.seen[0]?.commits, 1)
      await until("its end", () => hospital.ends[0]?.isReplaced === true)
    })

    it("is cut when what is under way does not end, and that is sent again", async () => {
      const { document, letGo } = held(Buffer.from("one"))
      const sent = failure(send(Buffer.from("one"), document))
      await until("the first octets", () => hospital.handler.seen.length === 1)
      other = await openHospital(people, router.port)
      await until("that it was cut", () => hospital.ends.length === 1)
      letGo()
      assert.equal(await sent, "ERR_SUBMISSION_UNANSWERED")
      await until("a connection", () => state().connectedSince !== null)
      assert.deepEqual(await send(), SUCCESS)
      await until("its abort", () => hospital.handler.seen[0]?.aborts === 1)
    })
  })

  it("ends with its gateways, after what is under way", async () => {
    for (const stops of [() => hospital.stop(), () => center.roads.close()]) {
      const { document, letGo } = held(Buffer.from("one"))
      const sent = send(Buffer.from("one"), document)
      await until("the first octets", () => hospital.handler.seen.length === 1)
      const stopped = stops()
      await sleep(50)
      letGo()
      assert.deepEqual(await sent, SUCCESS)
      await stopped
      if (stops.toString().includes("roads")) continue
      hospital = await openHospital(people, router.port)
      await connected()
    }
  })
})
