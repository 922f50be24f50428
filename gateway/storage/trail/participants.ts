/** Who takes part in an event, and as what (PS3.15 A.5.3; ihe-wire 5.3). */
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { ActiveParticipant } from "../../standards/atna/audit-message.ts"
import { auditCode, MEDIA_TYPE, ROLE, type AuditCode } from "../../standards/atna/codes.ts"

/** Who we are in every message. */
export interface AuditSource {
  /** e.g. `dokuei-edge`. */
  readonly application: string
  readonly processId: string
  readonly host: string
  /** Institution code or OID. */
  readonly enterpriseSite: string
  /** ITI-41 endpoint of our Document Recipient. */
  readonly recipient: string
  /** Our AE title; null where nobody speaks DICOM to us. */
  readonly aeTitle: string | null
}

export interface Parties {
  /** For docs/audit.md. */
  readonly words: string
  readonly of: (event: AuditEvent, source: AuditSource) => readonly ActiveParticipant[]
}

function self(source: AuditSource, role: AuditCode | null, UserIsRequestor: boolean): ActiveParticipant {
  const { application: UserID, processId: AlternativeUserID, host: NetworkAccessPointID } = source
  return { UserID, AlternativeUserID, UserIsRequestor, role, NetworkAccessPointID }
}

function peer(event: AuditEvent, role: AuditCode, UserIsRequestor: boolean): ActiveParticipant[] {
  if (event.peer === null) return []
  const { id: UserID, address } = event.peer
  const place = address === "" ? {} : { NetworkAccessPointID: address }
  return [{ UserID, UserIsRequestor, role, ...place }]
}

/** A DICOM node is known by its AE titles (PS3.15 A.5.2.2). */
const node = (each: ActiveParticipant): ActiveParticipant => ({
  ...each,
  AlternativeUserID: `AETITLES=${each.UserID}`,
})
const selfAsNode = (source: AuditSource, role: AuditCode, UserIsRequestor: boolean): ActiveParticipant => ({
  ...self(source, role, UserIsRequestor),
  AlternativeUserID: [
    source.processId,
    ...(source.aeTitle === null ? [] : [`AETITLES=${source.aeTitle}`]),
  ].join(";"),
})

function person(event: AuditEvent, UserIsRequestor: boolean): readonly ActiveParticipant[] {
  if (event.user === null) return []
  const name = event.userName === null ? {} : { UserName: event.userName }
  const place =
    event.peer === null || event.peer.address === "" ? {} : { NetworkAccessPointID: event.peer.address }
  return [{ UserID: event.user, UserIsRequestor, role: null, ...name, ...place }]
}

/** Who acted at the sending gateway, as its assertion says (ITI TF-2 3.40.4.2). */
function assertedUser({ asserted }: AuditEvent): readonly ActiveParticipant[] {
  if (asserted === undefined || asserted === null) return []
  const { userId: UserID, userName: UserName, roles } = asserted
  const [role] = roles
  return [{ UserID, UserName, UserIsRequestor: true, role: role === undefined ? null : auditCode(role) }]
}

export const APPLICATION: Parties = {
  words: "this process (Application)",
  of: (_event, source) => [self(source, ROLE.application, false)],
}

export const SCHEDULER: Parties = {
  words: "this process (Application), of its own accord",
  of: (_event, source) => [self(source, ROLE.application, true)],
}

export const FROM_PARTNER: Parties = {
  words: "the partner (Source), who acted there, if it says so; our Document Recipient (Destination)",
  of: (event, source) => [
    ...peer(event, ROLE.source, true),
    ...assertedUser(event),
    { ...self(source, ROLE.destination, false), UserID: source.recipient },
  ],
}

export const TO_PARTNER: Parties = {
  words:
    "this process (Source), in whose name, if that is agreed to be said; the partner's endpoint (Destination)",
  of: (event, source) => [
    self(source, ROLE.source, true),
    ...assertedUser(event),
    ...peer(event, ROLE.destination, false),
  ],
}

export const FROM_DEVICE: Parties = {
  words: "the device (Source), we (Destination), each with its AE title",
  of: (event, source) => [
    ...peer(event, ROLE.source, true).map(node),
    selfAsNode(source, ROLE.destination, false),
  ],
}

/** PS3.15 A.5.3.5: whoever imports asks for it; the medium was in a drive of this machine. */
export const FROM_MEDIA: Parties = {
  words: "this process (Destination), the medium as its sender's AE title (Source Media)",
  of: (event, source) => [
    self(source, ROLE.destination, true),
    ...peer(event, ROLE.sourceMedia, false).map((each) => ({ ...each, NetworkAccessPointID: source.host })),
  ],
}

/** A medium as PS3.15 A.5.3.4 and .5 want it: its name, its kind, and that it was in this machine. */
function medium({ medium }: AuditEvent, role: AuditCode, { host }: AuditSource): ActiveParticipant[] {
  if (medium === undefined) return []
  const { name, type } = medium
  const place = { NetworkAccessPointID: host, MediaType: MEDIA_TYPE[type] }
  return [{ UserID: name, UserIsRequestor: false, role, ...place }]
}

export const TO_MEDIUM: Parties = {
  words: "the person, this process (Source), the medium with its kind (Destination Media)",
  of: (event, source) => [
    ...person(event, true),
    self(source, ROLE.source, event.user === null),
    ...medium(event, ROLE.destinationMedia, source),
  ],
}

export const FROM_MEDIUM: Parties = {
  words: "the person, the medium with its kind (Source Media), this process (Destination)",
  of: (event, source) => [
    ...person(event, true),
    ...medium(event, ROLE.sourceMedia, source),
    self(source, ROLE.destination, event.user === null),
  ],
}

export const TO_ARCHIVE: Parties = {
  words: "we (Source), the archive (Destination), each with its AE title",
  of: (event, source) => [
    selfAsNode(source, ROLE.source, true),
    ...peer(event, ROLE.destination, false).map(node),
  ],
}

/** A person, with our process beside them; our process alone when nobody acted. */
export const PERSON: Parties = {
  words: "the person, this process",
  of: (event, source) => {
    const acting = person(event, true)
    return [...acting, self(source, ROLE.application, acting.length === 0)]
  },
}

/** Whoever fails to name a person is still somewhere: PS3.15 A.5.3.12 wants the place of the attempt. */
export const ATTEMPT: Parties = {
  words: "the person or, unnamed, the address they came from; this process",
  of: (event, source) => {
    if (event.user !== null || event.peer === null) return PERSON.of(event, source)
    const { id: UserID, address: NetworkAccessPointID } = event.peer
    const stranger = { UserID, UserIsRequestor: true, role: null, NetworkAccessPointID }
    return [stranger, self(source, ROLE.application, false)]
  },
}

/** Who did nothing asked for nothing. */
export const ABSENT: Parties = {
  words: "the person, this process as who asked for it",
  of: (event, source) => [...person(event, false), self(source, ROLE.application, true)],
}
