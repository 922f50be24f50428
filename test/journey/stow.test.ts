import assert from "node:assert/strict"
import type { Agreement } from "../../gateway/journey/agreement.ts"
import { CLERK, enter, requestFor, row, storeAll, study } from "./people.ts"
import { OverheardLine, PLAIN } from "./unmarked.ts"
import { DAY_MS, TwoSides } from "./world.ts"

/** As the configuration makes it of `packaging: {form: stow, permission: …}`. */
const STOW: Partial<Agreement> = {
  ...PLAIN,
  packaging: { form: "stow", seals: "none", permission: { document: "覚書 第3条", date: "2026-04-01" } },
  retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS },
}

describe("a study to a partner's DICOMweb", function () {
  this.timeout(30_000)
  const images = study("P1", 3)
  let sides: TwoSides
  let line: OverheardLine
  let requestId: string

  beforeEach(async () => {
    line = new OverheardLine()
    // No gateway of ours is there: the answer of an archive is all that comes back.
    line.line.fault = () => "late"
    sides = await TwoSides.open({ agreement: STOW, between: line })
    requestId = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await sides.settle()
  })
  afterEach(() => sides.close())

  it("is its images and nothing else, in clear, each by its SOP Instance UID", () => {
    assert.equal(line.heard.length, 1)
    const [{ submission, octets }] = line.heard as [(typeof line.heard)[0]]
    const uids = images.instances.map(({ SOPInstanceUID }) => SOPInstanceUID)
    assert.deepEqual(submission.documentEntries.map(({ uniqueId }) => uniqueId).sort(), uids.sort())
    assert.ok(submission.documentEntries.every(({ mimeType }) => mimeType === "application/dicom"))
    for (const bytes of octets.values()) assert.equal(bytes.toString("latin1", 128, 132), "DICM")
  })

  it("is delivered when the archive has said so, and is kept for its term from then on", async () => {
    const [record] = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
    assert.equal(record?.state, "closed")
    assert.equal(
      (await row(sides.edge, requestId))?.way.find(({ name }) => name === "arrived")?.state,
      "done",
    )
    assert.equal((await sides.edge.staff.request(CLERK, requestId)).signature, null)
  })

  it("is a transfer of instances in the audit trail, with the permission it leaves under", async () => {
    const told = (await sides.edge.audited()).map(({ event }) => event)
    const [stored] = told.filter(({ event }) => event === "images-stored")
    assert.deepEqual(
      [stored?.StudyInstanceUID, stored?.instances, stored?.outcome],
      [images.StudyInstanceUID, 3, "success"],
    )
    assert.match(stored?.description ?? "", /覚書 第3条/)
    assert.ok(told.every(({ event }) => event !== "export"))
  })
})
