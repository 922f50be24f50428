/**
 * Audit message (DICOM PS3.15 A.5; ITI TF-2 3.20): values ⇄ XML. One message per patient; names of patients are
 * left out, the id is what the standard demands.
 */
import { element, xmlDocument, type Markup } from "../xml/writer.ts"
import { type AuditCode, SOURCE_TYPE } from "./codes.ts"

export interface ActiveParticipant {
  readonly UserID: string
  readonly AlternativeUserID?: string
  readonly UserName?: string
  readonly UserIsRequestor: boolean
  readonly role: AuditCode | null
  /** IP address or DNS name. */
  readonly NetworkAccessPointID?: string
  /** Of a medium: what kind it is (CID 405). */
  readonly MediaType?: AuditCode
}

export interface ParticipantObject {
  readonly id: string
  readonly idType: AuditCode
  /** 1 person, 2 system object. */
  readonly typeCode: 1 | 2
  /** 1 patient, 3 report, 13 security resource, 20 job, 24 query. */
  readonly role: 1 | 3 | 13 | 20 | 24
  readonly lifeCycle?: 6 | 15
  readonly name?: string
  /** Base64 details by type. */
  readonly details?: readonly { readonly type: string; readonly value: string }[]
  /** SOP class and number of instances of a study. */
  readonly sopClass?: { readonly uid: string; readonly instances: number }
}

export interface AuditMessage {
  readonly EventID: AuditCode
  readonly EventTypeCode: AuditCode | null
  readonly EventActionCode: "C" | "R" | "U" | "D" | "E"
  /** ISO 8601 with zone. */
  readonly EventDateTime: string
  /** 0 success, 4 minor, 8 serious, 12 major failure. */
  readonly EventOutcomeIndicator: 0 | 4 | 8 | 12
  readonly EventOutcomeDescription: string
  /** PurposeOfUse, where the user was asserted by XUA (ITI TF-2 3.40.4.2). */
  readonly purposes: readonly AuditCode[]
  readonly participants: readonly ActiveParticipant[]
  readonly source: { readonly AuditSourceID: string; readonly AuditEnterpriseSiteID: string }
  readonly objects: readonly ParticipantObject[]
}

export function writeAuditMessage(message: AuditMessage): string {
  return xmlDocument(
    element(
      "AuditMessage",
      {},
      eventIdentification(message),
      message.participants.map(activeParticipant),
      auditSource(message),
      message.objects.map(participantObject),
    ),
  )
}

function coded(name: string, { code, system, text }: AuditCode): Markup {
  return element(name, { "csd-code": code, codeSystemName: system, originalText: text })
}

function eventIdentification(message: AuditMessage): Markup {
  const { EventActionCode, EventDateTime, EventOutcomeIndicator } = message
  return element(
    "EventIdentification",
    { EventActionCode, EventDateTime, EventOutcomeIndicator },
    coded("EventID", message.EventID),
    message.EventTypeCode === null ? null : coded("EventTypeCode", message.EventTypeCode),
    message.EventOutcomeDescription === ""
      ? null
      : element("EventOutcomeDescription", {}, message.EventOutcomeDescription),
    message.purposes.map((purpose) => coded("PurposeOfUse", purpose)),
  )
}

function activeParticipant(participant: ActiveParticipant): Markup {
  const { UserID, AlternativeUserID, UserName, UserIsRequestor, NetworkAccessPointID } = participant
  const isAddress = NetworkAccessPointID !== undefined && /^[\d.]+$|:/.test(NetworkAccessPointID)
  return element(
    "ActiveParticipant",
    {
      UserID,
      AlternativeUserID,
      UserName,
      UserIsRequestor,
      NetworkAccessPointID,
      // 1 = DNS name, 2 = IP address.
      NetworkAccessPointTypeCode: NetworkAccessPointID === undefined ? undefined : isAddress ? 2 : 1,
    },
    participant.role === null ? null : coded("RoleIDCode", participant.role),
    participant.MediaType === undefined
      ? null
      : element("MediaIdentifier", {}, coded("MediaType", participant.MediaType)),
  )
}

function auditSource({ source }: AuditMessage): Markup {
  const { AuditEnterpriseSiteID, AuditSourceID } = source
  return element(
    "AuditSourceIdentification",
    { AuditEnterpriseSiteID, AuditSourceID },
    coded("AuditSourceTypeCode", SOURCE_TYPE),
  )
}

function participantObject(object: ParticipantObject): Markup {
  return element(
    "ParticipantObjectIdentification",
    {
      ParticipantObjectID: object.id,
      ParticipantObjectTypeCode: object.typeCode,
      ParticipantObjectTypeCodeRole: object.role,
      ParticipantObjectDataLifeCycle: object.lifeCycle,
    },
    coded("ParticipantObjectIDTypeCode", object.idType),
    object.name === undefined ? null : element("ParticipantObjectName", {}, object.name),
    (object.details ?? []).map(({ type, value }) => element("ParticipantObjectDetail", { type, value })),
    sopClass(object),
  )
}

function sopClass({ sopClass }: ParticipantObject): Markup | null {
  if (sopClass === undefined) return null
  const { uid, instances } = sopClass
  return element(
    "ParticipantObjectDescription",
    {},
    element("SOPClass", { UID: uid, NumberOfInstances: instances }),
  )
}
