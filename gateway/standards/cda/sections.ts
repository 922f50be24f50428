/**
 * Body of the imaging report: sections of PS3.20 9, narrative complete.
 */
import { element, xml, type Markup, type XmlContent } from "../xml/writer.ts"
import { base64Of } from "./base64.ts"
import { loincCode, SECTION, TEMPLATE, type SectionKind } from "./codes.ts"
import { paragraph } from "./narrative.ts"
import { reportText } from "./report-text.ts"
import type { ImagingReport, KeyImagePicture, ReportStudy } from "./report-content.ts"

/** `structuredBody`: the sections of a report, or of an addendum; of a correction with its reason last. */
export function body(report: ImagingReport): Markup {
  const { addendum, correction } = report
  const sections = [
    addendum === null ? reportSections(report) : addendumSection(addendum.text, report.keyImages),
    correction && section(SECTION.correction, paragraph(correction.reason)),
  ]
  return xml`<component><structuredBody>${sections}</structuredBody></component>`
}

/** One each for request, procedure, findings with key images, and impression. */
const reportSections = (report: ImagingReport): Markup[] => [
  clinicalInformation(report.purpose),
  section(SECTION.procedure, paragraph(procedureText(report.study)), technique(report.study)),
  section(SECTION.findings, paragraph(report.findings), keyImages(report.keyImages)),
  section(SECTION.impression, paragraph(report.impression)),
]

const addendumSection = (text: string, pictures: readonly KeyImagePicture[]): Markup =>
  section(SECTION.addendum, paragraph(text), keyImages(pictures))

const clinicalInformation = (purpose: string): Markup =>
  section(SECTION.clinicalInformation, null, section(SECTION.request, paragraph(purpose)))

/** 検査手技 in one line, e.g. `CT 頭部 単純 (HEAD)`. */
function procedureText({ modalities, StudyDescription, bodyPart }: ReportStudy): string {
  const part = bodyPart === "" ? "" : `(${bodyPart})`
  return [modalities.join("/"), StudyDescription, part].filter((word) => word !== "").join(" ")
}

/** Procedure Technique (PS3.20 10.14): the region as the device named it. */
function technique({ bodyPart }: ReportStudy): XmlContent {
  if (bodyPart === "") return null
  return xml`<entry><procedure classCode="PROC" moodCode="EVN"><templateId root="${TEMPLATE.procedureTechnique}"/><targetSiteCode nullFlavor="OTH"><originalText>${bodyPart}</originalText></targetSiteCode></procedure></entry>`
}

function section(kind: SectionKind, text: XmlContent, after: XmlContent = null): Markup {
  return xml`<component><section>${[
    element("templateId", { root: kind.templateId }),
    loincCode(kind.code, kind.displayName),
    element("title", {}, kind.title),
    element("text", {}, text),
    after,
  ]}</section></component>`
}

/** The pictures stand in the document; the narrative shows them by reference (CDA R2 4.3.5.6). */
function keyImages(pictures: readonly KeyImagePicture[]): XmlContent {
  if (pictures.length === 0) return null
  const ids = pictures.map((_, index) => `KEY${index + 1}`)
  const text = pictures.map(
    ({ caption }, index) =>
      xml`<renderMultiMedia referencedObject="${ids[index]}"><caption>${reportText(caption)}</caption></renderMultiMedia>`,
  )
  const entries = pictures.map(
    ({ png }, index) =>
      xml`<entry><observationMedia classCode="OBS" moodCode="EVN" ID="${ids[index]}"><value mediaType="image/png" representation="B64">${base64Of(png)}</value></observationMedia></entry>`,
  )
  return section(SECTION.keyImages, text, entries)
}
