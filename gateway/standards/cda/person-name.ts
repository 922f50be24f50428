/**
 * Names of people in CDA: family and given apart, in the three ways of writing Japanese (EN.use IDE, SYL, ABC).
 */
import { element, type Markup } from "../xml/writer.ts"
import { attributeOf, childrenOf, textOf, type XmlElement } from "../xml/reader.ts"
import { HL7 } from "./codes.ts"
import type { ReportPatient } from "./report-content.ts"

/** IDE 漢字, SYL カナ, ABC latin (HL7 V3 EntityNameUse). */
export type NameUse = "IDE" | "SYL" | "ABC"

/** The first space, common or ideographic, parts family and given; it is kept between them as text. */
const PARTS = /^(\S+)([ \u3000])(.+)$/u

/**
 * `<name>`; a name in one piece is plain content. DICOM's `^` becomes a space.
 */
export function nameElement(name: string, use?: NameUse): Markup {
  const shown = name.replaceAll("^", " ").trim()
  const parts = PARTS.exec(shown)
  if (!parts) return element("name", { use }, shown)
  const [, family, space, given] = parts
  return element("name", { use }, element("family", {}, family), space, element("given", {}, given))
}

/** The name as it reads, text between the parts included. */
export const nameOf = (name: XmlElement | null): string => (name === null ? "" : textOf(name).trim())

/** The three groups of a patient; without any, an unknown name. */
export function patientNames(patient: ReportPatient): Markup[] {
  const names = [
    patient.ideographic !== "" && nameElement(patient.ideographic, "IDE"),
    patient.phonetic !== "" && nameElement(patient.phonetic, "SYL"),
    patient.alphabetic !== "" && nameElement(patient.alphabetic, "ABC"),
  ].filter((name) => name !== false)
  return names.length > 0 ? names : [element("name", { nullFlavor: "UNK" })]
}

/** The group of one use; a name without use counts as the ideographic one. */
export function nameOfUse(patient: XmlElement, use: NameUse): string {
  const names = childrenOf(patient, HL7, "name")
  const found = names.find((name) => attributeOf(name, "use")?.split(" ").includes(use))
  const fallback = use === "IDE" ? names.find((name) => attributeOf(name, "use") === null) : undefined
  return nameOf(found ?? fallback ?? null)
}
