import assert from "node:assert/strict"
import { exportAudit } from "../../gateway/journey/audit.ts"
import { enter, requestFor, storeAll, study } from "./people.ts"
import { TwoSides } from "./world.ts"

describe("audit rows of submissions", function () {
  this.timeout(30_000)

  it("are kept one for every failure, also when nothing was sent between two of them", async () => {
    const sides = await TwoSides.open()
    try {
      const requestId = await enter(sides.edge, requestFor("P1", "R-1"))
      await storeAll(sides.edge, study("P1", 1))
      await sides.settle()
      const [record] = await sides.edge.ledger.submissionsOf({ requestId })
      const unsent = { ...record!, attempts: 0, failureCode: "ERR_SPOOL_READ" }
      const before = (await sides.edge.audited()).length
      // The same at both: what was put aside, was sent again by a person, and failed before it was packaged once more.
      for (const at of ["2026-04-01T09:00:00.000Z", "2026-04-01T10:00:00.000Z"])
        await sides.edge.ledger.commit([exportAudit(sides.edge.world, unsent, "serious", at)])
      assert.equal((await sides.edge.audited()).length, before + 2)
    } finally {
      sides.close()
    }
  })
})
