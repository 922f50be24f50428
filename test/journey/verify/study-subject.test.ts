import assert from "node:assert/strict"
import { imageDesk } from "../../../gateway/journey/read/images.ts"
import { isWhole, type Brought } from "../../../gateway/journey/verify/manifest-in-force.ts"
import type { InstanceRecord } from "../../../gateway/journey/records/instance.ts"
import type { StudyRecord } from "../../../gateway/journey/records/study.ts"
import { checkStudySubject, type StudyContent } from "../../../gateway/journey/verify/study-subject.ts"
import { uid, type SmallStudy } from "../../peers/dicom-study.ts"
import { AT_CENTER } from "../agreements.ts"
import {
  acknowledge,
  CLERK,
  DRAFT,
  enter,
  READER,
  requestFor,
  storeAll,
  study,
  writeAndSign,
} from "../people.ts"
import { DAY_MS, TwoSides } from "../world.ts"

const AGREEMENT = { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * 86_400_000 } }

type DicomJson = Readonly<Record<string, { readonly Value: readonly string[] }>>

describe("a study where it arrives", function () {
  this.timeout(30_000)
  let sides: TwoSides

  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
  })
  afterEach(() => sides.close())

  async function send(images: SmallStudy, requestNumber: string): Promise<string> {
    const id = await enter(sides.edge, requestFor(images.PatientID, requestNumber))
    await storeAll(sides.edge, images)
    await sides.settle()
    return id
  }
  const atCenter = (uid: string): Promise<readonly StudyRecord[]> => sides.center.ledger.studiesByUid(uid)
  const listed = async (): Promise<string[]> =>
    (await sides.center.reading.worklist(READER)).map(
      (each) => `${each.requestNumber} ${each.patient.PatientID}`,
    )

  async function failures(requestId: string): Promise<(string | null)[]> {
    const all = await sides.center.ledger.submissionsOf({ requestId })
    return all
      .filter(({ kind, state }) => kind === "study" && state === "failed")
      .map((each) => each.failureCode)
  }

  /** The hospital's rows as they are read from now on, when it packages. */
  function edgeReads(bend: (instances: readonly InstanceRecord[]) => readonly InstanceRecord[]): void {
    const { ledger } = sides.edge
    const read = ledger.instances.bind(ledger)
    Object.defineProperty(ledger, "instances", {
      value: async (id: string) => bend(await read(id)),
      configurable: true,
    })
  }

  it("is kept apart from another patient's study under the same UID", async () => {
    const first = study("P1", 2)
    await send(first, "R1")
    const [atEdge] = await sides.edge.ledger.studiesByUid(first.StudyInstanceUID)
    await sides.edge.ledger.commit([{ put: "study", record: { ...atEdge!, state: "expired" } }])

    await send(study("P2", 1, { StudyInstanceUID: first.StudyInstanceUID }), "R2")
    const studies = await atCenter(first.StudyInstanceUID)
    assert.deepEqual(studies.map((each) => [each.private.patient.PatientID, each.instances]).sort(), [
      ["P1", 2],
      ["P2", 1],
    ])
    for (const each of studies)
      assert.equal((await sides.center.ledger.instances(each.id)).length, each.instances)
    assert.deepEqual((await listed()).sort(), ["R1 P1", "R2 P2"])
  })

  it("is looked at for its case: images of another patient under the same UID are not there", async () => {
    const first = study("P1", 2)
    const { StudyInstanceUID } = first
    const one = await send(first, "R1")
    const [atEdge] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    await sides.edge.ledger.commit([{ put: "study", record: { ...atEdge!, state: "expired" } }])
    const second = study("P2", 1, { StudyInstanceUID })
    const two = await send(second, "R2")
    const desk = imageDesk(sides.center.world)
    const uids = async (requestId: string): Promise<string[]> =>
      ((await desk.metadata(READER, { requestId, StudyInstanceUID }, null)) as DicomJson[]).map(
        (each) => each["00080018"]!.Value[0]!,
      )
    const of = ({ instances }: SmallStudy): string[] => instances.map(({ SOPInstanceUID }) => SOPInstanceUID)
    assert.deepEqual((await uids(one)).sort(), of(first).sort())
    assert.deepEqual(await uids(two), of(second))
    const foreign = desk.frame(READER, { requestId: one, StudyInstanceUID }, of(second)[0]!, 1)
    await assert.rejects(foreign, { code: "ERR_NOT_FOUND" })
    await assert.rejects(uids("2.25.1"), { code: "ERR_NOT_FOUND" })
  })

  it("that came before is kept once when it is sent for another request", async () => {
    const images = study("P1", 2)
    await send(images, "R1")
    const [atEdge] = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
    await sides.edge.ledger.commit([{ put: "study", record: { ...atEdge!, state: "expired" } }])
    await send(images, "R2")
    const studies = await atCenter(images.StudyInstanceUID)
    assert.deepEqual(
      studies.map((each) => each.instances),
      [2],
    )
    assert.equal((await sides.center.ledger.instances(studies[0]!.id)).length, 2)
  })

  it("arrives under a request number that was used before, once the earlier request is settled", async () => {
    const first = await send(study("P1", 1), "R1")
    await assert.rejects(sides.edge.staff.enter(CLERK, requestFor("P2", "R1")), { code: "ERR_INPUT" })
    await writeAndSign(sides.center, first, DRAFT)
    await sides.settle()
    await acknowledge(sides.edge, first)
    const { requestId: second } = await sides.edge.staff.enter(CLERK, requestFor("P2", "R1"))
    await storeAll(sides.edge, study("P2", 1))
    await sides.settle()
    assert.deepEqual(await failures(second), [])
    assert.deepEqual((await listed()).sort(), ["R1 P1", "R1 P2"])
  })

  it("with an image of another patient takes no effect", async () => {
    const [stranger] = study("P2", 1).instances
    const own = study("P1", 2)
    await storeAll(sides.edge, own)
    await storeAll(sides.edge, { ...study("P2", 1), instances: [stranger!] })
    await sides.settle()
    const foreign = (await sides.edge.ledger.studies(9)).find(
      (each) => each.private.patient.PatientID === "P2",
    )!
    const [theirs] = await sides.edge.ledger.instances(foreign.id)
    edgeReads((instances) => [...instances, theirs!])
    const id = await enter(sides.edge, requestFor("P1", "R1"))
    await sides.settle()
    assert.deepEqual(await failures(id), ["ERR_OTHER_SUBJECT"])
    const shown = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      shown.map(({ state, patient }) => [state, patient.PatientID]),
      [["failed", "P1"]],
      "a person is told",
    )
    await assert.rejects(sides.center.reading.start(READER, id), { code: "ERR_NOT_FOUND" })
  })

  it("without an image its manifest names takes no effect", async () => {
    const id = await send(study("P1", 2), "R1")
    const [record] = await sides.center.ledger.submissionsOf({ requestId: id })
    const instances = await sides.center.ledger.instances(record!.studyId!)
    const came = instances.map((each) => each.private.SOPInstanceUID)
    const naming = (named: string[]): Brought => ({
      manifest: { entryUUID: "urn:uuid:1", submissionTime: "20260801" },
      replaced: new Set(),
      named: new Set(named),
      instances,
    })
    assert.equal(await isWhole(sides.center.world, record!, [], naming(came)), true)
    await assert.rejects(isWhole(sides.center.world, record!, [], naming([...came, uid()])), {
      code: "ERR_DOCUMENTS",
    })
  })

  it("with an image its manifest does not name takes no effect", async () => {
    const id = await send(study("P1", 2), "R1")
    const [record] = await sides.center.ledger.submissionsOf({ requestId: id })
    const [read] = await sides.center.ledger.studies(1)
    const came = (await sides.center.ledger.instances(read!.id)).map((each) => each.private.SOPInstanceUID)
    const { StudyInstanceUID } = read!.private
    const instances = (uids: string[]) => uids.map((SOPInstanceUID) => ({ SOPInstanceUID, SOPClassUID: "" }))
    const content = (uids: string[]): StudyContent => ({
      asked: {
        requestId: id,
        requestNumber: "R1",
        patient: { PatientID: "P1", idRoot: AT_CENTER.patientIdDomain },
        studies: [{ role: "target", StudyInstanceUID, AccessionNumber: "X-P1" }],
      } as unknown as StudyContent["asked"],
      manifest: {
        shared: { PatientID: "P1" },
        studies: [{ StudyInstanceUID, series: [{ SeriesInstanceUID: uid(), instances: instances(uids) }] }],
      } as unknown as StudyContent["manifest"],
      images: came.map((SOPInstanceUID) => ({ PatientID: "P1", StudyInstanceUID, SOPInstanceUID })),
    })
    const check = (uids: string[]) => () => checkStudySubject([record!], AT_CENTER, read!, content(uids))
    assert.doesNotThrow(check(came))
    assert.throws(check(came.slice(1)), { code: "ERR_DOCUMENTS" })
    for (const other of [
      { requestNumber: "R2" },
      { studies: [{ role: "target", StudyInstanceUID, AccessionNumber: "X-P2" }] },
    ]) {
      const { asked, ...rest } = content(came)
      const elsewhere = { ...rest, asked: { ...asked, ...other } as StudyContent["asked"] }
      assert.throws(() => checkStudySubject([record!], AT_CENTER, read!, elsewhere), {
        code: "ERR_OTHER_SUBJECT",
      })
    }
  })
})
