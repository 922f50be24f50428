import assert from "node:assert/strict"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import { noteAwaited } from "../../../gateway/journey/receive/awaited.ts"
import { completeness, type Signal } from "../../../gateway/journey/assemble/completeness.ts"
import { readWhole } from "../../../gateway/journey/read-whole.ts"
import type { InstanceRecord } from "../../../gateway/journey/records/instance.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import { arrivedThere } from "../../../gateway/journey/assemble/supplement.ts"
import type { Notice } from "../../../gateway/journey/views/notice.ts"
import { readManifest } from "../../../gateway/standards/dicom/kos.ts"
import { MR_IMAGE_STORAGE, type SmallStudy } from "../../peers/dicom-study.ts"
import { PIN } from "../certificates.ts"
import type { Gateway } from "../gateway.ts"
import {
  acknowledge,
  CLERK,
  DRAFT,
  enter,
  READER,
  report,
  requestFor,
  row,
  store,
  storeAll,
  study,
  type Image,
} from "../people.ts"
import { storeNote } from "../rejection-notes.ts"
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const QUIET_AND_MORE_MS = 10 * MINUTE_MS
const told = (notices: readonly Notice[] | undefined): string[] =>
  (notices ?? []).map(({ code, count }) => (count === undefined ? code : `${code} ${count}`))

describe("a request for a study of which images came a moment ago", function () {
  this.timeout(30_000)
  let sides: TwoSides

  beforeEach(async () => {
    sides = await TwoSides.open({
      agreement: { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS } },
    })
  })
  afterEach(() => sides.close())

  const images = study("P1", 4)
  /** One image, long enough ago to count as complete; three that were answered now and whose rows still wait. */
  const almostThere = async (): Promise<void> => {
    await storeAll(sides.edge, { ...images, instances: images.instances.slice(0, 1) })
    await sides.settle(QUIET_AND_MORE_MS)
    sides.edge.filingWait = () => new Promise(() => undefined)
    await storeAll(sides.edge, { ...images, instances: images.instances.slice(1) })
  }
  const sent = async (requestId: string): Promise<number[]> => {
    await sides.settle(QUIET_AND_MORE_MS)
    const all = await sides.edge.ledger.submissionsOf({ requestId })
    const documents = await Promise.all(
      all.filter(({ kind }) => kind === "study").map(({ id }) => sides.edge.ledger.documents(id)),
    )
    return documents.map((each) => each.filter(({ role }) => role === "instance").length)
  }

  it("means those as well: one submission has them all", async () => {
    await almostThere()
    const requestId = await enter(sides.edge, requestFor("P1", "R1"))
    // The runner may be quicker than the next rows.
    const { ledger, world } = sides.edge
    for (let round = 0; round < 5; round++)
      for (const job of await ledger.dueJobs(world.clock.now().toISOString(), 64)) await sides.edge.run(job)
    assert.deepEqual(await sent(requestId), [4])
  })

  it("means those as well when staff releases it: not before it is quiet, and then all of it", async () => {
    await almostThere()
    const { requestId } = await sides.edge.staff.enter(
      CLERK,
      requestFor("P1", "R1", { releaseWhenComplete: false }),
    )
    await assert.rejects(sides.edge.staff.release(CLERK, requestId))
    await sides.settle(QUIET_AND_MORE_MS)
    await sides.edge.staff.release(CLERK, requestId)
    assert.deepEqual(await sent(requestId), [4])
  })
})

describe("after a study was sent", function () {
  this.timeout(30_000)
  let sides: TwoSides
  let images: SmallStudy
  let id: string

  beforeEach(async () => {
    sides = await TwoSides.open({
      agreement: { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS } },
    })
    images = study("P1", 4)
  })
  afterEach(() => sides.close())

  const sendFirst = async (slices: number, more = {}): Promise<void> => {
    id = await enter(sides.edge, requestFor("P1", "R1", more))
    await storeAll(sides.edge, { ...images, instances: images.instances.slice(0, slices) })
    await sides.settle(QUIET_AND_MORE_MS)
  }
  const sent = async (): Promise<SubmissionRecord[]> =>
    (await sides.edge.ledger.submissionsOf({ requestId: id })).filter(({ kind }) => kind === "study")
  const carried = async ({ id: submissionId }: SubmissionRecord): Promise<number> =>
    (await sides.edge.ledger.documents(submissionId)).filter(({ role }) => role === "instance").length
  const named = async ({ id: submissionId }: SubmissionRecord): Promise<string[]> => {
    const manifest = (await sides.edge.ledger.documents(submissionId)).find(({ role }) => role === "manifest")
    const { studies } = readManifest(await readWhole(sides.edge.spool, manifest!.place))
    return studies.flatMap((one) => one.series.flatMap((each) => each.instances.map((i) => i.SOPInstanceUID)))
  }
  const shown = async (): Promise<number> => {
    const view = await sides.center.reading.reading(READER, id)
    return view.series.flatMap((each) => each.images).length
  }
  const caseNotices = async (): Promise<string[]> =>
    told((await sides.center.reading.worklist(READER)).find(({ requestId }) => requestId === id)?.notices)

  it("late images leave by themselves as a supplement: only they travel, a new manifest names all and replaces the old", async () => {
    await sendFirst(2)
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const [first, second, ...more] = await sent()
    assert.deepEqual([more.length, await carried(first!), await carried(second!)], [0, 2, 2])
    assert.deepEqual(
      new Set(await named(second!)),
      new Set(images.instances.map((each) => each.SOPInstanceUID)),
    )
    const { associations, documentEntries } = second!.private.submission!
    const replaced = associations.filter(({ type }) => type === "RPLC")
    const manifests = await sides.edge.ledger.documents(first!.id)
    assert.deepEqual(
      replaced.map(({ target }) => target),
      [manifests.find(({ role }) => role === "manifest")!.entryUUID],
    )
    assert.ok(associations.every(({ type }) => (type as string) !== "APND"))
    assert.notEqual(documentEntries[0]!.uniqueId, first!.private.submission!.documentEntries[0]!.uniqueId)
    assert.equal(second!.state, "verified")
    assert.deepEqual([await shown(), await caseNotices()], [4, ["late-supplement 2"]])
    assert.deepEqual(told((await row(sides.edge, id))?.notices), ["late-supplement 2"])
  })

  it("late images wait for a person where the request does, and the person is told", async () => {
    await sendFirst(2, { releaseWhenComplete: false })
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    await storeAll(sides.edge, images)
    await sides.settle(DAY_MS)
    const waiting = await row(sides.edge, id)
    assert.deepEqual([waiting?.action, told(waiting?.notices)], ["release", ["late-images"]])
    assert.equal(await shown(), 2)
    await sides.edge.staff.release(CLERK, id)
    await assert.rejects(sides.edge.staff.release(CLERK, id), { code: "ERR_REPORT_STATE" })
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual([await shown(), (await sent()).length], [4, 2])
  })

  it("images count as erased there by a certificate that holds, not by one that is held: then all of them leave", async () => {
    await sendFirst(2, { releaseWhenComplete: false })
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const [copy] = await sides.center.ledger.studiesByUid(images.StudyInstanceUID)
    sides.time.passTo(new Date(copy!.keepUntil!))
    const { lists } = sides.trust.edge
    const seal = lists.get("seal")!
    lists.delete("seal")
    await sides.settle(QUIET_AND_MORE_MS)
    const came = (await sides.edge.ledger.submissionsOf({ requestId: id })).at(-1)
    assert.deepEqual([came?.kind, came?.state], ["certificate", "accepted"])
    const there = async (): Promise<number | undefined> => {
      const [kept] = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
      const arrived = await arrivedThere(sides.edge.world, kept!, id)
      return arrived === null || arrived === "open" ? undefined : arrived.objects.size
    }
    assert.equal(await there(), 2)
    lists.set("seal", seal)
    await sides.settle(60 * MINUTE_MS)
    assert.equal(await there(), 0)
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual([await carried((await sent()).at(-1)!), await shown()], [4, 4])
  })

  it("a supplement waits until what was sent before has arrived", async () => {
    sides.line.fault = (kind) => (kind === "study" ? "unreachable" : null)
    await sendFirst(2)
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await sent()).length, 1)
    sides.line.fault = () => null
    await sides.settle(60 * MINUTE_MS)
    assert.deepEqual([(await sent()).length, await shown()], [2, 4])
  })

  it("late images after the report are told of in words of their own", async () => {
    await sendFirst(3)
    await report(sides.center, id)
    await sides.settle(QUIET_AND_MORE_MS)
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual([await shown(), await caseNotices()], [4, ["late-after-report 1"]])
    assert.deepEqual(told((await row(sides.edge, id))?.notices), ["late-after-report 1"])
  })

  it("late images that arrive after the report was signed are told of so, though they left before", async () => {
    await sendFirst(2)
    sides.line.fault = (kind) => (kind === "study" ? "unreachable" : null)
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    await report(sides.center, id)
    sides.line.fault = () => null
    await sides.settle(60 * MINUTE_MS)
    assert.deepEqual(told((await row(sides.edge, id))?.notices), ["late-after-report 2"])
    assert.deepEqual(await caseNotices(), ["late-after-report 2"])
  })

  it("a report that was frozen before late images took effect is not signed; frozen anew it is", async () => {
    await sendFirst(2)
    await storeAll(sides.edge, images)
    const { reading } = sides.center
    const { draft } = await reading.start(READER, id)
    const { draftVersion } = await reading.saveDraft(READER, id, DRAFT, draft!.draftVersion)
    const { prepareId } = await reading.prepare(READER, id, draftVersion)
    await sides.settle(4 * MINUTE_MS)
    assert.equal(await shown(), 4)
    await assert.rejects(reading.sign(READER, prepareId, PIN, new Uint8Array(1)), { code: "ERR_SIGN_IMAGES" })
    const anew = await reading.prepare(READER, id, draftVersion)
    await reading.sign(READER, anew.prepareId, PIN, new Uint8Array(1))
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await caseNotices(), ["late-supplement 2"])
    assert.deepEqual(told((await row(sides.edge, id))?.notices), ["late-supplement 2"])
  })

  it("what a delivery for one more request brings is told to the reader of the first", async () => {
    await sendFirst(2, { releaseWhenComplete: false })
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const { StudyInstanceUID } = images
    const second = await enter(sides.edge, requestFor("P1", "R2", { StudyInstanceUID }))
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await row(sides.edge, second))?.way[2]?.state, "done")
    assert.deepEqual([await shown(), await caseNotices()], [4, ["late-supplement 2"]])
  })

  it("a copy that is chosen late takes the place of the one that was sent", async () => {
    await sendFirst(4)
    const [first] = images.instances
    const other = { ...first!, dataSet: Buffer.from(first!.dataSet) }
    other.dataSet[other.dataSet.length - 1]! ^= 1
    await store(sides.edge, [other])
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await sent()).length, 1, "nothing leaves before somebody has chosen")
    const { studyId } = (await row(sides.edge, id))!
    const [conflict] = (await sides.edge.staff.study(CLERK, studyId!)).conflicts
    const { SOPInstanceUID, copies } = conflict!
    const choices = [{ SOPInstanceUID, objectId: copies[1]!.objectId }]
    await sides.edge.staff.choose(CLERK, studyId!, { choices, reason: "撮り直し" })
    await sides.settle(QUIET_AND_MORE_MS)
    const [, second] = await sent()
    assert.deepEqual([await carried(second!), new Set(await named(second!)).size, await shown()], [1, 4, 4])
    const there = (await sides.center.ledger.studiesByUid(images.StudyInstanceUID))[0]!
    assert.equal(
      (await sides.center.ledger.instances(there.id)).length,
      5,
      "the first copy is kept, and not shown",
    )
  })

  for (const title of ["113001", "113037", "113038", "113039"] as const)
    it(`a rejection note ${title} takes its images back: they leave the manifest, and the reader is told`, async () => {
      await sendFirst(4)
      await storeNote(sides.edge, images, images.instances.slice(0, 1), title)
      await sides.settle(QUIET_AND_MORE_MS)
      const [, second] = await sent()
      assert.equal(await carried(second!), 0)
      assert.deepEqual(
        new Set(await named(second!)),
        new Set(images.instances.slice(1).map((each) => each.SOPInstanceUID)),
      )
      assert.deepEqual([await shown(), await caseNotices()], [3, ["images-withdrawn 1"]])
    })

  it("a selection of key images withdraws nothing, and travels", async () => {
    await sendFirst(4)
    await storeNote(sides.edge, images, images.instances.slice(0, 1), "113030")
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual([await shown(), await carried((await sent())[1]!)], [5, 1])
  })
})

describe("deliveries of one study that overtake each other", function () {
  this.timeout(30_000)
  let sides: TwoSides
  afterEach(() => sides.close())

  const open = async (agreement: Partial<Agreement> = {}): Promise<void> => {
    sides = await TwoSides.open({
      agreement: { retention: { imagesMs: 30 * DAY_MS, reportsMs: 365 * DAY_MS }, ...agreement },
    })
  }
  /** The reading centre has no revocation list while `act` runs: what comes in is held. */
  const withoutEvidence = async (act: () => Promise<void>): Promise<void> => {
    const { lists } = sides.trust.center
    const list = lists.get("seal")!
    lists.delete("seal")
    await act()
    lists.set("seal", list)
  }
  const shown = async (id: string): Promise<number> => {
    const view = await sides.center.reading.reading(READER, id)
    return view.series.flatMap((each) => each.images).length
  }
  const studies = async (gateway: Gateway, id: string): Promise<string[]> =>
    (await gateway.ledger.submissionsOf({ requestId: id }))
      .filter(({ kind }) => kind === "study")
      .map(({ state }) => state)

  it("late images wait for the verdict on those they came after", async () => {
    await open({ receipts: "registry-response" })
    const images = study("P1", 4)
    let id = ""
    await withoutEvidence(async () => {
      id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, { ...images, instances: images.instances.slice(0, 2) })
      await sides.settle(9 * MINUTE_MS)
      await storeAll(sides.edge, images)
      await sides.settle(5 * MINUTE_MS)
      assert.deepEqual(await studies(sides.center, id), ["accepted", "accepted"])
    })
    await sides.settle(DAY_MS)
    assert.deepEqual(await studies(sides.center, id), ["verified", "verified"])
    assert.equal(await shown(id), 4)
    assert.deepEqual(told((await row(sides.edge, id))?.notices), ["late-supplement 2"])
  })

  it("a delivery verified late does not bring back what a newer one withdrew", async () => {
    await open()
    const images = study("P1", 4)
    let id = ""
    await withoutEvidence(async () => {
      sides.line.fault = (kind, again) => (kind === "study" ? (again === 0 ? "lost" : "refused") : null)
      id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(4 * MINUTE_MS)
      assert.deepEqual(
        [await studies(sides.edge, id), await studies(sides.center, id)],
        [["failed"], ["accepted"]],
      )
      sides.line.fault = () => null
      await storeNote(sides.edge, images, images.instances.slice(0, 1), "113001")
      await sides.settle(4 * MINUTE_MS)
    })
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(MINUTE_MS)
    assert.deepEqual([await studies(sides.center, id), await shown(id)], [["accepted", "verified"], 3])
    await sides.settle(DAY_MS)
    assert.deepEqual([await studies(sides.center, id), await shown(id)], [["verified", "verified"], 3])
  })

  it("what is sent again is never what a newer delivery has replaced", async () => {
    await open()
    const images = study("P1", 4)
    sides.line.fault = (kind) => (kind === "study" || kind === "acknowledgement" ? "refused" : null)
    const id = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    await storeNote(sides.edge, images, images.instances.slice(0, 1), "113001")
    await sides.settle(QUIET_AND_MORE_MS)
    sides.line.fault = (kind) => (kind === "acknowledgement" ? "refused" : null)
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    await report(sides.center, id)
    await sides.settle(QUIET_AND_MORE_MS)
    await acknowledge(sides.edge, id)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await studies(sides.edge, id), ["failed", "verified"])
    sides.line.fault = () => null
    await sides.edge.staff.retry(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual([await studies(sides.edge, id), await shown(id)], [["failed", "verified"], 3])
  })
})

describe("before a study is sent", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  it("images a note has taken back do not leave, whichever came first", async () => {
    const images = study("P1", 3)
    const id = await enter(sides.edge, requestFor("P1", "R1"))
    await storeNote(sides.edge, images, images.instances.slice(0, 2), "113037")
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const [item] = await sides.center.reading.worklist(READER)
    assert.deepEqual([item?.requestId, item?.study.instances, told(item?.notices)], [id, 1, []])
  })

  it("a study that was taken back as a whole never leaves, and the list says why", async () => {
    const images = study("P1", 2)
    const id = await enter(sides.edge, requestFor("P1", "R1"))
    await storeAll(sides.edge, images)
    await storeNote(sides.edge, images, images.instances, "113001")
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(sides.line.attempts, [])
    const waiting = await row(sides.edge, id)
    assert.deepEqual([waiting?.action, told(waiting?.notices)], [null, ["nothing-left"]])
    await assert.rejects(sides.edge.staff.release(CLERK, id), { code: "ERR_REPORT_STATE" })
  })

  it("what is known to be incomplete waits for a person, unless it is urgent", async () => {
    const expecting = { NumberOfStudyRelatedInstances: 3 }
    const images = study("P1", 2, expecting)
    const id = await enter(sides.edge, requestFor("P1", "R1", { urgency: "ROUTINE" }))
    await storeAll(sides.edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const waiting = await row(sides.edge, id)
    assert.deepEqual([waiting?.action, told(waiting?.notices)], ["release", ["incomplete 1"]])
    assert.equal(waiting?.study?.instancesExpected, 3)
    const urgent = await enter(sides.edge, requestFor("P2", "R2"))
    await storeAll(sides.edge, study("P2", 2, expecting))
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await row(sides.edge, urgent))?.way[2]?.state, "done")
    const [marked] = await sides.center.reading.worklist(READER)
    assert.deepEqual(
      [told(marked?.notices), marked?.study.instances, marked?.study.instancesExpected],
      [["incomplete 1"], 2, 3],
    )
    await sides.edge.staff.release(CLERK, id)
    await sides.settle(QUIET_AND_MORE_MS)
    assert.equal((await row(sides.edge, id))?.way[2]?.state, "done")
  })
})

describe("a storage commitment", function () {
  this.timeout(30_000)
  let sides: TwoSides
  beforeEach(async () => {
    sides = await TwoSides.open()
  })
  afterEach(() => sides.close())

  const asked = (images: readonly Image[]) => ({
    TransactionUID: "1.2.3",
    references: images.map(({ SOPInstanceUID }) => ({ SOPClassUID: MR_IMAGE_STORAGE, SOPInstanceUID })),
  })

  it("that names images we do not have makes their study known to be incomplete, until they come", async () => {
    const { edge } = sides
    const images = study("P1", 3)
    const id = await enter(edge, requestFor("P1", "R1", { urgency: "ROUTINE" }))
    await storeAll(edge, { ...images, instances: images.instances.slice(0, 2) })
    await edge.runDue()
    await noteAwaited(edge.world, asked(images.instances))
    await noteAwaited(edge.world, asked(study("P9", 1).instances))
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(sides.line.attempts, [])
    assert.deepEqual(told((await row(edge, id))?.notices), ["incomplete 1"])
    await storeAll(edge, images)
    await sides.settle(QUIET_AND_MORE_MS)
    const after = await row(edge, id)
    assert.deepEqual([after?.way[2]?.state, told(after?.notices)], ["done", []])
  })
})

describe("completeness", () => {
  const instance = (SOPInstanceUID: string, SeriesInstanceUID = "s1"): InstanceRecord =>
    ({ private: { SOPInstanceUID, SeriesInstanceUID } }) as InstanceRecord
  const here = [instance("1"), instance("2"), instance("2"), instance("3", "s2")]
  const judged = (...signals: Signal[]) => {
    const { state, expected, missing } = completeness(signals, here)
    return [state, expected, missing]
  }

  it("is inferred while nothing speaks against it", () => {
    assert.deepEqual(judged(), ["complete-inferred", null, 0])
    assert.deepEqual(judged({ kind: "study-count", instances: 3 }), ["complete-inferred", 3, 0])
    assert.deepEqual(judged({ kind: "study-count", instances: 2 }), ["complete-inferred", 3, 0])
  })
  it("is known to lack what a count or a name says, each image once", () => {
    assert.deepEqual(judged({ kind: "study-count", instances: 5 }), ["incomplete-known", 5, 2])
    assert.deepEqual(judged({ kind: "series-count", SeriesInstanceUID: "s1", instances: 3 }), [
      "incomplete-known",
      4,
      1,
    ])
    assert.deepEqual(judged({ kind: "named", SOPInstanceUIDs: ["1", "9"] }), ["incomplete-known", 4, 1])
  })
})
