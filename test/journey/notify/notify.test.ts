import assert from "node:assert/strict"
import type { CaseFile } from "../../../gateway/journey/cases/cases.ts"
import { MailError } from "../../../gateway/journey/errors.ts"
import { LOOK_MS, notify, notifyAll, type MailNotice } from "../../../gateway/journey/notify/notify.ts"
import { endingSince, waitingSince } from "../../../gateway/journey/notify/waiting.ts"
import { mailText } from "../../../gateway/journey/notify/words.ts"
import type { Milestone } from "../../../gateway/journey/records/job.ts"
import type { Outcome } from "../../../gateway/journey/run.ts"
import type { World } from "../../../gateway/journey/world.ts"
import { CANARY, job, report, request, submission } from "../../storage/ledger/records.ts"

const minute = (count: number): Date => new Date(Date.parse("2026-04-01T00:00:00.000Z") + count * 60_000)
const at = (count: number): string => minute(count).toISOString()
const NOTICE: MailNotice = {
  name: "radiology",
  to: "radiology@example.jp",
  about: "stat",
  language: "ja",
  everyMs: 15 * 60_000,
}

const file = (over: Partial<CaseFile>): CaseFile => ({
  request: request(),
  study: null,
  submissions: [],
  reports: [],
  certificates: [],
  milestones: [],
  jobs: [],
  ...over,
})
const statCase = (since: number, over: Partial<CaseFile> = {}): CaseFile =>
  file({
    request: request({ urgency: "STAT", state: "ready" }),
    submissions: [submission({ direction: "in", kind: "study", state: "verified", verifiedAt: at(since) })],
    ...over,
  })

describe("a notice by mail", () => {
  let now: number
  let cases: CaseFile[]
  let milestones: Milestone[]
  let mails: { to: string; subject: string; text: string }[]
  let fault: MailError | null
  beforeEach(() => {
    ;[now, cases, milestones, mails, fault] = [0, [], [], [], null]
  })
  const world = () =>
    ({
      clock: { now: () => minute(now) },
      cases: { listed: () => Promise.resolve(cases) },
      ledger: {
        milestones: (subject: string) =>
          Promise.resolve(milestones.filter((each) => each.subject === subject)),
      },
      site: { name: "架空読影センター" },
    }) as unknown as World
  const parts = (notices: readonly MailNotice[] = [NOTICE]) => ({
    notices,
    link: "https://center.example.jp/",
    post: {
      send: (mail: (typeof mails)[number]) => {
        if (fault !== null) return Promise.reject(fault)
        mails.push(mail)
        return Promise.resolve()
      },
    },
  })
  /** One look, kept as the runner keeps it; returns when the next one is due. */
  const look = async (minutes: number): Promise<number> => {
    now = minutes
    const outcome: Outcome = await notify(world(), parts(), job({ verb: "notify", subject: "radiology" }))
    for (const change of outcome.changes)
      if ("put" in change && change.put === "milestone") milestones = [change.record]
    return ((outcome.again?.at.getTime() ?? 0) - minute(0).getTime()) / 60_000
  }

  it("is sent when something new waits, and not while nothing does", async () => {
    assert.equal(await look(0), LOOK_MS / 60_000)
    assert.deepEqual(mails, [])
    cases = [statCase(1), statCase(2)]
    assert.equal(await look(3), 18)
    assert.deepEqual(
      mails.map(({ to, subject }) => [to, subject]),
      [["radiology@example.jp", "［読影］緊急の検査 2件"]],
    )
  })

  it("is one in so long at most, tells of what came meanwhile then, and of nothing twice", async () => {
    cases = [statCase(1)]
    await look(2)
    cases = [...cases, statCase(3)]
    assert.equal(await look(4), 17, "not before")
    assert.equal(mails.length, 1)
    await look(17)
    assert.match(mails[1]?.subject ?? "", /2件/)
    await look(32)
    await look(60)
    assert.equal(mails.length, 2)
  })

  it("is not sent of what was begun meanwhile", async () => {
    cases = [statCase(1)]
    await look(2)
    cases = [statCase(3)]
    await look(4)
    cases = []
    await look(17)
    assert.equal(mails.length, 1)
  })

  it("that could not leave is tried again, with what waits then", async () => {
    cases = [statCase(1)]
    fault = new MailError("ERR_MAIL_UNREACHABLE", "away")
    await assert.rejects(look(2), { code: "ERR_MAIL_UNREACHABLE" })
    assert.deepEqual(milestones, [])
    fault = null
    cases = [statCase(1), statCase(3)]
    await look(4)
    assert.match(mails[0]?.subject ?? "", /2件/)
  })

  it("has one job for each address, and none for one that is not configured any more", async () => {
    assert.deepEqual(
      notifyAll(parts(), minute(0)).map(
        (change) => "put" in change && change.put === "job" && change.record.id,
      ),
      ["notify/radiology"],
    )
    const outcome = await notify(world(), parts([]), job({ verb: "notify", subject: "radiology" }))
    assert.deepEqual(outcome, { changes: [] })
  })

  it("counts reports that are verified and not received, and STAT studies nobody has begun to read", () => {
    const brought = submission({
      id: "s1",
      direction: "in",
      kind: "report",
      state: "verified",
      verifiedAt: at(5),
    })
    const came = file({
      reports: [report({ status: "final", submissionId: "s1", acknowledgedAt: null })],
      submissions: [brought],
    })
    assert.deepEqual(waitingSince([came], "report", minute(9)), [at(5)])
    const received = {
      ...came,
      reports: [report({ status: "final", submissionId: "s1", acknowledgedAt: at(6) })],
    }
    const held = { ...came, submissions: [{ ...brought, state: "accepted" as const }] }
    assert.deepEqual(waitingSince([received, held, statCase(1)], "report", minute(9)), [])
    const begun = statCase(1, { request: request({ urgency: "STAT", state: "inProgress" }) })
    const routine = statCase(1, { request: request({ urgency: "ROUTINE", state: "ready" }) })
    assert.deepEqual(waitingSince([begun, routine, came, statCase(2)], "stat", minute(9)), [at(2)])
  })

  it("tells of each certificate anew 90, 30 and 7 days before its end, and when it has ended", async () => {
    const day = 24 * 60
    const ends = [minute(100 * day)]
    const notice: MailNotice = { ...NOTICE, about: "certificate" }
    const told: number[] = []
    for (now = 0; now <= 101 * day; now += day) {
      const before = mails.length
      const outcome = await notify(
        world(),
        { ...parts([notice]), ends: () => ends },
        job({ verb: "notify", subject: "radiology" }),
      )
      for (const change of outcome.changes)
        if ("put" in change && change.put === "milestone") milestones = [change.record]
      if (mails.length > before) told.push(now / day)
    }
    assert.deepEqual(told, [11, 71, 94, 101])
    assert.deepEqual(endingSince([minute(91 * day)], minute(0)), [])
  })

  it("tells of a signature and of a time stamp that have been due for 24 hours, each once, and of none that came", async () => {
    const day = 24 * 60
    const lacking = report({ status: "final", signedAt: at(0), stampedAt: null })
    const approved = { at: at(30), reader: { login: "reader1", name: CANARY }, waitsFor: "service" as const }
    const waits = report({ status: "draft", signedAt: null, approved })
    const both = [file({ reports: [lacking] }), file({ reports: [waits] })]
    assert.deepEqual(waitingSince(both, "late", minute(day)), [], "not yet")
    assert.deepEqual(waitingSince(both, "late", minute(day + 1)), [at(day)])
    assert.deepEqual(waitingSince(both, "late", minute(day + 31)), [at(day), at(day + 30)])
    const over = file({ reports: [waits], request: request({ state: "completed" }) })
    const stamped = file({ reports: [{ ...lacking, stampedAt: at(5) }] })
    assert.deepEqual(waitingSince([over, stamped], "late", minute(3 * day)), [])
    const notice: MailNotice = { ...NOTICE, about: "late" }
    cases = both
    for (now = 0; now <= 3 * day; now += 10) {
      const outcome = await notify(world(), parts([notice]), job({ verb: "notify", subject: "radiology" }))
      for (const change of outcome.changes)
        if ("put" in change && change.put === "milestone") milestones = [change.record]
    }
    assert.deepEqual(
      mails.map(({ subject }) => subject),
      ["［読影］署名・時刻認証の遅れ 1件", "［読影］署名・時刻認証の遅れ 2件"],
    )
    assert.ok(!JSON.stringify(mails).includes(CANARY))
  })

  it("holds a count, our own name and a link in either language, and nothing of a patient", async () => {
    cases = [statCase(1)]
    await look(2)
    assert.ok(!JSON.stringify(mails).includes(CANARY))
    for (const language of ["ja", "en"] as const)
      for (const about of ["report", "stat", "late", "certificate"] as const) {
        const told = { about, count: 1, siteName: "Hospital", link: "https://edge.example.jp/" }
        const { subject, text } = mailText(language, told)
        assert.match(subject, /1/)
        assert.match(text, /Hospital/)
        assert.match(text, /^https:\/\/edge\.example\.jp\/$/m)
      }
  })
})
