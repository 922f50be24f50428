import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { listen, type StorageScp } from "../../../gateway/actors/storage-scp/listen.ts"
import { MAX_OPERATIONS } from "../../../gateway/actors/storage-scp/negotiate.ts"
import { decodeCommand } from "../../../gateway/standards/dicom/dimse.ts"
import type { AssociateAC, PDataTF, Pdu } from "../../../gateway/standards/dicom/pdu.ts"
import { Collector } from "./collector.ts"
import { RawPeer, associateRequest, echoCommand, pData, storeCommand } from "./raw-peer.ts"

const IDLE_MS = 150
const DONE = { status: 0, comment: "" }

/** C-STORE-RQ and its whole data set. */
const store = (MessageID: number): Pdu[] => [
  storeCommand(MessageID),
  pData(1, false, true, Uint8Array.of(MessageID, 0)),
]

function answered(pdu: Pdu | null): readonly [string, number] {
  const command = decodeCommand(Buffer.concat((pdu as PDataTF).values.map(({ fragment }) => fragment)))
  assert.ok("MessageIDBeingRespondedTo" in command)
  return [command.kind, command.MessageIDBeingRespondedTo]
}

/** Answers that are given when the test says so, by instance. */
class Held {
  readonly begun: string[] = []
  readonly #waiting = new Map<string, PromiseWithResolvers<typeof DONE>>()

  answer = ({ AffectedSOPInstanceUID: uid }: { readonly AffectedSOPInstanceUID: string }) => {
    this.begun.push(uid)
    const answer = Promise.withResolvers<typeof DONE>()
    this.#waiting.set(uid, answer)
    return answer.promise
  }
  give(MessageID: number): void {
    this.#waiting.get(`1.2.3.${MessageID}`)?.resolve(DONE)
  }
  async until(count: number): Promise<void> {
    while (this.begun.length < count) await sleep(2)
  }
}

describe("an asynchronous operations window (PS3.7 D.3.3.3)", () => {
  let scp: StorageScp
  let collector: Collector
  let held: Held
  let faults: unknown[]

  beforeEach(async () => {
    held = new Held()
    collector = new Collector()
    collector.answer = held.answer
    faults = []
    const onFault = (fault: unknown) => faults.push(fault)
    scp = await listen({ port: 0, host: "127.0.0.1", idleMs: IDLE_MS, onFault }, collector)
  })
  afterEach(async () => {
    await scp.close(500)
    assert.equal(collector.ended, collector.opened, "every intake is ended exactly once")
    assert.deepEqual(faults, [])
  })

  async function device(invoked: number | null): Promise<{ peer: RawPeer; granted: number }> {
    const peer = await RawPeer.connect(scp.port)
    const { userInformation } = associateRequest()
    const asynchronousOperations = invoked === null ? null : { invoked, performed: 1 }
    const answer = (await peer.associate({
      userInformation: { ...userInformation, asynchronousOperations },
    })) as AssociateAC
    return { peer, granted: answer.userInformation.asynchronousOperations?.invoked ?? 1 }
  }

  it("is granted as it is asked for, up to a cap, and 0 asks for all there is", async () => {
    for (const [asked, granted] of [
      [1, 1],
      [3, 3],
      [65535, MAX_OPERATIONS],
      [0, MAX_OPERATIONS],
    ] as const) {
      const { peer, granted: answer } = await device(asked)
      assert.equal(answer, granted)
      peer.socket.destroy()
    }
  })

  it("lets the next object come while those before it wait for the disk, and answers each when it is done", async () => {
    const { peer } = await device(3)
    peer.send(...store(1), ...store(2), ...store(3))
    await held.until(3)
    for (const MessageID of [3, 1, 2]) {
      held.give(MessageID)
      assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", MessageID])
    }
    peer.socket.destroy()
  })

  it("is not exceeded, whatever a device sends ahead", async () => {
    const { peer } = await device(2)
    peer.send(...store(1), ...store(2), ...store(3), ...store(4))
    await held.until(2)
    await sleep(50)
    assert.deepEqual(held.begun, ["1.2.3.1", "1.2.3.2"])
    held.give(2)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 2])
    await held.until(3)
    for (const MessageID of [1, 3]) {
      held.give(MessageID)
      assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", MessageID])
    }
    await held.until(4)
    held.give(4)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 4])
    peer.socket.destroy()
  })

  it("is one when it is not negotiated", async () => {
    const { peer } = await device(null)
    peer.send(...store(1), ...store(2))
    await held.until(1)
    await sleep(50)
    assert.deepEqual(held.begun, ["1.2.3.1"])
    held.give(1)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 1])
    await held.until(2)
    held.give(2)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 2])
    peer.socket.destroy()
  })

  it("holds C-STOREs only: an echo waits its turn", async () => {
    const { peer } = await device(4)
    peer.send(...store(1), echoCommand(2))
    await held.until(1)
    held.give(1)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 1])
    assert.deepEqual(answered(await peer.next()), ["C-ECHO-RSP", 2])
    peer.socket.destroy()
  })

  it("is emptied before a release is answered", async () => {
    const { peer } = await device(4)
    peer.send(...store(1), ...store(2), { type: "A-RELEASE-RQ" })
    await held.until(2)
    held.give(2)
    held.give(1)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 2])
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 1])
    assert.equal((await peer.next())?.type, "A-RELEASE-RP")
    peer.socket.end()
  })

  it("does not count the wait for our answers as the device's silence, and counts its silence afterwards", async () => {
    const { peer } = await device(4)
    peer.send(...store(1), ...store(2))
    await held.until(2)
    await sleep(IDLE_MS * 3)
    held.give(1)
    held.give(2)
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 1])
    assert.deepEqual(answered(await peer.next()), ["C-STORE-RSP", 2])
    assert.deepEqual(await peer.next(), { type: "A-ABORT", source: 0, reason: 0 })
  })

  it("is concluded when the device goes away, and the intake ended only then", async () => {
    const { peer } = await device(4)
    peer.send(...store(1), ...store(2), storeCommand(3), pData(1, false, false, new Uint8Array(4)))
    await held.until(2)
    peer.socket.resetAndDestroy()
    while (collector.aborted.length === 0) await sleep(2)
    assert.ok(collector.ended < 1)
    held.give(1)
    held.give(2)
    while (collector.ended === 0) await sleep(2)
    assert.deepEqual(collector.aborted, ["1.2.3.3"])
    assert.deepEqual(
      collector.kept.map(({ AffectedSOPInstanceUID }) => AffectedSOPInstanceUID),
      ["1.2.3.1", "1.2.3.2"],
    )
  })

  it("says nothing more after an abort of ours", async () => {
    const { peer } = await device(4)
    peer.send(...store(1), pData(77, true, true, new Uint8Array(2)))
    await held.until(1)
    assert.deepEqual(await peer.next(), { type: "A-ABORT", source: 2, reason: 5 })
    held.give(1)
    peer.socket.end()
    assert.equal(await peer.next(), null)
    assert.equal(collector.kept.length, 1)
  })
})
