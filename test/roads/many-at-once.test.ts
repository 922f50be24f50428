/**
 * Many devices at once, each in pieces of its own size on the wire, some of which break off in the middle of an image: every
 * image that was answered for is there with its own octets and nobody else's, and none that was not.
 */
import assert from "node:assert/strict"
import { createHash, randomBytes, randomInt } from "node:crypto"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { decodeCommand, encodeCommand } from "../../gateway/standards/dicom/dimse.ts"
import { PDataStream } from "../../gateway/standards/dicom/p-data-stream.ts"
import { PduReader } from "../../gateway/standards/dicom/pdu-reader.ts"
import { encodePdu, type Pdu } from "../../gateway/standards/dicom/pdu.ts"
import { associateRequest, EXPLICIT, pData } from "../actors/storage-scp/raw-peer.ts"
import { randomFrom } from "../peers/chance.ts"
import { MR_IMAGE_STORAGE, writeStudy, type SmallInstance } from "../peers/dicom-study.ts"
import { dataSetDigest, openedSpool } from "./opened-spool.ts"
import { Road } from "./road.ts"

const DEVICES = 10
const IMAGES_EACH = process.env.DOKUEI_LONG === "1" ? 300 : 12
/** Of an association's images. */
const BREAKS_OFF = 0.1
const SMALLEST_PDU_BYTES = 256
const LARGEST_PIECE_BYTES = 200_000
const LARGEST_PAUSE_MS = 4
const REJECTED_TRANSIENT = 2
const TRY_AGAIN_MS = 200

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** One device: an association at a time, until everything was tried once. */
class Device {
  readonly #port: number
  readonly #dice: () => number

  constructor(port: number, dice: () => number) {
    this.#port = port
    this.#dice = dice
  }

  /** SOP Instance UIDs answered with success. */
  async send(images: readonly SmallInstance[]): Promise<string[]> {
    const taken: string[] = []
    let rest = images
    while (rest.length > 0) {
      const breakAt = this.#dice() < BREAKS_OFF ? 0 : rest.findIndex(() => this.#dice() < BREAKS_OFF)
      const whole = breakAt === -1 ? rest : rest.slice(0, breakAt)
      taken.push(...(await this.#association(whole, rest[whole.length])))
      rest = rest.slice(whole.length + 1)
    }
    return taken
  }

  async #association(images: readonly SmallInstance[], broken?: SmallInstance): Promise<string[]> {
    const { socket, pdus } = await this.#associated()
    const taken: string[] = []
    for (const image of images) {
      await this.#inPieces(socket, this.#message(image))
      if (isSuccess((await pdus.next()).value)) taken.push(image.SOPInstanceUID)
    }
    if (broken !== undefined) {
      const message = this.#message(broken)
      await this.#inPieces(socket, message.subarray(0, Math.floor(message.length * this.#dice())))
      socket.destroy()
      return taken
    }
    socket.write(encodePdu({ type: "A-RELEASE-RQ" }))
    assert.equal((await pdus.next()).value?.type, "A-RELEASE-RP")
    socket.end()
    return taken
  }

  /** What was broken off is still being ended there: as many as one device may have are soon not open any more. */
  async #associated(): Promise<{ socket: Socket; pdus: AsyncGenerator<Pdu, undefined> }> {
    const contexts = [{ id: 1, abstractSyntax: MR_IMAGE_STORAGE, transferSyntaxes: [EXPLICIT] }]
    for (;;) {
      const socket = connect(this.#port, "127.0.0.1").setNoDelay(true)
      await once(socket, "connect")
      const pdus = pdusOf(socket)
      socket.write(encodePdu(associateRequest({ callingAE: "MR1", contexts })))
      const answer = (await pdus.next()).value
      if (answer?.type === "A-ASSOCIATE-AC") return { socket, pdus }
      assert.ok(answer?.type === "A-ASSOCIATE-RJ" && answer.result === REJECTED_TRANSIENT, answer?.type)
      socket.destroy()
      await sleep(TRY_AGAIN_MS)
    }
  }

  /** Command and data set, in PDUs of some size. */
  #message({ SOPInstanceUID, dataSet }: SmallInstance): Buffer {
    const command = encodeCommand({
      kind: "C-STORE-RQ",
      MessageID: 1,
      Priority: 0,
      AffectedSOPClassUID: MR_IMAGE_STORAGE,
      AffectedSOPInstanceUID: SOPInstanceUID,
      MoveOriginatorApplicationEntityTitle: "",
      MoveOriginatorMessageID: null,
    })
    const stream = new PDataStream(1, SMALLEST_PDU_BYTES + Math.floor(this.#dice() * 60_000))
    const blocks = [encodePdu(pData(1, true, true, command))]
    for (const block of stream.push(dataSet)) blocks.push(Uint8Array.from(block))
    return Buffer.concat([...blocks, stream.end()])
  }

  async #inPieces(socket: Socket, message: Buffer): Promise<void> {
    for (let at = 0; at < message.length;) {
      const bytes = 1 + Math.floor(this.#dice() ** 3 * LARGEST_PIECE_BYTES)
      if (!socket.write(message.subarray(at, at + bytes))) await once(socket, "drain")
      at += bytes
      await sleep(this.#dice() * LARGEST_PAUSE_MS)
    }
  }
}

async function* pdusOf(socket: Socket): AsyncGenerator<Pdu, undefined> {
  const reader = new PduReader()
  for await (const chunk of socket) yield* reader.push(chunk as Uint8Array)
}

function isSuccess(pdu: Pdu | undefined): boolean {
  const fragment = pdu?.type === "P-DATA-TF" ? pdu.values[0]?.fragment : undefined
  if (fragment === undefined) return false
  const answer = decodeCommand(fragment)
  return answer.kind === "C-STORE-RSP" && answer.Status === 0
}

describe("many devices at once", function () {
  this.timeout(60_000 + DEVICES * IMAGES_EACH * 1_000)
  const seed = Number(process.env.DOKUEI_SEED ?? randomInt(2 ** 31))
  let road: Road
  before(async () => {
    console.log(`      ${DEVICES} devices, ${IMAGES_EACH} images each, DOKUEI_SEED=${seed}`)
    road = await Road.open({ imagesKept: "30d", quietPeriod: "1s", roles: ["edge"] })
  })
  after(() => road.close())

  it("keeps of each what it sent, whole and unmixed", async () => {
    const lanes = Array.from({ length: DEVICES }, (_, lane) => {
      const images = Array.from({ length: IMAGES_EACH }, (_, n) => {
        const shape = { PatientID: `L${lane}-${n}`, PatientName: Buffer.from("Yamada^Tarou"), slices: 1 }
        const pattern = randomBytes(120_000)
        return writeStudy(join(road.site.dir, "sent", shape.PatientID), { ...shape, rows: 256, pattern })
          .instances
      }).flat()
      return { images, device: new Device(road.site.ports.dicom, randomFrom(seed + lane)) }
    })
    const taken = (await Promise.all(lanes.map(({ device, images }) => device.send(images)))).flat()
    await road.stop("edge")
    const here = new Map(
      (await openedSpool(road, "edge")).map(({ meta, bytes }) => [meta.uniqueId, dataSetDigest(bytes)]),
    )
    const sent = new Map(
      lanes.flatMap(({ images }) =>
        images.map((each) => [each.SOPInstanceUID, sha256(each.dataSet)] as const),
      ),
    )
    console.log(
      `      ${taken.length} of ${sent.size} images were answered with success, the rest broken off`,
    )
    assert.ok(taken.length > sent.size / 2)
    assert.deepEqual(
      taken.filter((uid) => here.get(uid) !== sent.get(uid)),
      [],
      "each has its own octets",
    )
    assert.equal(here.size, taken.length, "nothing is kept of what was broken off")
  })
})
