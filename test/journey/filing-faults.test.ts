import assert from "node:assert/strict"
import { LedgerError } from "../../gateway/journey/errors.ts"
import { attempt, store, STORED, study } from "./people.ts"
import { TwoSides } from "./world.ts"

const OUT_OF_RESOURCES = 0xa700

describe("rows behind a C-STORE answer", () => {
  it("are offered again until the ledger takes them, and devices are told to come back meanwhile", async () => {
    const sides = await TwoSides.open()
    const { edge } = sides
    const images = study("P1", 3)
    const [first, second, third] = images.instances
    const commit = edge.ledger.commit.bind(edge.ledger)
    const refuse = (): Promise<void> => Promise.reject(new LedgerError("ERR_LEDGER", "disk full"))
    Object.assign(edge.ledger, { commit: refuse })
    assert.equal((await store(edge, [first!]))[0]?.status, STORED)
    await attempt(edge, () => edge.runDue())
    assert.equal((await store(edge, [second!]))[0]?.status, OUT_OF_RESOURCES)
    Object.assign(edge.ledger, { commit })
    await edge.runDue()
    assert.deepEqual(
      (await store(edge, [second!, third!])).map((each) => each.comment),
      ["", ""],
    )
    await edge.runDue()
    const [kept] = await edge.ledger.studiesByUid(images.StudyInstanceUID)
    assert.equal(kept?.instances, 3)
    assert.equal((await edge.ledger.instances(kept.id)).length, 3)
    sides.close()
  })
})
