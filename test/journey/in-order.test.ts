import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, it } from "mocha"
import { inOrder } from "../../gateway/journey/in-order.ts"

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of results) found.push(each)
  return found
}

describe("work on several things at once", () => {
  it("gives results in the order of the things, and never has more under way than it may", async () => {
    let underWay = 0
    let most = 0
    const work = async (thing: number): Promise<number> => {
      most = Math.max(most, ++underWay)
      await sleep(thing % 3 === 0 ? 8 : 1)
      underWay -= 1
      return thing * 10
    }
    assert.deepEqual(await all(inOrder([3, 1, 2, 6, 5], work, 3)), [30, 10, 20, 60, 50])
    assert.equal(most, 3)
  })

  it("tells a failure when it is that thing's turn, and drops what came of the others", async () => {
    const heard: unknown[] = []
    const listener = (reason: unknown): void => void heard.push(reason)
    process.on("unhandledRejection", listener)
    const dropped: string[] = []
    const work = async (thing: string): Promise<string> => {
      await sleep(thing === "slow" ? 10 : 1)
      if (thing === "bad") throw new Error(thing)
      return thing
    }
    const results = inOrder(["slow", "bad", "late"], work, 3, (each) => {
      dropped.push(each)
      return Promise.resolve()
    })
    try {
      assert.deepEqual(await results.next(), { done: false, value: "slow" })
      await assert.rejects(results.next(), { message: "bad" })
    } finally {
      process.off("unhandledRejection", listener)
    }
    assert.deepEqual([dropped, heard], [["late"], []], "one that fails before its turn ends no process")
  })
})
