/** A crowd at every port of a real edge: whoever comes to work is answered, and what the crowd takes is bounded. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { connect as connectTls } from "node:tls"
import { openFiles } from "../peers/abused-process.ts"
import { Road } from "./road.ts"

const CROWD = 1_500
/** Another than that of those who come to work. */
const CROWDS_ADDRESS = "127.0.0.2"
const PATIENCE_MS = 2_000
/** Above what any port lets wait, and under what a process may hold. */
const MOST_FILES = 700

describe("a crowd at the ports of an edge", function () {
  this.timeout(120_000)
  let road: Road
  let crowd: Socket[] = []

  before(async () => {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["edge"] })
  })
  after(() => road.close())
  afterEach(() => {
    for (const socket of crowd) socket.destroy()
    crowd = []
  })

  async function gather(port: number, first: string): Promise<void> {
    for (let n = 0; n < CROWD; n++) {
      const socket = connect({ port, host: "127.0.0.1", localAddress: CROWDS_ADDRESS })
      socket.on("error", () => undefined).resume()
      socket.once("connect", () => first !== "" && socket.write(first))
      crowd.push(socket)
      if (n % 50 === 49) await sleep(5)
    }
    await sleep(100)
  }

  async function demandPlace(visit: () => Promise<void>): Promise<void> {
    const began = performance.now()
    await visit()
    const tookMs = performance.now() - began
    assert.ok(tookMs < PATIENCE_MS, `${Math.round(tookMs)} ms`)
    assert.ok((await openFiles(road.pid("edge")!)) < MOST_FILES)
  }

  const partner = async (): Promise<void> => {
    const folder = join(road.site.dir, "pki", "center")
    const socket = connectTls({
      port: road.site.ports.edgeXdr,
      host: "127.0.0.1",
      key: readFileSync(join(folder, "tls.key.pem")),
      cert: readFileSync(join(folder, "tls.chain.pem")),
      rejectUnauthorized: false,
    })
    await once(socket, "secureConnect")
    socket.write("GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n")
    const [answer] = (await once(socket, "data")) as [Buffer]
    assert.match(answer.toString("latin1"), /^HTTP\/1\.1 4/)
    socket.destroy()
  }
  const person = async (): Promise<void> => {
    const { status } = await fetch(`http://127.0.0.1:${road.site.ports.edgeDesk}/api/session`)
    assert.ok(status < 500, String(status))
  }
  const monitor = async (): Promise<void> => {
    const { status } = await fetch(`http://127.0.0.1:${road.site.ports.edgeHealth}/healthz`)
    assert.equal(status, 200)
  }

  for (const [what, first] of [
    ["says nothing", ""],
    ["begins and does not go on", "POST /api/session HTTP/1.1\r\nHost: a\r\nX-Slow: "],
  ] as const)
    for (const [door, port, visit] of [
      ["the partners' door", "edgeXdr", partner],
      ["the desk", "edgeDesk", person],
      ["the machine room", "edgeHealth", monitor],
    ] as const)
      it(`that ${what} leaves a place at ${door}`, async () => {
        await gather(road.site.ports[port], first)
        await demandPlace(visit)
      })
})
