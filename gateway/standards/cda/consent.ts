/**
 * Privacy policy acknowledgement (IHE BPPC, ITI TF-3 5.1.2): that a patient has acknowledged a policy, and who has made sure.
 * CDA R2 without a scanned part; the policy is a serviceEvent, its name stands in the text for people.
 */
import { Malformed } from "../malformed.ts"
import { element, xml, xmlDocument, type Markup } from "../xml/writer.ts"
import { childrenOf, isElement, readXml, type XmlElement } from "../xml/reader.ts"
import { CDA_TYPE_EXTENSION, CDA_TYPE_ROOT, CONFIDENTIALITY, HL7, loincCode, TEMPLATE } from "./codes.ts"
import { custodian, organization, recordTarget } from "./header.ts"
import { isoOfTs, tsOfIso } from "./hl7-time.ts"
import { paragraph } from "./narrative.ts"
import { all, at, attribute, optional, required } from "./path.ts"
import { nameElement } from "./person-name.ts"
import { readPatient } from "./read-header.ts"
import type { ImagingReport } from "./report-content.ts"

export interface ConsentDocument extends Pick<ImagingReport, "patient" | "patientIdRoot" | "hospital"> {
  /** OIDs. */
  readonly documentId: string
  readonly acknowledgementId: string
  readonly policy: string
  /** Who has given the policy its OID. */
  readonly policyDomain: string
  readonly policyName: string
  /** ISO 8601: from when on it holds. */
  readonly at: string
  /** Who has made sure; `account` is the hospital's. */
  readonly by: { readonly account: string; readonly name: string }
}

/** UTF-8; the same octets for the same content. */
export function writeConsent(consent: ConsentDocument): Uint8Array {
  const document = element(
    "ClinicalDocument",
    { xmlns: HL7 },
    identification(consent),
    recordTarget(consent),
    author(consent),
    custodian(consent.hospital),
    acknowledgement(consent),
    text(consent),
  )
  return new TextEncoder().encode(xmlDocument(document))
}

const TITLE = "プライバシーポリシーの確認書"

const identification = ({ documentId, at: time }: ConsentDocument): Markup[] => [
  element("realmCode", { code: "JP" }),
  element("typeId", { root: CDA_TYPE_ROOT, extension: CDA_TYPE_EXTENSION }),
  element("templateId", { root: TEMPLATE.consent }),
  element("id", { root: documentId }),
  loincCode("57016-8", "Privacy Policy Acknowledgement Document"),
  element("title", {}, TITLE),
  element("effectiveTime", { value: tsOfIso(time) }),
  element("confidentialityCode", { code: "N", codeSystem: CONFIDENTIALITY }),
  element("languageCode", { code: "ja-JP" }),
]

const author = ({ at: time, by, hospital }: ConsentDocument): Markup =>
  xml`<author><time value="${tsOfIso(time)}"/><assignedAuthor>${[
    element("id", { root: hospital.oid, extension: by.account }),
    element("addr", { nullFlavor: "UNK" }),
    element("telecom", { nullFlavor: "UNK" }),
    element("assignedPerson", {}, nameElement(by.name)),
    element("representedOrganization", {}, organization(hospital)),
  ]}</assignedAuthor></author>`

const acknowledgement = (consent: ConsentDocument): Markup =>
  xml`<documentationOf typeCode="DOC"><serviceEvent classCode="ACT" moodCode="EVN">${[
    element("templateId", { root: TEMPLATE.consentEvent }),
    element("id", { root: consent.acknowledgementId }),
    element("code", {
      code: consent.policy,
      codeSystem: consent.policyDomain,
      displayName: consent.policyName,
    }),
    element("effectiveTime", {}, element("low", { value: tsOfIso(consent.at) })),
  ]}</serviceEvent></documentationOf>`

const text = ({ policyName, by, hospital }: ConsentDocument): Markup =>
  xml`<component><structuredBody><component><section><title>${TITLE}</title><text>${paragraph(
    `患者は「${policyName}」を確認した。\n確認者: ${by.name}（${hospital.name}）`,
  )}</text></section></component></structuredBody></component>`

/** What a consent says, of any sender. */
export interface ReadConsent {
  readonly PatientID: string
  readonly patientIdRoot: string
  readonly acknowledged: readonly {
    /** OID. */
    readonly policy: string
    /** ISO 8601; `until` null = until it is taken back. */
    readonly from: string
    readonly until: string | null
  }[]
}

/** @throws Malformed CONSENT_INVALID, REPORT_INCOMPLETE for what CDA wants and is not there, XML_… */
export function readConsent(bytes: Uint8Array): ReadConsent {
  const root = readXml(bytes)
  if (!isElement(root, HL7, "ClinicalDocument")) throw invalid("no CDA document")
  const { patient, patientIdRoot } = readPatient(root)
  const events = all(root, "documentationOf").flatMap((each) => childrenOf(each, HL7, "serviceEvent"))
  const acknowledged = events.filter(isConsentEvent).map(readEvent)
  if (acknowledged.length === 0) throw invalid("it acknowledges no policy")
  return { PatientID: patient.PatientID, patientIdRoot, acknowledged }
}

const invalid = (why: string): Malformed => new Malformed("CONSENT_INVALID", "ITI TF-3 5.1.2", why)

const isConsentEvent = (event: XmlElement): boolean =>
  all(event, "templateId").some((each) => optional(each, "root") === TEMPLATE.consentEvent)

function readEvent(event: XmlElement): ReadConsent["acknowledged"][number] {
  const high = at(event, "effectiveTime", "high")
  const until = high && optional(high, "value")
  return {
    policy: attribute(required(event, "code"), "code"),
    from: isoOfTs(attribute(required(event, "effectiveTime", "low"), "value")),
    until: until === null ? null : isoOfTs(until),
  }
}
