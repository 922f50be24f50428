import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outboxSeal } from "../../../gateway/foundation/own-keys.ts"
import type { CommitmentRecord, DeliveryRecord } from "../../../gateway/journey/records/archive.ts"
import type { Ledger } from "../../../gateway/journey/records/ledger.ts"
import { openLedger } from "../../../gateway/storage/ledger/ledger.ts"
import { instance } from "./records.ts"
import { Slots } from "./slots.ts"

const COMMITMENT: CommitmentRecord = {
  id: "c1",
  state: "requested",
  callingAE: "CT1",
  TransactionUID: "1.2.3",
  relayedTransactionUID: "2.25.1",
  instances: 1,
  committed: 0,
  requestedAt: "2026-04-01T00:00:00.000Z",
  answeredAt: null,
  toldAt: null,
  failureCode: null,
  private: {
    request: { TransactionUID: "1.2.3", references: [{ SOPClassUID: "1.2", SOPInstanceUID: "1.2.3.4" }] },
    result: null,
  },
}
const DELIVERY: DeliveryRecord = {
  id: "r1/archive",
  reportId: "r1",
  requestId: "q1",
  channel: "archive",
  state: "planned",
  aeTitle: "",
  form: null,
  plannedAt: "2026-04-01T00:00:00.000Z",
  deliveredAt: null,
  failureCode: null,
}

describe("the ledger's rows of the hospital's archive", () => {
  let folder: string
  let ledger: Ledger & { close(): void }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-archive-rows-"))
    const indexKey = randomBytes(32)
    const path = join(folder, "ledger.sqlite")
    ledger = openLedger({ path, sealer: new Slots(), indexKey, audit: outboxSeal(indexKey) })
  })
  afterEach(async () => {
    ledger.close()
    await rm(folder, { recursive: true })
  })

  it("give a commitment back as it was put, by each of its names", async () => {
    await ledger.commit([{ put: "commitment", record: COMMITMENT }])
    assert.deepEqual(await ledger.commitment("c1"), COMMITMENT)
    assert.deepEqual(await ledger.commitmentByRelay("2.25.1"), COMMITMENT)
    assert.deepEqual(await ledger.commitmentsOf("CT1", "1.2.3"), [COMMITMENT])
    assert.deepEqual(await ledger.commitmentsOf("MR1", "1.2.3"), [])
    assert.equal(await ledger.commitment("c2"), null)
  })

  it("give the newest commitment first when a device uses a Transaction UID again", async () => {
    const later = {
      ...COMMITMENT,
      id: "c2",
      relayedTransactionUID: "2.25.2",
      requestedAt: "2026-04-02T00:00:00.000Z",
    }
    await ledger.commit([COMMITMENT, later].map((record) => ({ put: "commitment", record })))
    const ids = (await ledger.commitmentsOf("CT1", "1.2.3")).map(({ id }) => id)
    assert.deepEqual(ids, ["c2", "c1"])
  })

  it("replace a commitment and a delivery by id", async () => {
    const told: CommitmentRecord = { ...COMMITMENT, state: "told", private: { request: null, result: null } }
    const delivered: DeliveryRecord = { ...DELIVERY, state: "delivered", aeTitle: "PACS" }
    await ledger.commit([
      { put: "commitment", record: COMMITMENT },
      { put: "delivery", record: DELIVERY },
    ])
    await ledger.commit([
      { put: "commitment", record: told },
      { put: "delivery", record: delivered },
    ])
    assert.deepEqual(await ledger.commitment("c1"), told)
    assert.deepEqual(await ledger.delivery("r1/archive"), delivered)
    assert.deepEqual(await ledger.deliveriesOf("r1"), [delivered])
    assert.deepEqual(await ledger.deliveriesOf("r2"), [])
  })

  it("know an instance by its SOP Instance UID alone", async () => {
    const record = instance("object-1", "1.2.392.77.1")
    await ledger.commit([{ put: "instance", record }])
    assert.equal(await ledger.knowsInstance(record.private.SOPInstanceUID), true)
    assert.equal(await ledger.knowsInstance(`${record.private.SOPInstanceUID}.1`), false)
  })
})
