import assert from "node:assert/strict"
import { lookAgain } from "../../../gateway/journey/submit/look-again.ts"
import type { JobRecord } from "../../../gateway/journey/records/job.ts"
import type { Change, Ledger } from "../../../gateway/journey/records/ledger.ts"

const NOW = new Date("2026-11-25T03:00:00Z")

describe("a start", () => {
  const started = async (failing: readonly JobRecord[]) => {
    const committed: Change[] = []
    const ledger: Pick<Ledger, "failingJobs" | "commit"> = {
      failingJobs: () => Promise.resolve(failing),
      commit: (changes) => Promise.resolve(void committed.push(...changes)),
    }
    const count = await lookAgain({ ledger: ledger as Ledger, clock: { now: () => NOW } })
    return { count, committed }
  }

  it("looks at once at what waits because it failed, however long it would have waited", async () => {
    const job: JobRecord = {
      id: "package/s1",
      verb: "package",
      subject: "s1",
      runAt: "2026-11-25T03:59:00.000Z",
      attempts: 3,
      failureCode: "ERR_TIMESTAMP_INVALID",
    }
    const { count, committed } = await started([job])
    assert.equal(count, 1)
    const record = { ...job, runAt: NOW.toISOString() }
    assert.deepEqual(committed, [{ put: "job", record }])
  })

  it("writes nothing when nothing waits", async () => {
    assert.deepEqual(await started([]), { count: 0, committed: [] })
  })
})
