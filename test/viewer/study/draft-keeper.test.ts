import assert from "node:assert/strict"
import type { ReportDraft } from "../../../gateway/journey/views/reading.ts"
import { AUTOSAVE_MS, DraftKeeper, RETRY_MS } from "../../../viewer/screens/study/draft-keeper.ts"

const EMPTY: ReportDraft = { findings: "", impression: "", keyImages: [], correctionReason: "" }

/** A clock that is turned by hand, and a gateway that can refuse. */
function desk() {
  const timers: { at: number; callback: () => void }[] = []
  const saved: { draft: ReportDraft; version: number }[] = []
  const world = { now: 0, refuse: null as Error | null, hold: null as Promise<void> | null, saved }
  const keeper = new DraftKeeper(EMPTY, 5, {
    save: async (draft, version) => {
      saved.push({ draft, version })
      await world.hold
      if (world.refuse !== null) throw world.refuse
      return { draftVersion: version + 1 }
    },
    isConflict: (error) => (error as Error).message === "conflict",
    later: (delayMs, callback) => {
      const timer = { at: world.now + delayMs, callback }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
    },
    changed: () => undefined,
  })
  const pass = async (ms: number): Promise<void> => {
    world.now += ms
    for (const timer of timers.filter(({ at }) => at <= world.now)) {
      timers.splice(timers.indexOf(timer), 1)
      timer.callback()
    }
    await new Promise((settled) => setImmediate(settled))
  }
  return { keeper, world, pass }
}

describe("the text of a report", () => {
  it("is saved three seconds after the last change, naming the version it follows", async () => {
    const { keeper, world, pass } = desk()
    keeper.edit({ findings: "左" })
    await pass(AUTOSAVE_MS - 1)
    keeper.edit({ findings: "左肺" })
    await pass(AUTOSAVE_MS - 1)
    assert.equal(world.saved.length, 0)
    await pass(1)
    assert.deepEqual(
      world.saved.map(({ draft, version }) => [draft.findings, version]),
      [["左肺", 5]],
    )
    assert.deepEqual([keeper.state, keeper.version], ["saved", 6])
  })

  it("is saved at once when asked, and only if something changed", async () => {
    const { keeper, world } = desk()
    assert.equal(await keeper.flush(), true)
    keeper.edit({ impression: "異常なし" })
    assert.equal(await keeper.flush(), true)
    assert.equal(world.saved.length, 1)
  })

  it("is never saved in the middle of a composition", async () => {
    const { keeper, world, pass } = desk()
    keeper.edit({ findings: "肺" })
    keeper.compose(true)
    await pass(10 * AUTOSAVE_MS)
    assert.equal(await keeper.flush(), false)
    assert.equal(world.saved.length, 0)
    keeper.compose(false)
    await pass(AUTOSAVE_MS)
    assert.equal(world.saved.length, 1)
  })

  it("written while a save runs is saved after it, not lost", async () => {
    const { keeper, world, pass } = desk()
    let let_go: () => void = () => undefined
    world.hold = new Promise((done) => (let_go = done))
    keeper.edit({ findings: "一" })
    const flushing = keeper.flush()
    await pass(0)
    keeper.edit({ findings: "一二" })
    let_go()
    assert.equal(await flushing, false)
    assert.equal(keeper.state, "dirty")
    await pass(AUTOSAVE_MS)
    assert.deepEqual(
      world.saved.map(({ draft, version }) => [draft.findings, version]),
      [
        ["一", 5],
        ["一二", 6],
      ],
    )
  })

  it("that cannot be saved is tried again by itself", async () => {
    const { keeper, world, pass } = desk()
    world.refuse = new Error("offline")
    keeper.edit({ findings: "肺" })
    await keeper.flush()
    assert.equal(keeper.state, "failed")
    world.refuse = null
    await pass(RETRY_MS)
    assert.equal(keeper.state, "saved")
  })

  it("in conflict waits for the reader, who keeps one of the two", async () => {
    const { keeper, world, pass } = desk()
    world.refuse = new Error("conflict")
    keeper.edit({ findings: "わたし" })
    await keeper.flush()
    assert.equal(keeper.state, "conflict")
    keeper.edit({ findings: "わたしの" })
    await pass(10 * AUTOSAVE_MS)
    assert.equal(world.saved.length, 1)
    world.refuse = null
    keeper.resolve({ ...EMPTY, findings: "ほか" }, 9, "mine")
    await pass(0)
    assert.deepEqual(world.saved.at(-1), { draft: { ...EMPTY, findings: "わたしの" }, version: 9 })
    keeper.resolve({ ...EMPTY, findings: "ほか" }, 12, "theirs")
    assert.deepEqual([keeper.draft.findings, keeper.state, keeper.version], ["ほか", "saved", 12])
  })

  it("is sent composed (NFC), with the width of its characters kept", async () => {
    const { keeper, world } = desk()
    keeper.edit({ findings: "が ㎜ ①" })
    await keeper.flush()
    assert.equal(world.saved[0]?.draft.findings, "が ㎜ ①")
  })
})
