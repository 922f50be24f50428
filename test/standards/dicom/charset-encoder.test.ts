import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import fc from "fast-check"
import { textEncoding } from "../../../gateway/standards/dicom/charset-encoder.ts"
import { gbkRows, rowsOf, type CodedSet } from "../../../gateway/standards/dicom/charset-rows.ts"
import { textDecoder } from "../../../gateway/standards/dicom/charset.ts"
import { ANNEX_H } from "../../peers/japanese-names.ts"

/** Every way to declare sets that a modality would use, and what may be written then. */
const DECLARED: readonly (readonly [
  terms: readonly string[],
  sets: readonly (CodedSet | "gbk" | "any")[],
])[] = [
  [[], ["ascii"]],
  [["ISO_IR 6"], ["ascii"]],
  [["ISO_IR 100"], ["ascii", "iso-8859-1"]],
  [["ISO_IR 101"], ["ascii", "iso-8859-2"]],
  [["ISO_IR 144"], ["ascii", "iso-8859-5"]],
  [["ISO_IR 126"], ["ascii", "iso-8859-7"]],
  [["ISO_IR 166"], ["ascii", "tis-620"]],
  [["ISO_IR 13"], ["romaji", "katakana"]],
  [
    ["", "ISO 2022 IR 87"],
    ["ascii", "jis0208"],
  ],
  [
    ["ISO 2022 IR 6", "ISO 2022 IR 87", "ISO 2022 IR 159"],
    ["ascii", "jis0208", "jis0212"],
  ],
  [
    ["ISO 2022 IR 13", "ISO 2022 IR 87"],
    ["romaji", "katakana", "jis0208"],
  ],
  [
    ["ISO 2022 IR 6", "ISO 2022 IR 13", "ISO 2022 IR 87"],
    ["ascii", "katakana", "jis0208"],
  ],
  [
    ["", "ISO 2022 IR 149"],
    ["ascii", "ksc5601"],
  ],
  [
    ["", "ISO 2022 IR 58"],
    ["ascii", "gb2312"],
  ],
  [
    ["ISO 2022 IR 100", "ISO 2022 IR 144"],
    ["ascii", "iso-8859-1", "iso-8859-5"],
  ],
  [["ISO_IR 192"], ["any"]],
  [["GB18030"], ["ascii", "gbk"]],
  [["GBK"], ["ascii", "gbk"]],
]

const ESCAPE = String.fromCharCode(0x1b)
/** Characters of JIS under another name decode under the usual one. */
const OTHER_NAMES = new Set("\u301c\u2016\u2014\u2212\u00a2\u00a3\u00ac")

function characters(sets: readonly (CodedSet | "gbk" | "any")[], delimiters: string): fc.Arbitrary<string> {
  if (sets.includes("any")) return fc.string({ unit: "grapheme" }).filter((text) => !text.includes(ESCAPE))
  const all = sets
    .flatMap((set) => [...(set === "gbk" ? gbkRows() : rowsOf(set as CodedSet)).keys()])
    .filter((char) => !(sets.includes("jis0208") && OTHER_NAMES.has(char)))
    .filter((char) => !(char === "¥" && delimiters.includes("\\")))
  const delimited = fc.constantFrom(...Array.from(delimiters), "\n")
  return fc.string({ unit: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...all) }, delimited) })
}

describe("writing text in a data set's character set", () => {
  for (const [terms, sets] of DECLARED)
    for (const delimiters of ["\\", "\\^=", ""])
      it(`reads back in ${terms.join("\\") || "ISO-IR 6"} with delimiters "${delimiters}"`, () => {
        const write = textEncoding(terms)
        const read = textDecoder(terms)
        fc.assert(
          fc.property(characters(sets, delimiters), (text) => {
            const bytes = write(text, delimiters)
            assert.ok(bytes, `cannot write ${JSON.stringify(text)}`)
            assert.deepEqual(read(bytes, delimiters), { text, marked: false })
          }),
          { numRuns: 150 },
        )
      })

  it("writes the names of PS3.5 annex H byte by byte as it prints them", () => {
    for (const { SpecificCharacterSet, PatientName } of ANNEX_H) {
      const terms = SpecificCharacterSet.split("\\")
      const { text } = textDecoder(terms)(PatientName, "\\^=")
      assert.deepEqual(Buffer.from(textEncoding(terms)(text, "\\^=")!), Buffer.from(PatientName))
    }
  })

  it("writes the Korean example of PS3.5 annex I, designated in each component", () => {
    const hong = textEncoding(["", "ISO 2022 IR 149"])("Hong^Gildong=洪^吉洞=홍^길동", "\\^=")
    assert.equal(
      Buffer.from(hong!).toString("latin1"),
      "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
    )
  })

  it("goes back to the first set before the end of value, component, group and line", () => {
    const bytes = textEncoding(["", "ISO 2022 IR 87"])("山\n山\\山", "\\")
    assert.equal(Buffer.from(bytes!).toString("latin1").split("\x1b(B").length, 4)
  })

  it("says what it cannot write, and replaces nothing", () => {
    const cannot = (terms: readonly string[], text: string) =>
      assert.equal(textEncoding(terms)(text, "\\^="), null)
    cannot([], "山田")
    cannot(["ISO_IR 100"], "画像診断報告書")
    cannot(["ISO_IR 13"], "山田")
    cannot(["", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ")
    // Characters that vendors put where JIS X 0208 has none.
    cannot(["", "ISO 2022 IR 87"], "髙﨑")
    cannot(["ISO 2022 IR 13", "ISO 2022 IR 87"], "a~b")
    cannot(["ISO_IR 100", "ISO 2022 IR 144"].slice(0, 1), "Ж")
  })

  it("takes characters of JIS X 0208 under their other names", () => {
    const bytes = textEncoding(["", "ISO 2022 IR 87"])("〜−", "")
    assert.equal(Buffer.from(bytes!).toString("latin1"), "\x1b$B!A!]\x1b(B")
  })

  it("has no yen sign where its byte divides values", () => {
    const write = textEncoding(["ISO_IR 13"])
    assert.equal(write("¥100", "\\"), null)
    assert.deepEqual(Buffer.from(write("¥100", "")!).toString("latin1"), "\\100")
  })

  it("reads in the C library's own ISO-2022-JP as it was meant", () => {
    const text = "画像診断報告書　第2版 (CT)"
    const input = textEncoding(["", "ISO 2022 IR 87"])(text, "")!
    const read = execFileSync("iconv", ["-f", "ISO-2022-JP", "-t", "UTF-8"], { input })
    assert.equal(read.toString("utf8"), text)
  })
})
