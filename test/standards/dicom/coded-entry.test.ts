import assert from "node:assert/strict"
import fc from "fast-check"
import { codedEntries, joinedHalves, type CodedEntry } from "../../../gateway/standards/dicom/coded-entry.ts"
import { studyHeaderOf } from "../../../gateway/journey/header.ts"
import { readDataSet } from "../../../gateway/standards/dicom/data-set.ts"

const EXPLICIT = "1.2.840.10008.1.2.1"

function element(group: number, number: number, vr: string, value: Uint8Array): Buffer {
  const long = vr === "SQ" || vr === "UC"
  const padded =
    value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(vr === "UI" ? "\0" : " ")])
  const head = Buffer.alloc(long ? 12 : 8)
  head.writeUInt16LE(group, 0)
  head.writeUInt16LE(number, 2)
  head.write(vr, 4, "latin1")
  if (long) head.writeUInt32LE(padded.length, 8)
  else head.writeUInt16LE(padded.length, 6)
  return Buffer.concat([head, padded])
}
const text = (number: number, vr: string, value: string): Buffer =>
  element(0x0008, number, vr, Buffer.from(value))
function item(...elements: readonly Buffer[]): Buffer {
  const content = Buffer.concat(elements)
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0])
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content])
}

describe("coded entries", () => {
  it("are read with whichever value they have, and left out without one", () => {
    const items = [
      item(text(0x100, "SH", "6"), text(0x102, "SH", "JJ1017-16M"), text(0x104, "LO", "胸部CT")),
      item(text(0x102, "SH", "L"), text(0x104, "LO", "nothing")),
      item(
        text(0x102, "SH", "99X"),
        text(0x10c, "UI", "1.2.3"),
        text(0x119, "UC", "a value of more than 16"),
      ),
    ]
    const charset = text(0x005, "CS", "ISO_IR 192")
    const dataSet = Buffer.concat([charset, element(0x0008, 0x1032, "SQ", Buffer.concat(items))])
    const read = readDataSet(dataSet, EXPLICIT).dataSet
    assert.deepEqual(studyHeaderOf(read).procedures, codedEntries(read.items("ProcedureCodeSequence")))
    assert.deepEqual(codedEntries(read.items("ProcedureCodeSequence")), [
      { value: "6", designator: "JJ1017-16M", schemeUid: "", meaning: "胸部CT" },
      { value: "a value of more than 16", designator: "99X", schemeUid: "1.2.3", meaning: "" },
    ])
  })

  const entry = (value: string, designator: string): CodedEntry => ({
    value,
    designator,
    schemeUid: "",
    meaning: value,
  })
  const digits = fc.stringMatching(/^[0-9A-Z]{16}$/)

  it("of the two halves of JJ1017 are one code of 32 digits", () => {
    fc.assert(
      fc.property(digits, digits, (first, second) => {
        const [joined, local, ...others] = joinedHalves([
          entry(second, "JJ1017-16S"),
          entry(first, "JJ1017-16M"),
          entry("CT", "99LOCAL"),
        ])
        assert.deepEqual([joined?.value, joined?.designator], [first + second, "JJ1017-32"])
        assert.deepEqual([local, others], [entry("CT", "99LOCAL"), []])
      }),
    )
  })
  it("of a first half alone stay what they are", () => {
    assert.deepEqual(joinedHalves([entry("6", "JJ1017-16M")]), [entry("6", "JJ1017-16M")])
  })
})
