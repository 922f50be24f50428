import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { auditTimeOf, syslogFrame } from "../../../gateway/standards/atna/syslog.ts"

const ORIGIN = { host: "edge01.hospital.example.jp", application: "gateway", processId: "4711" }
const messageOf = (outcome: number, text = ""): string =>
  `<?xml version="1.0" encoding="UTF-8"?><AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-11-22T01:03:00.123+09:00" EventOutcomeIndicator="${outcome}">${text}</EventIdentification></AuditMessage>`
const textOf = (frame: Uint8Array): string => Buffer.from(frame).toString("utf8")

describe("an audit message as a syslog frame", () => {
  it("is what the reference frame is, octet for octet", function () {
    const sample = join(process.env.DOKUEI_SHARED ?? "", "ihe/samples/constructed/audit/rfc5425-frame.bin")
    if (process.env.DOKUEI_SHARED === undefined || !existsSync(sample)) {
      console.log("      skipped: DOKUEI_SHARED is not set")
      return this.skip()
    }
    const wanted = readFileSync(sample)
    const message = wanted.subarray(wanted.indexOf("<?xml")).toString("utf8")
    assert.deepEqual(Buffer.from(syslogFrame(message, ORIGIN)), wanted)
  })

  it("counts octets where characters are longer than one", () => {
    const [length = "", ...rest] = textOf(syslogFrame(messageOf(0, "髙﨑 花子😀"), ORIGIN)).split(" ")
    assert.equal(Number(length), Buffer.byteLength(rest.join(" ")))
    assert.ok(Number(length) > rest.join(" ").length)
  })

  it("is a notice of security, and a warning where something failed seriously", () => {
    assert.deepEqual(
      [0, 4, 8, 12].map((outcome) => /<\d+>/.exec(textOf(syslogFrame(messageOf(outcome), ORIGIN)))?.[0]),
      ["<85>", "<85>", "<84>", "<84>"],
    )
  })

  it("carries nothing in its header that RFC 5424 forbids there", () => {
    const origin = { host: "病院 01", application: "x".repeat(60), processId: "" }
    assert.match(
      textOf(syslogFrame("<AuditMessage/>", origin)),
      new RegExp(`^\\d+ <85>1 - \\?{3}01 x{48} - IHE\\+RFC-3881 - <AuditMessage/>$`),
    )
  })

  it("knows when it happened", () => {
    assert.equal(auditTimeOf(messageOf(0)), "2026-11-22T01:03:00.123+09:00")
    assert.equal(auditTimeOf("<AuditMessage/>"), null)
  })
})
