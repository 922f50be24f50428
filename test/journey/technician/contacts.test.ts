import assert from "node:assert/strict"
import { Contacts } from "../../../gateway/journey/technician/contacts.ts"
import { SpoolError, SubmissionError } from "../../../gateway/journey/errors.ts"

describe("contacts", () => {
  let minute = 0
  const clock = { now: () => new Date(Date.UTC(2026, 3, 1, 3, minute)) }
  const at = (then: number): string => new Date(Date.UTC(2026, 3, 1, 3, then)).toISOString()

  it("know since when a system does not answer, and when it answered last", async () => {
    let told = 0
    const contacts = new Contacts(clock, () => (told += 1))
    const fail = (error: Error) => assert.rejects(contacts.watch("center", () => Promise.reject(error)))
    assert.equal(await contacts.watch("center", () => Promise.resolve(7)), 7)
    minute = 1
    await fail(new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "no"))
    minute = 2
    await fail(new SubmissionError("ERR_SUBMISSION_UNREACHABLE", "no"))
    assert.deepEqual(contacts.of("center"), {
      lastSuccessAt: at(0),
      lastFailureAt: at(2),
      failingSince: at(1),
      failureCode: "ERR_SUBMISSION_UNREACHABLE",
    })
    assert.equal(told, 1)
    minute = 3
    await contacts.watch("center", () => Promise.resolve(undefined))
    const { failingSince, failureCode, lastFailureAt } = contacts.of("center")
    assert.deepEqual([failingSince, failureCode, lastFailureAt], [null, null, at(2)])
    assert.equal(told, 2)
  })

  it("do not blame the other side for a fault of ours", async () => {
    const contacts = new Contacts(clock, () => undefined)
    const work = () => Promise.reject(new SpoolError("ERR_SPOOL_READ", "no"))
    await assert.rejects(contacts.watch("center", work))
    assert.equal(contacts.of("center").lastFailureAt, null)
  })
})
