/** Who may not hold a road home, who asks for it wrongly, and who misuses the one it has. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { connect as connectTls, type TLSSocket } from "node:tls"
import { upgraded, type Upgraded } from "../../../gateway/actors/document-source/upgrade.ts"
import { ROAD_HOME } from "../../../gateway/actors/road-home/protocol.ts"
import { SubmissionError } from "../../../gateway/journey/errors.ts"
import type { TestCertificate } from "../certificates.ts"
import { callingAs, makePeople, type People } from "../two-sides.ts"
import { openCenterWithRoads, openHospital, QUICK, until, type CenterWithRoads } from "./two-gateways.ts"

const NEVER = new AbortController().signal
const ASK = [
  "GET /xdr/recipient HTTP/1.1",
  "Host: center",
  "Connection: Upgrade",
  `Upgrade: ${ROAD_HOME}`,
] as const

describe("the centre's door for roads home", function () {
  this.timeout(60_000)
  let people: People
  let center: CenterWithRoads
  const sockets: TLSSocket[] = []
  before(() => {
    people = makePeople()
  })
  beforeEach(async () => {
    center = await openCenterWithRoads(people)
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await center.stop()
  })

  const state = () => center.roads.states().get("hospital-a")!
  const ask = (holder: TestCertificate, protocol = ROAD_HOME): Promise<Upgraded> =>
    upgraded({ url: center.url, tls: callingAs(people, holder) }, protocol, NEVER)
  const refusal = async (asked: Promise<unknown>): Promise<string> => {
    const error: unknown = await asked.then(
      () => null,
      (cause: unknown) => cause,
    )
    assert.ok(error instanceof SubmissionError, String(error))
    return `${error.code}: ${error.message}`
  }
  /** Octets over mutual TLS, as the hospital; resolves with the first line of what is answered. */
  const say = async (lines: readonly string[], then = "", port = center.port): Promise<string> => {
    const socket = connectTls({ ...callingAs(people, people.hospital), host: "127.0.0.1", port })
    sockets.push(socket)
    socket.on("error", () => undefined)
    await once(socket, "secureConnect")
    socket.write(`${lines.join("\r\n")}\r\n\r\n${then}`)
    const [said] = (await Promise.race([once(socket, "data"), once(socket, "close").then(() => [""])])) as [
      Buffer | string,
    ]
    return String(said).split("\r\n")[0] ?? ""
  }
  /** A hospital that does with its connection what it likes. */
  const misuse = async (answer: (socket: TLSSocket) => void): Promise<void> => {
    const { socket } = await ask(people.hospital)
    const tls = socket as TLSSocket
    sockets.push(tls)
    tls.on("error", () => undefined)
    answer(tls)
  }

  it("refuses a stranger by 403, and the audit trail hears of it", async () => {
    assert.match(await refusal(ask(people.stranger)), /REFUSED.*HTTP 403/)
    assert.deepEqual(
      center.turnedAway.map(({ reason }) => reason),
      ["unknown-pin"],
    )
  })

  it("refuses a partner with whom none is agreed by 403, and that is no failed submission", async () => {
    assert.match(await refusal(ask(people.clinic)), /REFUSED.*HTTP 403/)
    assert.deepEqual([center.told, center.failed, center.turnedAway], [["HTTP 403"], [], []])
  })

  it("lets nobody so far who shows no certificate, or one of another authority", async () => {
    assert.match(await refusal(ask(people.foreigner)), /TLS/)
    assert.equal(center.turnedAway[0]?.reason, "handshake")
  })

  it("refuses it outside the agreement's term", async () => {
    const ended = await openCenterWithRoads(people, QUICK, () => false)
    const asked = upgraded({ url: ended.url, tls: callingAs(people, people.hospital) }, ROAD_HOME, NEVER)
    assert.match(await refusal(asked), /REFUSED.*HTTP 403/)
    await ended.stop()
  })

  it("ends one whose certificate is revoked while it is open", async () => {
    const lists: Uint8Array[] = []
    const holders = { ...people, hospital: people.revoked, revoked: people.stranger }
    const watched = await openCenterWithRoads(holders, QUICK, () => true, lists)
    const { socket } = await upgraded(
      { url: watched.url, tls: callingAs(people, people.revoked) },
      ROAD_HOME,
      NEVER,
    )
    socket.on("error", () => undefined).resume()
    lists.push(people.crl)
    await until("its end", () => watched.told.includes("its certificate is not accepted any more"))
    socket.destroy()
    await watched.stop()
  })

  it("passes over another protocol, another path and another method, as if nobody had asked", async () => {
    assert.match(await refusal(ask(people.hospital, "websocket")), /HTTP 405/)
    assert.match(await say(["GET /elsewhere HTTP/1.1", ...ASK.slice(1)]), /^HTTP\/1.1 404 /)
    const post = [
      "POST /xdr/recipient HTTP/1.1",
      ...ASK.slice(1),
      "Content-Type: text/plain",
      "Content-Length: 2",
    ]
    assert.match(await say(post, "ab"), /^HTTP\/1.1 415 /)
    assert.equal(state().opened, 0)
  })

  it("answers a head that is too long by 431", async () => {
    assert.match(await say([...ASK, `X: ${"x".repeat(20_000)}`]), /^HTTP\/1.1 431 /)
    assert.equal(state().opened, 0)
  })

  it("ends a connection on which something is sent before the answer", async () => {
    assert.equal(await say(ASK, "HTTP/1.1 204 No Content\r\n\r\n"), "")
    assert.equal(state().opened, 0)
  })

  it("is none at a hospital's own port", async () => {
    const hospital = await openHospital(people, center.port)
    const url = `https://127.0.0.1:${hospital.recipient.port}/xdr/recipient`
    const tls = callingAs(people, people.center, hospital.pin)
    assert.match(await refusal(upgraded({ url, tls }, ROAD_HOME, NEVER)), /REFUSED.*HTTP 405/)
    await hospital.stop()
  })

  it("gives a partner that opens many one a second, and holds two at most", async () => {
    const young = await openCenterWithRoads(people, { ...QUICK, youngMs: 1_000 })
    const began = Date.now()
    const asked = Array.from({ length: process.env.DOKUEI_LONG === "1" ? 1_000 : 20 }, () =>
      upgraded({ url: young.url, tls: callingAs(people, people.hospital) }, ROAD_HOME, NEVER),
    )
    const ends = await Promise.allSettled(asked)
    const granted = ends.flatMap((each) => (each.status === "fulfilled" ? [each.value.socket] : []))
    for (const socket of granted) socket.on("error", () => undefined)
    assert.equal(granted.length, young.roads.states().get("hospital-a")?.opened)
    const seconds = Math.ceil((Date.now() - began) / 1_000)
    assert.ok(granted.length <= 1 + seconds, `${granted.length} in ${seconds} s`)
    assert.ok(young.told.includes("HTTP 503"))
    for (const socket of granted) socket.destroy()
    await young.stop()
  })

  it("ends one that answers heartbeats wrongly, at length, without being asked, or not at all", async () => {
    const cases = [
      ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", /HTTP 404/],
      [`HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n${"x".repeat(9000)}`, /at length/],
      ["\u0000\u0001 this is no HTTP", /Parse Error/],
      [`HTTP/1.1 204 No Content\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, /overflow/i],
      ["", /nothing was heard|not answered/],
    ] as const
    for (const [octets, why] of cases) {
      const before = center.told.length
      await misuse((socket) => socket.on("data", () => socket.write(octets)))
      await until(String(why), () => center.told.slice(before).some((told) => why.test(told)))
      assert.equal(state().connectedSince, null)
    }
  })

  it("is not kept by one that says 102 for ever to a heartbeat", async () => {
    let timer: NodeJS.Timeout | undefined
    await misuse((socket) => {
      timer = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 50)
      socket.on("close", () => clearInterval(timer))
    })
    await until("its end", () => state().connectedSince === null && state().opened === 1)
  })
})
