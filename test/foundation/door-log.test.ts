import assert from "node:assert/strict"
import { loggedHandler, type Rejected } from "../../gateway/foundation/door-log.ts"
import type { InstanceHandler } from "../../gateway/journey/ports/inbound.ts"
import type { Fields } from "../../gateway/log.ts"

type Begun = Parameters<ReturnType<InstanceHandler["open"]>["begin"]>[0]

describe("the log of the DICOM door", () => {
  /** Answers with these statuses, one object after the other. */
  const opened = (statuses: readonly number[]) => {
    const lines: { readonly event: string; readonly fields: Fields }[] = []
    const rejected: Rejected[] = []
    const left = [...statuses]
    const inner: InstanceHandler = {
      associate: (callingAE) => (callingAE === "CT1" ? null : { source: 1, reason: 3 }),
      open: () => ({
        begin: () => ({
          write: () => Promise.resolve(),
          finish: () => Promise.resolve({ status: left.shift() ?? 0, comment: "" }),
          abort: () => Promise.resolve(),
        }),
        echoed: () => undefined,
        end: () => Promise.resolve(),
      }),
    }
    const log = (_level: string, event: string, fields: Fields = {}) => void lines.push({ event, fields })
    return { handler: loggedHandler(inner, log, (who) => void rejected.push(who)), lines, rejected }
  }
  const WHO = { callingAE: "CT1", calledAE: "DOKUEI", remoteAddress: "192.0.2.20" }

  it("has one line for each association that ended, with what became of its objects", async () => {
    const { handler, lines } = opened([0, 0xb000, 0xa700])
    const intake = handler.open(WHO)
    for (let count = 0; count < 3; count++) await intake.begin({} as Begun).finish()
    await intake.begin({} as Begun).abort()
    intake.echoed?.()
    await intake.end()
    assert.deepEqual(
      lines.map(({ event }) => event),
      ["association-ended"],
    )
    const { tookMs, ...fields } = lines[0]!.fields
    assert.ok(typeof tookMs === "number")
    assert.deepEqual(fields, { ...WHO, stored: 2, refused: 1, brokenOff: 1, echoes: 1 })
  })

  it("tells who was turned away, in the words of PS3.8", () => {
    const { handler, rejected } = opened([])
    assert.equal(handler.associate("CT1", "DOKUEI", "192.0.2.20", null), null)
    assert.deepEqual(handler.associate("XX", "DOKUEI", "192.0.2.66", null), { source: 1, reason: 3 })
    const reason = "rejected for good: calling AE title not recognized"
    assert.deepEqual(rejected, [
      { callingAE: "XX", calledAE: "DOKUEI", remoteAddress: "192.0.2.66", key: "", reason },
    ])
  })
})
