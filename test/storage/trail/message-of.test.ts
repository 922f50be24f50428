import assert from "node:assert/strict"
import { messageOf } from "../../../gateway/storage/trail/message-of.ts"
import { ASSERTED, BLANK, EVENTS, SOURCE } from "./events.ts"

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

describe("the audit message of a submission", () => {
  it("names who acts by the assertion that came with it, and for what, at both ends", () => {
    for (const kind of ["export", "import"] as const) {
      const { participants, purposes } = messageOf({ ...EVENTS[kind], asserted: ASSERTED }, SOURCE)
      const user = participants.find(({ UserName }) => UserName !== undefined)
      assert.deepEqual(
        [user?.UserName, user?.UserIsRequestor, user?.role?.text],
        ["taro<CN=Taro Test,C=JP@urn:oid:1.2.392.1>", true, "Medical Doctor"],
      )
      assert.deepEqual(
        purposes.map(({ code, text }) => `${code} ${text}`),
        ["TREAT treatment"],
      )
      assert.ok(messageOf(EVENTS[kind], SOURCE).participants.every(({ UserName }) => UserName === undefined))
    }
  })
})
