import assert from "node:assert/strict"
import { askAgain } from "../../../gateway/journey/recover/ask-again.ts"
import type { Notice } from "../../../gateway/journey/views/notice.ts"
import { readWhole } from "../../../gateway/journey/read-whole.ts"
import { readRecall } from "../../../gateway/standards/notice/recall.ts"
import { readDeletionCertificate } from "../../../gateway/standards/notice/deletion-certificate.ts"
import { days } from "../../../gateway/commands/pki-authority.ts"
import { certificates, list } from "../certificates.ts"
import { MODALITY, OUR_AE, type Gateway } from "../gateway.ts"
import { MR_IMAGE_STORAGE } from "../../peers/dicom-study.ts"
import {
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
import { DAY_MS, MINUTE_MS, TwoSides } from "../world.ts"

const QUIET_AND_MORE_MS = 10 * MINUTE_MS
const REASON = "別の患者の検査を送った"
const told = (notices: readonly Notice[] | undefined): string[] => (notices ?? []).map(({ code }) => code)

for (const receipts of ["signed", "registry-response"] as const)
  describe(`a study sent by mistake, receipts: ${receipts}`, function () {
    this.timeout(30_000)
    let sides: TwoSides
    const images = study("P1", 2)

    beforeEach(async () => {
      sides = await TwoSides.open({ agreement: { receipts } })
    })
    afterEach(() => sides.close())

    const stateAt = async (gateway: Gateway): Promise<string | undefined> =>
      (await gateway.ledger.studiesByUid(images.StudyInstanceUID))[0]?.state
    const sentKinds = (): string[] =>
      sides.line.attempts.filter(({ fault }) => fault === null).map(({ kind }) => kind)
    const document = async (gateway: Gateway, requestId: string, role: string): Promise<Uint8Array> => {
      const all = await gateway.ledger.submissionsOf({ requestId })
      const record = all.find(({ kind, direction }) => kind === role && direction === "in")!
      const found = (await gateway.ledger.documents(record.id)).find((each) => each.role === role)
      return readWhole(gateway.spool, found!.place)
    }

    it("that has not left never leaves", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.deepEqual(sides.line.attempts, [])
      const recalled = await row(sides.edge, id)
      assert.deepEqual([recalled?.action, told(recalled?.notices)], [null, ["recalled"]])
      await assert.rejects(sides.edge.staff.release(CLERK, id), { code: "ERR_REPORT_STATE" })
      await assert.rejects(sides.edge.staff.recall(CLERK, id, REASON), { code: "ERR_REPORT_STATE" })
    })

    it("takes no image that comes later: that begins a study of its own, which a request can ask for", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, { ...images, instances: images.instances.slice(0, 1) })
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      await storeAll(sides.edge, images)
      const anew = await enter(
        sides.edge,
        requestFor("P1", "R2", { StudyInstanceUID: images.StudyInstanceUID, releaseWhenComplete: false }),
      )
      await sides.settle(QUIET_AND_MORE_MS)
      const studies = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
      assert.deepEqual(studies.map(({ state, instances }) => `${state} ${instances}`).sort(), [
        "complete 2",
        "recalled 1",
      ])
      assert.equal((await row(sides.edge, anew))?.action, "release")
      await sides.edge.staff.release(CLERK, anew)
      await sides.settle(QUIET_AND_MORE_MS)
      const item = (await sides.center.reading.worklist(READER)).find(({ requestId }) => requestId === anew)
      assert.deepEqual([item?.state, item?.study.instances], ["ready", 2])
      await sides.settle(2 * DAY_MS)
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled"])
    })

    it("is told to the device that was still sending it, which sends once more", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
      const association = { callingAE: MODALITY, calledAE: OUR_AE, remoteAddress: "192.0.2.7" }
      const intake = sides.edge.storage.open(association)
      const send = async ({ SOPInstanceUID, dataSet }: Image): Promise<string> => {
        const sink = intake.begin({
          ...association,
          AffectedSOPClassUID: MR_IMAGE_STORAGE,
          AffectedSOPInstanceUID: SOPInstanceUID,
          TransferSyntaxUID: "1.2.840.10008.1.2.1",
        })
        await sink.write(dataSet)
        return (await sink.finish()).status.toString(16)
      }
      const [first, second] = images.instances
      assert.equal(await send(first!), "0")
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      assert.deepEqual([await send(second!), await send(second!)], ["a700", "0"])
      await intake.end()
      await sides.settle(QUIET_AND_MORE_MS)
      const studies = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
      assert.deepEqual(studies.map(({ state, instances }) => `${state} ${instances}`).sort(), [
        "complete 1",
        "recalled 1",
      ])
    })

    it("is nothing another patient's images can be joined to", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
      await storeAll(sides.edge, images)
      await storeAll(sides.edge, study("P2", 1, { StudyInstanceUID: images.StudyInstanceUID }))
      await sides.settle(QUIET_AND_MORE_MS)
      const { studyId } = (await row(sides.edge, id))!
      await sides.edge.staff.recall(CLERK, id, REASON)
      const studies = await sides.edge.ledger.studiesByUid(images.StudyInstanceUID)
      const other = studies.find(({ state }) => state === "quarantined")!
      assert.deepEqual((await sides.edge.staff.study(CLERK, other.id)).sameUid, [])
      const ruling = { what: "same-patient", studyId: studyId!, reason: REASON } as const
      await assert.rejects(sides.edge.staff.rule(CLERK, other.id, ruling), { code: "ERR_NOT_FOUND" })
    })

    it("goes at the end of its term although two copies of an image contradict each other", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      const [first] = images.instances
      const other = Buffer.from(first!.dataSet)
      other[other.length - 1]! ^= 1
      await store(sides.edge, [{ ...first!, dataSet: other }])
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(3 * DAY_MS)
      assert.equal(await stateAt(sides.edge), "expired")
    })

    it("under an agreement that is no longer there is kept here, and a person is told", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1", { releaseWhenComplete: false }))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      sides.edge.agreements = []
      await sides.edge.open()
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(3 * DAY_MS)
      assert.equal(await stateAt(sides.edge), "recalled")
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled", "agreement-over"])
    })

    it("that waits for a line that is down never leaves either", async () => {
      sides.line.fault = () => "unreachable"
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      sides.line.fault = () => null
      await sides.settle(60 * MINUTE_MS)
      assert.deepEqual(sentKinds(), [])
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled"])
      await assert.rejects(sides.edge.staff.retry(CLERK, id), { code: "ERR_REPORT_STATE" })
    })

    it("that has arrived is destroyed there, accounted for, and its case leaves the work list with words", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.center.reading.start(READER, id)
      await assert.rejects(sides.edge.staff.recall(READER, id, REASON), { code: "ERR_NOT_ALLOWED" })
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal(await stateAt(sides.center), "expired")
      const said = readRecall(await document(sides.center, id, "recall"))
      assert.deepEqual(
        [said.reason, said.StudyInstanceUID, said.requestNumber],
        [REASON, images.StudyInstanceUID, "R1"],
      )
      const [item] = await sides.center.reading.worklist(READER)
      assert.deepEqual([item?.state, told(item?.notices)], ["failed", ["recalled"]])
      const detail = await sides.edge.staff.request(CLERK, id)
      assert.deepEqual(
        [detail.recall?.reason, detail.recall?.by, detail.recall?.toldCenterAt === null],
        [REASON, "窓口 三奈", false],
      )
      const certificate = readDeletionCertificate(await document(sides.edge, id, "certificate"))
      assert.deepEqual([certificate.reason, certificate.what], ["request", "images"])
      assert.deepEqual(
        detail.deletions.map(({ what }) => what),
        ["images"],
      )
      await assert.rejects(
        sides.center.reading.saveDraft(READER, id, DRAFT, 0),
        { name: "ReportError" },
        "nobody goes on writing",
      )
    })

    it("of which nobody knows whether it arrived is followed by the notice, in this order", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      let down = true
      sides.line.fault = (kind, again) =>
        kind === "study" && down ? (again === 0 ? "lost" : "unreachable") : null
      await sides.settle(3 * MINUTE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      down = false
      await sides.settle(60 * MINUTE_MS)
      const out = sides.line.attempts.filter(({ fault }) => fault !== "unreachable").map(({ kind }) => kind)
      const kinds = out.filter((kind) => kind === "study" || kind === "recall")
      assert.deepEqual([...new Set(kinds)], ["study", "recall"])
      assert.equal(await stateAt(sides.center), "expired")
    })

    it("that was refused after a try nobody heard of is followed by the notice, and is not sent again", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      // A receipt would tell that it arrived.
      sides.line.fault = (kind, again) =>
        kind === "study" ? (again === 0 ? "lost" : "refused") : kind === "receipt" ? "unreachable" : null
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal((await row(sides.edge, id))?.action, "see-failure")
      await sides.edge.staff.recall(CLERK, id, REASON)
      await assert.rejects(sides.edge.staff.retry(CLERK, id), { code: "ERR_REPORT_STATE" })
      sides.line.fault = () => null
      await sides.settle(60 * MINUTE_MS)
      assert.equal(await stateAt(sides.center), "expired")
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled"])
    })

    it("goes although its seal is still looked at, before or after it was read", async () => {
      const seal = sides.trust.center.lists.get("seal")!
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, { ...images, instances: images.instances.slice(0, 1) })
      await sides.settle(QUIET_AND_MORE_MS)
      sides.trust.center.lists.delete("seal")
      await storeAll(sides.edge, images)
      const other = study("P2", 1)
      const unread = await enter(sides.edge, requestFor("P2", "R2"))
      await storeAll(sides.edge, other)
      await sides.settle(QUIET_AND_MORE_MS)
      // The notice is looked at for the first time before what is held is looked at once more.
      sides.trust.center.lists.set("seal", seal)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.edge.staff.recall(CLERK, unread, REASON)
      await sides.settle(MINUTE_MS)
      const there = await sides.center.ledger.submissionsOf({ requestId: unread })
      assert.deepEqual(
        there.filter(({ direction }) => direction === "in").map(({ kind, state }) => `${kind} ${state}`),
        ["study failed", "recall verified"],
      )
      await sides.settle(60 * MINUTE_MS)
      for (const { StudyInstanceUID } of [images, other])
        assert.deepEqual(
          (await sides.center.ledger.studiesByUid(StudyInstanceUID)).map(({ state }) => state),
          ["expired"],
        )
      assert.deepEqual(
        (await sides.center.reading.worklist(READER)).map((each) => [each.requestId, each.state]),
        [[id, "failed"]],
      )
      for (const requestId of [id, unread])
        assert.equal(told((await row(sides.edge, requestId))?.notices)[0], "recalled")
      assert.equal((await row(sides.edge, unread))?.notices.length, 1, "and not as refused")
      await sides.settle(2 * DAY_MS)
      assert.equal(await stateAt(sides.edge), "expired")
    })

    it("whose recall the centre refuses is not silently left there: people are told, and send another", async () => {
      const { authorities, holders } = await certificates()
      const good = sides.trust.center.lists.get("seal")!
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      const revoked = list(authorities.seal, days(sides.time.peek(), -1), [holders["edge/seal"]])
      sides.trust.center.lists.set("seal", revoked)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal(await stateAt(sides.center), "complete")
      const item = await row(sides.edge, id)
      assert.deepEqual(
        [item?.action, told(item?.notices)],
        ["see-failure", ["recalled", "recall-unconfirmed", "refused"]],
      )
      assert.equal((await sides.edge.staff.request(CLERK, id)).recall?.toldCenterAt, null)
      sides.trust.center.lists.set("seal", good)
      await sides.edge.staff.retry(CLERK, id)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal(await stateAt(sides.center), "expired")
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled"])
    })

    it("for two requests is taken back for both, also when the second was not verified and its notice comes late", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      const seal = sides.trust.center.lists.get("seal")!
      sides.trust.center.lists.delete("seal")
      const second = await enter(sides.edge, requestFor("P1", "R2"))
      await sides.settle(MINUTE_MS)
      sides.trust.center.lists.set("seal", seal)
      let notices = 0
      sides.line.fault = (kind) => (kind === "recall" && ++notices > 1 ? "unreachable" : null)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(MINUTE_MS)
      assert.equal(await stateAt(sides.center), "expired")
      sides.line.fault = () => null
      await sides.settle(60 * MINUTE_MS)
      assert.deepEqual(
        (await sides.center.reading.worklist(READER)).map((each) => [each.requestId, each.state]),
        [[id, "failed"]],
      )
      for (const requestId of [id, second])
        assert.deepEqual(told((await row(sides.edge, requestId))?.notices), ["recalled"])
    })

    it("that is asked after once more, after a backup, does not leave again and is followed by the notice", async () => {
      sides.line.fault = (kind) => (kind === "receipt" ? "unreachable" : null)
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      const asked = await askAgain(sides.edge.world, sides.edge.spool)
      assert.equal(asked, receipts === "signed" ? 1 : 0)
      await sides.edge.staff.recall(CLERK, id, REASON)
      sides.line.fault = () => null
      await sides.settle(60 * MINUTE_MS)
      assert.deepEqual(
        sentKinds().filter((kind) => kind === "study" || kind === "recall"),
        ["study", "recall"],
      )
      assert.equal(await stateAt(sides.center), "expired")
    })

    it("goes although the centre refused it", async () => {
      const { authorities, holders } = await certificates()
      const good = sides.trust.center.lists.get("seal")!
      const revoked = list(authorities.seal, days(sides.time.peek(), -1), [holders["edge/seal"]])
      sides.trust.center.lists.set("seal", revoked)
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      sides.trust.center.lists.set("seal", good)
      assert.equal(await stateAt(sides.center), "complete")
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal(await stateAt(sides.center), "expired")
      assert.deepEqual(await sides.center.reading.worklist(READER), [])
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled"])
      const { deletions } = await sides.edge.staff.request(CLERK, id)
      assert.deepEqual(
        deletions.map(({ what }) => what),
        ["images"],
      )
    })

    it("whose report is signed goes too; the report stays", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      await report(sides.center, id)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      assert.equal(await stateAt(sides.center), "expired")
      const view = await sides.center.reading.reading(READER, id)
      assert.deepEqual([view.state, view.versions.length, told(view.notices)], ["completed", 1, ["recalled"]])
      assert.equal((await sides.edge.staff.request(CLERK, id)).report?.impression, DRAFT.impression)
    })

    it("whose report comes home after that is shown with the words, delivered nowhere and not asked to be received", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      sides.line.fault = (kind) => (kind === "report" ? "unreachable" : null)
      await report(sides.center, id)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      sides.line.fault = () => null
      await sides.settle(QUIET_AND_MORE_MS)
      const item = await row(sides.edge, id)
      assert.deepEqual([item?.action, item?.verdict, told(item?.notices)], [null, "valid", ["recalled"]])
      const home = await sides.edge.ledger.reportsOfRequest(id)
      assert.equal(home.length, 1)
      assert.deepEqual(await sides.edge.ledger.jobsOf(home[0]!.id), [], "nothing goes to the archive")
    })

    it("may be asked for anew: the new request sends it, the old one stays taken back", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(QUIET_AND_MORE_MS)
      const anew = await enter(sides.edge, requestFor("P1", "R2"))
      await sides.settle(QUIET_AND_MORE_MS)
      const cases = await sides.center.reading.worklist(READER)
      assert.deepEqual(
        cases.map((each) => [each.requestId, each.state, told(each.notices)]).sort(),
        [
          [id, "failed", ["recalled"]],
          [anew, "ready", []],
        ].sort(),
      )
      assert.deepEqual(told((await row(sides.edge, id))?.notices), ["recalled"])
      const sent = await row(sides.edge, anew)
      assert.deepEqual([sent?.way[2]?.state, told(sent?.notices)], ["done", []])
    })

    it("and asked for anew is not taken back twice: the second sending follows the notice, and waits until it is verified", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      sides.line.fault = (kind) => (kind === "recall" ? "busy" : null)
      await sides.edge.staff.recall(CLERK, id, REASON)
      const anew = await enter(sides.edge, requestFor("P1", "R2"))
      await sides.settle(QUIET_AND_MORE_MS)
      const seal = sides.trust.center.lists.get("seal")!
      sides.trust.center.lists.delete("seal")
      sides.line.fault = () => null
      await sides.settle(QUIET_AND_MORE_MS)
      sides.trust.center.lists.set("seal", seal)
      await sides.settle(3 * 60 * MINUTE_MS)
      const cases = await sides.center.reading.worklist(READER)
      assert.deepEqual(
        cases.map(({ requestId, state, study: { instances } }) => [requestId, state, instances]).sort(),
        [
          [id, "failed", 2],
          [anew, "ready", 2],
        ].sort(),
      )
      const sent = await row(sides.edge, anew)
      assert.deepEqual([sent?.way[2]?.state, told(sent?.notices)], ["done", []])
    })

    it("is kept at the hospital for the agreed term, and then goes", async () => {
      const id = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(QUIET_AND_MORE_MS)
      await sides.edge.staff.recall(CLERK, id, REASON)
      await sides.settle(DAY_MS / 2)
      assert.equal(await stateAt(sides.edge), "recalled")
      await sides.settle(2 * DAY_MS)
      assert.equal(await stateAt(sides.edge), "expired")
    })
  })
