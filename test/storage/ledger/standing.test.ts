/** What waits, as a person at the machine is told. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outboxSeal } from "../../../gateway/foundation/own-keys.ts"
import type { Ledger } from "../../../gateway/journey/records/ledger.ts"
import { openLedger } from "../../../gateway/storage/ledger/ledger.ts"
import { request, study, submission } from "./records.ts"
import { Slots } from "./slots.ts"

const at = (minute: number): string => new Date(Date.UTC(2026, 3, 1, 9, minute)).toISOString()

describe("what stands in the ledger, counted", () => {
  let folder: string
  let ledger: Ledger & { close(): void }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-standing-"))
    const indexKey = randomBytes(32)
    const path = join(folder, "ledger.sqlite")
    ledger = openLedger({ path, sealer: new Slots(), indexKey, audit: outboxSeal(indexKey) })
  })
  afterEach(async () => {
    ledger.close()
    await rm(folder, { recursive: true })
  })

  it("is nothing at first", async () => {
    const none = { count: 0, oldestAt: null }
    assert.deepEqual(await ledger.standing(["center"]), {
      arrivals: [],
      outgoing: [],
      acceptedAt: new Map([["center", null]]),
      commitments: none,
      deliveries: { planned: none, failed: none },
    })
  })

  it("names each device's newest study first", async () => {
    const studies = [3, 5, 4].map((minute) =>
      study({
        id: `s${minute}`,
        callingAE: minute === 4 ? "MR1" : "CT1",
        lastArrivalAt: at(minute),
        instances: minute,
      }),
    )
    await ledger.commit(studies.map((record) => ({ put: "study", record })))
    assert.deepEqual((await ledger.standing([])).arrivals, [
      { callingAE: "CT1", instances: 5, lastAt: at(5) },
      { callingAE: "MR1", instances: 4, lastAt: at(4) },
      { callingAE: "CT1", instances: 3, lastAt: at(3) },
    ])
  })

  it("counts what is on its way and what was given up, urgent ones among them, and not what arrived", async () => {
    const out = (id: string, over: Parameters<typeof submission>[0]) =>
      submission({ id, direction: "out", agreement: "center", requestId: null, bytesTotal: 10, ...over })
    await ledger.commit([
      { put: "request", record: request({ id: "urgent", urgency: "STAT" }) },
      { put: "submission", record: out("1", { state: "sealed", createdAt: at(2) }) },
      { put: "submission", record: out("2", { state: "sealed", createdAt: at(1), requestId: "urgent" }) },
      { put: "submission", record: out("3", { state: "failed", createdAt: at(3) }) },
      { put: "submission", record: out("4", { state: "verified", createdAt: at(4), acceptedAt: at(6) }) },
      { put: "submission", record: out("5", { state: "accepted", createdAt: at(5), acceptedAt: at(7) }) },
      { put: "submission", record: out("6", { direction: "in", state: "failed" }) },
    ])
    const { outgoing, acceptedAt } = await ledger.standing(["center", "other"])
    assert.deepEqual(outgoing, [
      { agreement: "center", state: "failed", count: 1, oldestAt: at(3), bytes: 10, stat: 0, inUnits: 0 },
      { agreement: "center", state: "sealed", count: 2, oldestAt: at(1), bytes: 20, stat: 1, inUnits: 0 },
    ])
    assert.deepEqual([...acceptedAt.values()], [at(7), null])
  })

  it("counts the studies whose units are on the line, each once", async () => {
    const out = (id: string, over: Parameters<typeof submission>[0]) =>
      submission({ id, direction: "out", agreement: "center", createdAt: at(1), bytesTotal: 10, ...over })
    const unit = (id: string, partOf: string) => out(id, { kind: "unit", state: "sending", partOf })
    await ledger.commit(
      [
        out("a", { state: "planned" }),
        out("b", { state: "planned" }),
        unit("a1", "a"),
        unit("a2", "a"),
        unit("b1", "b"),
      ].map((record) => ({ put: "submission", record })),
    )
    const { outgoing } = await ledger.standing([])
    assert.deepEqual(
      outgoing.map(({ state, count, inUnits }) => [state, count, inUnits]),
      [
        ["planned", 2, 0],
        ["sending", 0, 2],
      ],
    )
  })
})
