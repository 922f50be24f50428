import assert from "node:assert/strict"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { next, ROUTE, take, type Row, type Thing } from "../../gateway/journey/route.ts"

const things = Object.keys(ROUTE) as Thing[]
const rowsOf = (thing: Thing): readonly Row[] => ROUTE[thing]

describe("the route", () => {
  it("has one row per state and event", () => {
    for (const thing of things) {
      const seen = rowsOf(thing).map(({ from, event }) => `${from} ${event}`)
      assert.equal(new Set(seen).size, seen.length, thing)
    }
  })

  it("reaches every state from the beginning, and says why in every row", () => {
    for (const thing of things) {
      const reached = new Set<string>(["-"])
      for (let before = 0; before !== reached.size;) {
        before = reached.size
        for (const { from, to } of rowsOf(thing)) if (reached.has(from)) reached.add(to)
      }
      for (const { from, event, why } of rowsOf(thing)) {
        assert.ok(reached.has(from), `${thing}: ${from}`)
        assert.ok(why.length > 0, `${thing}: ${event}`)
      }
    }
  })

  it("answers every row, and null for what it does not list", () => {
    for (const thing of things)
      for (const { from, event, to, verb } of rowsOf(thing))
        assert.deepEqual(next(thing, from as never, event as never), { to, verb })
    assert.equal(next("study", "expired", "instance"), null)
    assert.equal(next("submission-out", "planned", "success"), null)
    assert.equal(next("report", "final", "save"), null)
  })

  it("ends every study whose slot is found destroyed, whatever its state was", () => {
    for (const state of new Set(ROUTE.study.map(({ to }) => to)))
      if (state !== "expired") assert.equal(next("study", state, "gone")?.to, "expired", state)
  })

  it("takes what must be possible, and throws for what is not in the table", () => {
    assert.equal(take("submission-out", "sending", "success"), "accepted")
    assert.throws(
      () => take("submission-out", "planned", "success"),
      /success cannot happen to what is planned/,
    )
  })

  it("makes every verb due somewhere, and none that is not one", async () => {
    const records = await readFile(join(import.meta.dirname, "../../gateway/journey/records/job.ts"), "utf8")
    const [declared = ""] = /export type Verb =[^\n]*(\n {2}[^\n]+)*/.exec(records) ?? []
    const verbs = [...declared.matchAll(/"(\w+)"/g)].map(([, verb]) => verb)
    const due = new Set(things.flatMap(rowsOf).flatMap(({ verb }) => verb ?? []))
    // These are due by the clock: nothing that happens on the way waits for a mail, or for a signature that lasts longer.
    assert.deepEqual([...due, "notify", "renew", "stamp"].sort(), verbs.sort())
  })

  it("lists no event that no step takes", async () => {
    const folder = join(import.meta.dirname, "../../gateway/journey")
    const files = await readdir(folder, { recursive: true })
    const steps = files.filter((name) => name.endsWith(".ts") && name !== "route.ts")
    const source = (await Promise.all(steps.map((name) => readFile(join(folder, name), "utf8")))).join("\n")
    const events = new Set(things.flatMap(rowsOf).map(({ event }) => event))
    assert.deepEqual(
      [...events].filter((event) => !source.includes(`"${event}"`)),
      [],
    )
  })
})
