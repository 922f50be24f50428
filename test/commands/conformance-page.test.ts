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
      "Overview",
      "Accepting associations",
      "Storage Commitment Push Model",
      "Requesting associations",
      "Objects that come as files",
      "DICOMweb: STOW-RS origin server (PS3.18 10.5)",
      "Media: File-set Reader (PS3.10, PS3.11)",
      "Objects made",
      "Character sets",
      "Security",
      "SOP Classes accepted",
      "Transfer Syntaxes accepted",
      "Not implemented",
    ])
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
