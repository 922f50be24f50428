import assert from "node:assert/strict"
import { deflateRawSync } from "node:zlib"
import { after, before, describe, it } from "mocha"
import type { InstanceIntake } from "../../../gateway/journey/ports/inbound.ts"
import { MR_IMAGE_STORAGE } from "../../peers/dicom-study.ts"
import { MODALITY, OUR_AE } from "../gateway.ts"
import { STORED, study, type Image } from "../people.ts"
import { TwoSides } from "../world.ts"

const OUT_OF_RESOURCES = 0xa700
const CANNOT_UNDERSTAND = 0xc000
const ASSOCIATION = { callingAE: MODALITY, calledAE: OUR_AE, remoteAddress: "192.0.2.7" }

async function status(
  intake: InstanceIntake,
  { SOPInstanceUID, dataSet }: Pick<Image, "SOPInstanceUID" | "dataSet">,
  TransferSyntaxUID = "1.2.840.10008.1.2.1",
): Promise<number> {
  const sink = intake.begin({
    ...ASSOCIATION,
    AffectedSOPClassUID: MR_IMAGE_STORAGE,
    AffectedSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID,
  })
  await sink.write(dataSet)
  return (await sink.finish()).status
}

describe("images of one association", () => {
  let sides: TwoSides
  before(async () => (sides = await TwoSides.open()))
  after(() => sides.close())

  it("are of two studies when two patients share a Study Instance UID, in whatever order they come", async () => {
    const one = study("P-ONE", 2)
    const other = study("P-TWO", 2, { StudyInstanceUID: one.StudyInstanceUID })
    const intake = sides.edge.storage.open(ASSOCIATION)
    for (const index of [0, 1])
      for (const { instances } of [one, other]) assert.equal(await status(intake, instances[index]!), STORED)
    await intake.end()
    await sides.edge.runDue()
    const found = await sides.edge.ledger.studiesByUid(one.StudyInstanceUID)
    const held = found.map((each) => `${each.private.patient.PatientID} ${each.instances}`)
    assert.deepEqual(held.sort(), ["P-ONE 2", "P-TWO 2"])
  })

  it("are refused when they are deflated and their stream ends early or goes on behind its end", async () => {
    const [image] = study("P-DEFLATED", 1).instances
    const intake = sides.edge.storage.open(ASSOCIATION)
    const stream = deflateRawSync(image!.dataSet)
    const told = (dataSet: Uint8Array) => status(intake, { ...image!, dataSet }, "1.2.840.10008.1.2.1.99")
    assert.equal(await told(stream.subarray(0, -3)), CANNOT_UNDERSTAND)
    assert.equal(await told(Buffer.concat([stream, Buffer.from("rubbish")])), CANNOT_UNDERSTAND)
    assert.equal(await told(Buffer.concat([stream, Buffer.alloc(stream.length % 2)])), STORED)
    await intake.end()
  })

  it("find a new study when theirs has expired meanwhile", async () => {
    const { instances, StudyInstanceUID } = study("P-LONG", 3)
    const intake = sides.edge.storage.open(ASSOCIATION)
    assert.equal(await status(intake, instances[0]!), STORED)
    await sides.edge.runDue()
    const [first] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    await sides.edge.ledger.commit([{ put: "study", record: { ...first!, state: "expired" } }])
    await sides.edge.spool.destroySlot(first!.slotId)
    // The one that meets the destroyed slot is refused, and the device sends it again.
    assert.equal(await status(intake, instances[1]!), OUT_OF_RESOURCES)
    assert.equal(await status(intake, instances[1]!), STORED)
    assert.equal(await status(intake, instances[2]!), STORED)
    await intake.end()
    await sides.edge.runDue()
    const [second] = (await sides.edge.ledger.studiesByUid(StudyInstanceUID)).filter(
      ({ id }) => id !== first!.id,
    )
    assert.equal(second?.instances, 2)
  })
})
