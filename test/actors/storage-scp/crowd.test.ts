import assert from "node:assert/strict"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { WaitingRoom } from "../../../gateway/actors/secure-node/waiting-room.ts"
import {
  DEFAULTS,
  listen,
  type ListenOptions,
  type StorageScp,
} from "../../../gateway/actors/storage-scp/listen.ts"
import type { Timers } from "../../../gateway/actors/storage-scp/surroundings.ts"
import type { Pdu } from "../../../gateway/standards/dicom/pdu.ts"
import { Collector } from "./collector.ts"
import { RawPeer, associateRequest, echoCommand } from "./raw-peer.ts"

const SILENT_SOCKETS = 1000
const FAILED_ASSOCIATIONS = process.env.DOKUEI_LONG === "1" ? 10_000 : 500
const PATIENCE_MS = 2_000
const LOCAL_LIMIT_EXCEEDED = { type: "A-ASSOCIATE-RJ", result: 2, source: 3, reason: 2 }

/** Real timers whose number is known. */
class CountedTimers implements Timers {
  running = 0

  after(delayMs: number, run: () => void): () => void {
    this.running += 1
    let isOver = false
    const end = (): void => {
      if (!isOver) this.running -= 1
      isOver = true
    }
    const timer = setTimeout(() => {
      end()
      run()
    }, delayMs)
    return () => {
      clearTimeout(timer)
      end()
    }
  }
}

describe("storage SCP in a crowd", () => {
  let scp: StorageScp
  let timers: CountedTimers
  let crowd: Socket[]

  const open = async (options: Partial<ListenOptions> = {}): Promise<void> => {
    const waitingRoom = new WaitingRoom(options.maxAssociations ?? DEFAULTS.maxAssociations)
    scp = await listen({ port: 0, host: "127.0.0.1", timers, waitingRoom, ...options }, new Collector())
  }
  beforeEach(() => {
    timers = new CountedTimers()
    crowd = []
  })
  afterEach(async () => {
    for (const socket of crowd) socket.destroy()
    await scp.close(100)
    for (let ms = 0; ms < 500 && timers.running > 0; ms += 10) await sleep(10)
    assert.equal(timers.running, 0, "every timer is over")
  })

  async function join(first: Uint8Array = new Uint8Array(0), port = scp.port): Promise<void> {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined)
    crowd.push(socket)
    await once(socket, "connect")
    socket.resume()
    if (first.length > 0) socket.write(first)
  }

  async function echoMs(): Promise<number> {
    const began = performance.now()
    const device = await RawPeer.connect(scp.port)
    assert.equal((await device.associate())?.type, "A-ASSOCIATE-AC")
    device.send(echoCommand(1))
    assert.equal((await device.next())?.type, "P-DATA-TF")
    device.send({ type: "A-RELEASE-RQ" })
    assert.equal((await device.next())?.type, "A-RELEASE-RP")
    device.socket.end()
    return performance.now() - began
  }

  it(`answers a device within two seconds beside ${SILENT_SOCKETS} that say nothing`, async () => {
    await open()
    await Promise.all(Array.from({ length: SILENT_SOCKETS }, () => join()))
    assert.ok((await echoMs()) < PATIENCE_MS)
  })

  it("answers a device beside those that begin a PDU and do not go on", async () => {
    await open()
    await Promise.all(Array.from({ length: SILENT_SOCKETS / 5 }, () => join(Uint8Array.of(1, 0, 0, 0, 0xff))))
    assert.ok((await echoMs()) < PATIENCE_MS)
  })

  it("answers a device beside those that begin TLS on its TLS port and do not go on", async () => {
    // What is to be seen is whether sockets under TLS are turned out as well.
    const hello = Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0)
    await open({ secure: { port: 0, host: "127.0.0.1", tls: {}, revoked: () => null } })
    await Promise.all(Array.from({ length: SILENT_SOCKETS / 5 }, () => join(hello, scp.securePort!)))
    assert.ok((await echoMs()) < PATIENCE_MS)
    const left = (): number => crowd.filter((socket) => socket.readyState === "open").length
    for (let ms = 0; ms < PATIENCE_MS && left() > DEFAULTS.maxAssociations; ms += 20) await sleep(20)
    assert.ok(left() <= DEFAULTS.maxAssociations, String(left()))
  })

  it("holds no more connections without an association than it has places", async () => {
    await open({ maxAssociations: 8 })
    for (let n = 0; n < 20; n++) await join()
    await sleep(50)
    assert.deepEqual(
      crowd.map((socket) => socket.readyState === "open"),
      Array.from({ length: 20 }, (_, n) => n >= 12),
      "the oldest went first",
    )
  })

  it("never turns out a device that has its association", async () => {
    await open({ maxAssociations: 4 })
    const device = await RawPeer.connect(scp.port)
    await device.associate()
    for (let n = 0; n < 50; n++) await join()
    device.send(echoCommand(1))
    assert.equal((await device.next())?.type, "P-DATA-TF")
    device.socket.destroy()
  })

  it("tells one more of an AE title, and one more of all, that the local limit is exceeded", async () => {
    await open({ maxAssociations: 3, maxAssociationsPerAE: 2 })
    const as = async (callingAE: string): Promise<Pdu | null> => {
      const peer = await RawPeer.connect(scp.port)
      crowd.push(peer.socket)
      return peer.associate({ callingAE })
    }
    assert.equal((await as("CT1"))?.type, "A-ASSOCIATE-AC")
    assert.equal((await as("CT1"))?.type, "A-ASSOCIATE-AC")
    assert.deepEqual(await as("CT1"), LOCAL_LIMIT_EXCEEDED)
    assert.equal((await as("MR1"))?.type, "A-ASSOCIATE-AC")
    assert.deepEqual(await as("US1"), LOCAL_LIMIT_EXCEEDED)
    crowd[0]!.destroy()
    while (scp.stats.open > 2) await sleep(2)
    assert.equal((await as("CT1"))?.type, "A-ASSOCIATE-AC")
  })

  it(`is after ${FAILED_ASSOCIATIONS} failed associations what it was before`, async function () {
    this.timeout(600_000)
    await open()
    const fail = async (n: number): Promise<void> => {
      const peer = await RawPeer.connect(scp.port)
      const way = n % 4
      if (way === 0) assert.equal((await peer.associate({ calledAE: "NOBODY" }))?.type, "A-ASSOCIATE-RJ")
      else if (way === 1) peer.send(associateRequest(), { type: "A-ABORT", source: 0, reason: 0 })
      else if (way === 2) peer.send(Uint8Array.of(9, 0, 0, 0, 0, 4))
      else peer.send(associateRequest())
      if (way === 3) peer.socket.resetAndDestroy()
      else peer.socket.end().resume()
      if (!peer.socket.closed) await once(peer.socket, "close")
    }
    const round = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 10)
        await Promise.all(Array.from({ length: 10 }, (_, at) => fail(n + at)))
      while (scp.stats.open > 0 || timers.running > 0) await sleep(5)
    }
    await round(100)
    const before = process.getActiveResourcesInfo().filter((each) => each === "TCPSocketWrap").length
    await round(FAILED_ASSOCIATIONS)
    await sleep(100)
    const after = process.getActiveResourcesInfo().filter((each) => each === "TCPSocketWrap").length
    assert.ok(after <= before, `${after - before} sockets are left`)
    assert.equal(timers.running, 0)
  })
})
