/** The pages of a report as pictures: drawn from its CDA by the same hand as its PDF. */
import type { ImagingReport } from "../../standards/cda/report-content.ts"
import { readImagingReport } from "../../standards/cda/read-imaging-report.ts"
import { found } from "../desk-guards.ts"
import type { FramePixels, GreyPage } from "../ports/drawing.ts"
import { readWhole } from "../read-whole.ts"
import type { ReportRecord } from "../records/report.ts"
import { documentOf } from "../submit/report-documents.ts"
import type { World } from "../world.ts"

/** This window gives every grey level back as it is (PS3.3 C.11.2.1.2.1). */
const IDENTITY = { center: 128, width: 256 }

export const reportPages = (world: World, content: ImagingReport): Promise<readonly GreyPage[]> =>
  world.draughtsman.renderPages({
    ...content,
    patient: { ...content.patient, nameMarked: false },
    study: { ...content.study, instances: 0, instancesExpected: null, bytes: 0 },
  })

/** All pages one below the other, as one PNG: what is frozen, for the eyes of who signs it. */
export async function reportSheet(world: World, report: ReportRecord): Promise<Uint8Array> {
  const content = readImagingReport(await readWhole(world.spool, documentOf(report, "cda").place))
  const pages = await reportPages(world, content)
  const { columns } = found(pages[0], "page of this report")
  return world.draughtsman.renderFrame(oneBelowTheOther(pages, columns), IDENTITY.center, IDENTITY.width)
}

/** All pages of a report have one size. */
function oneBelowTheOther(pages: readonly GreyPage[], columns: number): FramePixels {
  return {
    rows: pages.reduce((rows, page) => rows + page.rows, 0),
    columns,
    samplesPerPixel: 1,
    bitsAllocated: 8,
    bitsStored: 8,
    signed: false,
    photometricInterpretation: "MONOCHROME2",
    rescaleSlope: 1,
    rescaleIntercept: 0,
    pixels: Buffer.concat(pages.map(({ pixels }) => pixels)),
  }
}
