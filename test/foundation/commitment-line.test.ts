/** Storage commitment from a device over us to an archive and back, with Orthanc in both places. */
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { associate } from "../../gateway/actors/association-requestor/associate.ts"
import { action } from "../../gateway/actors/association-requestor/operations.ts"
import { listen, type StorageScp } from "../../gateway/actors/storage-scp/listen.ts"
import { systemChance, systemClock, wait } from "../../gateway/clock.ts"
import { commitmentLine, type OpenLine } from "../../gateway/foundation/commitment-line.ts"
import { outboxSeal } from "../../gateway/foundation/own-keys.ts"
import { commit, commitmentHandler } from "../../gateway/journey/receive/commit.ts"
import { locks } from "../../gateway/journey/locks.ts"
import type { Ledger } from "../../gateway/journey/records/ledger.ts"
import { startRunner, type Runner, type Step } from "../../gateway/journey/run.ts"
import type { World } from "../../gateway/journey/world.ts"
import {
  readCommitmentResult,
  writeCommitmentRequest,
  type CommitmentResult,
} from "../../gateway/standards/dicom/storage-commitment.ts"
import { openLedger } from "../../gateway/storage/ledger/ledger.ts"
import { transferSyntax } from "../../gateway/standards/dicom/sop-classes.ts"
import { Collector } from "../actors/storage-scp/collector.ts"
import { MR_IMAGE_STORAGE, writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { Orthanc } from "../peers/orthanc.ts"
import { Storescp, freePort } from "../peers/storescp.ts"
import { Slots } from "../storage/ledger/slots.ts"

const COMMITMENT = "1.2.840.10008.1.20.1"
const SYNTAXES = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
const nothing: Step = () => Promise.resolve({ changes: [] })
const NOTHING_WAITS = { flush: () => Promise.resolve() }

/** Our edge as far as commitments go. */
class Relay {
  readonly ledger: Ledger & { close(): void }
  readonly failures: unknown[] = []
  #scp: StorageScp | null = null
  #line: OpenLine | null = null
  #runner: Runner | null = null

  constructor(folder: string) {
    const indexKey = randomBytes(32)
    const path = join(folder, "ledger.sqlite")
    this.ledger = openLedger({ path, sealer: new Slots(), indexKey, audit: outboxSeal(indexKey) })
  }

  async open(port: number, archivePort: number | null, devices: Readonly<Record<string, number>>) {
    const world = {
      ledger: {
        ...this.ledger,
        commit: async (changes: Parameters<Ledger["commit"]>[0]) => {
          await this.ledger.commit(changes)
          this.#runner?.wake()
        },
      },
      clock: systemClock,
      chance: systemChance,
      locks: locks(),
    } as unknown as World
    const remote = (aeTitle: string, at: number) => ({ aeTitle, host: "127.0.0.1", port: at, tls: null })
    const handler = commitmentHandler(world, NOTHING_WAITS, archivePort === null ? null : "PACS")
    const scp = await listen(
      {
        port,
        host: "127.0.0.1",
        commitments: handler,
        offer: () => ({
          services: new Set(["verification", "storage", "commitment"]),
          privateSopClasses: new Set(),
          declaredStorage: false,
          syntaxOf: transferSyntax,
        }),
      },
      new Collector(),
    )
    const line = commitmentLine({
      aeTitle: "DOKUEI",
      archive: archivePort === null ? null : remote("PACS", archivePort),
      deviceOf: (aeTitle) => (devices[aeTitle] === undefined ? null : remote(aeTitle, devices[aeTitle])),
      scp,
      handler,
      onFault: (fault) => this.failures.push(fault),
    })
    this.#scp = scp
    this.#line = line
    this.#runner = startRunner({
      ledger: world.ledger,
      trail: { record: () => Promise.resolve() },
      clock: systemClock,
      chance: systemChance,
      locks: world.locks,
      wait,
      steps: {
        assemble: nothing,
        recode: nothing,
        package: nothing,
        submit: nothing,
        verify: nothing,
        expire: nothing,
        deliver: nothing,
        notify: nothing,
        renew: nothing,
        sign: nothing,
        stamp: nothing,
        commit: (job) => commit(world, line, archivePort !== null, job),
      },
      onFailure: (_job, error) => this.failures.push(error),
    })
  }

  async close(): Promise<void> {
    await this.#scp?.close(100)
    await this.#line?.close()
    await this.#runner?.stop()
  }
}

describe("storage commitment with Orthanc", function () {
  this.timeout(30_000)
  let folder: string
  let study: SmallStudy
  let archive: Orthanc
  let relay: Relay
  let port: number

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-commitment-"))
    study = writeStudy(folder, { PatientID: "P1", PatientName: Buffer.from("Yamada^Tarou"), slices: 2 })
    port = await freePort()
    archive = await Orthanc.open({ modalities: { dokuei: ["DOKUEI", port] } })
    // The archive has one of the two.
    await archive.post("/instances", await readFile(study.files[0]!))
  })
  after(async () => {
    await archive.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    relay = new Relay(await mkdtemp(join(folder, "relay-")))
  })
  afterEach(async () => {
    await relay.close()
    relay.ledger.close()
    assert.deepEqual(relay.failures, [])
  })

  const instances = () =>
    study.instances.map(({ SOPInstanceUID }) => ({ SOPClassUID: MR_IMAGE_STORAGE, SOPInstanceUID }))

  /** A device that has asked and stays on the line. */
  const waitingDevice = async (TransactionUID: string) => {
    const told = Promise.withResolvers<CommitmentResult>()
    const request = await associate(
      { aeTitle: "DOKUEI", host: "127.0.0.1", port, tls: null },
      [{ abstractSyntax: COMMITMENT, transferSyntaxes: SYNTAXES }],
      {
        callingAE: "MR1",
        notified: (_command, dataSet, syntax) => {
          told.resolve(readCommitmentResult(dataSet, syntax))
          return Promise.resolve({ status: 0, comment: "" })
        },
      },
    )
    await action(
      request,
      { SOPClassUID: COMMITMENT, SOPInstanceUID: `${COMMITMENT}.1`, ActionTypeID: 1 },
      (syntax) => writeCommitmentRequest({ TransactionUID, references: instances() }, syntax),
    )
    return { told: told.promise, request }
  }

  it("passes the archive's answer on to a device that waits on its association", async () => {
    await relay.open(port, archive.port, {})
    const { told, request } = await waitingDevice("1.2.3.4")
    const { TransactionUID, committed, failed } = await told
    await request.release()
    assert.equal(TransactionUID, "1.2.3.4")
    assert.deepEqual(committed, [instances()[0]])
    assert.deepEqual(failed, [{ ...instances()[1], FailureReason: 0x0112 }])
  })

  it("passes it on to a device that has hung up, on a new association", async () => {
    const devicePort = await freePort()
    const device = await Orthanc.open({
      aeTitle: "MR1",
      modalities: {},
      config: {
        DicomPort: devicePort,
        DicomModalities: {
          dokuei: { AET: "DOKUEI", Host: "127.0.0.1", Port: port, AllowStorageCommitment: true },
        },
      },
    })
    await relay.open(port, archive.port, { MR1: devicePort })
    const { Path } = await device.post<{ Path: string }>("/modalities/dokuei/storage-commitment", {
      DicomInstances: instances().map((each) => [each.SOPClassUID, each.SOPInstanceUID]),
    })
    interface Report {
      readonly Status: string
      readonly Success: readonly unknown[]
      readonly Failures: readonly { readonly FailureReason: number }[]
    }
    let report = await device.get<Report>(Path)
    for (let tries = 0; tries < 200 && report.Status === "Pending"; tries++) {
      await sleep(50)
      report = await device.get<Report>(Path)
    }
    await device.close()
    assert.equal(report.Status, "Failure")
    assert.equal(report.Success.length, 1)
    assert.deepEqual(
      report.Failures.map(({ FailureReason }) => FailureReason),
      [0x0112],
    )
  })

  it("takes the answer of an archive that gives it on the association that asked", async () => {
    const pacs = new Collector()
    pacs.calledAE = "PACS"
    const archiveScp: StorageScp = await listen(
      {
        port: 0,
        host: "127.0.0.1",
        offer: () => ({
          services: new Set(["commitment"]),
          privateSopClasses: new Set(),
          declaredStorage: false,
          syntaxOf: transferSyntax,
        }),
        commitments: {
          request: (peer, { TransactionUID, references }) => {
            const result = { TransactionUID, RetrieveAETitle: "PACS", committed: references, failed: [] }
            archiveScp.report(peer.callingAE, result).catch((fault: unknown) => relay.failures.push(fault))
            return Promise.resolve({ status: 0, comment: "" })
          },
          result: () => Promise.reject(new Error("nobody asks an archive")),
        },
      },
      pacs,
    )
    await relay.open(port, archiveScp.port, {})
    const { told, request } = await waitingDevice("1.2.3.7")
    const { committed, RetrieveAETitle } = await told
    await request.release()
    assert.deepEqual([committed, RetrieveAETitle], [instances(), "PACS"])
    await archiveScp.close(500)
  })

  it("tells a device that everything failed when its archive is none", async () => {
    await relay.open(port, null, {})
    const { told, request } = await waitingDevice("1.2")
    const { committed, failed } = await told
    await request.release()
    assert.deepEqual(committed, [])
    assert.deepEqual(
      failed.map((each) => each.FailureReason),
      [0x0112, 0x0112],
    )
  })

  it("promises nothing when the archive does not know storage commitment", async () => {
    const storescp = await Storescp.open()
    await relay.open(port, storescp.port, {})
    const device = await associate(
      { aeTitle: "DOKUEI", host: "127.0.0.1", port, tls: null },
      [{ abstractSyntax: COMMITMENT, transferSyntaxes: SYNTAXES }],
      { callingAE: "MR1" },
    )
    await action(
      device,
      { SOPClassUID: COMMITMENT, SOPInstanceUID: `${COMMITMENT}.1`, ActionTypeID: 1 },
      (syntax) => writeCommitmentRequest({ TransactionUID: "1.9", references: instances() }, syntax),
    )
    await device.release()
    const state = async () => (await relay.ledger.commitmentsOf("MR1", "1.9"))[0]
    for (let tries = 0; tries < 100 && (await state())?.failureCode !== "ERR_ASSOCIATION_ADDRESS"; tries++)
      await sleep(50)
    await storescp.close()
    // It failed as a whole, and waits for a device whose address nobody has told us.
    const record = await state()
    assert.deepEqual([record?.state, record?.committed], ["answered", 0])
    assert.equal(record?.private.result?.failed.length, 2)
  })
})
