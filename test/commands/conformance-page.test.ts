/** The DICOM conformance statement: complete, and nothing in it that the program does not say itself. */
import assert from "node:assert/strict"
import { conformancePage } from "../../gateway/commands/docs/conformance-page.ts"
import { INITIAL } from "../../gateway/standards/dicom/charset-sets.ts"
import { STATUS } from "../../gateway/standards/dicom/dimse-status.ts"
import { STORAGE_SOP_CLASSES } from "../../gateway/standards/dicom/sop-classes.generated.ts"
import { TRANSFER_SYNTAXES } from "../../gateway/standards/dicom/transfer-syntaxes.generated.ts"

describe("the DICOM conformance statement", () => {
  const text = conformancePage()

  it("lists every SOP Class, transfer syntax and character set of the tables", () => {
    const missing = [...STORAGE_SOP_CLASSES, ...TRANSFER_SYNTAXES]
      .map(({ uid }) => `\`${uid}\``)
      .filter((uid) => !text.includes(uid))
    assert.deepEqual(missing, [])
    for (const registration of Object.keys(INITIAL)) assert.ok(text.includes(`ISO-IR ${registration} `))
  })

  it("speaks of every status the program answers", () => {
    const unsaid = Object.values(STATUS)
      .map((status) => `${status.toString(16).toUpperCase().padStart(4, "0")}H`)
      .filter((hex) => !text.includes(hex))
    assert.deepEqual(unsaid, [])
  })

  it("has the chapters that PS3.2 asks for", () => {
    const chapters = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name)
    assert.deepEqual(chapters, [
      "1 Conformance statement overview",
      "2 Introduction",
      "3 Networking",
      "4 Media interchange and objects that come as files",
      "5 DICOMweb: STOW-RS origin server (PS3.18 10.5)",
      "6 Support of character sets",
      "7 Security",
      "8 Annexes",
    ])
  })

  it("has every section of its chapters in order, and points to none that is not there", () => {
    const sections = [...text.matchAll(/^#{2,5} (\d[\d.]*) /gm)].map(([, number = ""]) => number)
    const parts = (number: string): number[] => number.split(".").map(Number)
    const sorted = sections.toSorted((a, b) => {
      const [left, right] = [parts(a), parts(b)]
      const at = left.findIndex((each, index) => each !== right[index])
      return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? 0)
    })
    assert.deepEqual(sections, sorted)
    assert.equal(new Set(sections).size, sections.length)
    const told = [...text.matchAll(/(?:\(|\b(?:of|in|as|by) )([1-8](?:\.\d)+)(?=[ ,.;)])/g)]
    const unknown = told.map(([, number = ""]) => number).filter((number) => !sections.includes(number))
    assert.deepEqual([...new Set(unknown)], [])
    assert.ok(told.length > 15)
  })

  it("names every suite of PS3.15 B.13 that is offered by its registered name", () => {
    const row = /^\| suites.*$/m.exec(text)?.[0] ?? ""
    const names = [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
    assert.equal(names.length, 11)
    assert.deepEqual(
      names.filter((name) => !/^TLS_[A-Z0-9_]+$/.test(name ?? "")),
      [],
    )
  })

  it("leaves no cell of an object's elements without a word", () => {
    const rows = [...text.matchAll(/^\| `\([0-9A-F]{4},[0-9A-F]{4}\)` \|.*$/gm)].map(([row]) => row)
    assert.ok(rows.length > 60)
    assert.deepEqual(
      rows.filter((row) =>
        row
          .split("|")
          .slice(1, -1)
          .some((cell) => cell.trim() === ""),
      ),
      [],
    )
  })
})
