/**
 * Text of a report as it may stand in a signed document: composed, and free of control characters.
 *
 * Composition is canonical (NFC), never compatible (NFKC), which would turn ㎜ into mm and ① into 1. CJK compatibility
 * ideographs (神 U+FA19) are left as typed as well: NFC would replace them by another shape of the character, and
 * they stand in names.
 */
import { Malformed } from "../malformed.ts"

const COMPATIBILITY_IDEOGRAPHS = /([\u{F900}-\u{FAFF}\u{2F800}-\u{2FA1F}]+)/u
/** Control characters (C0, C1) other than line feed, lone surrogates, non-characters. */
const FORBIDDEN = /(?!\n)[\p{Cc}\p{Cs}\u{FFFE}\u{FFFF}]/u

/**
 * The text to be stored, shown and signed. Idempotent.
 *
 * @throws Malformed REPORT_TEXT_CONTROL naming the code point
 */
export function reportText(text: string): string {
  const found = FORBIDDEN.exec(text)
  if (found) {
    const hex = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")
    throw new Malformed("REPORT_TEXT_CONTROL", "XML 1.0 §2.2", `control character U+${hex} in report text`)
  }
  return text
    .split(COMPATIBILITY_IDEOGRAPHS)
    .map((part) => (COMPATIBILITY_IDEOGRAPHS.test(part) ? part : part.normalize("NFC")))
    .join("")
}
