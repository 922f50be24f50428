import assert from "node:assert/strict"
import { enter, requestFor, storeAll, study } from "../people.ts"
import { MINUTE_MS, TwoSides } from "../world.ts"

describe("units that come at the same time", function () {
  this.timeout(30_000)

  it("found a study one at a time, and then come side by side", async () => {
    const sides = await TwoSides.open({ unitBytes: 1 })
    try {
      // Answered and kept back: the test delivers them. What closes them waits until then.
      sides.line.fault = (kind) => (kind === "unit" ? "late" : kind === "study" ? "unreachable" : null)
      const images = study("P1", 4)
      const requestId = await enter(sides.edge, requestFor("P1", "R1"))
      await storeAll(sides.edge, images)
      await sides.settle(10 * MINUTE_MS)
      const [first, second, ...others] = sides.line.late
      const both = await Promise.all([first!(), second!()])
      assert.deepEqual(both.map(({ status }) => status).sort(), ["Failure", "Success"])
      assert.deepEqual(
        both.flatMap(({ errors }) => errors.map(({ errorCode }) => errorCode)),
        ["XDSRepositoryBusy"],
      )
      const missing = both[0].status === "Success" ? second! : first!
      const rest = await Promise.all([missing(), ...others.map((each) => each())])
      assert.deepEqual(
        rest.map(({ status }) => status),
        ["Success", "Success", "Success"],
      )
      const twice = await Promise.all([missing(), missing()])
      assert.deepEqual(
        twice.map(({ status }) => status).sort(),
        ["Failure", "Success"],
        "the same one never twice at once",
      )
      sides.line.fault = () => null
      await sides.settle(10 * MINUTE_MS)
      assert.equal((await sides.center.ledger.studiesByUid(images.StudyInstanceUID)).length, 1)
      assert.equal((await sides.center.ledger.request(requestId))?.state, "ready")
    } finally {
      sides.close()
    }
  })
})
