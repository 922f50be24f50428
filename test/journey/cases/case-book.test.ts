import assert from "node:assert/strict"
import { caseBook } from "../../../gateway/journey/cases/case-book.ts"
import type { Ledger } from "../../../gateway/journey/records/ledger.ts"
import type { Gateway } from "../gateway.ts"
import { acknowledge, CLERK, DRAFT, enter, READER, report, requestFor, storeAll, study } from "../people.ts"
import { DAY_MS, TwoSides } from "../world.ts"

/** Counts what is asked of the ledger. */
function counted(ledger: Ledger): { ledger: Ledger; asked: string[] } {
  const asked: string[] = []
  const spy = new Proxy(ledger, {
    get: (target, name, receiver) => {
      asked.push(String(name))
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  return { ledger: spy, asked }
}

describe("the cases both desks list", function () {
  this.timeout(60_000)
  let sides: TwoSides
  const TERMS = { retention: { imagesMs: 5 * DAY_MS, reportsMs: 60 * DAY_MS } }
  beforeEach(async () => (sides = await TwoSides.open({ agreement: TERMS })))
  afterEach(() => sides.close())

  /** As kept, and as somebody reads them who has kept nothing. */
  async function same(station: string): Promise<void> {
    for (const gateway of [sides.edge, sides.center])
      assert.deepEqual(
        await gateway.world.cases.listed(),
        await caseBook(gateway.world.ledger).listed(),
        `${station}, at the ${gateway.side}`,
      )
  }

  it("say at every station what the ledger says", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await same("entered")
    await storeAll(sides.edge, study("P1", 2))
    await same("stored")
    while (await sides.edge.runDue()) await same("on its way")
    await sides.settle()
    await same("arrived")
    await sides.center.reading.start(READER, requestId)
    await same("begun")
    await sides.center.reading.saveDraft(READER, requestId, DRAFT, 1)
    await same("written")
    await report(sides.center, requestId)
    await same("signed")
    await sides.settle()
    await same("reported")
    await acknowledge(sides.edge, requestId)
    await same("acknowledged")
    await sides.settle()
    await same("told")
    await enter(sides.edge, requestFor("P2", "R-2"))
    await same("another entered")
    await sides.settle(20 * DAY_MS)
    await same("images erased")
    await sides.settle(100 * DAY_MS)
    await same("all erased")
  })

  it("show nothing of a patient whose slot was destroyed", async () => {
    const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
    await storeAll(sides.edge, study("P1", 1))
    await sides.settle()
    await report(sides.center, requestId)
    await sides.settle()
    await acknowledge(sides.edge, requestId)
    const lists = async (gateway: Gateway): Promise<string> =>
      JSON.stringify(await gateway.world.cases.listed())
    for (const gateway of [sides.edge, sides.center]) assert.match(await lists(gateway), /P1/)
    await sides.settle(100 * DAY_MS)
    for (const gateway of [sides.edge, sides.center]) assert.doesNotMatch(await lists(gateway), /P1/)
  })

  it("are not read again when nothing changed, and one by one when something did", async () => {
    for (const number of ["1", "2", "3"]) await enter(sides.edge, requestFor(`P${number}`, `R-${number}`))
    const { ledger, asked } = counted(sides.edge.world.ledger)
    const book = caseBook(ledger)
    const look = async (): Promise<string[]> => {
      asked.length = 0
      await book.listed()
      return asked.filter((name) => name !== "failingJobs")
    }
    assert.equal((await look()).filter((name) => name === "submissionsOf").length, 3)
    assert.deepEqual(await look(), [])
    const [first] = await ledger.openRequests()
    await book.ledger.commit([
      { put: "milestone", record: { subject: first!.id, name: "seen", at: "2026-04-01T00:00:00.000Z" } },
    ])
    assert.equal((await look()).filter((name) => name === "submissionsOf").length, 1)
  })

  it("keep nothing of what was read while a commit was under way", async () => {
    await enter(sides.edge, requestFor("P1", "R-1"))
    const { ledger } = sides.edge.world
    const [request] = await ledger.openRequests()
    let during = (): Promise<void> => Promise.resolve()
    const slow: Ledger = {
      ...ledger,
      reportsOfRequest: async (id) => {
        const found = await ledger.reportsOfRequest(id)
        await during()
        return found
      },
    }
    const book = caseBook(slow)
    during = () =>
      book.ledger.commit([
        { put: "milestone", record: { subject: request!.id, name: "late", at: "2026-04-01T00:00:00.000Z" } },
      ])
    await book.listed()
    during = () => Promise.resolve()
    const [file] = await book.listed()
    assert.ok(file!.milestones.some(({ name }) => name === "late"))
  })

  it("are the same for a clerk before and after a look", async () => {
    await enter(sides.edge, requestFor("P1", "R-1"))
    assert.deepEqual(await sides.edge.staff.requests(CLERK), await sides.edge.staff.requests(CLERK))
  })
})
