/**
 * A report as objects of the hospital's archive: Encapsulated PDF with the signed bytes, or Secondary Capture pages where
 * the archive does not take that. UIDs follow from the report's own ids: stored twice, it is the same objects.
 */
import { localDateTime } from "../local-day.ts"
import { readImagingReport } from "../../standards/cda/read-imaging-report.ts"
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import { readPart10, type DataSet } from "../../standards/dicom/data-set.ts"
import { ENCAPSULATED_PDF_STORAGE, writeEncapsulatedPdf } from "../../standards/dicom/encapsulated-pdf.ts"
import { uidOfName } from "../../standards/dicom/name-uid.ts"
import type { ReportObject } from "../../standards/dicom/report-object.ts"
import {
  SECONDARY_CAPTURE_STORAGE,
  writeCapturedPage,
  type CapturedPage,
} from "../../standards/dicom/secondary-capture.ts"
import type { DeliveryForm } from "../records/archive.ts"
import { AssociationError, DeliveryError, SpoolError } from "../errors.ts"
import { clearHead } from "../clear-object.ts"
import { inflateWhatIsThere } from "../header.ts"
import { addendumNumber, isAddendum } from "../lineage.ts"
import type { OutboundInstance, ReportArchive } from "../ports/dicom-nodes.ts"
import { readWhole } from "../read-whole.ts"
import type { ReportRecord } from "../records/report.ts"
import type { DocumentRole } from "../records/submission.ts"
import { reportPages } from "../read/report-pages.ts"
import type { World } from "../world.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** Patient, study and series stand before (0020,0011). */
const SERIES_NUMBER_TAG = 0x00200011
const HEAD_BYTES = 4 * 1024 * 1024
/** Reports stand after the images in a list of series. */
const SERIES_NUMBER = 9001
/** Instance numbers of pages stand in their version's own thousand. */
const PAGES_PER_VERSION = 1000
const VERSIONS_PER_ADDENDUM = 100
/** The second for archives whose character set holds no Japanese. */
const TITLES = {
  report: ["画像診断報告書", "Diagnostic imaging report"],
  addendum: ["画像診断報告書（追記）", "Addendum to a diagnostic imaging report"],
} as const

export interface Stored {
  readonly form: DeliveryForm
  readonly SOPClassUID: string
  readonly instances: number
}

/** @throws AssociationError, DimseError, DeliveryError when no image of the study is left, SpoolError */
export async function storeReport(
  world: World,
  archive: ReportArchive,
  characterSet: ReportObject["characterSet"],
  report: ReportRecord,
): Promise<Stored> {
  const content = readImagingReport(await document(world, report, "cda"))
  const pdf = await document(world, report, "pdf")
  const object: ReportObject = {
    image: await anImage(world, report.studyId),
    characterSet,
    SOPInstanceUID: uidOfName(content.documentId, "encapsulated-pdf"),
    // One series per report: its addenda stand behind it.
    SeriesInstanceUID: uidOfName(report.appends?.setId ?? content.setId, "report-series"),
    SeriesNumber: SERIES_NUMBER,
    InstanceNumber: await instanceNumber(world, report),
    titles: TITLES[isAddendum(report) ? "addendum" : "report"],
    HL7InstanceIdentifier: content.documentId,
    contentDateTime: localDateTime(new Date(content.effectiveTime), world.site.timeZone),
    manufacturer: "Dokuei",
  }
  const encapsulated: OutboundInstance = {
    SOPInstanceUID: object.SOPInstanceUID,
    dataSet: (syntax) => writeEncapsulatedPdf({ ...object, pdf }, syntax),
  }
  try {
    return await stored(archive, "encapsulated-pdf", ENCAPSULATED_PDF_STORAGE, [encapsulated])
  } catch (error) {
    if (!(error instanceof AssociationError) || error.code !== "ERR_ASSOCIATION_CONTEXT") throw error
    const drawn = await pages(world, object, content, pdf)
    return await stored(archive, "secondary-capture", SECONDARY_CAPTURE_STORAGE, drawn)
  }
}

/** A report is numbered by its versions, its addenda from 101, 201, … on. */
async function instanceNumber(world: World, report: ReportRecord): Promise<number> {
  const number = addendumNumber(await world.ledger.reportsOfRequest(report.requestId), report) ?? 0
  return number * VERSIONS_PER_ADDENDUM + report.version
}

async function stored(
  archive: ReportArchive,
  form: DeliveryForm,
  SOPClassUID: string,
  instances: readonly OutboundInstance[],
): Promise<Stored> {
  await archive.store(SOPClassUID, instances)
  return { form, SOPClassUID, instances: instances.length }
}

/** Drawn from the signed CDA by the same hand as its PDF; each page an image of the report's series. */
async function pages(
  world: World,
  object: ReportObject,
  content: ImagingReport,
  pdf: Uint8Array,
): Promise<OutboundInstance[]> {
  const drawn = await reportPages(world, content)
  const derivation = `Copy of report ${content.documentId}; signed is its PDF of SHA-256 ${sha256Hex(pdf)}`
  return drawn.map((page, index) => {
    const number = index + 1
    const captured: CapturedPage = {
      ...object,
      SOPInstanceUID: uidOfName(content.documentId, `page/${number}`),
      InstanceNumber: object.InstanceNumber * PAGES_PER_VERSION + number,
      page,
      derivation,
    }
    return {
      SOPInstanceUID: captured.SOPInstanceUID,
      dataSet: (syntax) => writeCapturedPage(captured, syntax),
    }
  })
}

/** Exactly what was signed: the digest that the signature speaks of is compared once more. */
async function document(world: World, report: ReportRecord, role: DocumentRole): Promise<Uint8Array> {
  const kept = report.private.documents.find((each) => each.role === role)
  if (kept === undefined) throw new DeliveryError("ERR_DELIVERY_STUDY", `the report has no ${role}`)
  const bytes = await readWhole(world.spool, kept.place)
  if (sha256Hex(bytes) !== kept.sha256)
    throw new SpoolError("ERR_SPOOL_ROT", `the ${role} is not what was signed`)
  return bytes
}

async function anImage(world: World, studyId: string): Promise<DataSet> {
  const [instance] = await world.ledger.instances(studyId)
  if (instance === undefined) throw new DeliveryError("ERR_DELIVERY_STUDY", "the study has no image here")
  const head = await clearHead(world.spool, instance.place, HEAD_BYTES)
  const options = { untilTag: SERIES_NUMBER_TAG, inflate: inflateWhatIsThere, syntaxOf: world.syntaxOf }
  return readPart10(head, options).dataSet
}
