import assert from "node:assert/strict"
import { OPENING_IDLE_MS, OPENING_MAX_MS, openings } from "../../../gateway/journey/cases/openings.ts"

describe("an opening", () => {
  let now: number
  let told: string[]
  let open: ReturnType<typeof openings>
  beforeEach(() => {
    now = 0
    told = []
    open = openings({ now: () => new Date(now) })
  })
  const read = (key: string): Promise<void> =>
    open.tellOnce(key, () => {
      told.push(key)
      return Promise.resolve()
    })

  it("is told once, however often the page is loaded again", async () => {
    for (const at of [0, 1, 60_000, 120_000]) {
      now = at
      await read("a")
    }
    assert.deepEqual(told, ["a"])
  })

  it("of each thing is told", async () => {
    await read("a")
    await read("b")
    assert.deepEqual(told, ["a", "b"])
  })

  it("ends when nothing was read for ten minutes", async () => {
    await read("a")
    now = OPENING_IDLE_MS - 1
    await read("a")
    now += OPENING_IDLE_MS
    await read("a")
    assert.deepEqual(told, ["a", "a"])
  })

  it("ends after an hour, however busy", async () => {
    for (now = 0; now < 2 * OPENING_MAX_MS; now += 60_000) await read("a")
    assert.deepEqual(told, ["a", "a"])
  })

  it("is waited for by everything that is read with it", async () => {
    let durable = (): void => undefined
    const order: string[] = []
    const first = open.tellOnce("a", () => new Promise((resolve) => (durable = resolve)))
    const second = open
      .tellOnce("a", () => Promise.reject(new Error("told twice")))
      .then(() => order.push("read"))
    order.push("durable")
    durable()
    await Promise.all([first, second])
    assert.deepEqual(order, ["durable", "read"])
  })

  it("that could not be recorded is none: nothing is shown, and the next read tries again", async () => {
    const broken = (): Promise<void> => Promise.reject(new Error("full"))
    const both = await Promise.allSettled([open.tellOnce("a", broken), open.tellOnce("a", broken)])
    assert.deepEqual(
      both.map(({ status }) => status),
      ["rejected", "rejected"],
    )
    await read("a")
    assert.deepEqual(told, ["a"])
  })
})
