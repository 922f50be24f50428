import assert from "node:assert/strict"
import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout as wait } from "node:timers/promises"
import { WebSocket } from "ws"
import type { DeskClient } from "../../../deploy/demo/desk-client.ts"
import type { DeskEvent } from "../../../gateway/journey/views/session.ts"
import { enrolled, openHarness, READER, type Harness } from "./harness.ts"

const HEARTBEAT_MS = 30
const CHANGED: DeskEvent = { kind: "changed", requestId: "req-1", at: "2026-04-01T00:00:00.000Z" }

describe("live events", () => {
  let desk: Harness
  let client: DeskClient
  let cookie: string
  beforeEach(async () => {
    desk = await openHarness("reading", { heartbeatMs: HEARTBEAT_MS })
    client = await enrolled(desk, READER)
    const options = await client.post<never>("/api/login/options")
    const response = desk.authenticator.get(options, desk.desk.origin)
    const login = await client.exchange("POST", "/api/login", { response })
    cookie = login.headers["set-cookie"]![0]!.split(";")[0]!
  })
  afterEach(() => desk.close())

  const open = (headers: Record<string, string>, path = "/api/events"): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${desk.desk.port}${path}`, { headers })
  const refusal = async (headers: Record<string, string>, path?: string): Promise<number> => {
    const socket = open(headers, path)
    const [request, response] = (await once(socket, "unexpected-response")) as [
      { destroy(): void },
      { statusCode: number },
    ]
    request.destroy()
    return response.statusCode
  }
  const page = async (): Promise<WebSocket> => {
    const socket = open({ Origin: desk.desk.origin, Cookie: cookie })
    await once(socket, "open")
    return socket
  }

  it("reach every page of the desk", async () => {
    const heard: DeskEvent[] = []
    const stop = await client.events((event) => heard.push(event))
    const socket = await page()
    const message = once(socket, "message")
    desk.desk.notify(CHANGED)
    const [data] = (await message) as [Buffer]
    assert.deepEqual(JSON.parse(data.toString()), CHANGED)
    while (heard.length === 0) await wait(1)
    assert.deepEqual(heard, [CHANGED])
    stop()
  })

  it("are for nobody without a session, from another origin or under another address", async () => {
    const Origin = desk.desk.origin
    assert.equal(await refusal({ Origin }), 401)
    assert.equal(await refusal({ Origin, Cookie: `sid=${"A".repeat(43)}` }), 401)
    assert.equal(await refusal({ Origin: "http://evil.localhost", Cookie: cookie }), 403)
    assert.equal(await refusal({ Cookie: cookie }), 403)
    assert.equal(await refusal({ Origin, Cookie: cookie }, "/api/other"), 404)
  })

  it("end with the session, and say so", async () => {
    const socket = await page()
    const message = once(socket, "message")
    const closed = once(socket, "close")
    await client.logout()
    const [data] = (await message) as [Buffer]
    assert.equal((JSON.parse(data.toString()) as DeskEvent).kind, "session-ended")
    assert.equal((await closed)[0], 4001)
  })

  it("keep nobody logged in", async () => {
    const socket = await page()
    const closed = once(socket, "close")
    desk.clock.pass(10)
    assert.equal((await closed)[0], 4001)
  })

  it("end a page that sends more than 64 KiB", async () => {
    const socket = await page()
    const closed = once(socket, "close")
    socket.send(Buffer.alloc(64 * 1024 + 1))
    assert.equal((await closed)[0], 1009)
    await client.get("/api/worklist")
  })

  it("let go of a page that no longer answers", async () => {
    const socket = await page()
    socket.on("ping", () => undefined)
    // A page that hangs: the socket is open, nobody reads.
    socket.pause()
    const quiet = once(socket, "close")
    await wait(HEARTBEAT_MS * 4)
    socket.resume()
    assert.equal((await quiet)[0], 1006)
  })

  it("tell a page that did not keep up to load everything again", async () => {
    await desk.close()
    desk = await openHarness("reading", { heartbeatMs: 1_000 })
    client = await enrolled(desk, READER)
    const heard: DeskEvent[] = []
    let resync = (): void => undefined
    const told = new Promise<void>((resolve) => (resync = resolve))
    const options = await client.post<never>("/api/login/options")
    const response = desk.authenticator.get(options, desk.desk.origin)
    const login = await client.exchange("POST", "/api/login", { response })
    cookie = login.headers["set-cookie"]![0]!.split(";")[0]!
    const socket = await page()
    socket.on("message", (data: Buffer) => {
      const event = JSON.parse(data.toString()) as DeskEvent
      heard.push(event)
      if (event.kind === "resync") resync()
    })
    socket.pause()
    const sent = 400
    const long = { ...CHANGED, requestId: "x".repeat(64 * 1024) }
    for (let n = 0; n < sent; n++) desk.desk.notify(long)
    socket.resume()
    await told
    assert.equal(heard.length < sent, true, `${heard.length} of ${sent} were sent`)
    assert.equal(heard.at(-1)?.kind, "resync")
  })

  it("survive an upgrade that breaks off", async () => {
    const socket = connect(desk.desk.port, "127.0.0.1")
    socket.write(
      `GET /api/events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: ${desk.desk.origin}\r\nCookie: ${cookie}\r\n\r\n`,
    )
    socket.resetAndDestroy()
    await wait(20)
    await client.get("/api/worklist")
  })
})
