import assert from "node:assert/strict"
import { messageOf } from "../../../gateway/storage/trail/message-of.ts"
import { BLANK, SOURCE } from "./events.ts"

describe("the audit message of a failed login", () => {
  const FAILED = { ...BLANK, event: "login-failed", outcome: "minor" } as const
  const participants = (event: Parameters<typeof messageOf>[0]) => messageOf(event, SOURCE).participants

  it("names the place of whoever named nobody", () => {
    const [stranger, system] = participants({
      ...FAILED,
      user: null,
      peer: { id: "192.0.2.66", address: "192.0.2.66" },
    })
    assert.deepEqual(
      [stranger?.UserID, stranger?.UserIsRequestor, stranger?.NetworkAccessPointID],
      ["192.0.2.66", true, "192.0.2.66"],
    )
    assert.equal(system?.UserIsRequestor, false)
  })
})
