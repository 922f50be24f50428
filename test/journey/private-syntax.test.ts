import assert from "node:assert/strict"
import {
  transferSyntax,
  transferSyntaxes,
  type TransferSyntaxOf,
} from "../../gateway/standards/dicom/sop-classes.ts"
import { ourFileMeta } from "../../gateway/journey/receive/receive.ts"
import type { ReadingView } from "../../gateway/journey/views/reading.ts"
import { MODALITY, type Gateway } from "./gateway.ts"
import { association, enter, READER, requestFor, row, store, STORED, study } from "./people.ts"
import { TwoSides } from "./world.ts"

const PRIVATE = "1.2.840.113619.5.2"
const NAMED: TransferSyntaxOf = transferSyntaxes([
  { uid: PRIVATE, name: "private, big endian pixels", encoding: "explicit-le" },
])

/** Two images of one study: the first in a maker's own transfer syntax, the other in one of DICOM's. */
const IMAGES = study("P1", 2)

const tagsOf = (instance: object): string[] => Object.keys(instance)

describe("images in a maker's own transfer syntax", () => {
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: { recoding: "htj2k" } })
    await restarted(sides.edge, NAMED)
  })
  afterEach(() => sides.close())

  async function restarted(gateway: Gateway, syntaxOf: TransferSyntaxOf): Promise<void> {
    gateway.close()
    gateway.syntaxOf = syntaxOf
    await gateway.open()
  }

  /** Sent by the device, through to the reader who opens the case. */
  async function sent(): Promise<ReadingView> {
    const { edge, center } = sides
    const requestId = await enter(edge, requestFor("P1", "R1"))
    const [first, other] = IMAGES.instances
    assert.equal((await store(edge, [first!], MODALITY, PRIVATE))[0]?.status, STORED)
    assert.equal((await store(edge, [other!]))[0]?.status, STORED)
    await sides.settle()
    assert.equal((await row(edge, requestId))?.way.find(({ name }) => name === "arrived")?.state, "done")
    return center.reading.start(READER, requestId)
  }

  const caseOf = ({ requestId }: ReadingView) => ({
    requestId,
    StudyInstanceUID: IMAGES.StudyInstanceUID,
  })

  it("travel as received, with the reason, while the others of the study are recoded", async () => {
    await restarted(sides.center, NAMED)
    await sent()
    const [filed] = await sides.edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
    const instances = await sides.edge.ledger.instances(filed!.id)
    const reasonOf = (syntax: string) =>
      instances.find((each) => each.private.TransferSyntaxUID === syntax)?.recoding
    assert.deepEqual(reasonOf(PRIVATE), { kind: "as-received", reason: "private-syntax" })
    assert.notDeepEqual(reasonOf("1.2.840.10008.1.2.1"), reasonOf(PRIVATE))
  })

  it("have their header read at the centre; no picture is made of their pixels", async () => {
    await restarted(sides.center, NAMED)
    const opened = caseOf(await sent())
    const metadata = await sides.center.reading.metadata(READER, opened, null)
    assert.ok(metadata.every((each) => tagsOf(each).includes("00280010")))
    await noPicture(opened)
  })

  it("are kept, counted and named at a centre that does not know the syntax, and not shown", async () => {
    const view = await sent()
    const opened = caseOf(view)
    assert.equal(view.series.flatMap(({ images }) => images).length, 2)
    const metadata = await sides.center.reading.metadata(READER, opened, null)
    assert.deepEqual(
      metadata.map((each) => tagsOf(each).includes("00280010")).sort(),
      [false, true],
      "of one nothing but its UIDs is told",
    )
    const unread = metadata.find((each) => !tagsOf(each).includes("00280010"))
    assert.deepEqual(tagsOf(unread!), ["00080016", "00080018", "00083002", "0020000D", "0020000E"])
    await noPicture(opened)
  })

  async function noPicture(opened: ReturnType<typeof caseOf>): Promise<void> {
    const { reading } = sides.center
    const uid = IMAGES.instances[0]!.SOPInstanceUID
    await assert.rejects(reading.frame(READER, opened, uid, 1), { code: "ERR_FRAME_UNSUITABLE" })
    await assert.rejects(reading.rendered(READER, opened, uid, 1, null, null), {
      code: "ERR_FRAME_UNSUITABLE",
    })
  }

  /** Durable in the spool, and the process ends before the ledger hears of it. */
  async function storedBeforeTheEnd(): Promise<void> {
    const device = association(sides.edge, MODALITY, PRIVATE)
    assert.equal((await device.store(IMAGES.instances[0]!)).status, STORED)
    sides.edge.close()
  }

  it("are filed from the spool after a crash", async () => {
    const { edge } = sides
    await storedBeforeTheEnd()
    await restarted(edge, NAMED)
    assert.equal(edge.rolledForward?.instancesFiled, 1)
    const [filed] = await edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)
    assert.equal(filed?.private.patient.PatientID, "P1")
    assert.equal(filed.instances, 1)
  })

  it("stop a start that would not know them any more, and nothing is lost", async () => {
    const { edge } = sides
    await storedBeforeTheEnd()
    await assert.rejects(restarted(edge, transferSyntax), /1\.2\.840\.113619\.5\.2 is not known here/)
    await restarted(edge, NAMED)
    assert.equal((await edge.ledger.studiesByUid(IMAGES.StudyInstanceUID)).length, 1)
  })

  it("come as files too", async () => {
    const intake = sides.edge.files.open({ callingAE: "MEDIA", remoteAddress: "192.0.2.9" })
    const image = IMAGES.instances[0]!
    const ends = { TransferSyntaxUID: PRIVATE, callingAE: "MEDIA", calledAE: "DOKUEI" }
    const head = { SOPClassUID: "1.2.840.10008.5.1.4.1.1.4", SOPInstanceUID: image.SOPInstanceUID }
    const file = Buffer.concat([ourFileMeta(ends, head), image.dataSet])
    const outcomeOf = async (bytes: Uint8Array) => {
      const sink = intake.begin(null)
      await sink.write(bytes)
      return (await sink.finish()).became
    }
    assert.equal(await outcomeOf(file.subarray(0, -10)), "cut")
    assert.equal(await outcomeOf(file), "new")
    await intake.end()
  })
})
