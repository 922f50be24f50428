import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync, statSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3"
import type { Change } from "../../../gateway/journey/records/ledger.ts"
import type { RequestRecord } from "../../../gateway/journey/records/request.ts"
import type { SubmissionRecord } from "../../../gateway/journey/records/submission.ts"
import { COMMITS_OF_AN_ERA } from "../../../gateway/storage/ledger/book-rows.ts"
import { MIGRATIONS } from "../../../gateway/storage/ledger/schema.ts"
import { openLedger, type FileLedger } from "../../../gateway/storage/ledger/ledger.ts"
import { SQL, type StatementName } from "../../../gateway/storage/ledger/queries.ts"
import { EVENTS } from "../trail/events.ts"
import * as r from "./records.ts"
import { openBytes, sealBytes, Slots } from "./slots.ts"

describe("the ledger", () => {
  let folder: string
  let path: string
  let ledger: FileLedger
  let slots: Slots
  const indexKey = randomBytes(32)
  const auditKey = randomBytes(32)

  const open = (): void => {
    ledger = openLedger({
      path,
      sealer: slots,
      indexKey,
      audit: {
        seal: (clear) => sealBytes(auditKey, "audit", clear),
        open: (sealed) => openBytes(auditKey, "audit", sealed),
      },
    })
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ledger-"))
    path = join(folder, "ledger.sqlite")
    slots = new Slots()
    open()
  })
  afterEach(async () => {
    ledger.close()
    await rm(folder, { recursive: true })
  })
  const reopen = (): void => {
    ledger.close()
    open()
  }
  const all: Change[] = [
    { put: "study", record: r.study() },
    { put: "instance", record: r.instance("o1", "1.1") },
    { put: "instance", record: r.instance("o2", "1.2") },
    { put: "request", record: r.request({ studies: r.TARGET }) },
    { put: "submission", record: r.submission({ reportId: "report-1" }) },
    { put: "document", record: r.document(1) },
    { put: "document", record: r.document(0) },
    { put: "report", record: r.report({ prepareId: "prepare-1" }) },
    { put: "certificate", record: r.certificate() },
    { put: "job", record: r.job() },
    { put: "milestone", record: { subject: "request-1", name: "study-sealed", at: r.AT } },
    { put: "audit", record: { key: "k1", event: EVENTS.login } },
  ]
  const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id)

  it("gives back what was put, whole, after opening the file again", async () => {
    await ledger.commit(all)
    reopen()
    assert.deepEqual(await ledger.study("study-1"), { ...r.study(), revision: 1 })
    assert.deepEqual(await ledger.request("request-1"), r.request({ studies: r.TARGET, revision: 1 }))
    assert.deepEqual(
      await ledger.submission("submission-1"),
      r.submission({ reportId: "report-1", revision: 1 }),
    )
    assert.deepEqual(await ledger.report("report-1"), r.report({ prepareId: "prepare-1", revision: 1 }))
    // In no order: the key that hashes their UIDs is another one each time.
    const instances = [...(await ledger.instances("study-1"))]
    instances.sort((a, b) => a.place.objectId.localeCompare(b.place.objectId))
    assert.deepEqual(instances, [r.instance("o1", "1.1"), r.instance("o2", "1.2")])
    assert.deepEqual(await ledger.documents("submission-1"), [r.document(0), r.document(1)])
    assert.deepEqual(await ledger.certificatesOfStudy("study-1"), [r.certificate()])
    assert.deepEqual(await ledger.certificate("certificate-1"), r.certificate())
    assert.deepEqual(await ledger.certificates(10), [r.certificate()])
    assert.deepEqual(await ledger.dueJobs(r.AT, 10), [r.job()])
    assert.deepEqual(await ledger.milestones("request-1"), [
      { subject: "request-1", name: "study-sealed", at: r.AT },
    ])
    assert.deepEqual(await ledger.auditOutbox(10), [{ sequence: 1, key: "k1", event: EVENTS.login }])
  })

  it("answers null or nothing for what it does not hold", async () => {
    assert.equal(await ledger.study("x"), null)
    assert.equal(await ledger.request("x"), null)
    assert.equal(await ledger.requestByNumber("kakuu-center", "x"), null)
    assert.equal(await ledger.submission("x"), null)
    assert.equal(await ledger.submissionBySetUid("kakuu-center", "in", "2.25.1"), null)
    assert.equal(await ledger.report("x"), null)
    assert.equal(await ledger.reportByPrepareId("x"), null)
    assert.equal(await ledger.knows("o1", "instance"), false)
    assert.deepEqual(await ledger.submissionsOf({ studyId: "x" }), [])
  })

  it("adds to an instance how it travels, and knows the object that holds it", async () => {
    await ledger.commit(all)
    const kept = await ledger.instances("study-1")
    const recoding = {
      kind: "recoded",
      place: r.place("recoded-1"),
      sha256: "3".repeat(64),
      clearLengthBytes: 128,
    } as const
    await ledger.commit([{ put: "recoding", record: { instance: r.place("o1"), recoding } }])
    assert.deepEqual(
      await ledger.instances("study-1"),
      kept.map((each) => (each.place.objectId === "o1" ? { ...each, recoding } : each)),
    )
    assert.equal(await ledger.knows("recoded-1", "document"), true)
    assert.equal(await ledger.knows("recoded-1", "instance"), false)
    const { place } = r.instance("o1", "1.1")
    await ledger.commit([
      {
        put: "recoding",
        record: { instance: place, recoding: { kind: "as-received", reason: "signatures" } },
      },
    ])
    assert.equal(await ledger.knows("recoded-1", "document"), false)
  })

  it("replaces by id, except an instance, which is what it was", async () => {
    await ledger.commit(all)
    await ledger.commit([
      { put: "study", record: r.study({ state: "complete", revision: 1 }) },
      { put: "instance", record: { ...r.instance("o1", "1.1"), conflict: true } },
      { put: "request", record: r.request({ state: "ready", revision: 1 }) },
      {
        put: "submission",
        record: r.submission({ state: "sealed", submissionSetUid: "2.25.9", revision: 1 }),
      },
      { put: "report", record: r.report({ status: "final", prepareId: null, revision: 1 }) },
      { put: "document", record: r.document(0, { sizeBytes: 1 }) },
      { put: "milestone", record: { subject: "request-1", name: "study-sealed", at: "later" } },
    ])
    assert.equal((await ledger.study("study-1"))?.state, "complete")
    assert.deepEqual(
      [await ledger.studyState("study-1"), await ledger.studyState("other")],
      ["complete", null],
    )
    assert.equal((await ledger.instancesByUid("study-1", "1.1"))[0]?.conflict, false)
    assert.equal((await ledger.request("request-1"))?.state, "ready")
    assert.equal((await ledger.submissionBySetUid("kakuu-center", "out", "2.25.9"))?.state, "sealed")
    assert.equal(await ledger.submissionBySetUid("kakuu-center", "out", "2.25.1"), null)
    assert.equal(await ledger.reportByPrepareId("prepare-1"), null)
    assert.equal((await ledger.documents("submission-1"))[0]?.sizeBytes, 1)
    assert.equal((await ledger.milestones("request-1"))[0]?.at, "later")
  })

  it("puts a record only over the revision it was read at, whoever was first, and nothing beside it", async () => {
    await ledger.commit(all)
    const things = {
      study: () => ledger.study("study-1"),
      request: () => ledger.request("request-1"),
      submission: () => ledger.submission("submission-1"),
      report: () => ledger.report("report-1"),
    } as const
    for (const [put, read] of Object.entries(things)) {
      const [mine, theirs] = [await read(), await read()]
      await ledger.commit([{ put, record: theirs } as Change])
      const beside: Change = { put: "milestone", record: { subject: put, name: "beside", at: r.AT } }
      await assert.rejects(ledger.commit([beside, { put, record: mine } as Change]), {
        code: "ERR_LEDGER_STALE",
      })
      assert.deepEqual(await ledger.milestones(put), [])
      await ledger.commit([{ put, record: await read() } as Change])
      assert.equal((await read())?.revision, 3)
    }
  })

  it("puts no new record over one that is there", async () => {
    await ledger.commit(all)
    await assert.rejects(ledger.commit([{ put: "study", record: r.study() }]), { code: "ERR_LEDGER_STALE" })
  })

  it("commits all or nothing", async () => {
    await ledger.commit(all)
    await assert.rejects(
      ledger.commit([
        { put: "study", record: r.study({ id: "study-9" }) },
        { put: "request", record: r.request() },
      ]),
      { code: "ERR_LEDGER_STALE" },
    )
    assert.equal(await ledger.study("study-9"), null)
  })

  it("counts its commits, and those alone that came to be; a file from before the count has one", async () => {
    assert.deepEqual(ledger.book(), { spoolId: null, commits: 0 })
    await ledger.commit(all)
    await ledger.commit([])
    await assert.rejects(ledger.commit([{ put: "study", record: r.study() }]), { code: "ERR_LEDGER_STALE" })
    assert.equal(ledger.book().commits, 2)
    ledger.bind("5".repeat(32), COMMITS_OF_AN_ERA)
    reopen()
    assert.deepEqual(ledger.book(), { spoolId: "5".repeat(32), commits: COMMITS_OF_AN_ERA })
  })

  it("tells the same thing again in another era, and what waited in the outbox under its own key", async () => {
    await ledger.commit(all)
    ledger.bind("5".repeat(32), 3 * COMMITS_OF_AN_ERA)
    await ledger.commit([{ put: "audit", record: { key: "k1", event: EVENTS.login } }])
    await ledger.commit([{ put: "audit", record: { key: "k1", event: EVENTS.login } }])
    assert.deepEqual(
      (await ledger.auditOutbox(10)).map(({ key }) => key),
      ["k1", "3/k1"],
    )
  })

  it("knows how many objects of a segment it knows, each once whatever it is used for", async () => {
    await ledger.commit(all)
    const { segmentId } = r.place("o1")
    assert.equal(await ledger.objectsInSegment(segmentId), 4)
    const shared = r.document(2, { place: r.place("o1") })
    await ledger.commit([{ put: "document", record: shared }])
    assert.equal(await ledger.objectsInSegment(segmentId), 4)
    assert.equal(await ledger.objectsInSegment("f".repeat(32)), 0)
  })

  it("lists orphans until they are destroyed, and remembers them then", async () => {
    await ledger.commit([{ put: "orphan", record: r.orphan() }])
    assert.deepEqual(await ledger.orphans(), [r.orphan()])
    const gone = r.orphan({ destroyedAt: r.AT })
    await ledger.commit([{ put: "orphan", record: gone }])
    assert.deepEqual(await ledger.orphans(), [])
    assert.deepEqual(await ledger.orphan(gone.slotId), gone)
    assert.equal(await ledger.orphan("0".repeat(32)), null)
  })

  it("keeps nothing of a commit whose patient data cannot be sealed", async () => {
    const broken = new Error("no key store")
    const seal = slots.seal.bind(slots)
    slots.seal = (slotId, context, clear) => {
      if (context === "report/report-1") throw broken
      return seal(slotId, context, clear)
    }
    await assert.rejects(ledger.commit(all), broken)
    assert.equal(await ledger.study("study-1"), null)
  })

  describe("finds", () => {
    it("studies by UID, one per patient when a UID was reused", async () => {
      await ledger.commit([
        { put: "study", record: r.study() },
        { put: "study", record: r.study({ id: "study-2", state: "quarantined" }) },
      ])
      assert.deepEqual(ids(await ledger.studiesByUid(r.STUDY_UID)).sort(), ["study-1", "study-2"])
      assert.deepEqual(await ledger.studiesByUid("1.2.3"), [])
    })

    it("studies that are not expired, newest arrival first", async () => {
      const at = (id: string, lastArrivalAt: string, state: "closed" | "expired" = "closed"): Change => ({
        put: "study",
        record: r.study({ id, lastArrivalAt, state }),
      })
      await ledger.commit([
        at("a", "2026-01-01"),
        at("b", "2026-01-03"),
        at("c", "2026-01-02"),
        at("d", "2026-02-01", "expired"),
      ])
      assert.deepEqual(ids(await ledger.studies(10)), ["b", "c", "a"])
      assert.deepEqual(ids(await ledger.studies(2)), ["b", "c"])
    })

    it("studies no request names, as long as they are kept", async () => {
      await ledger.commit([
        { put: "study", record: r.study() },
        { put: "study", record: r.study({ id: "study-2" }) },
        { put: "study", record: r.study({ id: "study-3", state: "expired" }) },
        { put: "request", record: r.request({ studies: r.TARGET }) },
      ])
      assert.deepEqual(ids(await ledger.unaskedStudies()), ["study-2"])
    })

    it("submissions that came in and are not verified", async () => {
      const of = (id: string, over: Partial<SubmissionRecord>): Change => ({
        put: "submission",
        record: r.submission({ id, direction: "in", ...over }),
      })
      await ledger.commit([
        of("a", { state: "accepted" }),
        of("b", { state: "failed", createdAt: "2027-01-01" }),
        of("c", { state: "verified" }),
        of("d", { state: "accepted", direction: "out" }),
      ])
      assert.deepEqual(ids(await ledger.unverifiedArrivals()), ["b", "a"])
      const a = await ledger.submission("a")
      await ledger.commit([{ put: "submission", record: { ...a!, state: "verified" } }])
      assert.deepEqual(ids(await ledger.unverifiedArrivals()), ["b"])
    })

    it("instances by UID within their study", async () => {
      await ledger.commit([
        ...all,
        { put: "instance", record: r.instance("o3", "1.1") },
        { put: "instance", record: r.instance("o4", "1.1", "study-2") },
      ])
      const found = await ledger.instancesByUid("study-1", "1.1")
      assert.deepEqual(found.map(({ place }) => place.objectId).sort(), ["o1", "o3"])
    })

    it("frames it knows, instances and documents apart", async () => {
      await ledger.commit(all)
      assert.equal(await ledger.knows("o1", "instance"), true)
      assert.equal(await ledger.knows("o1", "document"), false)
      assert.equal(await ledger.knows("d1", "document"), true)
      assert.equal(await ledger.knows("d1", "submission"), true)
    })

    it("requests: newest first, of a study, by number, without a target", async () => {
      const numbered = (
        id: string,
        requestNumber: string,
        requestedAt: string,
        studies: RequestRecord["studies"],
      ): Change => ({
        put: "request",
        record: r.request({ id, requestedAt, studies, private: { ...r.request().private, requestNumber } }),
      })
      await ledger.commit([
        numbered("a", "1", "2026-01-01", r.TARGET),
        numbered("b", "2", "2026-01-03", []),
        numbered("c", "3", "2026-01-02", [{ studyId: "study-1", role: "prior" }]),
      ])
      assert.deepEqual(ids(await ledger.openRequests()), ["b", "c", "a"])
      const b = await ledger.request("b")
      await ledger.commit([{ put: "request", record: { ...b!, state: "completed" } }])
      assert.deepEqual(ids(await ledger.openRequests()), ["c", "a"])
      assert.deepEqual(ids(await ledger.finishedRequests(1)), ["b"])
      assert.deepEqual(ids(await ledger.requestsOfStudy("study-1")).sort(), ["a", "c"])
      assert.deepEqual(ids(await ledger.unboundRequests()), ["c", "b"])
      assert.equal((await ledger.requestByNumber("kakuu-center", "2"))?.id, "b")
      assert.equal(await ledger.requestByNumber("another", "2"), null)
    })

    it("the newest requests of a patient's number under an agreement, and none once they are over", async () => {
      const of = (id: string, requestedAt: string, PatientID: string): Change => {
        const { private: told } = r.request()
        const patient = { ...told.patient, PatientID }
        return { put: "request", record: r.request({ id, requestedAt, private: { ...told, patient } }) }
      }
      await ledger.commit([
        of("a", "2026-01-01", "P1"),
        of("b", "2026-01-02", "P1"),
        of("c", "2026-01-03", ""),
      ])
      assert.deepEqual(ids(await ledger.requestsOfPatient("kakuu-center", "P1")), ["b", "a"])
      assert.deepEqual(await ledger.requestsOfPatient("another", "P1"), [])
      assert.deepEqual(await ledger.requestsOfPatient("kakuu-center", ""), [])
      await ledger.commit([{ put: "request", record: (await ledger.request("b"))!, slotGone: true }])
      assert.deepEqual(ids(await ledger.requestsOfPatient("kakuu-center", "P1")), ["a"])
    })

    it("requests of one number, the open one first: hospitals use their numbers again", async () => {
      const first = r.request({ id: "a", requestedAt: "2026-01-01", state: "inProgress" })
      const again = r.request({ id: "b", requestedAt: "2026-01-02", state: "completed" })
      const { requestNumber } = first.private
      await ledger.commit([first, again].map((record): Change => ({ put: "request", record })))
      assert.equal((await ledger.requestByNumber("kakuu-center", requestNumber))?.id, "a")
      await ledger.commit([
        { put: "request", record: { ...(await ledger.request("a"))!, state: "completed" } },
      ])
      assert.equal((await ledger.requestByNumber("kakuu-center", requestNumber))?.id, "b", "the newest")
    })

    it("a request no longer by a study it was unbound from", async () => {
      await ledger.commit([{ put: "request", record: r.request({ studies: r.TARGET }) }])
      await ledger.commit([{ put: "request", record: r.request({ studies: [], revision: 1 }) }])
      assert.deepEqual(await ledger.requestsOfStudy("study-1"), [])
      assert.deepEqual(ids(await ledger.unboundRequests()), ["request-1"])
    })

    it("submissions of a study, a request and a report, oldest first", async () => {
      const of = (id: string, createdAt: string, over: object): Change => ({
        put: "submission",
        record: r.submission({ id, createdAt, studyId: null, requestId: null, ...over }),
      })
      await ledger.commit([
        of("b", "2026-01-02", { studyId: "s" }),
        of("a", "2026-01-01", { studyId: "s", requestId: "q" }),
        of("c", "2026-01-03", { requestId: "q", reportId: "p" }),
      ])
      assert.deepEqual(ids(await ledger.submissionsOf({ studyId: "s" })), ["a", "b"])
      assert.deepEqual(ids(await ledger.submissionsOf({ requestId: "q" })), ["a", "c"])
      assert.deepEqual(ids(await ledger.submissionsOf({ reportId: "p" })), ["c"])
    })

    it("documents by uniqueId, and reports by request and preparation", async () => {
      await ledger.commit(all)
      assert.deepEqual(await ledger.documentsByUniqueId("2.25.101"), [r.document(1)])
      assert.deepEqual(ids(await ledger.reportsOfRequest("request-1")), ["report-1"])
      assert.equal((await ledger.reportByPrepareId("prepare-1"))?.id, "report-1")
    })
  })

  describe("jobs", () => {
    it("are due oldest first", async () => {
      const at = (id: string, runAt: string): Change => ({ put: "job", record: r.job({ id, runAt }) })
      await ledger.commit([at("b", "2026-01-02"), at("a", "2026-01-01"), at("c", "2026-01-03")])
      assert.deepEqual(ids(await ledger.dueJobs("2026-01-02", 10)), ["a", "b"])
      assert.deepEqual(ids(await ledger.dueJobs("2026-01-02", 1)), ["a"])
    })

    it("are found by their subject, and when they go on failing", async () => {
      const failing = (id: string, attempts: number, failureCode: string | null): Change => ({
        put: "job",
        record: r.job({ id, subject: id, attempts, failureCode }),
      })
      await ledger.commit([failing("a", 1, "X"), failing("b", 3, "X"), failing("c", 9, null)])
      assert.deepEqual(ids(await ledger.jobsOf("a")), ["a"])
      assert.deepEqual(ids(await ledger.failingJobs(2, 10)), ["b"])
    })

    it("are removed only as they were read", async () => {
      await ledger.commit([{ put: "job", record: r.job({ runAt: "2026-01-02" }) }])
      await ledger.commit([{ remove: "job", id: r.job().id, runAt: "2026-01-01" }])
      assert.equal((await ledger.dueJobs("9999", 10)).length, 1)
      await ledger.commit([{ remove: "job", id: r.job().id, runAt: "2026-01-02" }])
      assert.deepEqual(await ledger.dueJobs("9999", 10), [])
    })
  })

  it("removes the instances of a study and the documents of a submission", async () => {
    await ledger.commit(all)
    await ledger.commit([
      { remove: "instances", studyId: "study-1" },
      { remove: "documents", submissionId: "submission-1" },
    ])
    assert.deepEqual(await ledger.instances("study-1"), [])
    assert.deepEqual(await ledger.documents("submission-1"), [])
    assert.equal(await ledger.knows("d0", "document"), false)
  })

  it("hands out audit rows in order until they are delivered, each key once", async () => {
    const row = (key: string): Change => ({ put: "audit", record: { key, event: EVENTS.logout } })
    await ledger.commit([row("a"), row("b"), row("a"), row("c")])
    const outbox = await ledger.auditOutbox(2)
    assert.deepEqual(
      outbox.map(({ key }) => key),
      ["a", "b"],
    )
    await ledger.auditDelivered(outbox.at(-1)!.sequence)
    assert.deepEqual(
      (await ledger.auditOutbox(10)).map(({ key }) => key),
      ["c"],
    )
  })

  describe("with a slot destroyed", () => {
    it("gives the record without the patient, and goes on keeping its state", async () => {
      await ledger.commit(all)
      slots.destroy(r.SLOT)
      const study = await ledger.study("study-1")
      assert.equal(study?.private.patient.PatientID, "")
      assert.equal((await ledger.request("request-1"))?.private.patient.ideographic, "")
      assert.equal((await ledger.report("report-1"))?.private.draft.findings, "")
      assert.equal((await ledger.submission("submission-1"))?.private.submission, null)
      assert.equal((await ledger.documents("submission-1"))[0]?.private.envelopePrefix, "")
      assert.equal((await ledger.instances("study-1"))[0]?.private.SOPInstanceUID, "")
      assert.ok(study)
      const expired: Change = { put: "study", record: { ...study, state: "expired" } }
      await assert.rejects(ledger.commit([expired]), { code: "ERR_SLOT_GONE" })
      await ledger.commit([{ ...expired, slotGone: true }])
      assert.equal((await ledger.study("study-1"))?.state, "expired")
    })

    it("still knows a request by its number after the request was put again", async () => {
      await ledger.commit(all)
      slots.destroy(r.SLOT)
      const gone = await ledger.request("request-1")
      assert.ok(gone)
      await ledger.commit([{ put: "request", record: { ...gone, state: "exited" }, slotGone: true }])
      assert.equal((await ledger.requestByNumber("kakuu-center", "RQ-1"))?.state, "exited")
    })
  })

  it("does not take a private part from another row", async () => {
    await ledger.commit([
      { put: "study", record: r.study() },
      { put: "study", record: r.study({ id: "study-2" }) },
    ])
    const db = new Database(path)
    db.exec("UPDATE study SET sealed = (SELECT sealed FROM study WHERE id = 'study-2') WHERE id = 'study-1'")
    db.close()
    await assert.rejects(ledger.study("study-1"), /authenticate/)
  })

  it("writes no patient's data and no identifier in clear, to file or log", async () => {
    await ledger.commit(all)
    const written = ["", "-wal", "-shm"].map((end) => path + end).filter(existsSync)
    const octets = Buffer.concat(written.map((file) => readFileSync(file)))
    assert.ok(octets.includes("kakuu-center"), "control: what is no patient's is found")
    for (const secret of [r.CANARY, r.STUDY_UID, "RQ-1", "1960-01-01", "佐藤"]) {
      assert.equal(octets.indexOf(secret), -1, secret)
      assert.equal(octets.indexOf(Buffer.from(secret, "utf16le")), -1, secret)
    }
    for (const file of written) assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it("is durable per commit: write-ahead log with full synchronisation", () => {
    const db = new Database(path)
    assert.equal(db.pragma("journal_mode", { simple: true }), "wal")
    db.close()
  })

  it("refuses a file of a newer program", () => {
    ledger.close()
    const db = new Database(path)
    db.pragma("user_version = 99")
    db.close()
    assert.throws(open, { code: "ERR_LEDGER" })
    const back = new Database(path)
    back.pragma(`user_version = ${MIGRATIONS.length}`)
    back.close()
    open()
  })

  it("says what SQLite says in its own words, also when reading", async () => {
    const db = new Database(path)
    db.exec("DROP TABLE study")
    db.close()
    await assert.rejects(ledger.study("x"), { code: "ERR_LEDGER" })
  })

  /** How SQLite names what a plan is made of; `span` and subqueries hold only what was searched for. */
  const PARTS_OF_A_PLAN =
    /^(USE TEMP B-TREE|LIST SUBQUERY|(CORRELATED )?SCALAR SUBQUERY|CO-ROUTINE|SETUP|RECURSIVE STEP|SCAN (span|queue)$|MERGE|LEFT|RIGHT|SCAN \(subquery|SCAN json_each VIRTUAL TABLE|CREATE BLOOM FILTER)/
  it("has an index for every statement", () => {
    const db = new Database(path)
    const plan = (name: StatementName): string[] => {
      const values = Array<null>((SQL[name].match(/\?/g) ?? []).length).fill(null)
      const rows = db.prepare(`EXPLAIN QUERY PLAN ${SQL[name]}`).all(...values) as { detail: string }[]
      return rows.map(({ detail }) => detail).filter((detail) => !PARTS_OF_A_PLAN.test(detail))
    }
    // Walks that stop at their LIMIT in the order of an index or of the table itself.
    const walks = [
      "studies",
      "unaskedStudies",
      "openRequests",
      "finishedRequests",
      "unboundRequests",
      "unboundRequestsOfUrgency",
      "unverifiedArrivals",
      "auditOutbox",
      "arrivals",
      "outgoing",
      "openCommitments",
      "openDeliveries",
      "orphans",
    ]
    // Once at the start, and then of everything.
    const whole = ["slotsInUse", "paces", "settledSegments"]
    for (const name of Object.keys(SQL) as StatementName[]) {
      if (whole.includes(name)) continue
      for (const detail of plan(name)) {
        const searched = /^SEARCH \w+ USING (COVERING )?(INDEX|PRIMARY KEY|INTEGER PRIMARY KEY)/.test(detail)
        const walked = /^SCAN \w+ USING INDEX/.test(detail) || detail === "SCAN audit_outbox"
        assert.ok(searched || (walks.includes(name) && walked), `${name}: ${detail}`)
      }
    }
    db.close()
  })
})
