import assert from "node:assert/strict"
import { connect } from "node:net"
import { once } from "node:events"
import { listen, type StorageScp } from "../../../gateway/actors/storage-scp/listen.ts"
import type { NamedUser } from "../../../gateway/actors/storage-scp/listener.ts"
import { decodeCommand } from "../../../gateway/standards/dicom/dimse.ts"
import {
  encodePdu,
  type Abort,
  type AssociateAC,
  type PDataTF,
  type Pdu,
} from "../../../gateway/standards/dicom/pdu.ts"
import { randomFrom } from "../../peers/chance.ts"
import { Collector } from "./collector.ts"
import { CT, EXPLICIT, RawPeer, associateRequest, echoCommand, pData, storeCommand } from "./raw-peer.ts"

const IDLE_MS = 200
const ARTIM_MS = 150
const abort = (source: number, reason: number): Abort => ({ type: "A-ABORT", source, reason })
const status = (pdu: Pdu | null): number => {
  const command = decodeCommand(Buffer.concat((pdu as PDataTF).values.map(({ fragment }) => fragment)))
  return "Status" in command ? command.Status : -1
}

describe("storage SCP among hostile peers", () => {
  let scp: StorageScp
  let collector: Collector
  let faults: unknown[]
  let users: NamedUser[]

  beforeEach(async () => {
    collector = new Collector()
    faults = []
    users = []
    const onIdentity = (user: NamedUser) => users.push(user)
    const onFault = (fault: unknown) => faults.push(fault)
    scp = await listen(
      { port: 0, host: "127.0.0.1", idleMs: IDLE_MS, artimMs: ARTIM_MS, onFault, onIdentity },
      collector,
    )
  })
  afterEach(async () => {
    // The process and the listener are alive: an honest peer is served.
    const honest = await RawPeer.connect(scp.port)
    assert.equal((await honest.associate())?.type, "A-ASSOCIATE-AC")
    honest.send(echoCommand(1))
    assert.equal(status(await honest.next()), 0)
    honest.send({ type: "A-RELEASE-RQ" })
    assert.equal((await honest.next())?.type, "A-RELEASE-RP")
    honest.socket.end()
    await scp.close(2000)
    assert.equal(collector.ended, collector.opened, "every intake is ended exactly once")
    assert.equal(scp.stats.open, 0)
  })

  const peerOn = async (bend = {}, maximumLengthBytes = 16384): Promise<RawPeer> => {
    const peer = await RawPeer.connect(scp.port)
    assert.equal((await peer.associate(bend, maximumLengthBytes))?.type, "A-ASSOCIATE-AC")
    return peer
  }

  it("aborts on six bytes that claim four gigabytes", async () => {
    const peer = await RawPeer.connect(scp.port)
    peer.send(Uint8Array.of(1, 0, 0xff, 0xff, 0xff, 0xff))
    assert.deepEqual(await peer.next(), abort(2, 6))
  })

  it("aborts on a P-DATA-TF longer than we announced", async () => {
    const peer = await peerOn()
    peer.send(Uint8Array.of(4, 0, 0, 2, 0, 1))
    assert.deepEqual(await peer.next(), abort(2, 6))
  })

  it("aborts on an unknown PDU type with reason 1", async () => {
    const peer = await peerOn()
    peer.send(Uint8Array.of(9, 0, 0, 0, 0, 4, 0, 0, 0, 0))
    assert.deepEqual(await peer.next(), abort(2, 1))
  })

  it("aborts on HTTP", async () => {
    const peer = await RawPeer.connect(scp.port)
    peer.send(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    assert.deepEqual(await peer.next(), abort(2, 1))
  })

  it("aborts on P-DATA before an association with reason 2", async () => {
    const peer = await RawPeer.connect(scp.port)
    peer.send(storeCommand(1))
    assert.deepEqual(await peer.next(), abort(2, 2))
    assert.equal(collector.opened, 0)
  })

  it("aborts on a second A-ASSOCIATE-RQ with reason 2", async () => {
    const peer = await peerOn()
    peer.send(associateRequest())
    assert.deepEqual(await peer.next(), abort(2, 2))
    assert.equal(collector.opened, 1)
  })

  it("aborts on a presentation context that was not accepted", async () => {
    const peer = await peerOn()
    peer.send(pData(77, true, true, new Uint8Array(2)))
    assert.deepEqual(await peer.next(), abort(2, 5))
  })

  it("aborts on data set bytes without a command", async () => {
    const peer = await peerOn()
    peer.send(pData(1, false, true, new Uint8Array(2)))
    assert.deepEqual(await peer.next(), abort(2, 5))
  })

  it("aborts on a command in the middle of a data set, and keeps nothing", async () => {
    const peer = await peerOn()
    peer.send(storeCommand(1), pData(1, false, false, new Uint8Array(10)), storeCommand(2))
    assert.deepEqual(await peer.next(), abort(2, 5))
    await once(peer.socket.end(), "close")
    assert.deepEqual(collector.aborted, ["1.2.3.1"])
    assert.deepEqual(collector.kept, [])
  })

  it("aborts on a command set that grows without end", async () => {
    const peer = await peerOn()
    for (let at = 0; at < 5; at++) peer.send(pData(1, true, false, new Uint8Array(16000)))
    assert.deepEqual(await peer.next(), abort(2, 6))
  })

  it("aborts on garbage where a command set should be", async () => {
    const peer = await peerOn()
    peer.send(
      pData(
        1,
        true,
        true,
        Uint8Array.from({ length: 40 }, (_, at) => at * 7),
      ),
    )
    assert.deepEqual(await peer.next(), abort(2, 6))
  })

  for (const maximumLengthBytes of [1, 3, 6, 7])
    it(`rejects a peer whose maximum PDU length of ${maximumLengthBytes} carries nothing`, async () => {
      const peer = await RawPeer.connect(scp.port)
      const answer = await peer.associate({}, maximumLengthBytes)
      assert.deepEqual(answer, { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 1 })
    })

  it("keeps its own maximum PDU length towards a peer without one", async () => {
    const peer = await RawPeer.connect(scp.port)
    const answer = (await peer.associate({}, 0)) as AssociateAC
    assert.equal(answer.userInformation.maximumLengthBytes, 128 * 1024)
    peer.send(echoCommand(1))
    assert.equal(status(await peer.next()), 0)
  })

  it("answers in the smallest pieces a peer can take", async () => {
    const peer = await peerOn({}, 8)
    peer.send(echoCommand(1))
    const pieces: Uint8Array[] = []
    for (;;) {
      const [value] = ((await peer.next()) as PDataTF).values
      assert.equal(value!.fragment.length <= 2, true)
      pieces.push(value!.fragment)
      if (value!.last) break
    }
    assert.equal(decodeCommand(Buffer.concat(pieces)).kind, "C-ECHO-RSP")
  })

  it("rejects another application context and protocol version", async () => {
    const one = await RawPeer.connect(scp.port)
    assert.deepEqual(await one.associate({ applicationContext: "1.2.3" }), {
      type: "A-ASSOCIATE-RJ",
      result: 1,
      source: 1,
      reason: 2,
    })
    const other = await RawPeer.connect(scp.port)
    assert.deepEqual(await other.associate({ protocolVersion: 2 }), {
      type: "A-ASSOCIATE-RJ",
      result: 1,
      source: 2,
      reason: 2,
    })
  })

  it("refuses unknown abstract and transfer syntaxes context by context", async () => {
    const contexts = [
      { id: 1, abstractSyntax: "1.2.3", transferSyntaxes: [EXPLICIT] },
      { id: 3, abstractSyntax: CT, transferSyntaxes: ["1.2.3.4"] },
      { id: 5, abstractSyntax: CT, transferSyntaxes: ["1.2.3.4", EXPLICIT, "1.2.840.10008.1.2"] },
    ]
    const peer = await RawPeer.connect(scp.port)
    const answer = (await peer.associate({ contexts })) as AssociateAC
    assert.deepEqual(
      answer.contexts.map(({ id, result }) => [id, result]),
      [
        [1, 3],
        [3, 4],
        [5, 0],
      ],
    )
    assert.equal(answer.contexts[2]!.transferSyntax, EXPLICIT)
  })

  it("negotiates its window of operations and the role of an SCU", async () => {
    const request = associateRequest()
    const userInformation = {
      ...request.userInformation,
      asynchronousOperations: { invoked: 0, performed: 0 },
      roles: [{ SOPClassUID: CT, scuRole: true, scpRole: true }],
    }
    const peer = await RawPeer.connect(scp.port)
    const answer = (await peer.associate({ userInformation })) as AssociateAC
    assert.deepEqual(answer.userInformation.asynchronousOperations, { invoked: 8, performed: 1 })
    assert.deepEqual(answer.userInformation.roles, [{ SOPClassUID: CT, scuRole: true, scpRole: false }])
  })

  it("tells the user a device names, never the passcode, and answers no identity that nobody checks", async () => {
    const { userInformation } = associateRequest()
    const userIdentity = {
      type: 2,
      positiveResponseRequested: true,
      primaryField: Buffer.from("tech"),
      secondaryField: Buffer.from("geheim"),
    }
    const peer = await RawPeer.connect(scp.port)
    const answer = (await peer.associate({
      userInformation: { ...userInformation, userIdentity },
    })) as AssociateAC
    assert.equal(answer.userInformation.userIdentityResponse, null)
    assert.deepEqual(users, [
      { callingAE: "MODALITY", remoteAddress: "127.0.0.1", kind: "user name and passcode", name: "tech" },
    ])
  })

  it("keeps nothing of a C-STORE that is cut off", async () => {
    const peer = await peerOn()
    peer.send(storeCommand(1), pData(1, false, false, new Uint8Array(5000)))
    await new Promise((resolve) => setTimeout(resolve, 50))
    peer.socket.resetAndDestroy()
    while (collector.ended === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(collector.aborted, ["1.2.3.1"])
    assert.deepEqual(collector.kept, [])
    assert.equal(scp.stats.abandoned, 1)
  })

  it("keeps nothing of a C-STORE that is released half-way", async () => {
    const peer = await peerOn()
    peer.send(storeCommand(1), pData(1, false, false, new Uint8Array(5000)), { type: "A-RELEASE-RQ" })
    assert.equal((await peer.next())?.type, "A-RELEASE-RP")
    peer.socket.end()
    while (collector.ended === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(collector.kept, [])
    assert.deepEqual(collector.aborted, ["1.2.3.1"])
  })

  it("closes on a peer that dribbles a request byte by byte", async () => {
    const peer = await RawPeer.connect(scp.port)
    const bytes = encodePdu(associateRequest())
    const started = Date.now()
    let at = 0
    const drip = setInterval(() => peer.socket.write(bytes.subarray(at, ++at)), 20)
    assert.equal(await peer.next(), null)
    clearInterval(drip)
    assert.ok(Date.now() - started < ARTIM_MS * 3)
  })

  it("aborts on a peer that dribbles a data set byte by byte", async () => {
    const peer = await peerOn()
    peer.send(storeCommand(1))
    const bytes = encodePdu(pData(1, false, true, new Uint8Array(1000)))
    let at = 0
    const drip = setInterval(() => peer.socket.write(bytes.subarray(at, ++at)), 20)
    assert.deepEqual(await peer.next(), abort(0, 0))
    clearInterval(drip)
    while (collector.ended === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(collector.aborted, ["1.2.3.1"])
  })

  it("aborts on a peer that says nothing more", async () => {
    const peer = await peerOn()
    assert.deepEqual(await peer.next(), abort(0, 0))
    assert.equal(await peer.next(), null)
  })

  it("does not count the handler's slowness as the peer's silence", async () => {
    collector.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS * 2))
      return { status: 0, comment: "" }
    }
    const peer = await peerOn()
    peer.send(storeCommand(1), pData(1, false, true, new Uint8Array(10)))
    assert.equal(status(await peer.next()), 0)
  })

  it("answers pipelined C-STOREs in their order", async () => {
    collector.answer = async ({ AffectedSOPInstanceUID }) => {
      await new Promise((resolve) => setTimeout(resolve, AffectedSOPInstanceUID.endsWith("1") ? 60 : 1))
      return { status: 0, comment: "" }
    }
    const peer = await peerOn()
    for (let id = 1; id <= 8; id++) peer.send(storeCommand(id), pData(1, false, true, Uint8Array.of(id, 0)))
    const answered: number[] = []
    for (let id = 1; id <= 8; id++) {
      const command = decodeCommand(((await peer.next()) as PDataTF).values[0]!.fragment)
      answered.push(command.kind === "C-STORE-RSP" ? command.MessageIDBeingRespondedTo : -1)
    }
    assert.deepEqual(answered, [1, 2, 3, 4, 5, 6, 7, 8])
  })

  it("refuses what a command alone forbids, reads its data set for nothing, and goes on", async () => {
    const peer = await peerOn()
    const cases = [
      [{ AffectedSOPClassUID: "1.2.840.10008.5.1.4.1.1.4" }, 0x0122],
      [{ AffectedSOPInstanceUID: "../../etc/passwd" }, 0x0117],
      [{ AffectedSOPInstanceUID: `1.${"2".repeat(130)}` }, 0x0117],
    ] as const
    for (const [bend, expected] of cases) {
      peer.send(
        storeCommand(1, bend),
        pData(1, false, false, new Uint8Array(100)),
        pData(1, false, true, new Uint8Array(4)),
      )
      assert.equal(status(await peer.next()), expected)
    }
    assert.deepEqual(collector.kept, [])
    peer.send(storeCommand(9), pData(1, false, true, new Uint8Array(4)))
    assert.equal(status(await peer.next()), 0)
  })

  it("answers an operation it does not know with 0211H", async () => {
    const peer = await peerOn()
    // C-FIND-RQ: Command Field 0020H, Message ID 5, a data set follows.
    const find = Buffer.from("00000001020000002000" + "00001001020000000500" + "00000008020000000000", "hex")
    peer.send(pData(1, true, true, find), pData(1, false, true, new Uint8Array(8)))
    const answer = ((await peer.next()) as PDataTF).values[0]!.fragment
    assert.deepEqual(decodeCommand(answer), {
      kind: "other",
      CommandField: 0x8020,
      MessageID: null,
      hasDataSet: false,
    })
    assert.equal(Buffer.from(answer).toString("hex").endsWith("00000009020000001102"), true)
  })

  it("answers 0110H when the handler fails, and reports the fault", async () => {
    collector.answer = () => {
      throw new Error("disk on fire")
    }
    const peer = await peerOn()
    peer.send(storeCommand(1), pData(1, false, true, new Uint8Array(4)))
    assert.equal(status(await peer.next()), 0x0110)
    assert.equal(faults.length, 1)
    collector.answer = () => ({ status: 0, comment: "" })
    collector.onWrite = () => Promise.reject(new Error("disk full"))
    peer.send(
      storeCommand(2),
      pData(1, false, false, new Uint8Array(4)),
      pData(1, false, true, new Uint8Array(4)),
    )
    assert.equal(status(await peer.next()), 0x0110)
    assert.equal(faults.length, 2)
    assert.deepEqual(collector.aborted, ["1.2.3.1", "1.2.3.2"])
    collector.onWrite = () => Promise.resolve()
  })

  it("rejects for now when the handler cannot open an intake", async () => {
    const open = collector.open.bind(collector)
    collector.open = () => {
      throw new Error("no spool")
    }
    const peer = await RawPeer.connect(scp.port)
    assert.deepEqual(await peer.associate(), { type: "A-ASSOCIATE-RJ", result: 2, source: 3, reason: 1 })
    collector.open = open
  })

  it("survives a peer that asks and never reads the answers", async () => {
    const peer = await peerOn()
    peer.socket.pause()
    const echoes = Buffer.concat(Array.from({ length: 2000 }, () => encodePdu(echoCommand(1))))
    for (let at = 0; at < 20; at++) peer.socket.write(echoes)
    while (collector.ended === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    peer.socket.destroy()
  })

  it("aborts what is still open when its grace is over", async () => {
    const other = await listen({ port: 0, host: "127.0.0.1" }, collector)
    const peer = await RawPeer.connect(other.port)
    await peer.associate()
    const closing = other.close(50)
    assert.deepEqual(await peer.next(), abort(0, 0))
    await closing
    assert.equal(other.stats.open, 0)
  })

  it("lives through 1,000 mutated conversations", async function () {
    this.timeout(30_000)
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    console.log(`      seed ${seed}`)
    const chance = randomFrom(seed)
    const talk = Buffer.concat(
      [
        associateRequest(),
        storeCommand(1),
        pData(1, false, true, new Uint8Array(300)),
        echoCommand(2),
        { type: "A-RELEASE-RQ" } as const,
      ].map(encodePdu),
    )
    const one = async (): Promise<void> => {
      const mutant = Buffer.from(talk)
      for (let times = 1 + Math.floor(chance() * 4); times > 0; times--)
        mutant[Math.floor(chance() * mutant.length)] = Math.floor(chance() * 256)
      const end = chance() < 0.3 ? Math.floor(chance() * mutant.length) : mutant.length
      const socket = connect(scp.port, "127.0.0.1").on("error", () => undefined)
      socket.resume().end(mutant.subarray(0, end))
      await new Promise((resolve) => socket.once("close", resolve))
    }
    for (let batch = 0; batch < 50; batch++) await Promise.all(Array.from({ length: 20 }, one))
    assert.deepEqual(faults, [])
  })
})
