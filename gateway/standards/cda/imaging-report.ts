/**
 * The imaging report as CDA R2 document (PS3.20 7.1, template 1.2.840.10008.9.1).
 */
import { element, xmlDocument } from "../xml/writer.ts"
import { HL7 } from "./codes.ts"
import { header } from "./header.ts"
import type { ImagingReport } from "./report-content.ts"
import { checkReport } from "./report-rules.ts"
import { body } from "./sections.ts"

/**
 * The document's bytes; equal content gives equal bytes.
 *
 * The text is kept as typed (see `reportText`); schema CDA.xsd accepts every document written here.
 *
 * @throws Malformed REPORT_INVALID, REPORT_TEXT_CONTROL, TIME_MALFORMED, XML_CHARACTER
 */
export function writeImagingReport(report: ImagingReport): Uint8Array {
  checkReport(report)
  const document = element("ClinicalDocument", { xmlns: HL7 }, header(report), body(report))
  return new TextEncoder().encode(xmlDocument(document))
}
