import assert from "node:assert/strict"
import type { AuditEvent } from "../../../gateway/journey/ports/audit.ts"
import type { Person } from "../../../gateway/journey/ports/person.ts"
import { OPENING_IDLE_MS } from "../../../gateway/journey/cases/openings.ts"
import type { Gateway } from "../gateway.ts"
import { CLERK, DRAFT, enter, OTHER_READER, READER, report, requestFor, storeAll, study } from "../people.ts"
import { TwoSides } from "../world.ts"

const HIS: Person = { id: "machine:his", login: "his", name: "his", role: "system" }

describe("who read what", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let requestId: string
  const images = study("P1", 2)
  const named = { requestId: "", StudyInstanceUID: images.StudyInstanceUID }

  beforeEach(async () => {
    sides = await TwoSides.open()
    requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, images)
    await sides.settle()
    named.requestId = requestId
  })
  afterEach(() => sides.close())

  async function told(gateway: Gateway, event: AuditEvent["event"]): Promise<string[]> {
    const rows = (await gateway.audited()).filter((row) => row.event.event === event)
    return rows.map(({ event: { user, PatientID, StudyInstanceUID, objectId, description } }) =>
      [user, PatientID, StudyInstanceUID ?? objectId, description].filter((each) => each !== null).join(" "),
    )
  }

  describe("at the reading centre", () => {
    const opened = (login: string): string => `${login} P1 ${images.StudyInstanceUID}`

    it("stands once for a person, a study and an opening: not per reload, not per frame", async () => {
      const { reading } = sides.center
      await reading.reading(READER, requestId)
      await reading.start(READER, requestId)
      await reading.metadata(READER, named, null)
      const frames = images.instances.map(({ SOPInstanceUID }) =>
        reading.frame(READER, named, SOPInstanceUID, 1),
      )
      await Promise.all(frames)
      await reading.reading(READER, requestId)
      assert.deepEqual(await told(sides.center, "study-accessed"), [opened(READER.login)])
    })

    it("stands for who takes frames without opening the case", async () => {
      await sides.center.reading.frame(OTHER_READER, named, images.instances[0]!.SOPInstanceUID, 1)
      assert.deepEqual(await told(sides.center, "study-accessed"), [opened(OTHER_READER.login)])
    })

    it("stands again for another person, and for who comes back later", async () => {
      await sides.center.reading.reading(READER, requestId)
      await sides.center.reading.reading(OTHER_READER, requestId)
      sides.time.pass(OPENING_IDLE_MS)
      await sides.center.reading.reading(READER, requestId)
      const expected = [READER, OTHER_READER, READER].map(({ login }) => opened(login))
      assert.deepEqual(await told(sides.center, "study-accessed"), expected)
    })

    it("does not stand for what was refused", async () => {
      const foreign = { ...named, StudyInstanceUID: "1.2.3" }
      await assert.rejects(sides.center.reading.metadata(READER, foreign, null), { code: "ERR_NOT_FOUND" })
      assert.deepEqual(await told(sides.center, "study-accessed"), [])
    })

    it("stands for the frozen PDF", async () => {
      const { reading } = sides.center
      await reading.start(READER, requestId)
      const { draftVersion } = await reading.saveDraft(READER, requestId, DRAFT, 1)
      const { prepareId } = await reading.prepare(READER, requestId, draftVersion)
      await reading.preparedPdf(READER, prepareId)
      await reading.preparedSheet(READER, prepareId)
      const [row, ...others] = await told(sides.center, "report-accessed")
      assert.match(row ?? "", /^\S+ P1 \S+ the frozen PDF$/)
      assert.deepEqual(others, [])
    })
  })

  it("at the hospital stands for every document of a report, once each", async () => {
    await report(sides.center, requestId)
    await sides.settle()
    const { staff } = sides.edge
    const { report: shown } = await staff.request(CLERK, requestId)
    const reportId = shown!.reportId
    for (let again = 0; again < 2; again++) {
      for (const kind of ["pdf", "cda", "signature"] as const) await staff.document(CLERK, reportId, kind)
      await staff.verification(CLERK, reportId)
    }
    const forms = [
      "the page",
      "the document pdf",
      "the document cda",
      "the document signature",
      "the verification",
    ]
    assert.deepEqual(
      await told(sides.edge, "report-accessed"),
      forms.map((form) => `${CLERK.login} P1 ${reportId} ${form}`),
    )
  })

  it("at the hospital stands for who looks at images to decide about them, once", async () => {
    await storeAll(sides.edge, study("P7", 1, { StudyInstanceUID: images.StudyInstanceUID }))
    const held = (await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)).find(
      (each) => each.private.patient.PatientID === "P7",
    )
    const [copy] = await sides.edge.ledger.instances(held!.id)
    for (let again = 0; again < 2; again++) await sides.edge.staff.study(CLERK, held!.id)
    await sides.edge.staff.copyPicture(CLERK, held!.id, copy!.place.objectId)
    assert.deepEqual(await told(sides.edge, "study-accessed"), [
      `${CLERK.login} P7 ${images.StudyInstanceUID}`,
    ])
  })

  it("at the hospital stands for who entered a request", async () => {
    assert.deepEqual(await told(sides.edge, "request-entered"), [`${CLERK.login} P1 urn:oid:${requestId}`])
  })

  describe("a system with a token", () => {
    it("sees the requests it entered, and no other's", async () => {
      const own = await sides.edge.staff.enter(HIS, requestFor("P2", "R-2"))
      await storeAll(sides.edge, study("P9", 1))
      const ids = async (person: Person) =>
        (await sides.edge.staff.requests(person)).map((each) => each.requestId)
      assert.deepEqual(await ids(HIS), [own.requestId])
      assert.deepEqual(await ids({ ...HIS, id: "machine:ris", login: "ris", name: "ris" }), [])
      assert.equal((await ids(CLERK)).length, 3)
      await assert.rejects(sides.edge.staff.request(HIS, own.requestId), { code: "ERR_NOT_ALLOWED" })
    })

    it("stands in the trail with what it entered, and with one row for an hour of looking", async () => {
      await sides.edge.staff.enter(HIS, requestFor("P2", "R-2"))
      for (let minute = 0; minute < 59; minute++) {
        await sides.edge.staff.requests(HIS)
        sides.time.pass(60_000)
      }
      assert.deepEqual(await told(sides.edge, "requests-listed"), [
        "his urn:dokuei:requests 1 that it entered itself",
      ])
      assert.match((await told(sides.edge, "request-entered"))[1] ?? "", /^his P2 urn:oid:/)
    })
  })
})
