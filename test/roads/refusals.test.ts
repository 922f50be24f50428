/**
 * What must not come in: each hostile or faulty message gets a clear answer in its protocol's words, nothing of it is
 * kept, and the gateway goes on serving honest ones.
 */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import { sendStudy, staffItems } from "../../deploy/demo/hospital.ts"
import { NotReached, until } from "../../deploy/demo/walk.ts"
import type { Pdu } from "../../gateway/standards/dicom/pdu.ts"
import { decodeCommand } from "../../gateway/standards/dicom/dimse.ts"
import { withCa } from "../actors/certificates.ts"
import { EXPLICIT, pData, RawPeer, storeCommand } from "../actors/storage-scp/raw-peer.ts"
import {
  BentSubmission,
  openedBy,
  post,
  sealedFor,
  type Answered,
  type Caller,
} from "../peers/bent-submission.ts"
import { MR_IMAGE_STORAGE, uid, writeStudy, type SmallStudy } from "../peers/dicom-study.ts"
import { ANNEX_H } from "../peers/japanese-names.ts"
import { Bench } from "../peers/openssl.ts"
import { wireRequest, type WireDocument } from "../peers/wire.ts"
import { auditMessages, kindOf } from "./audit-messages.ts"
import { kept, type Kept } from "./kept.ts"
import { Road, type Role } from "./road.ts"

const NODE_AUTHENTICATION = "110126"
const IMPORT = "110107"
const SERIOUS = "8"

describe("the hospital's DICOM port", function () {
  this.timeout(120_000)
  let road: Road
  let study: SmallStudy
  let keptBefore: Kept
  let pid: number | null

  before(async function () {
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s" })
    study = small(road, "REFUSED")
    pid = road.pid("edge")
  })
  after(() => road.close())
  beforeEach(() => {
    keptBefore = kept(road, "edge")
  })
  afterEach(async () => {
    assert.deepEqual(await settled(road, "edge", keptBefore), keptBefore, "nothing is kept")
    assert.equal(road.pid("edge"), pid, "the process is the same")
    const echo = spawnSync("echoscu", [
      "-aet",
      "MR1",
      "-aec",
      "DOKUEI",
      "127.0.0.1",
      String(road.site.ports.dicom),
    ])
    assert.equal(echo.status, 0, "an honest device is served")
  })

  it("rejects a calling AE title nobody agreed: source 1, reason 3", async () => {
    assert.deepEqual(await associate({ callingAE: "EVIL" }), {
      type: "A-ASSOCIATE-RJ",
      result: 1,
      source: 1,
      reason: 3,
    })
    await assert.rejects(sendStudy(road.site, study.files, "EVIL"), /Calling AE Title Not Recognized/i)
  })

  it("rejects a called AE title that is not ours: source 1, reason 7", async () => {
    assert.deepEqual(await associate({ calledAE: "OTHER" }), {
      type: "A-ASSOCIATE-RJ",
      result: 1,
      source: 1,
      reason: 7,
    })
  })

  it("keeps nothing of a C-STORE whose line is cut in the middle of its data set", async () => {
    const peer = await device()
    const { SOPInstanceUID, dataSet } = study.instances[0]!
    peer.send(store(1, SOPInstanceUID), pData(1, false, false, dataSet.subarray(0, 900)))
    await sleep(100)
    peer.socket.destroy()
    await once(peer.socket, "close")
  })

  it("keeps nothing of a C-STORE that ends with A-ABORT", async () => {
    const peer = await device()
    const { SOPInstanceUID, dataSet } = study.instances[0]!
    peer.send(store(1, SOPInstanceUID), pData(1, false, false, dataSet.subarray(0, 900)))
    await sleep(50)
    peer.send({ type: "A-ABORT", source: 0, reason: 0 })
    await once(peer.socket.end(), "close")
  })

  it("answers C000 to a data set that ends before its identity is known", async () => {
    const peer = await device()
    const { SOPInstanceUID, dataSet } = study.instances[0]!
    peer.send(store(1, SOPInstanceUID), pData(1, false, true, dataSet.subarray(0, 100)))
    assert.equal(status(await peer.next()), 0xc000)
    peer.socket.destroy()
  })

  it("answers A900 to a data set of another instance than the command names", async () => {
    const peer = await device()
    peer.send(store(1, uid()), pData(1, false, true, study.instances[0]!.dataSet))
    assert.equal(status(await peer.next()), 0xa900)
    peer.socket.destroy()
  })

  it("aborts on a PDU longer than announced, before it takes any of it", async () => {
    const peer = await device()
    peer.send(Uint8Array.of(4, 0, 0x7f, 0xff, 0xff, 0xff))
    assert.deepEqual(await peer.next(), { type: "A-ABORT", source: 2, reason: 6 })
    peer.socket.destroy()
  })

  const associate = async (bend: { callingAE?: string; calledAE?: string }): Promise<Pdu | null> => {
    const peer = await RawPeer.connect(road.site.ports.dicom)
    const answer = await peer.associate({ callingAE: "MR1", ...bend })
    peer.socket.destroy()
    return answer
  }
  async function device(): Promise<RawPeer> {
    const peer = await RawPeer.connect(road.site.ports.dicom)
    const contexts = [{ id: 1, abstractSyntax: MR_IMAGE_STORAGE, transferSyntaxes: [EXPLICIT] }]
    const answer = await peer.associate({ callingAE: "MR1", contexts })
    assert.equal(answer?.type, "A-ASSOCIATE-AC")
    return peer
  }
})

describe("the reading centre's Document Recipient", function () {
  this.timeout(180_000)
  let road: Road
  let bench: Bench
  /** A real study submission that never reached the centre. */
  let taken: { contentType: string; body: Buffer }
  let clear: Map<string, Buffer>
  let pid: number | null
  let keptBefore: Kept

  before(async () => {
    bench = new Bench()
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", tapped: true })
    const tap = road.taps.center!
    tap.holds = true
    await road.send(small(road, "BENT"))
    taken = await until("the study on the wire", () => Promise.resolve(tap.held[0]))
    await road.stop("edge")
    clear = new Map(wireRequest(taken).documents.map(({ uniqueId, octets }) => [uniqueId, opened(octets)]))
    pid = road.pid("center")
  })
  after(async () => {
    bench.remove()
    await road.close()
  })

  const pem = (path: string): string => readFileSync(join(road.site.dir, "pki", path), "utf8")
  const caller = (role: Role): Caller => ({
    key: pem(`${role}/tls.key.pem`),
    cert: pem(`${role}/tls.chain.pem`),
    ca: pem("trust/tls-ca.pem"),
  })
  const bent = (): BentSubmission => new BentSubmission(taken)
  const send = ({ message }: BentSubmission): Promise<Answered> =>
    post(road.site.ports.centerXdr, caller("edge"), message)
  const image = (submission: BentSubmission): WireDocument =>
    submission.documents.find(({ formatCode }) => formatCode === MR_IMAGE_STORAGE)!
  const closing = (submission: BentSubmission): WireDocument =>
    submission.documents.find(({ formatCode }) => formatCode === "urn:ihe:iti:dsg:detached:2014")!
  const resealed = (document: WireDocument, change: (clear: Buffer) => Buffer): Buffer =>
    sealedFor(pem("center/object.chain.pem"), change(clear.get(document.uniqueId)!))
  const turned = (octets: Buffer, at: number): Buffer => {
    const copy = Buffer.from(octets)
    copy[at]! ^= 1
    return copy
  }

  const opened = (octets: Buffer): Buffer => {
    const [key, certificate] = ["center/object.key.pem", "center/object.chain.pem"].map((path) =>
      join(road.site.dir, "pki", path),
    )
    return openedBy(bench, { key: key!, certificate: certificate! }, octets)
  }

  /** Messages of the trail with this EventID since `from`; the trail follows the answer closely. */
  const told = (from: number, event: string, outcome: string) =>
    until(`audit ${event} ${outcome}`, () => {
      const found = auditMessages(road, "center")
        .slice(from)
        .filter((message) => kindOf(message).event === event && kindOf(message).outcome === outcome)
      return Promise.resolve(found.length > 0 ? found : null)
    }).catch((error: unknown) => {
      throw new NotReached(`the refusal is not in the audit trail (${event} ${outcome})`, { cause: error })
    })

  const REFUSALS: readonly {
    readonly what: string
    readonly bend: (submission: BentSubmission) => BentSubmission
    readonly code: string
  }[] = [
    {
      what: "a ciphertext changed on the way",
      bend: (it) => it.swap(image(it), turned(image(it).octets, image(it).octets.length - 100)),
      code: "InvalidDocumentContent",
    },
    {
      what: "a ciphertext changed by somebody who made hash and size fit",
      bend: (it) => it.exchange(image(it), turned(image(it).octets, image(it).octets.length - 100)),
      code: "InvalidDocumentContent",
    },
    {
      what: "octets that are not those of hash in the metadata",
      bend: (it) => it.replace(image(it).hash, "0".repeat(40)),
      code: "XDSRepositoryMetadataError",
    },
    {
      what: "another image, well encrypted, in the place of a signed one",
      bend: (it) =>
        it.exchange(
          image(it),
          resealed(image(it), (clear) => turned(clear, clear.length - 1)),
        ),
      code: "InvalidDocumentContent",
    },
    {
      what: "a signature with one octet changed",
      bend: (it) => it.exchange(closing(it), resealed(closing(it), changedSignature)),
      code: "InvalidDocumentContent",
    },
    {
      what: "a signature over another digest",
      bend: (it) => it.exchange(closing(it), resealed(closing(it), changedDigest)),
      code: "InvalidDocumentContent",
    },
    {
      what: "a document encrypted for somebody else",
      bend: (it) => {
        const octets = sealedFor(pem("edge/object.chain.pem"), clear.get(image(it).uniqueId)!)
        return it.exchange(image(it), octets)
      },
      code: "InvalidDocumentContent",
    },
    {
      what: "a document in clear where encryption is agreed",
      bend: (it) => it.exchange(image(it), clear.get(image(it).uniqueId)!),
      code: "InvalidDocumentContent",
    },
    {
      what: "an intendedRecipient that is somebody else",
      bend: (it) => it.replace("^^^^^^^^^1.2.392.100495.20.3.999.2<", "^^^^^^^^^1.2.392.100495.20.3.999.77<"),
      code: "UnknownRecipient",
    },
    {
      what: "a kind of submission the agreement does not name",
      bend: (it) => it.replace('nodeRepresentation="study"', 'nodeRepresentation="report"'),
      code: "XDSRepositoryError",
    },
    {
      what: "a sourceId that is not the partner's",
      bend: (it) => it.replace('value="1.2.392.100495.20.3.999.1"', 'value="1.2.392.100495.20.3.999.5"'),
      code: "XDSRepositoryError",
    },
    {
      what: "a document whose octets are missing",
      bend: (it) => it.replace(`<xds:Document id="${image(it).entryUUID}"`, '<xds:Document id="urn:uuid:0"'),
      code: "XDSMissingDocumentMetadata",
    },
  ]

  describe("among hostile submissions", () => {
    let trail: number
    beforeEach(async () => {
      keptBefore = kept(road, "center")
      trail = await restingTrail(road)
    })
    afterEach(async () => {
      assert.deepEqual(await settled(road, "center", keptBefore), keptBefore, "nothing is kept")
      assert.equal(road.pid("center"), pid, "the process is the same")
    })

    for (const { what, bend, code } of REFUSALS)
      it(`refuses ${what} with ${code}, and says so in its audit trail`, async () => {
        const answer = await send(bend(bent()))
        assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Failure", code], answer.body)
        const messages = await told(
          trail,
          code === "XDSRepositoryError" && answer.body.includes("sourceId") ? "110113" : IMPORT,
          SERIOUS,
        )
        assert.equal(messages.length, 1, "one message per submission")
      })

    it("refuses a DOCTYPE with a SOAP fault of the sender", async () => {
      const hostile = bent()
      hostile.soap = `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${hostile.soap.replace(/^<\?xml[^>]*>\s*/, "")}`
      const answer = await send(hostile)
      assert.match(answer.body, /Sender/)
      assert.equal(answer.outcome, "")
      assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status))
      assert.equal(answer.body.includes("root:"), false)
    })

    it("ends the handshake of a certificate from an authority it does not know, and says so in its audit trail", async () => {
      const stranger = withCa("Unknown CA", (ca) => ca.issue("stranger"))
      const who = { key: stranger.keyPem, cert: stranger.chainPem, ca: pem("trust/tls-ca.pem") }
      await assert.rejects(
        post(road.site.ports.centerXdr, who, taken),
        /alert|ECONNRESET|EPIPE|socket hang up/i,
      )
      const [message] = await told(trail, "110113", SERIOUS)
      assert.ok(message?.includes(NODE_AUTHENTICATION))
    })

    it("answers 403 to a certificate of the right authority that belongs to no agreement", async () => {
      const answer = await post(road.site.ports.centerXdr, caller("center"), taken)
      assert.equal(answer.status, 403)
      const [message] = await told(trail, "110113", SERIOUS)
      assert.ok(message?.includes(NODE_AUTHENTICATION))
    })
  })

  describe("after an honest submission", () => {
    before(async () => {
      const answer = await send(bent())
      assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Success"], answer.body)
      // It is verified, and the receipt of it lies ready, at whatever pace; then nothing moves any more.
      await until("quiet ledger", async () => {
        const { rows, segments } = kept(road, "center")
        const isReceiptMade = rows.submission === 2 && segments.length === 2
        await sleep(700)
        return isReceiptMade && isDeepStrictEqual(kept(road, "center").rows, rows)
      })
    })
    beforeEach(() => {
      keptBefore = kept(road, "center")
    })
    afterEach(async () => {
      assert.deepEqual(await settled(road, "center", keptBefore), keptBefore, "nothing more is kept")
      assert.equal(road.pid("center"), pid, "the process is the same")
    })

    it("answers Success to its identical repeat, and keeps it once", async () => {
      for (let times = 0; times < 3; times++) {
        const answer = await send(bent())
        assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Success"], answer.body)
      }
      assert.equal(keptBefore.rows.instance, 3)
    })

    it("refuses the same set with another document: XDSDuplicateUniqueIdInRegistry", async () => {
      const other = bent()
      other.replace(image(other).uniqueId, uid())
      const answer = await send(other)
      assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Failure", "XDSDuplicateUniqueIdInRegistry"])
    })

    it("refuses the same set with a known document of other octets: XDSNonIdenticalHash", async () => {
      const other = bent()
      const answer = await send(
        other.exchange(
          image(other),
          resealed(image(other), (clear) => clear),
        ),
      )
      assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Failure", "XDSNonIdenticalHash"])
    })

    it("refuses another set with a known document of other octets: XDSNonIdenticalHash", async () => {
      const other = bent()
      other.replace(wireRequest(taken).setUniqueId, uid())
      const answer = await send(
        other.exchange(
          image(other),
          resealed(image(other), (clear) => clear),
        ),
      )
      assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Failure", "XDSNonIdenticalHash"])
    })

    it("refuses the same set with other octets under the old hash: XDSNonIdenticalHash", async () => {
      const other = bent()
      const octets = turned(image(other).octets, image(other).octets.length - 100)
      const answer = await send(other.swap(image(other), octets))
      assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Failure", "XDSNonIdenticalHash"])
    })
  })

  describe("after the end of the agreement", () => {
    before(async () => {
      road.configure("center", (config) =>
        config.agreements.forEach((each) => (each.validUntil = "2026-01-02")),
      )
      await road.stop("center")
      await road.start("center")
    })

    it("refuses what it would have taken the day before, and keeps nothing of it", async () => {
      keptBefore = kept(road, "center")
      const trail = auditMessages(road, "center").length
      const late = bent().replace(wireRequest(taken).setUniqueId, uid())
      const answer = await send(late)
      assert.deepEqual([answer.outcome, ...answer.errorCodes], ["Failure", "XDSRepositoryError"], answer.body)
      assert.deepEqual(await settled(road, "center", keptBefore), keptBefore)
      await told(trail, IMPORT, SERIOUS)
    })

    it("shows the hospital's staff why a refused study does not arrive", async () => {
      road.configure("edge", (config) => {
        for (const each of config.agreements)
          each.endpoint = `https://127.0.0.1:${road.site.ports.centerXdr}/xdr/recipient`
      })
      await road.start("edge")
      const requestId = await road.send(small(road, "LATE"))
      const failed = await until("the failure in the list", async () => {
        const item = (await staffItems(road.site)).find((each) => each.requestId === requestId)
        return item?.way.find(({ state }) => state === "fail")
      })
      assert.equal(failed.name, "sent")
      assert.match(failed.reason ?? "", /^ERR_SUBMISSION_REFUSED XDSRepositoryError/)
    })
  })
})

const small = (road: Road, PatientID: string): SmallStudy =>
  writeStudy(join(road.site.dir, PatientID), { ...ANNEX_H[0]!, PatientID, slices: 3 })

const store = (MessageID: number, AffectedSOPInstanceUID: string): Pdu =>
  storeCommand(MessageID, { AffectedSOPClassUID: MR_IMAGE_STORAGE, AffectedSOPInstanceUID })

function status(pdu: Pdu | null): number {
  if (pdu?.type !== "P-DATA-TF") return -1
  const command = decodeCommand(Buffer.concat(pdu.values.map(({ fragment }) => fragment)))
  return "Status" in command ? command.Status : -1
}

/** What is cut off or rolled back is gone a moment after the answer at the latest. */
async function settled(road: Road, role: Role, expected: Kept): Promise<Kept> {
  for (let tries = 0; tries < 20; tries++) {
    if (JSON.stringify(kept(road, role)) === JSON.stringify(expected)) break
    await sleep(100)
  }
  return kept(road, role)
}

/** How long the centre's trail is once nothing more is written: a refusal may be told there after its answer, and twice. */
async function restingTrail(road: Road): Promise<number> {
  let length = -1
  for (let tries = 0; tries < 20 && length !== auditMessages(road, "center").length; tries++) {
    length = auditMessages(road, "center").length
    await sleep(200)
  }
  return length
}

function changedSignature(xml: Buffer): Buffer {
  const text = xml.toString("latin1")
  const at = text.indexOf("</ds:SignatureValue>") - 10
  return Buffer.from(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1), "latin1")
}

function changedDigest(xml: Buffer): Buffer {
  const text = xml.toString("latin1")
  const at = text.lastIndexOf("</ds:DigestValue>") - 10
  return Buffer.from(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1), "latin1")
}
