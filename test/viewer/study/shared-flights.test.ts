import assert from "node:assert/strict"
import { SharedFlights } from "../../../viewer/screens/study/shared-flights.ts"

describe("shared requests", () => {
  const never = (signal: AbortSignal): Promise<string> =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))))

  it("go out once for all who ask while one is on its way", async () => {
    const flights = new SharedFlights<string>()
    let started = 0
    const start = (): Promise<string> => Promise.resolve(`answer ${(started += 1)}`)
    const { signal } = new AbortController()
    assert.deepEqual(
      await Promise.all([flights.join("a", signal, start), flights.join("a", signal, start)]),
      ["answer 1", "answer 1"],
    )
    assert.equal(await flights.join("a", signal, start), "answer 2")
  })

  it("go on when one of two leaves, and are aborted when the last one does", async () => {
    const flights = new SharedFlights<string>()
    const [one, two] = [new AbortController(), new AbortController()]
    let isAborted = false
    const start = (signal: AbortSignal): Promise<string> => {
      signal.addEventListener("abort", () => (isAborted = true))
      return never(signal)
    }
    const waiting = [flights.join("a", one.signal, start), flights.join("a", two.signal, start)]
    one.abort()
    await assert.rejects(waiting[0]!, { name: "AbortError" })
    assert.equal(isAborted, false)
    two.abort()
    await assert.rejects(waiting[1]!, { name: "AbortError" })
    assert.equal(isAborted, true)
    await new Promise((settled) => setImmediate(settled))
    assert.equal(flights.has("a"), false)
  })

  it("fail for everybody who waits, and not for those who come after", async () => {
    const flights = new SharedFlights<string>()
    const { signal } = new AbortController()
    const failing = () => Promise.reject(new Error("500"))
    await Promise.all([
      assert.rejects(flights.join("a", signal, failing), /500/),
      assert.rejects(flights.join("a", signal, failing), /500/),
    ])
    assert.equal(await flights.join("a", signal, () => Promise.resolve("ok")), "ok")
  })
})
