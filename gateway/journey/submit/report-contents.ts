/** A signed report on its way home. */
import type { Agreement } from "../agreement.ts"
import { MIME, PURPOSE } from "../codes.ts"
import { found } from "../desk-guards.ts"
import type { Content } from "./pack.ts"
import { isSealing } from "../packaging.ts"
import type { Contents, ContentsOf } from "./package.ts"
import { isAddendum } from "../lineage.ts"
import { readWhole } from "../read-whole.ts"
import type { SealedObject } from "../ports/spool.ts"
import type { Change } from "../records/ledger.ts"
import type { ReportRecord } from "../records/report.ts"
import { documentOf, ownedDocument, parentReport, signatureOwner } from "./report-documents.ts"
import { notice } from "../verify/receipt.ts"
import { formOf, purposesOf, stampedUnlessAway, titleOf } from "./sign.ts"
import { subjectOf } from "../subject.ts"
import type { World } from "../world.ts"

const TITLES: Readonly<Record<"report" | "addendum", Readonly<Record<"cda" | "pdf", string>>>> = {
  report: { cda: "画像診断報告書", pdf: "画像診断報告書（PDF）" },
  addendum: { cda: "画像診断報告書（追記）", pdf: "画像診断報告書（追記、PDF）" },
}

/**
 * CDA, PDF and the radiologist's signature. One that was signed while no time-stamp authority answered gets its stamp here if
 * one does now; else it leaves without, and the stamp follows (stamp.ts).
 */
export const reportContents: ContentsOf = async (world, record, agreement) => {
  const report = found(record.reportId === null ? null : await world.ledger.report(record.reportId), "report")
  const contents: Content[] = []
  const purposes = purposesOf(report, agreement)
  const titles = { ...TITLES[isAddendum(report) ? "addendum" : "report"], signature: titleOf(purposes) }
  const isSigned = isSealing(agreement)
  const roles = isSigned ? (["cda", "pdf", "signature"] as const) : (["cda", "pdf"] as const)
  const stamped = isSigned && report.stampedAt === null ? await stampedNow(world, agreement, report) : null
  for (const role of roles) {
    const { uniqueId, place } = documentOf(report, role)
    contents.push({
      ...notice(world, role, titles[role], new Uint8Array(0)),
      uniqueId,
      mimeType: role === "pdf" ? MIME.pdf : MIME.xml,
      createdAt: new Date(report.preparedAt ?? record.createdAt),
      purposes: role === "signature" ? purposes.map((purpose) => PURPOSE[purpose]) : [],
      legalAuthenticator: `${report.readerId}^${report.readerName}^^^^^^^&${world.site.oid}&ISO`,
      body:
        role === "signature" && stamped !== null
          ? { bytes: stamped }
          : { sealed: await world.spool.open(place) },
    })
  }
  const { uniqueId: by } = documentOf(report, "signature")
  return {
    subject: await subjectOf(world, record, agreement),
    contents,
    signs: (["cda", "pdf"] as const).map((role) => ({ by, what: documentOf(report, role).uniqueId })),
    ...(await relations(world, report)),
    sealed: (objects) => (stamped === null ? [] : stampKept(world, report, objects.get(by))),
  }
}

/** Null while no authority answers. */
async function stampedNow(
  world: World,
  agreement: Agreement,
  report: ReportRecord,
): Promise<Uint8Array | null> {
  const xml = await readWhole(world.spool, documentOf(report, "signature").place)
  return stampedUnlessAway(world, xml, formOf(agreement), world.trust.report(agreement))
}

/** The stamped signature takes the place of the other one, which was never shown to anybody. */
function stampKept(world: World, report: ReportRecord, object: SealedObject | undefined): Change[] {
  const { place, facts } = found(object, "stamped signature")
  const stamped = {
    ...documentOf(report, "signature"),
    place,
    sha256: Buffer.from(facts.sha256).toString("hex"),
  }
  const documents = report.private.documents.map((each) => (each.role === "signature" ? stamped : each))
  const record: ReportRecord = {
    ...report,
    stampedAt: world.clock.now().toISOString(),
    private: { ...report.private, documents },
  }
  return [{ put: "report", record }, ownedDocument(signatureOwner(report.id), 0, stamped)]
}

/** Id of the submission that took the preliminary document whose place this report takes. */
const preliminarySubmission = ({
  preliminary,
  private: { preliminaries = [] },
}: ReportRecord): string | null =>
  preliminaries.find(({ version }) => version === preliminary?.version)?.submissionId ?? null

/**
 * RPLC of the earlier version's CDA and PDF, signed or preliminary, or APND to what it is added to, by the entryUUIDs we gave them
 * (ihe-wire 1.7).
 */
async function relations(
  world: World,
  report: ReportRecord,
): Promise<Pick<Contents, "replaces" | "appends">> {
  const parent = await parentReport(world, report)
  const submissionId = parent?.report.submissionId ?? preliminarySubmission(report)
  const sent = submissionId === null ? [] : await world.ledger.documents(submissionId)
  const related = (["cda", "pdf"] as const).flatMap((role) => {
    const earlier = sent.find((each) => each.role === role)
    return earlier === undefined
      ? []
      : [{ uniqueId: documentOf(report, role).uniqueId, entryUUID: earlier.entryUUID }]
  })
  return parent?.relation === "APND" ? { replaces: [], appends: related } : { replaces: related }
}
