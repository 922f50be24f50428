/**
 * What each document of an inbound submission is. Who shares our codes says it by them. Anybody else says it by the SOP Class
 * and format codes that IHE and DICOM have given out, or by the MIME type alone: what is none of these is kept as an attachment.
 */
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { MIME, roleOf } from "../codes.ts"
import { isSealing, isUnderstood } from "../packaging.ts"
import type { DocumentRole } from "../records/submission.ts"

/** RAD TF-3 4.68.4.1.2.3.2, and scanned documents (ITI TF-3 5.2). */
const REPORT_FORMATS: readonly string[] = [
  "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013",
  "urn:ihe:rad:TEXT",
  "urn:ihe:iti:xds-sd:pdf:2008",
  "urn:ihe:iti:xds-sd:text:2008",
]

/** Null: by the codes agreed it is nothing. */
export function roleIn(
  agreement: Agreement,
  entry: DocumentEntry,
  { associations, documentEntries }: Pick<Submission, "associations" | "documentEntries">,
): DocumentRole | null {
  const coded = roleOf(entry, agreement.codes)
  if (isSealing(agreement)) return coded ?? (isDerived(entry, associations) ? "attachment" : null)
  if (entry.mimeType === MIME.zip) return agreement.packaging.form === "zip" ? "zip" : "attachment"
  if (coded !== null && isUnderstood(agreement, coded)) return coded
  return byType(entry, documentEntries.length === 1)
}

/** Made from another document (XFRM, ITI TF-3 4.2.2.2.4): a further rendition, which nobody has signed. */
export const isDerived = (
  { entryUUID }: Pick<DocumentEntry, "entryUUID">,
  associations: Submission["associations"],
): boolean => derivedBy(associations).has(entryUUID)

/** Asked for each document of a submission, and gone through once. */
const derived = new WeakMap<Submission["associations"], ReadonlySet<string>>()

function derivedBy(associations: Submission["associations"]): ReadonlySet<string> {
  const known = derived.get(associations)
  if (known !== undefined) return known
  const sources = new Set(associations.filter(({ type }) => type === "XFRM").map(({ source }) => source))
  derived.set(associations, sources)
  return sources
}

/** XML that comes alone is meant to be read, whatever its format is called. */
function byType({ mimeType, formatCode }: DocumentEntry, isAlone: boolean): DocumentRole {
  if (mimeType === MIME.dicom) return "instance"
  if (mimeType === MIME.pdf) return "pdf"
  const isReport = isAlone || REPORT_FORMATS.includes(formatCode?.code ?? "")
  return mimeType === MIME.xml && isReport ? "cda" : "attachment"
}
