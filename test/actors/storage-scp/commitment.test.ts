import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { associate, type AssociateOptions } from "../../../gateway/actors/association-requestor/associate.ts"
import { action, echo, eventReport } from "../../../gateway/actors/association-requestor/operations.ts"
import { listen, type StorageScp } from "../../../gateway/actors/storage-scp/listen.ts"
import type { CommitmentHandler, DicomPeer } from "../../../gateway/journey/ports/dicom-nodes.ts"
import type { StoreAnswer } from "../../../gateway/journey/ports/inbound.ts"
import {
  readCommitmentResult,
  writeCommitmentRequest,
  writeCommitmentResult,
  type CommitmentRequest,
  type CommitmentResult,
} from "../../../gateway/standards/dicom/storage-commitment.ts"
import { decodeCommand, encodeCommand } from "../../../gateway/standards/dicom/dimse.ts"
import type { PDataTF } from "../../../gateway/standards/dicom/pdu.ts"
import { transferSyntax } from "../../../gateway/standards/dicom/sop-classes.ts"
import { Collector } from "./collector.ts"
import { RawPeer, pData } from "./raw-peer.ts"

const COMMITMENT = "1.2.840.10008.1.20.1"
const INSTANCE = `${COMMITMENT}.1`
const VERIFICATION = "1.2.840.10008.1.1"
const CT = "1.2.840.10008.5.1.4.1.1.2"
const SYNTAXES = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
const REQUEST: CommitmentRequest = {
  TransactionUID: "1.2.3.4",
  references: [{ SOPClassUID: CT, SOPInstanceUID: "1.2.3.4.5" }],
}
const RESULT: CommitmentResult = {
  TransactionUID: "1.2.3.4",
  RetrieveAETitle: "PACS",
  committed: REQUEST.references,
  failed: [],
}
const ACTION = { SOPClassUID: COMMITMENT, SOPInstanceUID: INSTANCE, ActionTypeID: 1 }
const EVENT = { SOPClassUID: COMMITMENT, SOPInstanceUID: INSTANCE, EventTypeID: 1 }
const TIMEOUTS = { responseMs: 2000, artimMs: 2000, connectMs: 2000 }

class Notary implements CommitmentHandler {
  readonly requests: { peer: DicomPeer; request: CommitmentRequest }[] = []
  readonly results: { peer: DicomPeer; result: CommitmentResult }[] = []
  answer: StoreAnswer = { status: 0, comment: "" }
  /** Runs before the request is answered. */
  before: () => Promise<void> = () => Promise.resolve()

  async request(peer: DicomPeer, request: CommitmentRequest): Promise<StoreAnswer> {
    this.requests.push({ peer, request })
    await this.before()
    return this.answer
  }
  result(peer: DicomPeer, result: CommitmentResult): Promise<StoreAnswer> {
    this.results.push({ peer, result })
    return Promise.resolve(this.answer)
  }
}

describe("storage commitment at our door", () => {
  let scp: StorageScp
  let notary: Notary
  const IDLE_MS = 150

  beforeEach(async () => {
    notary = new Notary()
    scp = await listen(
      {
        port: 0,
        host: "127.0.0.1",
        idleMs: IDLE_MS,
        waitingMs: 3000,
        commitments: notary,
        offer: () => ({
          services: new Set(["verification", "storage", "commitment"]),
          privateSopClasses: new Set(),
          declaredStorage: false,
          syntaxOf: transferSyntax,
        }),
      },
      new Collector(),
    )
  })
  afterEach(() => scp.close(500))

  const device = (asProvider: boolean, options: Partial<AssociateOptions> = {}) =>
    associate(
      { aeTitle: "DOKUEI", host: "127.0.0.1", port: scp.port, tls: null },
      [
        { abstractSyntax: COMMITMENT, transferSyntaxes: SYNTAXES, asProvider },
        { abstractSyntax: VERIFICATION, transferSyntaxes: SYNTAXES },
      ],
      { callingAE: "CT1", timeouts: TIMEOUTS, ...options },
    )
  const ask = (syntax: string) => writeCommitmentRequest(REQUEST, syntax)
  const tell = (syntax: string) => writeCommitmentResult(RESULT, syntax)
  const refused = (status: number) => ({ code: "ERR_DIMSE_REFUSED", status }) as unknown as Error

  it("takes a request and hands it over with who asked", async () => {
    const ct = await device(false)
    assert.deepEqual(await action(ct, ACTION, ask), { status: 0, comment: "" })
    await ct.release()
    const peer = { callingAE: "CT1", calledAE: "DOKUEI", remoteAddress: "127.0.0.1" }
    assert.deepEqual(notary.requests, [{ peer, request: REQUEST }])
  })

  it("tells the result on the same association", async () => {
    const told: CommitmentResult[] = []
    const ct = await device(false, {
      notified: (request, dataSet, syntax) => {
        assert.equal(request.EventTypeID, 1)
        told.push(readCommitmentResult(dataSet, syntax))
        return Promise.resolve({ status: 0, comment: "" })
      },
    })
    await action(ct, ACTION, ask)
    assert.equal(await scp.report("CT1", RESULT), true)
    assert.deepEqual(told, [RESULT])
    // It was told: nothing is left to tell here.
    assert.equal(await scp.report("CT1", RESULT), false)
    await ct.release()
  })

  it("never tells a result before the request's own answer", async () => {
    const peer = await RawPeer.connect(scp.port)
    await peer.associate({
      callingAE: "CT1",
      contexts: [{ id: 1, abstractSyntax: COMMITMENT, transferSyntaxes: SYNTAXES }],
    })
    const reported = Promise.withResolvers<boolean>()
    notary.before = async () => {
      scp.report("CT1", RESULT).then(reported.resolve, reported.reject)
      await sleep(50)
    }
    const command = encodeCommand({
      kind: "N-ACTION-RQ",
      MessageID: 5,
      RequestedSOPClassUID: COMMITMENT,
      RequestedSOPInstanceUID: INSTANCE,
      ActionTypeID: 1,
    })
    peer.send(pData(1, true, true, command), pData(1, false, true, ask(SYNTAXES[0]!)))
    const next = async () => decodeCommand(((await peer.next()) as PDataTF).values[0]!.fragment)
    assert.equal((await next()).kind, "N-ACTION-RSP")
    const notification = await next()
    assert.equal(notification.kind, "N-EVENT-REPORT-RQ")
    await peer.next()
    const answer = encodeCommand({
      kind: "N-EVENT-REPORT-RSP",
      MessageIDBeingRespondedTo: notification.MessageID,
      AffectedSOPClassUID: COMMITMENT,
      AffectedSOPInstanceUID: INSTANCE,
      Status: 0,
      ErrorComment: "",
    })
    peer.send(pData(1, true, true, answer))
    assert.equal(await reported.promise, true)
    peer.socket.destroy()
  })

  it("lets a device wait for its result longer than it may be idle otherwise", async () => {
    const ct = await device(false, { notified: () => Promise.resolve({ status: 0, comment: "" }) })
    await action(ct, ACTION, ask)
    await sleep(IDLE_MS * 3)
    assert.equal(await scp.report("CT1", RESULT), true)
    // Told: the ordinary patience is back.
    await echo(ct)
    await ct.ended
  })

  it("has nothing to tell on when the association is over", async () => {
    const ct = await device(false)
    await action(ct, ACTION, ask)
    await ct.release()
    await sleep(20)
    assert.equal(await scp.report("CT1", RESULT), false)
  })

  it("says so when the device refuses the result", async () => {
    const ct = await device(false, { notified: () => Promise.resolve({ status: 0x0110, comment: "" }) })
    await action(ct, ACTION, ask)
    await assert.rejects(scp.report("CT1", RESULT), refused(0x0110))
    await ct.release()
  })

  it("says so when the device goes away instead of answering", async () => {
    const ct = await device(false, { notified: () => new Promise(() => undefined) })
    await action(ct, ACTION, ask)
    const reporting = scp.report("CT1", RESULT)
    await sleep(30)
    void ct.abort()
    await assert.rejects(reporting, { code: "ERR_ASSOCIATION_ENDED" })
  })

  it("passes a refusal on, and then has nothing to tell", async () => {
    notary.answer = { status: 0x0213, comment: "disk full" }
    const ct = await device(false)
    await assert.rejects(action(ct, ACTION, ask), { code: "ERR_DIMSE_BUSY", status: 0x0213 })
    assert.equal(await scp.report("CT1", RESULT), false)
    await ct.release()
  })

  it("takes the result of an archive that comes back as provider", async () => {
    const archive = await device(true)
    assert.deepEqual(await eventReport(archive, EVENT, tell), { status: 0, comment: "" })
    await archive.release()
    assert.deepEqual(
      notary.results.map(({ result }) => result),
      [RESULT],
    )
  })

  it("does not let a user notify, nor a provider request", async () => {
    const ct = await device(false)
    await assert.rejects(eventReport(ct, EVENT, tell), refused(0x0211))
    await ct.release()
    const archive = await device(true)
    await assert.rejects(action(archive, ACTION, ask), refused(0x0211))
    await archive.release()
    assert.deepEqual([notary.requests, notary.results], [[], []])
  })

  it("refuses another instance, action type and event type in the words of PS3.7", async () => {
    const ct = await device(false)
    await assert.rejects(action(ct, { ...ACTION, SOPInstanceUID: "1.2" }, ask), refused(0x0112))
    await assert.rejects(action(ct, { ...ACTION, ActionTypeID: 2 }, ask), refused(0x0123))
    await ct.release()
    const archive = await device(true)
    await assert.rejects(eventReport(archive, { ...EVENT, EventTypeID: 3 }, tell), refused(0x0113))
    await archive.release()
  })

  it("refuses what cannot be read, and goes on", async () => {
    const ct = await device(false)
    await assert.rejects(
      action(ct, ACTION, () => new Uint8Array(6)),
      refused(0x0115),
    )
    await assert.rejects(
      action(ct, ACTION, (syntax) => writeCommitmentRequest({ ...REQUEST, references: [] }, syntax)),
      refused(0x0115),
    )
    await action(ct, ACTION, ask)
    await ct.release()
  })

  it("refuses more than it takes without holding it", async () => {
    const ct = await device(false)
    await assert.rejects(
      action(ct, ACTION, () => new Uint8Array(9 * 1024 * 1024)),
      { code: "ERR_DIMSE_BUSY", status: 0x0213 },
    )
    await ct.release()
  })
})
