/**
 * Every event we record: what DICOM PS3.15 A.5.3 and ITI TF-2 call it, who takes part, what it is about, and when it is
 * told. `docs/audit.md` is printed from here.
 */
import type { AuditEvent } from "../../journey/ports/audit.ts"
import type { AuditMessage, ParticipantObject } from "../../standards/atna/audit-message.ts"
import { EVENT_ID, EVENT_TYPE, OBJECT_ID_TYPE, type AuditCode } from "../../standards/atna/codes.ts"
import {
  ABSENT,
  APPLICATION,
  ATTEMPT,
  FROM_DEVICE,
  FROM_MEDIA,
  FROM_MEDIUM,
  FROM_PARTNER,
  PERSON,
  SCHEDULER,
  TO_ARCHIVE,
  TO_MEDIUM,
  TO_PARTNER,
  type Parties,
} from "./participants.ts"

/** What `objectId` names; study and patient stand beside it where they are known. */
export interface About {
  /** For docs/audit.md. */
  readonly words: string
  readonly idType: AuditCode
  readonly role: Exclude<ParticipantObject["role"], 1>
  readonly name?: string
  /** The description stands in it, as PS3.15 A.5.3.11 wants it of an alert. */
  readonly isAlert?: true
}
const { submissionSet, mediumSet, node, uri, report } = OBJECT_ID_TYPE
const SUBMISSION: About = { words: "SubmissionSet, patient", idType: submissionSet, role: 20 }
const SET_ON_MEDIUM: About = { words: "SubmissionSet, patient", idType: mediumSet, role: 20 }
const NODE: About = { words: "node", idType: node, role: 13 }
const ALERT: About = { words: "node, Alert Description", idType: node, role: 13, isAlert: true }
const SETTING: About = { words: "URI, Alert Description", idType: uri, role: 13, isAlert: true }
/** PS3.15 table A.5.3.2-1 wants this name. */
const LOG: About = { words: "Security Audit Log", idType: uri, role: 13, name: "Security Audit Log" }
const REQUEST: About = { words: "request (role 20), patient", idType: uri, role: 20 }
const QUERY: About = { words: "query (role 24)", idType: uri, role: 24 }
const REPORT: About = { words: "report, patient", idType: report, role: 3 }
const STUDY: About = { words: "study, patient", idType: uri, role: 13 }
const ITSELF: About = { words: "–", idType: uri, role: 13 }

export interface Kind {
  readonly id: AuditCode
  readonly type: AuditCode | null
  readonly action: AuditMessage["EventActionCode"]
  readonly parties: Parties
  readonly about: About
  /** What its study's data go through: 6 access, 15 permanent erasure. */
  readonly lifeCycle: 6 | 15 | null
  readonly when: string
}

const kind = (
  [id, type, action]: readonly [AuditCode, AuditCode | null, Kind["action"]],
  parties: Parties,
  about: About,
  when: string,
  lifeCycle: Kind["lifeCycle"] = null,
): Kind => ({ id, type, action, parties, about, lifeCycle, when })

const { applicationActivity, instancesTransferred, instancesAccessed, patientRecord } = EVENT_ID
const { securityAlert, userAuthentication } = EVENT_ID

export const KINDS: Readonly<Record<AuditEvent["event"], Kind>> = {
  "application-start": kind(
    [applicationActivity, EVENT_TYPE.applicationStart, "E"],
    APPLICATION,
    ITSELF,
    "the gateway has started",
  ),
  "application-stop": kind(
    [applicationActivity, EVENT_TYPE.applicationStop, "E"],
    APPLICATION,
    ITSELF,
    "the gateway is stopped in good order",
  ),
  "instances-received": kind(
    [instancesTransferred, null, "C"],
    FROM_DEVICE,
    STUDY,
    "a study has come in by C-STORE, STOW-RS or folder: once it has been quiet",
  ),
  "instances-added": kind(
    [instancesTransferred, null, "U"],
    FROM_DEVICE,
    STUDY,
    "images came late to a study that was released: once it has been quiet again",
  ),
  "media-imported": kind(
    [EVENT_ID.import, null, "C"],
    FROM_MEDIA,
    STUDY,
    "images have come in from media of another organization (a sender or folder of which the configuration says so): once it has been quiet",
  ),
  "instances-sent": kind(
    [instancesTransferred, null, "R"],
    TO_ARCHIVE,
    STUDY,
    "a report was stored in the hospital's archive",
  ),
  export: kind(
    [EVENT_ID.export, EVENT_TYPE.iti41, "R"],
    TO_PARTNER,
    SUBMISSION,
    "ITI-41 at the source: one for every attempt. Minor: it is tried again; serious: it was refused or cannot be made",
  ),
  import: kind(
    [EVENT_ID.import, EVENT_TYPE.iti41, "C"],
    FROM_PARTNER,
    SUBMISSION,
    "ITI-41 at the recipient: one for every request of an agreed partner, a repetition included. Minor: the line broke; serious: it was refused",
  ),
  "images-stored": kind(
    [instancesTransferred, null, "R"],
    TO_PARTNER,
    STUDY,
    "images left by STOW-RS to a partner's DICOMweb: one for every attempt. Minor: it is tried again; serious: it was refused",
  ),
  "medium-exported": kind(
    [EVENT_ID.export, EVENT_TYPE.iti32, "R"],
    TO_MEDIUM,
    SET_ON_MEDIUM,
    "a submission set is put on a medium: before its first octet leaves. Serious: the medium did not come about",
  ),
  "medium-read": kind(
    [EVENT_ID.import, EVENT_TYPE.iti32, "C"],
    FROM_MEDIUM,
    SET_ON_MEDIUM,
    "a submission set has come in from a medium, a repetition included. Minor: it could not be read to its end; serious: it was refused",
  ),
  "study-accessed": kind(
    [instancesAccessed, null, "R"],
    PERSON,
    STUDY,
    "a person opened images: once for each opening",
    6,
  ),
  "study-changed": kind(
    [instancesAccessed, null, "U"],
    PERSON,
    STUDY,
    "a person decided about a study's images, or took it back",
  ),
  "report-accessed": kind(
    [patientRecord, null, "R"],
    PERSON,
    REPORT,
    "a person opened a report: once for each form and opening",
  ),
  "evidence-exported": kind(
    [EVENT_ID.export, null, "R"],
    PERSON,
    REPORT,
    "somebody took a report with its evidence as one file: once for each report in it, before its first octet leaves",
  ),
  login: kind([userAuthentication, EVENT_TYPE.login, "E"], PERSON, ITSELF, "a person logged in"),
  "login-failed": kind(
    [userAuthentication, EVENT_TYPE.login, "E"],
    ATTEMPT,
    ITSELF,
    "a passkey, PIN, token or enrolment code was not accepted",
  ),
  logout: kind([userAuthentication, EVENT_TYPE.logout, "E"], PERSON, ITSELF, "a person logged out"),
  "session-ended": kind(
    [userAuthentication, EVENT_TYPE.logout, "E"],
    ABSENT,
    ITSELF,
    "a session ended for want of activity, or at its limit: within a minute",
  ),
  "credential-added": kind(
    [securityAlert, EVENT_TYPE.userSecurityAttributes, "E"],
    PERSON,
    SETTING,
    "a person enrolled a passkey",
  ),
  "account-changed": kind(
    [securityAlert, EVENT_TYPE.userSecurityAttributes, "E"],
    PERSON,
    SETTING,
    "a second person confirmed that a certificate is an account's, or took that back; a code was made for a device, it was registered, or a lost one was shut out: within a minute",
  ),
  "request-entered": kind(
    [EVENT_ID.orderRecord, null, "C"],
    PERSON,
    REQUEST,
    "a person or a machine entered a reading request",
  ),
  "consent-recorded": kind(
    [patientRecord, null, "C"],
    PERSON,
    REQUEST,
    "a person has made sure that the patient acknowledged a privacy policy",
  ),
  "patient-identified": kind(
    [patientRecord, null, "U"],
    PERSON,
    REQUEST,
    "a person entered the number a patient has in the affinity domain of a partner's repository",
  ),
  "requests-listed": kind(
    [EVENT_ID.query, null, "E"],
    PERSON,
    QUERY,
    "a machine listed the requests it entered: once for each opening",
  ),
  "node-authentication-failure": kind(
    [securityAlert, EVENT_TYPE.nodeAuthentication, "E"],
    APPLICATION,
    ALERT,
    "somebody was turned away at a door: unknown, revoked, expired or no certificate, older TLS than agreed, a sourceId or AE title that is not theirs; who tries again and again once a minute, with how often. Also at who called: the server is not the agreed one, its certificate expired or revoked",
  ),
  "node-tested": kind(
    [applicationActivity, EVENT_TYPE.connectionTest, "E"],
    PERSON,
    NODE,
    "a person tried a connection from the technician's page, or the whole road by a self-test: when it is begun, and when it ends. Minor: it did not pass",
  ),
  "security-alert": kind(
    [securityAlert, null, "E"],
    PERSON,
    ALERT,
    "failed logins that repeat, a token that tries more than it may, rot in the spool, an audit chain that does not hold, a ledger recovered, a clock that is off; a backup was taken or put back",
  ),
  signed: kind(
    [EVENT_ID.signedManifest, EVENT_TYPE.dsg, "C"],
    PERSON,
    REPORT,
    "a radiologist signed a report",
  ),
  verified: kind(
    [EVENT_ID.reportVerification, EVENT_TYPE.dsg, "R"],
    PERSON,
    REPORT,
    "the signature of a report that came in was judged",
  ),
  "study-deleted": kind(
    [EVENT_ID.studyDeleted, null, "D"],
    SCHEDULER,
    STUDY,
    "images are destroyed at the end of their term or on request: intent, then account",
    15,
  ),
  "report-deleted": kind(
    [patientRecord, null, "D"],
    SCHEDULER,
    REPORT,
    "requests, reports and certificates are destroyed at the end of their term",
  ),
  "audit-used": kind(
    [EVENT_ID.auditLogUsed, null, "R"],
    PERSON,
    LOG,
    "somebody ran `dokuei audit verify` on this trail",
  ),
  configuration: kind(
    [securityAlert, EVENT_TYPE.softwareConfiguration, "E"],
    APPLICATION,
    SETTING,
    "configuration, certificates or program are not those of the last start",
  ),
}
