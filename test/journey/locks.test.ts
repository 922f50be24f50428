import assert from "node:assert/strict"
import { holding, locks } from "../../gateway/journey/locks.ts"

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe("locks", () => {
  it("serve one holder per key at a time, in the order of asking", async () => {
    const lock = locks()
    const seen: string[] = []
    const work = (name: string) => async (): Promise<void> => {
      seen.push(`${name} in`)
      await tick()
      seen.push(`${name} out`)
    }
    await Promise.all([lock.with("k", work("a")), lock.with("k", work("b")), lock.with("k", work("c"))])
    assert.deepEqual(seen, ["a in", "a out", "b in", "b out", "c in", "c out"])
  })

  it("do not hold up another key", async () => {
    const lock = locks()
    const { promise, resolve } = Promise.withResolvers<string>()
    const held = lock.with("k", () => promise)
    assert.equal(await lock.with("other", () => Promise.resolve("through")), "through")
    resolve("done")
    assert.equal(await held, "done")
  })

  it("give what the work gives, and let its failure through without poisoning the next", async () => {
    const lock = locks()
    const failed = lock.with("k", () => Promise.reject(new Error("mine")))
    const next = lock.with("k", () => Promise.resolve(7))
    await assert.rejects(failed, /mine/)
    assert.equal(await next, 7)
  })

  it("are held several at a time, in the order given, each once, null passed over", async () => {
    const lock = locks()
    const seen: string[] = []
    const other = lock.with("b", async () => {
      await tick()
      seen.push("other")
    })
    await holding(lock, ["a", null, "b", "a"], () => Promise.resolve(seen.push("both")))
    await other
    assert.deepEqual(seen, ["other", "both"])
    assert.equal(await holding(lock, [null], () => Promise.resolve(7)), 7)
  })
})
