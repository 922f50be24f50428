import assert from "node:assert/strict"
import fc from "fast-check"
import { explainStatus } from "../../../gateway/standards/dicom/dimse-status.ts"
import { MAX_COMMAND_SET_BYTES } from "../../../gateway/standards/dicom/command-set.ts"
import {
  decodeCommand,
  encodeCommand,
  encodeRefusal,
  type KnownCommand,
} from "../../../gateway/standards/dicom/dimse.ts"

const us = fc.nat(65535)
const uid = fc.array(fc.nat(9999), { minLength: 2, maxLength: 10 }).map((parts) => parts.join("."))
const command: fc.Arbitrary<KnownCommand> = fc.oneof(
  fc.record({ kind: fc.constant("C-ECHO-RQ" as const), MessageID: us, AffectedSOPClassUID: uid }),
  fc.record({
    kind: fc.constant("C-ECHO-RSP" as const),
    MessageIDBeingRespondedTo: us,
    AffectedSOPClassUID: uid,
    Status: us,
  }),
  fc.record({
    kind: fc.constant("C-STORE-RQ" as const),
    MessageID: us,
    Priority: fc.nat(2),
    AffectedSOPClassUID: uid,
    AffectedSOPInstanceUID: uid,
    MoveOriginatorApplicationEntityTitle: fc.stringMatching(/^[A-Z]{0,16}$/),
    MoveOriginatorMessageID: fc.option(us),
  }),
  fc.record({
    kind: fc.constant("C-STORE-RSP" as const),
    MessageIDBeingRespondedTo: us,
    AffectedSOPClassUID: uid,
    AffectedSOPInstanceUID: uid,
    Status: us,
    ErrorComment: fc.stringMatching(/^[a-z]{0,64}$/),
  }),
  fc.record({
    kind: fc.constant("N-ACTION-RQ" as const),
    MessageID: us,
    RequestedSOPClassUID: uid,
    RequestedSOPInstanceUID: uid,
    ActionTypeID: us,
  }),
  fc.record({
    kind: fc.constant("N-EVENT-REPORT-RQ" as const),
    MessageID: us,
    AffectedSOPClassUID: uid,
    AffectedSOPInstanceUID: uid,
    EventTypeID: us,
  }),
  fc.record({
    kind: fc.constantFrom("N-ACTION-RSP" as const, "N-EVENT-REPORT-RSP" as const),
    MessageIDBeingRespondedTo: us,
    AffectedSOPClassUID: uid,
    AffectedSOPInstanceUID: uid,
    Status: us,
    ErrorComment: fc.stringMatching(/^[a-z]{0,64}$/),
  }),
)
const WITH_DATA_SET = new Set(["C-STORE-RQ", "N-ACTION-RQ", "N-EVENT-REPORT-RQ"])
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ""), "hex")

describe("DIMSE command sets, PS3.7", () => {
  it("decode what they encode", () => {
    fc.assert(
      fc.property(command, (one) => {
        const { hasDataSet, ...read } = decodeCommand(encodeCommand(one))
        assert.deepEqual(read, { ...one })
        assert.equal(hasDataSet, WITH_DATA_SET.has(one.kind))
      }),
    )
  })

  it("carry their group length and even values, in ascending order", () => {
    const bytes = encodeCommand({ kind: "C-ECHO-RQ", MessageID: 1, AffectedSOPClassUID: "1.2.840.10008.1.1" })
    const expected = `0000 0000 04000000 38000000
      0000 0200 12000000 312e322e3834302e31303030382e312e3100
      0000 0001 02000000 3000   0000 1001 02000000 0100   0000 0008 02000000 0101`
    assert.deepEqual(Buffer.from(bytes), Buffer.from(hex(expected)))
  })

  it("answer an unknown request with its response command field", () => {
    const response = encodeRefusal({ CommandField: 0x0120, MessageID: 7 }, 0x0211)
    assert.deepEqual(decodeCommand(response), {
      kind: "other",
      CommandField: 0x8120,
      MessageID: null,
      hasDataSet: false,
    })
  })

  it("refuse what breaks the rules", () => {
    const refuses = (bytes: Uint8Array, code: string) =>
      assert.throws(() => decodeCommand(bytes), { name: "Malformed", code })
    refuses(new Uint8Array(MAX_COMMAND_SET_BYTES + 1), "COMMAND_TOO_LONG")
    refuses(hex("0000 0001 ffffffff"), "COMMAND_LENGTH")
    refuses(hex("0000 0001 02"), "COMMAND_LENGTH")
    refuses(hex("0800 1800 00000000"), "COMMAND_ELEMENT")
    refuses(hex("0000 0001 02000000 3000 0000 0001 02000000 3000"), "COMMAND_ELEMENT")
    refuses(hex("0000 0001 02000000 3000"), "COMMAND_VALUE")
    refuses(hex("0000 0001 04000000 30000000 0000 0008 02000000 0101"), "COMMAND_VALUE")
  })

  it("throw nothing but Malformed on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeCommand(bytes)
        } catch (error) {
          assert.equal((error as Error).name, "Malformed")
        }
      }),
      { numRuns: 1000 },
    )
  })

  it("explain each status with its clause", () => {
    assert.deepEqual(explainStatus(0xa912), {
      statusClass: "failure",
      meaning: "Error: Data Set does not match SOP Class",
      clause: "PS3.4 B.2.3",
    })
    assert.equal(explainStatus(0x0000)?.statusClass, "success")
    assert.equal(explainStatus(0xb007)?.statusClass, "warning")
    assert.equal(explainStatus(0x1234), null)
  })
})
