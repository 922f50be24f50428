/** Our audit events → ATNA messages, by the table of kinds.ts. */
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { AuditMessage, ParticipantObject } from "../../standards/atna/audit-message.ts"
import { auditCode, OBJECT_ID_TYPE } from "../../standards/atna/codes.ts"
import { KINDS } from "./kinds.ts"
import type { AuditSource } from "./participants.ts"

const OUTCOME = { success: 0, minor: 4, serious: 8, major: 12 } as const

export function messageOf(told: AuditEvent, source: AuditSource): AuditMessage {
  const event = legible(told)
  const row = KINDS[event.event]
  return {
    EventID: row.id,
    EventTypeCode: row.type,
    EventActionCode: row.action,
    EventDateTime: event.at,
    EventOutcomeIndicator: OUTCOME[event.outcome],
    EventOutcomeDescription: event.description ?? "",
    purposes: (event.asserted?.purposes ?? []).map(auditCode),
    participants: row.parties.of(event, source),
    source: {
      AuditSourceID: `${source.application}@${source.host}`,
      AuditEnterpriseSiteID: source.enterpriseSite,
    },
    objects: objects(event),
  }
}

// XML 1.0 (5th ed.) production 2, negated. With the u flag a lone surrogate is a code point of its own.
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

/**
 * What XML cannot carry becomes U+FFFD: an identifier from the wire may hold anything, and one record that cannot be
 * written would hold up all that come after it.
 */
function legible(event: AuditEvent): AuditEvent {
  return JSON.parse(JSON.stringify(event), (_name, value: unknown) =>
    typeof value === "string" ? value.replace(NOT_XML, "\uFFFD") : value,
  ) as AuditEvent
}

function objects(event: AuditEvent): ParticipantObject[] {
  return [...studyObject(event), ...otherObject(event), ...patientObject(event)]
}

function patientObject({ PatientID }: AuditEvent): ParticipantObject[] {
  return PatientID === null || PatientID === ""
    ? []
    : [{ id: PatientID, idType: OBJECT_ID_TYPE.patient, typeCode: 1, role: 1 }]
}

function studyObject(event: AuditEvent): ParticipantObject[] {
  if (event.StudyInstanceUID === null) return []
  const { lifeCycle } = KINDS[event.event]
  const { SOPClassUID: uid, instances } = event
  return [
    {
      id: event.StudyInstanceUID,
      idType: OBJECT_ID_TYPE.study,
      typeCode: 2,
      role: 3,
      ...(lifeCycle === null ? {} : { lifeCycle }),
      ...(uid === null || instances === null ? {} : { sopClass: { uid, instances } }),
    },
  ]
}

function otherObject(event: AuditEvent): ParticipantObject[] {
  if (event.objectId === null || event.objectId === "") return []
  const { idType, role, name, isAlert } = KINDS[event.event].about
  const named = name === undefined ? {} : { name }
  const details = isAlert === true ? { details: alert(event) } : {}
  return [{ id: event.objectId, typeCode: 2, idType, role, ...named, ...details }]
}

const alert = (event: AuditEvent): { type: string; value: string }[] => [
  { type: "Alert Description", value: Buffer.from(event.description ?? "").toString("base64") },
]
