/** Our audit events → ATNA messages, one row of ihe-wire 5.3 each. */
import type { AuditEvent } from "../../journey/ports.ts"
import type {
  ActiveParticipant,
  AuditMessage,
  ParticipantObject,
} from "../../standards/atna/audit-message.ts"
import { EVENT_ID, EVENT_TYPE, OBJECT_ID_TYPE, ROLE, type AuditCode } from "../../standards/atna/codes.ts"

/** Who we are in every message. */
export interface AuditSource {
  /** e.g. `dokuei-edge`. */
  readonly application: string
  readonly processId: string
  readonly host: string
  /** Institution code or OID. */
  readonly enterpriseSite: string
}

const OUTCOME = { success: 0, minor: 4, serious: 8, major: 12 } as const

interface Kind {
  readonly id: AuditCode
  readonly type: AuditCode | null
  readonly action: AuditMessage["EventActionCode"]
  readonly participants: (event: AuditEvent, source: AuditSource) => readonly ActiveParticipant[]
}
const kind = (
  id: AuditCode,
  type: AuditCode | null,
  action: Kind["action"],
  participants: Kind["participants"],
): Kind => ({
  id,
  type,
  action,
  participants,
})

const KINDS: Readonly<Record<AuditEvent["event"], Kind>> = {
  "application-start": kind(EVENT_ID.applicationActivity, EVENT_TYPE.applicationStart, "E", application),
  "application-stop": kind(EVENT_ID.applicationActivity, EVENT_TYPE.applicationStop, "E", application),
  "instances-received": kind(EVENT_ID.instancesTransferred, null, "C", fromPeer),
  "instances-sent": kind(EVENT_ID.instancesTransferred, null, "R", toPeer),
  export: kind(EVENT_ID.export, EVENT_TYPE.iti41, "R", toPeer),
  import: kind(EVENT_ID.import, EVENT_TYPE.iti41, "C", fromPeer),
  "study-accessed": kind(EVENT_ID.instancesAccessed, null, "R", user),
  "study-changed": kind(EVENT_ID.instancesAccessed, null, "U", user),
  "report-accessed": kind(EVENT_ID.patientRecord, null, "R", user),
  login: kind(EVENT_ID.userAuthentication, EVENT_TYPE.login, "E", user),
  "login-failed": kind(EVENT_ID.userAuthentication, EVENT_TYPE.login, "E", attempt),
  logout: kind(EVENT_ID.userAuthentication, EVENT_TYPE.logout, "E", user),
  "request-entered": kind(EVENT_ID.orderRecord, null, "C", user),
  "requests-listed": kind(EVENT_ID.query, null, "E", user),
  "node-authentication-failure": kind(
    EVENT_ID.securityAlert,
    EVENT_TYPE.nodeAuthentication,
    "E",
    application,
  ),
  "node-tested": kind(EVENT_ID.applicationActivity, EVENT_TYPE.connectionTest, "E", user),
  "security-alert": kind(EVENT_ID.securityAlert, null, "E", user),
  signed: kind(EVENT_ID.signedManifest, EVENT_TYPE.dsg, "C", user),
  verified: kind(EVENT_ID.reportVerification, EVENT_TYPE.dsg, "R", user),
  "study-deleted": kind(EVENT_ID.studyDeleted, null, "D", scheduler),
  "report-deleted": kind(EVENT_ID.patientRecord, null, "D", scheduler),
  "audit-used": kind(EVENT_ID.auditLogUsed, null, "R", user),
  configuration: kind(EVENT_ID.securityAlert, EVENT_TYPE.softwareConfiguration, "E", application),
}

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
    participants: row.participants(event, source),
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

function self(source: AuditSource, role: AuditCode | null, UserIsRequestor: boolean): ActiveParticipant {
  const { application: UserID, processId: AlternativeUserID, host: NetworkAccessPointID } = source
  return { UserID, AlternativeUserID, UserIsRequestor, role, NetworkAccessPointID }
}

function application(_event: AuditEvent, source: AuditSource): readonly ActiveParticipant[] {
  return [self(source, ROLE.application, false)]
}

/** Retention acts by itself: we are who asked for it. */
function scheduler(_event: AuditEvent, source: AuditSource): readonly ActiveParticipant[] {
  return [self(source, ROLE.application, true)]
}

function peer(event: AuditEvent, role: AuditCode, UserIsRequestor: boolean): ActiveParticipant[] {
  if (event.peer === null) return []
  const { id: UserID, address } = event.peer
  const place = address === "" ? {} : { NetworkAccessPointID: address }
  return [{ UserID, UserIsRequestor, role, ...place }]
}

function fromPeer(event: AuditEvent, source: AuditSource): readonly ActiveParticipant[] {
  return [...peer(event, ROLE.source, true), self(source, ROLE.destination, false)]
}

function toPeer(event: AuditEvent, source: AuditSource): readonly ActiveParticipant[] {
  return [self(source, ROLE.source, true), ...peer(event, ROLE.destination, false)]
}

/** A person, with our process beside them; our process alone when nobody acted. */
function user(event: AuditEvent, source: AuditSource): readonly ActiveParticipant[] {
  if (event.user === null) return [self(source, ROLE.application, true)]
  const name = event.userName === null ? {} : { UserName: event.userName }
  const place =
    event.peer === null || event.peer.address === "" ? {} : { NetworkAccessPointID: event.peer.address }
  const person = { UserID: event.user, UserIsRequestor: true, role: null, ...name, ...place }
  return [person, self(source, ROLE.application, false)]
}

/** Whoever fails to name a person is still somewhere: PS3.15 A.5.3.12 wants the place of the attempt. */
function attempt(event: AuditEvent, source: AuditSource): readonly ActiveParticipant[] {
  if (event.user !== null || event.peer === null) return user(event, source)
  const { id: UserID, address: NetworkAccessPointID } = event.peer
  const stranger = { UserID, UserIsRequestor: true, role: null, NetworkAccessPointID }
  return [stranger, self(source, ROLE.application, false)]
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
  const lifeCycle =
    event.event === "study-deleted"
      ? { lifeCycle: 15 as const }
      : event.event === "study-accessed"
        ? { lifeCycle: 6 as const }
        : {}
  const { SOPClassUID: uid, instances } = event
  const sopClass = uid === null || instances === null ? {} : { sopClass: { uid, instances } }
  return [
    {
      id: event.StudyInstanceUID,
      idType: OBJECT_ID_TYPE.study,
      typeCode: 2,
      role: 3,
      ...lifeCycle,
      ...sopClass,
    },
  ]
}

function otherObject(event: AuditEvent): ParticipantObject[] {
  if (event.objectId === null || event.objectId === "") return []
  const base = { id: event.objectId, typeCode: 2 as const }
  switch (event.event) {
    case "export":
    case "import":
      return [{ ...base, idType: OBJECT_ID_TYPE.submissionSet, role: 20 }]
    case "node-tested":
      return [{ ...base, idType: OBJECT_ID_TYPE.node, role: 13 }]
    case "node-authentication-failure":
    case "security-alert":
      return [{ ...base, idType: OBJECT_ID_TYPE.node, role: 13, details: alert(event) }]
    case "audit-used":
      // PS3.15 table A.5.3.2-1 wants this name.
      return [{ ...base, idType: OBJECT_ID_TYPE.uri, role: 13, name: "Security Audit Log" }]
    case "request-entered":
      return [{ ...base, idType: OBJECT_ID_TYPE.uri, role: 20 }]
    case "requests-listed":
      return [{ ...base, idType: OBJECT_ID_TYPE.uri, role: 24 }]
    case "report-accessed":
    case "report-deleted":
    case "signed":
    case "verified":
      return [{ ...base, idType: OBJECT_ID_TYPE.report, role: 3 }]
    default:
      return [{ ...base, idType: OBJECT_ID_TYPE.uri, role: 13 }]
  }
}

const alert = (event: AuditEvent): { type: string; value: string }[] => [
  { type: "Alert Description", value: Buffer.from(event.description ?? "").toString("base64") },
]
