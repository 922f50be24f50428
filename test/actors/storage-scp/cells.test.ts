/** PS3.8 table 9-10 as a peer sees it: every PDU in every state an acceptor can be found in, over a socket. */
import assert from "node:assert/strict"
import { listen, type StorageScp } from "../../../gateway/actors/storage-scp/listen.ts"
import type { Pdu } from "../../../gateway/standards/dicom/pdu.ts"
import { Collector } from "./collector.ts"
import { EXPLICIT, RawPeer, associateRequest, echoCommand } from "./raw-peer.ts"

const ARTIM_MS = 80

/** An event of the table, as bytes on the line. */
const SENT = {
  Evt3: {
    ...associateRequest(),
    type: "A-ASSOCIATE-AC",
    contexts: [{ id: 1, result: 0, transferSyntax: EXPLICIT }],
  },
  Evt4: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 1 },
  Evt6: associateRequest(),
  Evt10: echoCommand(1),
  Evt12: { type: "A-RELEASE-RQ" },
  Evt13: { type: "A-RELEASE-RP" },
  Evt16: { type: "A-ABORT", source: 0, reason: 0 },
  Evt19: Uint8Array.of(0x0b, 0, 0, 0, 0, 4, 0, 0, 0, 0),
} as const satisfies Record<string, Pdu | Uint8Array>
type Sent = keyof typeof SENT

const NOTHING = null
/** A-ABORT of the provider, by its reason (table 9-26): 1 unrecognized, 2 unexpected PDU. */
const abort = (reason: number) => `A-ABORT 2.${reason}`

/** What comes back, and the action of tables 9-6 to 9-9 that sends it. `null`: nothing but the end of the connection. */
const CELLS: Readonly<Record<string, Readonly<Record<Sent, readonly [string, string | null]>>>> = {
  Sta2: {
    Evt3: ["AA-1", abort(2)],
    Evt4: ["AA-1", abort(2)],
    Evt6: ["AE-6", "A-ASSOCIATE-AC"],
    Evt10: ["AA-1", abort(2)],
    Evt12: ["AA-1", abort(2)],
    Evt13: ["AA-1", abort(2)],
    Evt16: ["AA-2", NOTHING],
    Evt19: ["AA-1", abort(1)],
  },
  Sta6: {
    Evt3: ["AA-8", abort(2)],
    Evt4: ["AA-8", abort(2)],
    Evt6: ["AA-8", abort(2)],
    Evt10: ["DT-2", "P-DATA-TF"],
    Evt12: ["AR-2", "A-RELEASE-RP"],
    Evt13: ["AA-8", abort(2)],
    Evt16: ["AA-3", NOTHING],
    Evt19: ["AA-8", abort(1)],
  },
  "Sta13 after a rejection": {
    Evt3: ["AA-6", NOTHING],
    Evt4: ["AA-6", NOTHING],
    Evt6: ["AA-7", abort(2)],
    Evt10: ["AA-6", NOTHING],
    Evt12: ["AA-6", NOTHING],
    Evt13: ["AA-6", NOTHING],
    Evt16: ["AA-2", NOTHING],
    Evt19: ["AA-7", abort(1)],
  },
  "Sta13 after a release": {
    Evt3: ["AA-6", NOTHING],
    Evt4: ["AA-6", NOTHING],
    Evt6: ["AA-7", abort(2)],
    Evt10: ["AA-6", NOTHING],
    Evt12: ["AA-6", NOTHING],
    Evt13: ["AA-6", NOTHING],
    Evt16: ["AA-2", NOTHING],
    Evt19: ["AA-7", abort(1)],
  },
}

/** How a peer brings the acceptor there. */
const WAY: Readonly<Record<keyof typeof CELLS, (peer: RawPeer) => Promise<string | undefined>>> = {
  Sta2: () => Promise.resolve(undefined),
  Sta6: async (peer) => (await peer.associate())?.type,
  "Sta13 after a rejection": async (peer) => (await peer.associate({ calledAE: "NOBODY" }))?.type,
  "Sta13 after a release": async (peer) => {
    await peer.associate()
    peer.send({ type: "A-RELEASE-RQ" })
    return (await peer.next())?.type
  },
}

describe("an acceptor's column of PS3.8 table 9-10, over a socket", () => {
  let scp: StorageScp
  const faults: unknown[] = []
  before(async () => {
    const onFault = (fault: unknown) => faults.push(fault)
    scp = await listen({ port: 0, host: "127.0.0.1", artimMs: ARTIM_MS, onFault }, new Collector())
  })
  after(async () => {
    await scp.close(100)
    assert.deepEqual(faults, [])
    assert.equal(scp.stats.open, 0)
  })

  const told = (pdu: Pdu | null): string | null =>
    pdu?.type === "A-ABORT" ? `A-ABORT ${pdu.source}.${pdu.reason}` : (pdu?.type ?? null)

  for (const [state, cells] of Object.entries(CELLS))
    for (const [event, [action, expected]] of Object.entries(cells) as [
      Sent,
      readonly [string, string | null],
    ][])
      it(`${state}, ${event}: ${action} ${expected === null ? "says nothing" : `answers ${expected}`}`, async () => {
        const peer = await RawPeer.connect(scp.port)
        await WAY[state]?.(peer)
        peer.send(SENT[event])
        assert.equal(told(await peer.next()), expected)
        // In Sta13 ARTIM ends it (Evt18, AA-2) when the peer does not.
        const goesOn = ["AE-6", "DT-2"].includes(action)
        if (goesOn) peer.socket.destroy()
        else assert.equal(await peer.next(), null)
      })

  it("Sta2, Evt18: AA-2 closes on a peer that never asks", async () => {
    const peer = await RawPeer.connect(scp.port)
    const began = performance.now()
    assert.equal(await peer.next(), null)
    assert.ok(performance.now() - began >= ARTIM_MS * 0.9)
  })
})
