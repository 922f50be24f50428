import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { repeats, timesOf } from "../../gateway/foundation/repeats.ts"

const WINDOW_MS = 40

describe("what happens again and again", () => {
  let told: string[]
  const count = () =>
    repeats(
      (what: string) => what.slice(0, 1),
      (what, times) => told.push(timesOf(what, times)),
      WINDOW_MS,
    )
  beforeEach(() => (told = []))

  it("is told at once, and then at the end of each window with how often, by the last of them", async () => {
    const happens = count()
    for (const what of ["a1", "a2", "a3", "b1"]) happens(what)
    assert.deepEqual(told, ["a1", "b1"])
    await sleep(WINDOW_MS * 1.5)
    assert.deepEqual(told, ["a1", "b1", "a3 (2 times within a minute)"])
    happens("a4")
    assert.equal(told.length, 3)
    await sleep(WINDOW_MS * 1.5)
    assert.deepEqual(told.slice(3), ["a4"])
  })

  it("is told at once again when it has not happened for a window", async () => {
    const happens = count()
    happens("a1")
    await sleep(WINDOW_MS * 1.5)
    happens("a2")
    assert.deepEqual(told, ["a1", "a2"])
  })

  it("is counted together when it happens to too many", () => {
    const happens = repeats(
      (what: number) => String(what),
      (what) => told.push(String(what)),
    )
    for (let n = 0; n < 5_000; n++) happens(n)
    assert.equal(told.length, 1_001)
  })
})
