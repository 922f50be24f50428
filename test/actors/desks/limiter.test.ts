import assert from "node:assert/strict"
import { Limiter } from "../../../gateway/actors/desks/limiter.ts"

describe("limiter", () => {
  it("counts each key for itself and starts anew with the window", () => {
    let now = 0
    const limiter = new Limiter({ now: () => new Date(now) }, 2, 1000)
    limiter.count("a")
    limiter.count("a")
    assert.throws(() => limiter.count("a"), { code: "ERR_TOO_MANY_ATTEMPTS" })
    limiter.count("b")
    now = 1000
    limiter.count("a")
  })

  it("takes no new keys once ten thousand are known", () => {
    const limiter = new Limiter({ now: () => new Date(0) }, 2, 1000)
    for (let n = 0; n < 10_000; n++) limiter.count(`key ${n}`)
    assert.throws(() => limiter.count("one more"), { code: "ERR_TOO_MANY_ATTEMPTS" })
    limiter.count("key 0")
  })
})
