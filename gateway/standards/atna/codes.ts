/** Coded values of audit messages: DICOM PS3.16 CID 400-405, ihe-wire 5.2; `originalText` is required by the schema. */

export interface AuditCode {
  readonly code: string
  readonly system: string
  readonly text: string
}

const dcm = (code: string, text: string): AuditCode => ({ code, system: "DCM", text })
const rfc3881 = (code: string, text: string): AuditCode => ({ code, system: "RFC-3881", text })
const ihe = (code: string, text: string): AuditCode => ({ code, system: "IHE Transactions", text })

/** A coded value of HL7 V3, as assertions of users have them. */
export const auditCode = (coded: {
  readonly code: string
  readonly codeSystem: string
  readonly displayName: string
}): AuditCode => ({
  code: coded.code,
  system: coded.codeSystem,
  text: coded.displayName === "" ? coded.code : coded.displayName,
})

export const EVENT_ID = {
  applicationActivity: dcm("110100", "Application Activity"),
  auditLogUsed: dcm("110101", "Audit Log Used"),
  instancesAccessed: dcm("110103", "DICOM Instances Accessed"),
  instancesTransferred: dcm("110104", "DICOM Instances Transferred"),
  studyDeleted: dcm("110105", "DICOM Study Deleted"),
  export: dcm("110106", "Export"),
  import: dcm("110107", "Import"),
  orderRecord: dcm("110109", "Order Record"),
  patientRecord: dcm("110110", "Patient Record"),
  query: dcm("110112", "Query"),
  securityAlert: dcm("110113", "Security Alert"),
  userAuthentication: dcm("110114", "User Authentication"),
  signedManifest: dcm("113031", "Signed Manifest"),
  reportVerification: dcm("110007", "Report Verification"),
} as const

export const EVENT_TYPE = {
  applicationStart: dcm("110120", "Application Start"),
  applicationStop: dcm("110121", "Application Stop"),
  login: dcm("110122", "Login"),
  logout: dcm("110123", "Logout"),
  nodeAuthentication: dcm("110126", "Node Authentication"),
  /** PS3.15 has no code for it: an EventTypeCode may be any coded value (A.5.1). */
  connectionTest: { code: "connection-test", system: "Dokuei", text: "Connection Test" },
  softwareConfiguration: dcm("110131", "Software Configuration"),
  userSecurityAttributes: dcm("110137", "User Security Attributes Changed"),
  iti32: ihe("ITI-32", "Distribute Document Set on Media"),
  iti41: ihe("ITI-41", "Provide and Register Document Set-b"),
  dsg: { code: "urn:ihe:iti:dsg", system: "IHE Transactions", text: "Document Digital Signature" },
} as const

export const ROLE = {
  application: dcm("110150", "Application"),
  destination: dcm("110152", "Destination Role ID"),
  source: dcm("110153", "Source Role ID"),
  destinationMedia: dcm("110154", "Destination Media"),
  sourceMedia: dcm("110155", "Source Media"),
} as const

export const OBJECT_ID_TYPE = {
  patient: rfc3881("2", "Patient Number"),
  report: rfc3881("9", "Report Number"),
  uri: rfc3881("12", "URI"),
  study: dcm("110180", "Study Instance UID"),
  node: dcm("110182", "Node ID"),
  submissionSet: {
    code: "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd",
    system: "IHE XDS Metadata",
    text: "submission set classificationNode",
  },
  /** A submission set that was on a medium (ITI TF-2 3.32.5.1). */
  mediumSet: ihe("ITI-32", "Distribute Document Set on Media"),
} as const

/** CID 405. */
export const MEDIA_TYPE = {
  usb: dcm("110030", "USB Disk Emulation"),
  cd: dcm("110032", "CD"),
  dvd: dcm("110033", "DVD"),
  sd: dcm("110036", "Secure Digital Card"),
  folder: dcm("110037", "URI"),
} as const

/** Application Server Process. */
export const SOURCE_TYPE = dcm("4", "Application Server Process")
