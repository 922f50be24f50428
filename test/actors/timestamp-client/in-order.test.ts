import assert from "node:assert/strict"
import { describe, it } from "mocha"
import { inOrder } from "../../../gateway/actors/timestamp-client/in-order.ts"
import { TimeStampError } from "../../../gateway/journey/errors.ts"

const BYTES = Uint8Array.of(1)

describe("several time-stamp authorities", () => {
  /** One that answers with its number, or fails as it is told. */
  function world(count: number) {
    const time = { now: Date.parse("2026-11-26T00:00:00Z") }
    const asked: number[] = []
    const faults = new Map<number, Error>()
    const authorities = Array.from({ length: count }, (_, number) => ({
      stamp: () => {
        asked.push(number)
        const fault = faults.get(number)
        return fault === undefined ? Promise.resolve(Uint8Array.of(number)) : Promise.reject(fault)
      },
    }))
    const together = inOrder(authorities, { now: () => new Date(time.now) })
    const stamp = async (): Promise<number> => (await together.stamp(BYTES))[0]!
    return { time, asked, faults, stamp }
  }
  const away = new TimeStampError("ERR_TIMESTAMP_UNAVAILABLE", "away")
  const wrong = new TimeStampError("ERR_TIMESTAMP_INVALID", "wrong")

  it("are asked in order: the next one only when one before it fails, however it fails", async () => {
    const { asked, faults, stamp } = world(3)
    assert.equal(await stamp(), 0)
    faults.set(0, away).set(1, wrong)
    assert.equal(await stamp(), 2)
    assert.deepEqual(asked, [0, 0, 1, 2])
  })

  it("are left alone for a while after they failed, longer each time, and asked again then", async () => {
    const { time, asked, faults, stamp } = world(2)
    faults.set(0, away)
    await stamp()
    await stamp()
    assert.deepEqual(asked.splice(0), [0, 1, 1], "the dead one costs its time limit once")
    time.now += 31_000
    await stamp()
    time.now += 31_000
    await stamp()
    assert.deepEqual(asked.splice(0), [0, 1, 1], "a minute after the second failure")
    time.now += 30_000
    faults.clear()
    assert.equal(await stamp(), 0)
    assert.equal(await stamp(), 0, "the preferred one again")
  })

  it("are all asked when all of them rest", async () => {
    const { asked, faults, stamp } = world(2)
    faults.set(0, away).set(1, away)
    await assert.rejects(stamp(), away)
    faults.delete(1)
    assert.equal(await stamp(), 1)
    assert.deepEqual(asked, [0, 1, 0, 1])
  })

  it("fail as what may pass, if any of them may; and with what is no failure of theirs at once", async () => {
    const { faults, stamp } = world(2)
    faults.set(0, wrong).set(1, away)
    await assert.rejects(stamp(), away)
    faults.set(1, wrong)
    await assert.rejects(stamp(), wrong)
    faults.set(0, new RangeError("ours"))
    await assert.rejects(stamp(), RangeError)
  })
})
