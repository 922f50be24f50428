import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { outboxSeal } from "../../../gateway/foundation/own-keys.ts"
import {
  ANSWER_WITHIN_MS,
  TELL_WITHIN_MS,
  commit,
  commitmentHandler,
} from "../../../gateway/journey/receive/commit.ts"
import { AssociationError, DimseError } from "../../../gateway/journey/errors.ts"
import { locks } from "../../../gateway/journey/locks.ts"
import type { CommitmentLine } from "../../../gateway/journey/ports/dicom-nodes.ts"
import type { Ledger } from "../../../gateway/journey/records/ledger.ts"
import type { World } from "../../../gateway/journey/world.ts"
import type {
  CommitmentRequest,
  CommitmentResult,
} from "../../../gateway/standards/dicom/storage-commitment.ts"
import { openLedger } from "../../../gateway/storage/ledger/ledger.ts"
import { Slots } from "../../storage/ledger/slots.ts"

const CT = "1.2.840.10008.5.1.4.1.1.2"
const at = (callingAE: string) => ({ callingAE, calledAE: "DOKUEI", remoteAddress: "127.0.0.1" })
const request = (TransactionUID: string, ...names: string[]): CommitmentRequest => ({
  TransactionUID,
  references: names.map((SOPInstanceUID) => ({ SOPClassUID: CT, SOPInstanceUID })),
})
const unreachable = () => new AssociationError("ERR_ASSOCIATION_UNREACHABLE", "down")
const rejected = () => new AssociationError("ERR_ASSOCIATION_REJECTED", "who are you")

/** Remembers what was said; throws what it is told to. */
class Line implements CommitmentLine {
  readonly asked: CommitmentRequest[] = []
  readonly told: { aeTitle: string; result: CommitmentResult }[] = []
  failsToAsk: (() => Error) | null = null
  failsToTell: (() => Error) | null = null

  ask(asked: CommitmentRequest): Promise<void> {
    if (this.failsToAsk) return Promise.reject(this.failsToAsk())
    this.asked.push(asked)
    return Promise.resolve()
  }
  tell(aeTitle: string, result: CommitmentResult): Promise<void> {
    if (this.failsToTell) return Promise.reject(this.failsToTell())
    this.told.push({ aeTitle, result })
    return Promise.resolve()
  }
}

describe("a storage commitment", () => {
  let folder: string
  let file: string
  let ledger: Ledger & { close(): void }
  let world: World
  let line: Line
  let now: number
  /** Writes the rows of what was sent a moment ago. */
  let flush: () => Promise<void>
  const indexKey = randomBytes(32)

  const open = () => openLedger({ path: file, sealer: new Slots(), indexKey, audit: outboxSeal(indexKey) })
  const worldOf = (): World =>
    ({
      ledger,
      clock: { now: () => new Date(now) },
      chance: { bytes: (length: number) => randomBytes(length) },
      locks: locks(),
    }) as unknown as World

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-commit-"))
    file = join(folder, "ledger.sqlite")
    now = Date.parse("2026-04-01T09:00:00Z")
    ledger = open()
    world = worldOf()
    line = new Line()
    flush = () => Promise.resolve()
  })
  afterEach(async () => {
    ledger.close()
    await rm(folder, { recursive: true })
  })

  const handler = (archiveAE: string | null = "PACS") => commitmentHandler(world, { flush }, archiveAE)
  /** Runs what is due now, as the runner does, once. */
  const run = async (hasArchive = true): Promise<number> => {
    const jobs = await ledger.dueJobs(new Date(now).toISOString(), 10)
    for (const job of jobs) {
      const { changes, again } = await commit(world, line, hasArchive, job)
      await ledger.commit([
        ...changes,
        again === undefined
          ? { remove: "job", id: job.id, runAt: job.runAt }
          : { put: "job", record: { ...job, runAt: again.at.toISOString(), failureCode: again.failureCode } },
      ])
    }
    return jobs.length
  }
  const answer = (relayed: string, committed: string[], failed: string[] = []): CommitmentResult => ({
    TransactionUID: relayed,
    RetrieveAETitle: "PACS",
    committed: committed.map((SOPInstanceUID) => ({ SOPClassUID: CT, SOPInstanceUID })),
    failed: failed.map((SOPInstanceUID) => ({ SOPClassUID: CT, SOPInstanceUID, FailureReason: 0x0112 })),
  })
  const reasons = (result: CommitmentResult) => result.failed.map((each) => each.FailureReason)

  it("is relayed under a Transaction UID of our own, and the answer told under the device's", async () => {
    assert.deepEqual(await handler().request(at("CT1"), request("1.1", "1.2.3", "1.2.4")), {
      status: 0,
      comment: "",
    })
    await run()
    const [asked] = line.asked
    assert.notEqual(asked!.TransactionUID, "1.1")
    assert.match(asked!.TransactionUID, /^2\.25\.\d+$/)
    await handler().result(at("PACS"), answer(asked!.TransactionUID, ["1.2.3"], ["1.2.4"]))
    await run()
    assert.deepEqual(line.told, [
      {
        aeTitle: "CT1",
        result: {
          TransactionUID: "1.1",
          RetrieveAETitle: "PACS",
          committed: [{ SOPClassUID: CT, SOPInstanceUID: "1.2.3" }],
          failed: [{ SOPClassUID: CT, SOPInstanceUID: "1.2.4", FailureReason: 0x0112 }],
        },
      },
    ])
    assert.deepEqual(await ledger.dueJobs("9999", 1), [])
  })

  it("survives a restart at every station", async () => {
    const restart = () => {
      ledger.close()
      ledger = open()
      world = worldOf()
    }
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    restart()
    await run()
    restart()
    await handler().result(at("PACS"), answer(line.asked[0]!.TransactionUID, ["1.2.3"]))
    restart()
    await run()
    assert.equal(line.told.length, 1)
  })

  it("keeps no instance in the clear, and none at all once the device has its answer", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.392.200036.9116.77"))
    const kept = async () => Buffer.concat([await readFile(file), await readFile(`${file}-wal`)])
    assert.equal((await kept()).includes("1.2.392.200036.9116.77"), false)
    await run()
    await handler().result(at("PACS"), answer(line.asked[0]!.TransactionUID, ["1.2.392.200036.9116.77"]))
    await run()
    const [told] = await ledger.commitmentsOf("CT1", "1.1")
    assert.equal(told!.state, "told")
    assert.deepEqual([told!.instances, told!.committed], [1, 1])
    assert.deepEqual(told!.private, { request: null, result: null })
  })

  it("promises nothing without an archive: what we have fails otherwise than what we never saw", async () => {
    world = {
      ...world,
      ledger: { ...ledger, knowsInstance: (uid: string) => Promise.resolve(uid === "1.2.3") },
    }
    await handler(null).request(at("CT1"), request("1.1", "1.2.3", "9.9.9"))
    await run(false)
    await run(false)
    assert.deepEqual(line.asked, [])
    assert.deepEqual(line.told[0]!.result.committed, [])
    assert.deepEqual(reasons(line.told[0]!.result), [0x0110, 0x0112])
  })

  it("of images that came a moment before is about images we have: their rows come first", async () => {
    let isFiled = false
    flush = () => {
      isFiled = true
      return Promise.resolve()
    }
    world = { ...world, ledger: { ...ledger, knowsInstance: () => Promise.resolve(isFiled) } }
    await handler(null).request(at("CT1"), request("1.1", "1.2.3"))
    await run(false)
    await run(false)
    assert.deepEqual(reasons(line.told[0]!.result), [0x0110])
  })

  it("is asked again while the archive is down, and fails when a day has passed", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    line.failsToAsk = unreachable
    await run()
    assert.equal((await ledger.commitmentsOf("CT1", "1.1"))[0]!.failureCode, "ERR_ASSOCIATION_UNREACHABLE")
    assert.equal(line.told.length, 0)
    now += ANSWER_WITHIN_MS
    await run()
    await run()
    assert.deepEqual(reasons(line.told[0]!.result), [0x0110])
  })

  it("fails at once when the archive refuses it for good", async () => {
    for (const refusal of [rejected, () => new DimseError("ERR_DIMSE_REFUSED", 0x0122, "no")]) {
      line.failsToAsk = refusal
      await handler().request(at("CT1"), request("1.1", "1.2.3"))
      await run()
      await run()
      assert.deepEqual(reasons(line.told.at(-1)!.result), [0x0110])
    }
  })

  it("fails when the archive takes the question and never answers", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    await run()
    now += ANSWER_WITHIN_MS
    await run()
    await run()
    assert.deepEqual(reasons(line.told[0]!.result), [0x0110])
    // What comes after all changes nothing.
    await handler().result(at("PACS"), answer(line.asked[0]!.TransactionUID, ["1.2.3"]))
    assert.equal(line.told.length, 1)
  })

  it("is told again and again while the device is away, for a week", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    await run()
    await handler().result(at("PACS"), answer(line.asked[0]!.TransactionUID, ["1.2.3"]))
    line.failsToTell = unreachable
    for (let hour = 0; hour < 100; hour++) {
      await run()
      now += 60 * 60 * 1000
    }
    line.failsToTell = null
    await run()
    assert.equal(line.told.length, 1)
  })

  it("ends with a failure a person sees when the device was away for longer", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    await run()
    await handler().result(at("PACS"), answer(line.asked[0]!.TransactionUID, ["1.2.3"]))
    line.failsToTell = () => new AssociationError("ERR_ASSOCIATION_ADDRESS", "no address")
    now += TELL_WITHIN_MS
    await run()
    const [record] = await ledger.commitmentsOf("CT1", "1.1")
    assert.deepEqual([record!.state, record!.failureCode], ["failed", "ERR_ASSOCIATION_ADDRESS"])
    assert.deepEqual(await ledger.dueJobs("9999", 1), [])
  })

  it("takes a result only from the archive, and only for what it was asked", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    await run()
    const relayed = line.asked[0]!.TransactionUID
    assert.equal((await handler().result(at("CT1"), answer(relayed, ["1.2.3"]))).status, 0x0124)
    assert.equal((await handler().result(at("PACS"), answer("7.7.7", ["1.2.3"]))).status, 0x0110)
    // The device's own Transaction UID is no key to it either.
    assert.equal((await handler().result(at("PACS"), answer("1.1", ["1.2.3"]))).status, 0x0110)
    assert.equal((await ledger.commitmentsOf("CT1", "1.1"))[0]!.state, "asked")
  })

  it("takes the same result twice and tells it once", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    await run()
    const result = answer(line.asked[0]!.TransactionUID, ["1.2.3"])
    assert.equal((await handler().result(at("PACS"), result)).status, 0)
    assert.equal((await handler().result(at("PACS"), result)).status, 0)
    await run()
    assert.equal((await handler().result(at("PACS"), result)).status, 0)
    assert.equal(await run(), 0)
    assert.equal(line.told.length, 1)
  })

  it("is one when the device asks twice, and not the other device's", async () => {
    for (const aeTitle of ["CT1", "CT1", "MR1"])
      await handler().request(at(aeTitle), request("1.1", "1.2.3", "1.2.4"))
    await run()
    assert.equal(line.asked.length, 2)
  })

  it("fails as a duplicate when the Transaction UID stands for something else already", async () => {
    await handler().request(at("CT1"), request("1.1", "1.2.3"))
    await handler().request(at("CT1"), request("1.1", "1.2.9"))
    await run()
    assert.equal(line.asked.length, 1)
    assert.deepEqual(
      line.told.map(({ result }) => reasons(result)),
      [[0x0131]],
    )
  })
})
