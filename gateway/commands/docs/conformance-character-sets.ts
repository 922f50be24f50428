/** Specific Character Set (0008,0005): what is read and what is written. */
import { ESCAPES, INITIAL, WHOLE } from "../../standards/dicom/charset-sets.ts"
import { code, table } from "./markdown.ts"

export function characterSetSection(): string[] {
  const alone = Object.keys(WHOLE).map((name) => (name === "192" ? "ISO_IR 192" : name))
  return [
    "## 6 Support of character sets",
    "Text is kept as it came. For display, matching and objects of our own it is read by these tables, with code extensions " +
      "by ISO 2022 and the resets of PS3.5 6.1.2.5.3; what devices write against the rules (undeclared Shift_JIS or UTF-8, " +
      "escapes not closed, vendor characters) is read with a mark for the reader. Objects of our own are written in the " +
      "character set of their study.",
    table(
      ["registration", "as first value", "left half", "right half", "written"],
      Object.entries(INITIAL).map(([registration, { g0, g1 }]) => [
        `ISO-IR ${registration}`,
        code(registration === "6" ? "(absent)" : `ISO_IR ${registration}`),
        g0,
        g1,
        "yes",
      ]),
    ),
    table(
      ["escape sequence", "left half", "right half", "declared by", "written"],
      ESCAPES.map(([sequence, { g0 = "", g1 = "" }, registration]) => [
        code(`ESC ${sequence}`),
        g0,
        g1,
        registration === "" ? "not in PS3.3, read with a mark" : `ISO 2022 IR ${registration}`,
        registration === "" ? "no" : "yes",
      ]),
    ),
    `Alone, without escapes: ${alone.map(code).join(", ")}; of GB18030 the two-byte part is written.`,
  ]
}
