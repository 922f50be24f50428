/**
 * The fonts of the report, and whether they can print it.
 */
import { readFile } from "node:fs/promises"
import { ReportError } from "../../journey/errors.ts"
import type { ReportStyle } from "./jobs.ts"

export const REGULAR = "regular"
export const BOLD = "bold"

/** What we need of a font: fontkit's, as pdfkit opened it. */
export interface GlyphSource {
  hasGlyphForCodePoint(codePoint: number): boolean
}

/**
 * Registers both fonts in a document; the regular one is current afterwards. Files are read for each report: 40 MB held
 * for a report every few minutes would be a poor trade.
 */
export async function loadFonts(
  doc: PDFKit.PDFDocument,
  style: ReportStyle,
): Promise<readonly GlyphSource[]> {
  doc.registerFont(BOLD, await readFile(style.boldFontFile), style.boldFontName)
  doc.registerFont(REGULAR, await readFile(style.fontFile), style.fontName)
  return [glyphsOf(doc, BOLD), glyphsOf(doc, REGULAR)]
}

/** pdfkit keeps the opened font in a field its types do not tell of. */
function glyphsOf(doc: PDFKit.PDFDocument, name: string): GlyphSource {
  doc.font(name)
  return (doc as unknown as { readonly _font: { readonly font: GlyphSource } })._font.font
}

/** Variation selectors choose among glyphs and have none of their own. */
const VARIATION_SELECTOR = /[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/u

/**
 * @throws ReportError ERR_REPORT_GLYPH naming the first character that one of the fonts lacks
 */
export function checkGlyphs(text: string, fonts: readonly GlyphSource[]): void {
  for (const character of text) {
    if (character === "\n" || VARIATION_SELECTOR.test(character)) continue
    const codePoint = character.codePointAt(0) ?? 0
    if (!fonts.every((font) => font.hasGlyphForCodePoint(codePoint)))
      throw new ReportError(
        "ERR_REPORT_GLYPH",
        `no glyph for ${character} (U+${codePoint.toString(16).toUpperCase().padStart(4, "0")})`,
      )
  }
}
