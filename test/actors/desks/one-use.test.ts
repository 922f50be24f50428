import assert from "node:assert/strict"
import { OneUse } from "../../../gateway/actors/desks/one-use.ts"

const at = (seconds: number): Date => new Date(seconds * 1000)

describe("one use", () => {
  it("gives a value once, to whom it belongs, in time", () => {
    const intents = new OneUse<string>(10)
    intents.put("a", "sato", at(10))
    assert.equal(
      intents.take("a", at(1), (owner) => owner === "tanaka"),
      null,
    )
    assert.equal(
      intents.take("a", at(1), (owner) => owner === "sato"),
      "sato",
    )
    assert.equal(intents.take("a", at(1)), null)
    intents.put("b", "sato", at(10))
    assert.equal(intents.take("b", at(10)), null)
  })

  it("forgets the oldest rather than fill the memory", () => {
    const intents = new OneUse<number>(2)
    for (const [n, key] of ["a", "b", "a", "c"].entries()) intents.put(key, n, at(10))
    assert.deepEqual(
      ["a", "b", "c"].map((key) => intents.take(key, at(1))),
      [2, null, 3],
    )
  })
})
