/**
 * Sections of an imaging report, found by their LOINC codes wherever they are nested.
 */
import { Malformed } from "../malformed.ts"
import { textOf, type XmlElement } from "../xml/reader.ts"
import { bytesOfBase64 } from "./base64.ts"
import { LOINC, SECTION, type SectionKind } from "./codes.ts"
import { narrativeText } from "./narrative.ts"
import { all, at, attribute, optional, required } from "./path.ts"
import type { KeyImagePicture } from "./report-content.ts"

export interface ReportBody {
  readonly purpose: string
  readonly bodyPart: string
  readonly findings: string
  readonly impression: string
  /** Texts of the Addendum sections (PS3.20 9.6), in their order: what an addendum adds, or why a version replaces another. */
  readonly addenda: readonly string[]
  readonly keyImages: readonly KeyImagePicture[]
}

/**
 * A report needs an impression (PS3.20 9.5), an addendum what it adds (PS3.20 7.2); every other section may be absent.
 *
 * @throws Malformed REPORT_INCOMPLETE, REPORT_INVALID, BASE64_MALFORMED
 */
export function readBody(root: XmlElement, isAddendum: boolean): ReportBody {
  const sections = [...sectionsBelow(required(root, "component", "structuredBody"))]
  const impression = sectionOf(sections, SECTION.impression)
  const addenda = sections.filter((each) => isOfKind(each, SECTION.addendum)).map(textOfSection)
  if (!impression && !isAddendum)
    throw new Malformed("REPORT_INCOMPLETE", "PS3.20 9.5", "no Impression section")
  if (isAddendum && textOfSection(impression) === "" && addenda.every((text) => text === ""))
    throw new Malformed("REPORT_INCOMPLETE", "PS3.20 9.6", "no Addendum section")
  return {
    purpose: textOfSection(sectionOf(sections, SECTION.request)),
    bodyPart: targetSite(sectionOf(sections, SECTION.procedure)),
    findings: textOfSection(sectionOf(sections, SECTION.findings)),
    impression: textOfSection(impression),
    addenda,
    keyImages: keyImages(sectionOf(sections, SECTION.keyImages)),
  }
}

/** Depth is bounded by the XML limits. */
function* sectionsBelow(parent: XmlElement): Generator<XmlElement> {
  for (const component of all(parent, "component"))
    for (const section of all(component, "section")) {
      yield section
      yield* sectionsBelow(section)
    }
}

function sectionOf(sections: readonly XmlElement[], kind: SectionKind): XmlElement | null {
  const found = sections.filter((section) => isOfKind(section, kind))
  if (found.length > 1)
    throw new Malformed("REPORT_INVALID", "PS3.20 9", `${kind.displayName} stands more than once`)
  return found[0] ?? null
}

function isOfKind(section: XmlElement, kind: SectionKind): boolean {
  const code = at(section, "code")
  return code !== null && optional(code, "code") === kind.code && optional(code, "codeSystem") === LOINC
}

function textOfSection(section: XmlElement | null): string {
  const text = section && at(section, "text")
  return text ? narrativeText(text) : ""
}

function targetSite(procedure: XmlElement | null): string {
  const site = procedure && at(procedure, "entry", "procedure", "targetSiteCode", "originalText")
  return site ? textOf(site) : ""
}

function keyImages(section: XmlElement | null): KeyImagePicture[] {
  if (!section) return []
  const captions = new Map(
    all(required(section, "text"), "renderMultiMedia").map((shown) => {
      const caption = at(shown, "caption")
      return [attribute(shown, "referencedObject"), caption ? textOf(caption) : ""]
    }),
  )
  return all(section, "entry").flatMap((entry) => {
    const media = at(entry, "observationMedia")
    return media ? [pictureOf(media, captions)] : []
  })
}

function pictureOf(media: XmlElement, captions: ReadonlyMap<string, string>): KeyImagePicture {
  const value = required(media, "value")
  if (optional(value, "mediaType") !== "image/png" || optional(value, "representation") !== "B64")
    throw new Malformed("REPORT_INVALID", "CDA R2 4.3.6.3", "a key image is not an inline PNG")
  return {
    png: bytesOfBase64(textOf(value)),
    caption: captions.get(optional(media, "ID") ?? "") ?? "",
  }
}
