import assert from "node:assert/strict"
import { setTimeout } from "node:timers/promises"
import type { StudyRecord } from "../../gateway/journey/records/study.ts"
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import { readManifest } from "../../gateway/standards/dicom/kos.ts"
import { readReadingRequest } from "../../gateway/standards/request/read-reading-request.ts"
import { readWhole } from "../../gateway/journey/read-whole.ts"
import type { Gateway } from "./gateway.ts"
import {
  association,
  CLERK,
  enter,
  READER,
  report,
  requestFor,
  row,
  store,
  storeAll,
  study,
  uid,
  type Image,
} from "./people.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "./world.ts"

const AGREEMENT = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 365 * DAY_MS } }
const QUIET_AND_MORE_MS = 5 * MINUTE_MS

/** The same instance with other pixels. */
const changed = ({ SOPInstanceUID, file, dataSet }: Image): Image => {
  const other = Buffer.from(dataSet)
  other[other.length - 1]! ^= 1
  return { SOPInstanceUID, file, dataSet: other }
}

async function studyOf(gateway: Gateway, StudyInstanceUID: string, PatientID: string): Promise<StudyRecord> {
  const all = await gateway.ledger.studiesByUid(StudyInstanceUID)
  return all.find((each) => each.private.patient.PatientID === PatientID)!
}

/** Of the newest study submission that came in: what its manifest names, and its request. */
async function arrivedAt(gateway: Gateway, requestId: string) {
  const all = await gateway.ledger.submissionsOf({ requestId })
  const last = all.filter(({ kind, direction }) => kind === "study" && direction === "in").at(-1)!
  const documents = await gateway.ledger.documents(last.id)
  const read = async (role: string): Promise<Uint8Array> =>
    readWhole(gateway.spool, documents.find((each) => each.role === role)!.place)
  const { studies, shared } = readManifest(await read("manifest"))
  const named = studies.flatMap(({ series }) =>
    series.flatMap(({ instances }) => instances.map(({ SOPInstanceUID }) => SOPInstanceUID)),
  )
  return { named, shared, asked: readReadingRequest(await read("request")), submission: last }
}

const decided = async (edge: Gateway): Promise<string[]> =>
  (await edge.audited())
    .filter(({ event }) => event.event === "study-changed")
    .map(({ event }) => `${event.user ?? ""}: ${event.description ?? ""}`)

describe("a person at the hospital decides", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open({ agreement: AGREEMENT })
  })
  afterEach(() => sides.close())

  const listed = async (PatientID: string): Promise<StaffItem> =>
    (await sides.edge.staff.requests(CLERK)).find(({ patient }) => patient.PatientID === PatientID)!

  describe("about a Study Instance UID that came for a second patient:", () => {
    let StudyInstanceUID: string
    beforeEach(async () => {
      StudyInstanceUID = uid()
      await storeAll(sides.edge, study("P1", 1, { StudyInstanceUID }))
      await storeAll(sides.edge, study("0P1", 2, { StudyInstanceUID, AccessionNumber: "X-P1" }))
      await sides.settle(QUIET_AND_MORE_MS)
    })

    it("another examination: it goes its own way, to its own request and its own case", async () => {
      const { studyId, action } = await listed("0P1")
      assert.equal(action, "decide")
      const question = await sides.edge.staff.study(CLERK, studyId!)
      assert.deepEqual(
        question.sameUid.map(({ patient, study: of }) => [patient.PatientID, of.instances]),
        [["P1", 1]],
      )
      await sides.edge.staff.rule(CLERK, studyId!, { what: "own-study", reason: "装置が番号を使い回した" })
      const mine = await enter(sides.edge, requestFor("0P1", "R2", { AccessionNumber: "X-P1" }))
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal((await row(sides.edge, mine))?.way[2]?.state, "done")
      const cases = await sides.center.reading.worklist(READER)
      assert.deepEqual(
        cases.map((each) => [each.patient.PatientID, each.study.instances]),
        [["0P1", 2]],
      )
      assert.deepEqual(await decided(sides.edge), [
        "madoguchi: a person decided about a reused Study Instance UID: own-study",
      ])
      const kept = await studyOf(sides.edge, StudyInstanceUID, "0P1")
      assert.deepEqual(
        kept.private.decisions?.map(({ by, what, reason }) => [by, what, reason]),
        [["窓口 三奈", "own-study", "装置が番号を使い回した"]],
      )
      await assert.rejects(
        sides.edge.staff.rule(CLERK, studyId!, { what: "own-study", reason: "もう一度" }),
        { code: "ERR_REPORT_STATE" },
      )
    })

    it("the same patient: all images leave as one study, under the number of the request", async () => {
      const quarantined = await studyOf(sides.edge, StudyInstanceUID, "0P1")
      const first = await studyOf(sides.edge, StudyInstanceUID, "P1")
      await sides.edge.staff.rule(CLERK, quarantined.id, {
        what: "same-patient",
        studyId: first.id,
        reason: "ID の打ち間違い",
      })
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await sides.settle(QUIET_AND_MORE_MS)
      const [item, ...others] = await sides.center.reading.worklist(READER)
      assert.deepEqual([item?.patient.PatientID, item?.study.instances, others], ["P1", 3, []])
      const { named, asked, submission } = await arrivedAt(sides.center, id)
      assert.equal(new Set(named).size, 3)
      assert.deepEqual([asked.patient.PatientID, asked.patient.onImages], ["P1", ["0P1"]])
      const ids = submission.private.submission!.documentEntries.map(({ sourcePatientId }) => sourcePatientId)
      assert.ok(ids.every((each) => each!.startsWith("P1^^^&")))
      assert.equal(await listed("0P1"), undefined, "nothing is left to decide")
    })

    it("the same patient: what still comes under the other number joins too, also after a restart", async () => {
      const quarantined = await studyOf(sides.edge, StudyInstanceUID, "0P1")
      const first = await studyOf(sides.edge, StudyInstanceUID, "P1")
      const ruling = { what: "same-patient", studyId: first.id, reason: "打ち間違い" } as const
      await sides.edge.staff.rule(CLERK, quarantined.id, ruling)
      await sides.edge.open()
      await storeAll(sides.edge, study("0P1", 1, { StudyInstanceUID }))
      await sides.settle(QUIET_AND_MORE_MS)
      const joined = await studyOf(sides.edge, StudyInstanceUID, "P1")
      assert.deepEqual([joined.state, joined.instances], ["complete", 4])
      assert.deepEqual(sides.edge.rolledForward, {
        instancesFiled: 0,
        segmentsDropped: 0,
        slotsDestroyed: 0,
      })
    })

    it("the same patient: an image that still comes holds no study while it waits for the other", async () => {
      const quarantined = await studyOf(sides.edge, StudyInstanceUID, "0P1")
      const first = await studyOf(sides.edge, StudyInstanceUID, "P1")
      const late = study("0P1", 2, { StudyInstanceUID }).instances
      const device = association(sides.edge)
      await device.store(late[0]!)
      await sides.edge.staff.rule(CLERK, quarantined.id, {
        what: "same-patient",
        studyId: first.id,
        reason: "打ち間違い",
      })
      const { locks } = sides.edge.world
      const { promise: ruled, resolve: goOn } = Promise.withResolvers<undefined>()
      const ruling = locks.with(first.id, () => ruled)
      await device.store(late[1]!)
      const filed = sides.edge.runDue()
      await setTimeout(20)
      await locks.with(quarantined.id, () => Promise.resolve())
      goOn(undefined)
      await Promise.all([ruling, filed, device.end()])
      const joined = await studyOf(sides.edge, StudyInstanceUID, "P1")
      assert.equal(joined.instances, 5)
    })

    it("the same patient: at the end of the term every slot is destroyed", async () => {
      const quarantined = await studyOf(sides.edge, StudyInstanceUID, "0P1")
      const first = await studyOf(sides.edge, StudyInstanceUID, "P1")
      const ruling = { what: "same-patient", studyId: first.id, reason: "打ち間違い" } as const
      await sides.edge.staff.rule(CLERK, quarantined.id, ruling)
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await sides.settle(QUIET_AND_MORE_MS)
      await report(sides.center, id)
      await sides.settle(20 * DAY_MS)
      const slots = new Set(sides.edge.spool.slots.map(({ slotId }) => slotId))
      assert.deepEqual([slots.has(first.slotId), slots.has(quarantined.slotId)], [false, false])
    })
  })

  describe("between copies of an image that contradict each other:", () => {
    const twice = async (): Promise<{ id: string; images: ReturnType<typeof study>; studyId: string }> => {
      const images = study("P1", 2)
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await store(sides.edge, [changed(images.instances[0]!)])
      await sides.settle(QUIET_AND_MORE_MS)
      return { id, images, studyId: (await studyOf(sides.edge, images.StudyInstanceUID, "P1")).id }
    }

    it("until then nothing leaves, whoever asks", async () => {
      const { id, studyId } = await twice()
      assert.deepEqual(sides.line.attempts, [])
      const waiting = await row(sides.edge, id)
      assert.deepEqual(
        [waiting?.action, waiting?.notices.map(({ code }) => code)],
        ["decide", ["conflict-copies"]],
      )
      await assert.rejects(sides.edge.staff.release(CLERK, id), { code: "ERR_REPORT_STATE" })
      const { conflicts } = await sides.edge.staff.study(CLERK, studyId)
      assert.deepEqual(
        conflicts.map(({ copies }) => copies.map(({ differs, picture }) => [differs, picture])),
        [
          [
            [[], true],
            [[], true],
          ],
        ],
      )
      await assert.rejects(sides.edge.staff.study(READER, studyId), { code: "ERR_NOT_ALLOWED" })
    })

    it("the chosen copy leaves by itself, and the manifest names the UID once", async () => {
      const { id, images, studyId } = await twice()
      const { conflicts } = await sides.edge.staff.study(CLERK, studyId)
      const [{ SOPInstanceUID, copies }] = conflicts as [(typeof conflicts)[number]]
      const objectId = copies[1]!.objectId
      await sides.edge.staff.choose(CLERK, studyId, {
        choices: [{ SOPInstanceUID, objectId }],
        reason: "再構成し直した画像",
      })
      await sides.settle(QUIET_AND_MORE_MS)
      const { named } = await arrivedAt(sides.center, id)
      assert.deepEqual([...named].sort(), images.instances.map((each) => each.SOPInstanceUID).sort())
      const sent = await sides.edge.ledger.instancesByUid(studyId, SOPInstanceUID)
      const chosen = sent.find(({ place }) => place.objectId === objectId)
      const there = await studyOf(sides.center, images.StudyInstanceUID, "P1")
      const came = await sides.center.ledger.instancesByUid(there.id, SOPInstanceUID)
      assert.deepEqual(
        came.map((each) => each.sha256DataSet),
        [chosen?.sha256DataSet],
      )
      assert.deepEqual((await row(sides.edge, id))?.notices, [])
      assert.deepEqual(await decided(sides.edge), [
        "madoguchi: a person chose between copies: 1 images with the copy chosen, 0 stay home",
      ])
    })

    it("neither copy: both stay home, the other images leave", async () => {
      const { id, studyId, images } = await twice()
      const [conflict] = (await sides.edge.staff.study(CLERK, studyId)).conflicts
      const { SOPInstanceUID } = conflict!
      const choice = { choices: [{ SOPInstanceUID, objectId: null }], reason: "どちらも失敗" }
      await sides.edge.staff.choose(CLERK, studyId, choice)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.deepEqual((await arrivedAt(sides.center, id)).named, [images.instances[1]!.SOPInstanceUID])
      await assert.rejects(sides.edge.staff.choose(CLERK, studyId, choice), { code: "ERR_REPORT_STATE" })
      assert.equal((await sides.edge.ledger.instances(studyId)).length, 3, "nothing is thrown away")
    })
  })

  describe("which request images are for:", () => {
    it("an older study of the patient is proposed to a request that names none, and does not bind by itself", async () => {
      await storeAll(sides.edge, study("P1", 2))
      await sides.settle(QUIET_AND_MORE_MS)
      const id = await enter(sides.edge, requestFor("P1", "R1", { AccessionNumber: "" }))
      await sides.settle(QUIET_AND_MORE_MS)
      assert.deepEqual(sides.line.attempts, [])
      const waiting = await row(sides.edge, id)
      assert.deepEqual(
        [waiting?.action, waiting?.study, waiting?.proposals.map(({ otherName }) => otherName)],
        ["choose-study", null, [false]],
      )
      await sides.edge.staff.bind(CLERK, id, waiting!.proposals[0]!.studyId)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal((await row(sides.edge, id))?.way[2]?.state, "done")
      assert.deepEqual(await decided(sides.edge), [
        "madoguchi: a person bound images to a request that named none",
      ])
    })

    it("an older study that arrives after the request is proposed; the one taken after it binds", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1", { AccessionNumber: "" }))
      await storeAll(sides.edge, study("P1", 1, { StudyDate: "20240101" }))
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal((await row(sides.edge, id))?.action, "choose-study")
      const asked = study("P1", 2, { StudyDate: "20260804", AccessionNumber: "" })
      await storeAll(sides.edge, asked)
      await sides.settle(QUIET_AND_MORE_MS)
      const bound = await row(sides.edge, id)
      assert.deepEqual([bound?.study?.StudyInstanceUID, bound?.proposals], [asked.StudyInstanceUID, []])
    })

    it("a study of another name is proposed with a warning, and one of another patient cannot be bound", async () => {
      const id = await enter(
        sides.edge,
        requestFor("P1", "R1", { AccessionNumber: "", patientName: "佐藤 花子" }),
      )
      await storeAll(sides.edge, study("P1", 1, { StudyDate: "20260804" }))
      await storeAll(sides.edge, study("P2", 1))
      await sides.settle(QUIET_AND_MORE_MS)
      const waiting = await row(sides.edge, id)
      assert.deepEqual(
        waiting?.proposals.map(({ otherName }) => otherName),
        [true],
      )
      const { studyId } = await listed("P2")
      await assert.rejects(sides.edge.staff.bind(CLERK, id, studyId!), { code: "ERR_REPORT_STATE" })
    })
  })

  describe("whose images without a patient number are:", () => {
    const unnumbered = study("", 2)

    it("the request that names them has the number, and every message carries that", async () => {
      await storeAll(sides.edge, unnumbered)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal((await listed("")).action, "match")
      const id = await enter(
        sides.edge,
        requestFor("P7", "R7", { StudyInstanceUID: unnumbered.StudyInstanceUID, AccessionNumber: "" }),
      )
      await sides.settle(QUIET_AND_MORE_MS)
      const [item] = await sides.center.reading.worklist(READER)
      assert.deepEqual([item?.patient.PatientID, item?.study.instances], ["P7", 2])
      const { asked, shared, submission } = await arrivedAt(sides.center, id)
      assert.deepEqual([asked.patient.onImages, shared.PatientID], [[""], ""])
      const { submissionSet, documentEntries } = submission.private.submission!
      const ids = [submissionSet.patientId, ...documentEntries.map(({ patientId }) => patientId)]
      assert.ok(ids.every((each) => each!.startsWith("P7^^^&")))
      await report(sides.center, id)
      await sides.settle(QUIET_AND_MORE_MS)
      const detail = await sides.edge.staff.request(CLERK, id)
      assert.deepEqual(
        [detail.patient.PatientID, detail.signature?.outcome, detail.action],
        ["P7", "valid", "acknowledge"],
      )
    })

    it("a request of the same name gets them proposed; one that only has the number does not", async () => {
      await storeAll(sides.edge, study("", 1))
      await sides.settle(QUIET_AND_MORE_MS)
      const id = await enter(sides.edge, requestFor("P7", "R7", { AccessionNumber: "" }))
      const other = await enter(
        sides.edge,
        requestFor("P8", "R8", { AccessionNumber: "", patientName: "佐藤 花子" }),
      )
      assert.equal((await row(sides.edge, id))?.action, "choose-study")
      assert.deepEqual((await row(sides.edge, other))?.proposals, [])
    })

    it("a number no message can carry is not entered", async () => {
      await assert.rejects(sides.edge.staff.enter(CLERK, requestFor("^^", "R1")), { code: "ERR_INPUT" })
    })
  })
})
