import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { join } from "node:path"
import { SpoolError, SubmissionError } from "../../gateway/journey/errors.ts"
import { locks } from "../../gateway/journey/locks.ts"
import type { AuditTrail } from "../../gateway/journey/ports/audit.ts"
import type { Chance, Clock } from "../../gateway/journey/ports/time.ts"
import type { JobRecord, Verb } from "../../gateway/journey/records/job.ts"
import type { Change, Ledger } from "../../gateway/journey/records/ledger.ts"
import { due, retryAt, startRunner, type Runner, type Step } from "../../gateway/journey/run.ts"
import { openLedger } from "../../gateway/storage/ledger/ledger.ts"
import { openTrail, type Trail } from "../../gateway/storage/trail/trail.ts"
import { verifyTrail } from "../../gateway/storage/trail/verify-trail.ts"
import { EVENTS, SOURCE } from "../storage/trail/events.ts"
import { submission } from "../storage/ledger/records.ts"
import { openBytes, sealBytes, Slots } from "../storage/ledger/slots.ts"

/** Time that passes only when it is told to. */
class Time implements Clock {
  #now = Date.parse("2026-04-01T09:00:00Z")
  readonly #waiting = new Set<{ readonly until: number; readonly end: () => void }>()

  now(): Date {
    return new Date(this.#now)
  }

  wait = (milliseconds: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted || milliseconds <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const entry = {
        until: this.#now + milliseconds,
        end: () => {
          this.#waiting.delete(entry)
          resolve()
        },
      }
      this.#waiting.add(entry)
      signal.addEventListener("abort", entry.end)
    })
  }

  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds
    for (const entry of [...this.#waiting]) if (entry.until <= this.#now) entry.end()
    await settled()
  }
}

/** Everything that can happen without time passing has happened (trail writes included). */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

const share = (value: number): Chance => ({ bytes: (length) => new Uint8Array(length).fill(value) })

describe("the runner", () => {
  let folder: string
  let ledger: Ledger & { close(): void }
  let trail: Trail
  let time: Time
  let runner: Runner | null
  let failures: [string | null, unknown][]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "run-"))
    const key = randomBytes(32)
    ledger = openLedger({
      path: join(folder, "ledger.sqlite"),
      sealer: new Slots(),
      indexKey: key,
      audit: { seal: (clear) => sealBytes(key, "", clear), open: (sealed) => openBytes(key, "", sealed) },
    })
    trail = await openTrail(join(folder, "audit.jsonl"), SOURCE)
    time = new Time()
    runner = null
    failures = []
  })
  afterEach(async () => {
    await runner?.stop()
    ledger.close()
    await trail.close()
    await rm(folder, { recursive: true })
  })

  const nothing: Step = () => Promise.resolve({ changes: [] })
  const start = (
    steps: Partial<Record<Verb, Step>>,
    over: {
      readonly ledger?: Ledger
      readonly trail?: AuditTrail
      readonly chance?: Chance
      readonly oneConnection?: ReadonlySet<string>
    } = {},
  ): Runner => {
    runner = startRunner({
      ledger,
      trail,
      clock: time,
      chance: share(0xff),
      locks: locks(),
      wait: time.wait,
      onFailure: (job, error) => failures.push([job?.id ?? null, error]),
      ...over,
      steps: {
        assemble: nothing,
        commit: nothing,
        deliver: nothing,
        notify: nothing,
        renew: nothing,
        stamp: nothing,
        sign: nothing,
        recode: nothing,
        package: nothing,
        submit: nothing,
        verify: nothing,
        expire: nothing,
        ...steps,
      },
    })
    return runner
  }
  const put = (verb: Verb, subject: string, afterMs = 0): Change =>
    due(verb, subject, new Date(time.now().getTime() + afterMs))
  const jobs = (): Promise<readonly JobRecord[]> => ledger.dueJobs("9999", 100)
  const afterMs = (job: JobRecord | undefined): number => Date.parse(job?.runAt ?? "") - time.now().getTime()

  /** The trail is a real file: its sync takes as long as it takes. */
  const delivered = async (): Promise<void> => {
    for (let looks = 0; looks < 200 && (await ledger.auditOutbox(10)).length > 0; looks++) await sleep(10)
  }

  it("runs what is due, oldest first, and nothing that is not", async () => {
    const seen: string[] = []
    await ledger.commit([put("submit", "b", -1), put("submit", "a", -2), put("submit", "c", 60_000)])
    start({ submit: (job) => (seen.push(job.subject), Promise.resolve({ changes: [] })) })
    await settled()
    assert.deepEqual(seen, ["a", "b"])
    await time.pass(60_000)
    assert.deepEqual(seen, ["a", "b", "c"])
    assert.deepEqual(await jobs(), [])
  })

  it("runs at once what is committed while it sleeps, when it is woken", async () => {
    const seen: string[] = []
    const running = start({ verify: (job) => (seen.push(job.subject), Promise.resolve({ changes: [] })) })
    await settled()
    await ledger.commit([put("verify", "a")])
    running.wake()
    await settled()
    assert.deepEqual(seen, ["a"])
  })

  it("commits what a step decided together with the end of its job", async () => {
    await ledger.commit([put("package", "a")])
    start({ package: () => Promise.resolve({ changes: [put("submit", "a", 60_000)] }) })
    await settled()
    assert.deepEqual(
      (await jobs()).map(({ id }) => id),
      ["submit/a"],
    )
  })

  it("keeps a job for later when the step says so, counting only failures", async () => {
    const later = (): Date => new Date(time.now().getTime() + 10_000)
    await ledger.commit([put("assemble", "a"), put("submit", "b")])
    start({
      assemble: () => Promise.resolve({ changes: [], again: { at: later(), failureCode: null } }),
      submit: () =>
        Promise.resolve({ changes: [], again: { at: later(), failureCode: "ERR_SUBMISSION_BUSY" } }),
    })
    await settled()
    const found = (await jobs()).map(({ id, attempts, failureCode }) => [id, attempts, failureCode])
    assert.deepEqual(found.sort(), [
      ["assemble/a", 0, null],
      ["submit/b", 1, "ERR_SUBMISSION_BUSY"],
    ])
  })

  it("does not remove a job that was put anew while it ran", async () => {
    await ledger.commit([put("assemble", "a")])
    start({
      assemble: async () => {
        await ledger.commit([put("assemble", "a", 60_000)])
        return { changes: [] }
      },
    })
    await settled()
    assert.equal(afterMs((await jobs())[0]), 60_000)
  })

  describe("when a step fails", () => {
    const failing = async (error: Error, chance: Chance): Promise<JobRecord | undefined> => {
      await ledger.commit([put("submit", "a")])
      start({ submit: () => Promise.reject(error) }, { chance })
      await settled()
      return (await jobs())[0]
    }

    it("tries a transient failure again after a wait that chance cuts short", async () => {
      const job = await failing(new SpoolError("ERR_SPOOL_FULL", "full"), share(0xff))
      assert.deepEqual([job?.attempts, job?.failureCode, afterMs(job)], [1, "ERR_SPOOL_FULL", 1_000])
      assert.deepEqual(
        failures.map(([id]) => id),
        ["submit/a"],
      )
    })

    it("lets a permanent failure rest for an hour: a person must act", async () => {
      const job = await failing(new SubmissionError("ERR_SUBMISSION_REFUSED", "no"), share(0))
      assert.deepEqual([job?.failureCode, afterMs(job)], ["ERR_SUBMISSION_REFUSED", 3_600_000])
    })

    it("calls what nobody foresaw by that name", async () => {
      const job = await failing(new TypeError("oops"), share(0))
      assert.deepEqual([job?.failureCode, afterMs(job)], ["UNEXPECTED", 250])
    })

    it("tries a step whose changes could not be committed again, with none of them kept", async () => {
      await ledger.commit([put("package", "a")])
      let fail = true
      const flaky: Ledger = {
        ...ledger,
        commit: (changes) => {
          const broken = fail && changes.length > 1
          fail = false
          return broken ? Promise.reject(new Error("disk")) : ledger.commit(changes)
        },
      }
      start({ package: () => Promise.resolve({ changes: [put("submit", "a", 60_000)] }) }, { ledger: flaky })
      await settled()
      assert.deepEqual(
        (await jobs()).map(({ id }) => id),
        ["package/a"],
      )
      await time.pass(1_000)
      assert.deepEqual(
        (await jobs()).map(({ id }) => id),
        ["submit/a"],
      )
    })
  })

  it("doubles the wait from one second up to five minutes", () => {
    const waits = [0, 1, 2, 8, 9, 40].map(
      (attempts) => retryAt(time.now(), attempts, share(0xff)).getTime() - time.now().getTime(),
    )
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 256_000, 300_000, 300_000])
    assert.equal(retryAt(time.now(), 40, share(0)).getTime() - time.now().getTime(), 250)
  })

  it("does not end, nor spin, while the ledger cannot be read or written", async () => {
    await ledger.commit([put("submit", "a")])
    let broken = true
    let asked = 0
    const down = (): Promise<never> => Promise.reject(new Error("disk"))
    const dying: Ledger = {
      ...ledger,
      dueJobs: (now, limit) => (asked++, broken ? down() : ledger.dueJobs(now, limit)),
    }
    const seen: string[] = []
    start({ submit: (job) => (seen.push(job.id), Promise.resolve({ changes: [] })) }, { ledger: dying })
    await settled()
    assert.equal(asked, 1)
    assert.deepEqual(
      failures.map(([id]) => id),
      [null],
    )
    broken = false
    await time.pass(1_000)
    assert.deepEqual(seen, ["submit/a"])
  })

  it("holds a job back for a second when not even its failure can be written", async () => {
    await ledger.commit([put("submit", "a")])
    let runs = 0
    const mute: Ledger = { ...ledger, commit: () => Promise.reject(new Error("disk")) }
    start({ submit: () => (runs++, Promise.resolve({ changes: [] })) }, { ledger: mute })
    await settled()
    assert.equal(runs, 1)
    await time.pass(1_000)
    assert.equal(runs, 2)
  })

  it("runs one job per subject at a time, and four in all of what works here", async () => {
    const running = new Map<string, number>()
    let most = 0
    let clash = false
    const busy: Step = async ({ subject }) => {
      const mine = (running.get(subject) ?? 0) + 1
      running.set(subject, mine)
      clash ||= mine > 1
      most = Math.max(
        most,
        [...running.values()].reduce((sum, each) => sum + each, 0),
      )
      await new Promise((resolve) => setTimeout(resolve, 5))
      running.set(subject, mine - 1)
      return { changes: [] }
    }
    await ledger.commit(
      ["a", "b", "c", "d", "e"].flatMap((subject) => [put("package", subject), put("verify", subject)]),
    )
    start({ package: busy, verify: busy })
    await new Promise((resolve) => setTimeout(resolve, 250))
    assert.deepEqual(await jobs(), [])
    assert.equal(clash, false)
    assert.ok(most > 1 && most <= 4, String(most))
  })

  it("goes on with what works here while a partner takes its time to answer, and sends it so many at a time", async () => {
    const answer = Promise.withResolvers<undefined>()
    const begun: string[] = []
    const step: Step = async (job) => {
      begun.push(job.verb)
      if (job.verb === "submit") await answer.promise
      return { changes: [] }
    }
    await ledger.commit(Array.from({ length: 20 }, (_, n) => put("submit", `receipt ${n}`)))
    const going = start({ submit: step, verify: step })
    await settled()
    await ledger.commit([put("verify", "a study of another partner")])
    going.wake()
    await settled()
    assert.deepEqual(begun, [...Array<string>(8).fill("submit"), "verify"])
    answer.resolve(undefined)
    await settled()
    assert.equal(begun.length, 21)
  })

  it("has two at most under way over the one connection that a partner holds: other partners have places as well", async () => {
    const answers = ["held-a", "held-b", "called"].map((partner) => ({
      partner,
      answer: Promise.withResolvers<undefined>(),
    }))
    const begun: (string | undefined)[] = []
    const step: Step = async ({ partner }) => {
      begun.push(partner)
      await answers.find((each) => each.partner === partner)?.answer.promise
      return { changes: [] }
    }
    const sent = answers.flatMap(({ partner }) =>
      Array.from({ length: 8 }, (_, n) => submission({ id: `${partner} ${n}`, agreement: partner })),
    )
    await ledger.commit(sent.map((record) => ({ put: "submission", record })))
    await ledger.commit(sent.map(({ id }) => put("submit", id)))
    start({ submit: step }, { oneConnection: new Set(["held-a", "held-b"]) })
    await settled()
    const count = (partner: string): number => begun.filter((each) => each === partner).length
    assert.deepEqual(
      answers.map(({ partner }) => count(partner)),
      [2, 2, 8],
    )
    answers[0]!.answer.resolve(undefined)
    await settled()
    assert.deepEqual(
      answers.map(({ partner }) => count(partner)),
      [8, 2, 8],
    )
    for (const { answer } of answers) answer.resolve(undefined)
    await settled()
    assert.equal(begun.length, 24)
  })

  it("hides nobody's job behind a thousand that are due to a partner that is silent, and reads few of them", async () => {
    const sent = [...Array.from({ length: 1_000 }, () => "silent"), "other"].map((agreement, n) =>
      submission({ id: `${agreement} ${n}`, agreement }),
    )
    await ledger.commit(sent.map((record) => ({ put: "submission", record })))
    await ledger.commit(sent.map(({ id }, n) => put("submit", id, n - 2_000)))
    await ledger.commit([put("verify", "a study")])
    let rows = 0
    const counted: Ledger = {
      ...ledger,
      dueJobs: async (...asked) => {
        const found = await ledger.dueJobs(...asked)
        rows += found.length
        return found
      },
    }
    const silence = Promise.withResolvers<undefined>()
    const begun: string[] = []
    const submit: Step = async ({ partner = "", subject }) => {
      begun.push(subject)
      if (partner === "silent") await silence.promise
      return { changes: [] }
    }
    const verify: Step = ({ subject }) => (begun.push(subject), Promise.resolve({ changes: [] }))
    const going = start({ submit, verify }, { ledger: counted })
    await settled()
    const silent = Array.from({ length: 8 }, (_, n) => `silent ${n}`)
    assert.deepEqual(begun.toSorted(), ["a study", "other 1000", ...silent].toSorted())
    for (let wakes = 0; wakes < 10; wakes++) {
      rows = 0
      going.wake()
      await settled()
      assert.ok(rows <= 2, String(rows))
    }
    silence.resolve(undefined)
    await going.stop()
  })

  it("keeps a place for each partner's first sending, however many partners are silent", async () => {
    const silent = ["a", "b", "c", "d"]
    const sent = [...silent.flatMap((agreement) => Array<string>(8).fill(agreement)), "other"].map(
      (agreement, n) => submission({ id: `${agreement} ${n}`, agreement }),
    )
    await ledger.commit(sent.map((record) => ({ put: "submission", record })))
    await ledger.commit(sent.map(({ id }, n) => put("submit", id, n - 2_000)))
    const silence = Promise.withResolvers<undefined>()
    const begun: string[] = []
    start({
      submit: async ({ partner = "" }) => {
        begun.push(partner)
        if (partner !== "other") await silence.promise
        return { changes: [] }
      },
    })
    await settled()
    assert.deepEqual(
      begun.toSorted(),
      ["a".repeat(8), "b".repeat(8), "cd"].flatMap((each) => each.split("")).concat("other"),
    )
    silence.resolve(undefined)
  })

  it("moves audit rows from the ledger to the trail, each once", async () => {
    await ledger.commit([
      { put: "audit", record: { key: "a", event: EVENTS.login } },
      { put: "audit", record: { key: "b", event: EVENTS.logout } },
    ])
    start({})
    await delivered()
    assert.deepEqual(await ledger.auditOutbox(10), [])
    assert.equal((await verifyTrail(join(folder, "audit.jsonl"))).links, 2)
  })

  it("keeps audit rows in order while the trail cannot be written, and steps go on", async () => {
    await ledger.commit([{ put: "audit", record: { key: "a", event: EVENTS.login } }, put("verify", "x")])
    let broken = true
    const seen: string[] = []
    const full: AuditTrail = {
      record: (entries) => (broken ? Promise.reject(new Error("full")) : trail.record(entries)),
    }
    start({ verify: (job) => (seen.push(job.subject), Promise.resolve({ changes: [] })) }, { trail: full })
    await settled()
    assert.deepEqual(seen, ["x"])
    assert.equal((await ledger.auditOutbox(10)).length, 1)
    broken = false
    await time.pass(1_000)
    await delivered()
    assert.deepEqual(await ledger.auditOutbox(10), [])
  })

  it("lets running steps end when it stops, takes no new ones, and delivers the last audit rows", async () => {
    const ended: string[] = []
    const { promise: gate, resolve: release } = Promise.withResolvers<undefined>()
    await ledger.commit([put("submit", "a")])
    const running = start({
      submit: async ({ subject }) => {
        await gate
        ended.push(subject)
        return {
          changes: [put("verify", subject), { put: "audit", record: { key: "last", event: EVENTS.logout } }],
        }
      },
      verify: ({ subject }) => (ended.push(`verify ${subject}`), Promise.resolve({ changes: [] })),
    })
    await settled()
    const stopped = running.stop()
    release(undefined)
    await stopped
    assert.deepEqual(ended, ["a"])
    assert.deepEqual(
      (await jobs()).map(({ id }) => id),
      ["verify/a"],
    )
    assert.deepEqual(await ledger.auditOutbox(10), [])
  })
})
