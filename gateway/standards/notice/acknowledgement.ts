/**
 * What the hospital says of a report: received (受領), seen (既読), acted upon (対応済). One document each.
 */
import { element, xmlDocument } from "../xml/writer.ts"
import { readClosed } from "./closed-element.ts"
import { localTime } from "./local-time.ts"
import {
  actorElement,
  organizationElement,
  readActor,
  readOrganization,
  type Actor,
  type Organization,
} from "./party.ts"

export const ACKNOWLEDGEMENT_NAMESPACE = "urn:dokuei:acknowledgement:1"

export type AcknowledgementKind = "received" | "seen" | "acted"
const KINDS: readonly AcknowledgementKind[] = ["received", "seen", "acted"]

export interface Acknowledgement {
  /** OID of this document. */
  readonly documentId: string
  readonly kind: AcknowledgementKind
  /** OID of the acknowledged report version (ClinicalDocument/id) and of its lineage (setId). */
  readonly reportDocumentId: string
  readonly reportSetId: string
  readonly reportVersion: number
  readonly StudyInstanceUID: string
  readonly requestNumber: string
  readonly by: Actor
  readonly institution: Organization
  /** ISO 8601 with zone. */
  readonly at: string
  /** What was done, for "acted"; may be "". */
  readonly remark: string
}

/** The document; equal values give equal bytes. Throws Malformed XML_CHARACTER. */
export function writeAcknowledgement(notice: Acknowledgement): Uint8Array {
  const { documentId, kind, at, StudyInstanceUID, requestNumber, remark } = notice
  const report = {
    documentId: notice.reportDocumentId,
    setId: notice.reportSetId,
    version: notice.reportVersion,
  }
  return new TextEncoder().encode(
    xmlDocument(
      element(
        "Acknowledgement",
        { xmlns: ACKNOWLEDGEMENT_NAMESPACE, documentId, kind, at },
        element("Report", report),
        element("Study", { StudyInstanceUID, requestNumber }),
        actorElement("By", notice.by),
        organizationElement("Institution", notice.institution),
        remark !== "" && element("Remark", {}, remark),
      ),
    ),
  )
}

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, XML_…
 */
export function readAcknowledgement(bytes: Uint8Array): Acknowledgement {
  const root = readClosed(bytes, ACKNOWLEDGEMENT_NAMESPACE, "Acknowledgement")
  const report = root.required("Report")
  const study = root.required("Study")
  const notice: Acknowledgement = {
    documentId: root.uid("documentId"),
    kind: root.oneOf("kind", KINDS),
    at: root.instant("at"),
    reportDocumentId: report.uid("documentId"),
    reportSetId: report.uid("setId"),
    reportVersion: report.count("version"),
    StudyInstanceUID: study.attribute("StudyInstanceUID"),
    requestNumber: study.attribute("requestNumber"),
    by: readActor(root.required("By")),
    institution: readOrganization(root.required("Institution")),
    remark: root.text("Remark"),
  }
  for (const element of [report, study, root]) element.finish()
  return notice
}

const VERBS: Readonly<Record<AcknowledgementKind, { readonly ja: string; readonly en: string }>> = {
  received: { ja: "受領しました", en: "received" },
  seen: { ja: "読みました", en: "read" },
  acted: { ja: "対応済みとしました", en: "acted upon" },
}

/** One sentence without patient data, e.g. `みほん市民病院の窓口 三奈が、報告書第2版を受領しました（2026-11-25 14:15 JST）。` */
export function acknowledgementSentence(
  notice: Acknowledgement,
  language: "ja" | "en",
  timeZone: string,
): string {
  const { by, institution, reportVersion, kind } = notice
  const at = localTime(notice.at, timeZone)
  return language === "ja"
    ? `${institution.name}の${by.name}が、報告書第${reportVersion}版を${VERBS[kind].ja}（${at}）。`
    : `Version ${reportVersion} of the report was ${VERBS[kind].en} by ${by.name}, ${institution.name}, at ${at}.`
}
