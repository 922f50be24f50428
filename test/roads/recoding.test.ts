/**
 * The loop with recoding on, as it is by default: what lies at the reading centre is the same picture by DCMTK and
 * OpenJPEG, the line carries less, and the received files stay until the centre's verified receipt and the agreed term.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { makeStudy, type DemoStudy } from "../../deploy/demo/study.ts"
import { receiveReport, REPORT, signReport, until, type Desks } from "../../deploy/demo/walk.ts"
import type { ReadingView } from "../../gateway/journey/views/reading.ts"
import { readPart10 } from "../../gateway/standards/dicom/data-set.ts"
import { encapsulatedFrames } from "../../gateway/standards/dicom/pixel-data.ts"
import { withoutPadding } from "../../gateway/standards/dicomweb/codestream.ts"
import { judge } from "../journey/recode-judge.ts"
import { wireRequest } from "../peers/wire.ts"
import { openedSpool, type Opened } from "./opened-spool.ts"
import { Road, SILENT, type Role } from "./road.ts"

const HTJ2K_RPCL = "1.2.840.10008.1.2.4.202"
const SLICES = 20
const TERM_MS = 6000

describe("the road with recoding", function () {
  this.timeout(180_000)
  let road: Road
  let desks: Desks
  let study: DemoStudy
  let requestId: string
  let reading: ReadingView
  /** By SOP Instance UID. */
  const received = new Map<string, Buffer>()
  const arrived = new Map<string, Buffer>()

  /** Images of the study in a gateway's spool, encrypted documents of the wire included. */
  async function images(role: Role): Promise<{ uid: string; syntax: string; opened: Opened }[]> {
    const objects = (await openedSpool(road, role)).filter(
      ({ bytes }) => bytes.toString("latin1", 128, 132) === "DICM",
    )
    return objects.flatMap((opened) => {
      const { dataSet, TransferSyntaxUID } = readPart10(opened.bytes)
      const isImage = dataSet.text("StudyInstanceUID") === study.StudyInstanceUID && dataSet.has("Rows")
      return isImage ? [{ uid: dataSet.text("SOPInstanceUID"), syntax: TransferSyntaxUID, opened }] : []
    })
  }
  const count = async (role: Role, isRecoded: boolean): Promise<number> =>
    (await images(role)).filter(({ syntax }) => (syntax === HTJ2K_RPCL) === isRecoded).length

  before(async () => {
    road = await Road.open({ imagesKept: `${TERM_MS / 1000}s`, quietPeriod: "1s", tapped: true })
    desks = await road.desks()
    study = makeStudy(join(road.site.dir, "study"), "RECODE1")
  })
  after(() => road.close())

  it("keeps both files while the centre has not verified them, however long that takes", async () => {
    await road.stop("center")
    road.configure("center", ({ agreements }) =>
      agreements.forEach((each) => (each.retention.images = "30d")),
    )
    requestId = await road.send(study)
    await until("twenty images recoded", async () => (await count("edge", true)) === SLICES)
    await sleep(TERM_MS + 1000)
    const atEdge = await images("edge")
    assert.equal(atEdge.filter(({ syntax }) => syntax === HTJ2K_RPCL).length, SLICES)
    for (const { uid, syntax, opened } of atEdge) if (syntax !== HTJ2K_RPCL) received.set(uid, opened.bytes)
    assert.equal(received.size, SLICES, "the received files are all there")
  })

  it("brings the same pictures, with every other element as it was", async () => {
    await road.start("center")
    reading = await road.read(requestId)
    for (const { uid, syntax, opened } of await images("center")) {
      assert.equal(syntax, HTJ2K_RPCL)
      arrived.set(uid, opened.bytes)
    }
    assert.deepEqual([...arrived.keys()].sort(), [...received.keys()].sort())
    const folder = mkdtempSync(join(tmpdir(), "dokuei-road-judge-"))
    const pairs = [...received].map(([name, source]) => ({ name, source, recoded: arrived.get(name)! }))
    const judgements = judge(folder, pairs)
    rmSync(folder, { recursive: true })
    assert.deepEqual(
      judgements.filter(({ differences, pixels }) => differences.length > 0 || pixels !== ""),
      [],
    )
  })

  it("hands frames out as they lie there, cut at their resolutions, and describes them so", async () => {
    const [series] = reading.series
    const { SOPInstanceUID } = series!.images[0]!
    const base = `/dicomweb/studies/${study.StudyInstanceUID}`
    const { bytes } = await desks.reader.bytes(
      `${base}/series/${series!.SeriesInstanceUID}/instances/${SOPInstanceUID}/frames/1?case=${requestId}`,
      { Accept: `image/jphc; transfer-syntax=${HTJ2K_RPCL}` },
    )
    const whole = arrived.get(SOPInstanceUID)!
    const { dataSet } = readPart10(whole)
    const [fragment] = encapsulatedFrames(dataSet, whole)[0]!
    const stored = whole.subarray(fragment!.offsetBytes, fragment!.offsetBytes + fragment!.lengthBytes)
    assert.ok(bytes.includes(Buffer.from(withoutPadding(stored))), "not a byte was coded again")
  })

  it("sends fewer bytes over the line", () => {
    const exchange = road.taps
      .center!.exchanges.map((each) => wireRequest(each))
      .find((each) => each.contentType === "study")!
    const sent = exchange.documents.reduce((sum, { octets }) => sum + octets.length, 0)
    const original = [...received.values()].reduce((sum, { length }) => sum + length, 0)
    console.log(`      received ${original} bytes, sent ${sent} in all: ${(original / sent).toFixed(2)} ×`)
    assert.ok(sent < original * 0.75)
  })

  it("brings a report home with a key image drawn from a recoded frame", async () => {
    await signReport(desks, reading, REPORT, SILENT)
    const home = await receiveReport(desks, requestId, 1, SILENT)
    assert.equal(home.report?.keyImages, 1)
  })

  it("destroys received and recoded files together once the term after the verified receipt is over", async () => {
    await until("no image left at the hospital", async () => (await images("edge")).length === 0)
    assert.equal(await count("center", true), SLICES)
  })
})
