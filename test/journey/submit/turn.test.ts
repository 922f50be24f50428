import assert from "node:assert/strict"
import type { Agreement } from "../../../gateway/journey/agreement.ts"
import type { Urgency } from "../../../gateway/journey/views/study.ts"
import { CLERK, enter, requestFor, storeAll, study } from "../people.ts"
import { MINUTE_MS, TwoSides } from "../world.ts"

const QUIET_AND_MORE_MS = 10 * MINUTE_MS

describe("places on the line", function () {
  this.timeout(30_000)
  let sides: TwoSides
  const requests = new Map<string, string>()

  async function open(line: Partial<Agreement["line"]>, unitBytes?: number): Promise<void> {
    sides = await TwoSides.open({
      agreement: { line: { inFlight: 1, maxMbitPerSecond: null, hours: [], statWaits: false, ...line } },
      ...(unitBytes === undefined ? {} : { unitBytes }),
    })
    requests.clear()
  }
  afterEach(() => sides.close())

  /** Complete, and waits for a person. */
  async function ready(patient: string, urgency: Urgency, slices = 1): Promise<void> {
    const asked = requestFor(patient, `R-${patient}`, { urgency, releaseWhenComplete: false })
    requests.set(patient, await enter(sides.edge, asked))
    await storeAll(sides.edge, study(patient, slices))
    await sides.settle(QUIET_AND_MORE_MS)
  }
  const release = (patient: string): Promise<void> =>
    sides.edge.staff.release(CLERK, requests.get(patient) ?? "")

  /** Who was on the line, in order, with images. */
  async function onTheLine(): Promise<string[]> {
    const names: string[] = []
    for (const { kind, submissionSetUid } of sides.line.attempts) {
      if (kind !== "study" && kind !== "unit") continue
      const agreement = sides.edge.agreements[0]!.id
      const record = await sides.edge.ledger.submissionBySetUid(agreement, "out", submissionSetUid)
      const [patient] = [...requests].find(([, id]) => id === record?.requestId) ?? ["?"]
      names.push(patient)
    }
    return names
  }

  it("are taken by the most urgent first, then by the oldest, whoever asked first", async () => {
    await open({})
    await ready("P1", "ROUTINE")
    for (const [patient, urgency] of [
      ["P2", "ROUTINE"],
      ["P3", "HIGH"],
      ["P4", "STAT"],
    ] as const)
      await ready(patient, urgency)
    let isFirst = true
    // While the first is on the line the others are released, made ready, and ask for the place.
    sides.line.beforeAnswer = async () => {
      if (!isFirst) return
      isFirst = false
      for (const patient of ["P2", "P3", "P4"]) await release(patient)
      const [own] = await sides.edge.ledger.submissionsOf({ requestId: requests.get("P1") ?? "" })
      for (let turns = 0; turns < 6; turns++)
        for (const job of await sides.edge.ledger.dueJobs(sides.time.peek().toISOString(), 64))
          if (job.subject !== own!.id) await sides.edge.run(job)
      assert.equal((await onTheLine()).length, 1, "there is one place")
    }
    await release("P1")
    await sides.settle(QUIET_AND_MORE_MS)
    assert.deepEqual(await onTheLine(), ["P1", "P4", "P3", "P2"])
  })

  it("are overtaken by what is urgent at the next unit", async () => {
    await open({}, 1)
    await ready("P1", "ROUTINE", 8)
    await ready("P2", "STAT", 2)
    let units = 0
    sides.line.beforeAnswer = async (kind) => {
      if (kind === "unit" && ++units === 3) await release("P2")
    }
    await release("P1")
    await sides.settle(QUIET_AND_MORE_MS)
    const order = await onTheLine()
    assert.equal(order.length, 12, "eight units, two units, and what closes each")
    const urgent = order.slice(order.indexOf("P2"))
    assert.ok(order.indexOf("P2") <= 5, order.join(" "))
    assert.deepEqual(urgent.slice(0, 3).filter((each) => each !== "P2").length <= 1, true, order.join(" "))
    assert.equal(order.at(-1), "P1")
  })

  it("are for nobody outside the agreed hours but what is STAT; reports and receipts need none", async () => {
    const hour = (ahead: number): string =>
      new Date(sides.time.peek().getTime() + ahead * 60 * MINUTE_MS)
        .toLocaleTimeString("sv-SE", { timeZone: "Asia/Tokyo" })
        .slice(0, "hh:mm".length)
    await open({})
    const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const
    const hours = [{ days, from: hour(3), until: hour(4) }]
    sides.close()
    await open({ hours })
    await ready("P1", "HIGH")
    await ready("P2", "STAT")
    await release("P1")
    await release("P2")
    await sides.settle(60 * MINUTE_MS)
    assert.deepEqual(await onTheLine(), ["P2"])
    assert.ok(sides.line.attempts.some(({ kind }) => kind === "receipt"))
    await sides.settle(240 * MINUTE_MS)
    assert.deepEqual(await onTheLine(), ["P2", "P1"])
  })
})
