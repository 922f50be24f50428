/** One audit event of every kind, for tests. */
import type { AuditEvent } from "../../../gateway/journey/ports/audit.ts"
import type { AuditSource } from "../../../gateway/storage/trail/participants.ts"

export const SOURCE: AuditSource = {
  application: "dokuei-edge",
  processId: "4711",
  host: "edge.example.jp",
  enterpriseSite: "1311234567",
  recipient: "https://edge.example.jp:8443/xdr/recipient",
  aeTitle: "DOKUEI",
}

export const BLANK: AuditEvent = {
  event: "application-start",
  outcome: "success",
  at: "2026-04-01T09:30:00.000Z",
  user: null,
  userName: null,
  peer: null,
  PatientID: null,
  StudyInstanceUID: null,
  objectId: null,
  SOPClassUID: null,
  instances: null,
  description: null,
}

const endpoint = { id: "https://center.example.jp/xdr/recipient", address: "center.example.jp" }
const person = { user: "sato", userName: "佐藤 花子", peer: { id: "", address: "192.0.2.7" } }
const study = { PatientID: "0001234", StudyInstanceUID: "1.2.392.1" }

/** Who acted at the other gateway, as its message says. */
export const ASSERTED = {
  userId: "CN=Taro Test,C=JP",
  userName: "taro<CN=Taro Test,C=JP@urn:oid:1.2.392.1>",
  roles: [
    { code: "Medical Doctor", codeSystem: "1.2.392.100495.1.6.1.1", codeSystemName: "x", displayName: "" },
  ],
  purposes: [
    { code: "TREAT", codeSystem: "2.16.840.1.113883.5.8", codeSystemName: "x", displayName: "treatment" },
  ],
}

/** As the steps tell them. */
export const EVENTS: Readonly<Record<AuditEvent["event"], AuditEvent>> = {
  "application-start": BLANK,
  "application-stop": { ...BLANK, event: "application-stop" },
  "instances-received": {
    ...BLANK,
    ...study,
    event: "instances-received",
    peer: { id: "CT1", address: "192.0.2.20" },
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
    instances: 512,
  },
  "instances-added": {
    ...BLANK,
    ...study,
    event: "instances-added",
    peer: { id: "CT1", address: "192.0.2.20" },
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
    instances: 514,
  },
  "media-imported": {
    ...BLANK,
    ...study,
    event: "media-imported",
    peer: { id: "MEDIA", address: "" },
    instances: 120,
  },
  "images-stored": { ...BLANK, ...study, event: "images-stored", peer: endpoint, instances: 120 },
  "medium-exported": {
    ...BLANK,
    event: "medium-exported",
    user: "sato",
    medium: { name: "STICK", type: "usb" },
    PatientID: "0001234^^^&1.2.392.1&ISO",
    objectId: "2.25.7",
  },
  "medium-read": {
    ...BLANK,
    event: "medium-read",
    outcome: "serious",
    user: "sato",
    medium: { name: "cdrom", type: "cd" },
    objectId: "2.25.7",
    description: "InvalidDocumentContent",
  },
  "session-ended": { ...BLANK, ...person, event: "session-ended" },
  "credential-added": {
    ...BLANK,
    ...person,
    event: "credential-added",
    objectId: "urn:dokuei:person:sato",
    description: "a passkey was enrolled",
  },
  "account-changed": {
    ...BLANK,
    ...person,
    event: "account-changed",
    objectId: "urn:dokuei:person:sato",
    description: "certificate 5f… confirmed as signing certificate of sato, by 安全 花江 (anzen)",
  },
  "instances-sent": {
    ...BLANK,
    ...study,
    event: "instances-sent",
    peer: { id: "PACS", address: "192.0.2.30" },
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.104.1",
    instances: 1,
  },
  export: {
    ...BLANK,
    event: "export",
    peer: endpoint,
    PatientID: "0001234^^^&1.2.3&ISO",
    objectId: "2.25.1",
  },
  "node-tested": { ...BLANK, ...person, event: "node-tested", objectId: "CT1", description: "C-ECHO to CT1" },
  import: {
    ...BLANK,
    event: "import",
    peer: endpoint,
    PatientID: "0001234^^^&1.2.3&ISO",
    objectId: "2.25.1",
  },
  "study-accessed": { ...BLANK, ...study, ...person, event: "study-accessed" },
  "study-changed": { ...BLANK, ...study, ...person, event: "study-changed" },
  "evidence-exported": { ...BLANK, ...study, ...person, event: "evidence-exported", objectId: "report-1" },
  "report-accessed": { ...BLANK, ...study, ...person, event: "report-accessed", objectId: "report-1" },
  login: { ...BLANK, ...person, event: "login" },
  "login-failed": { ...BLANK, ...person, event: "login-failed", outcome: "minor" },
  logout: { ...BLANK, ...person, event: "logout" },
  "request-entered": {
    ...BLANK,
    event: "request-entered",
    user: "his",
    userName: "his",
    PatientID: study.PatientID,
    objectId: "urn:oid:2.25.7",
  },
  "consent-recorded": {
    ...BLANK,
    ...person,
    event: "consent-recorded",
    PatientID: "0001234",
    objectId: "urn:oid:2.25.7",
    description: "policy 1.2.392.1.9",
  },
  "patient-identified": {
    ...BLANK,
    ...person,
    event: "patient-identified",
    PatientID: "0001234",
    objectId: "urn:oid:2.25.7",
    description: "in domain 1.2.392.1.9",
  },
  "requests-listed": {
    ...BLANK,
    event: "requests-listed",
    user: "his",
    userName: "his",
    objectId: "urn:dokuei:requests",
    description: "12 that it entered itself",
  },
  "node-authentication-failure": {
    ...BLANK,
    event: "node-authentication-failure",
    outcome: "serious",
    objectId: "ab".repeat(32),
    description: "the certificate belongs to no agreement",
  },
  "security-alert": {
    ...BLANK,
    event: "security-alert",
    outcome: "major",
    description: "a frame does not check",
  },
  signed: { ...BLANK, ...study, ...person, event: "signed", objectId: "report-1" },
  verified: { ...BLANK, ...study, event: "verified", objectId: "report-1" },
  "study-deleted": { ...BLANK, ...study, event: "study-deleted", instances: 512 },
  "report-deleted": { ...BLANK, PatientID: study.PatientID, event: "report-deleted", objectId: "request-1" },
  "audit-used": { ...BLANK, ...person, event: "audit-used", objectId: "audit.jsonl" },
  configuration: { ...BLANK, event: "configuration", objectId: "edge.yaml", description: "read" },
}
