/** The two sides of one agreement, for tests of steps. */
import { JAPANESE_CODES } from "../../gateway/journey/agreed-codes.ts"
import type { Agreement, Site } from "../../gateway/journey/agreement.ts"
import { SEALED } from "../../gateway/journey/packaging.ts"

export const HOSPITAL: Site = {
  name: "みほん市民病院",
  oid: "1.2.392.100495.20.3.999.1",
  institutionCode: "1311234567",
  timeZone: "Asia/Tokyo",
}
export const CENTER: Site = {
  name: "架空読影センター",
  oid: "1.2.392.100495.20.3.999.2",
  institutionCode: "1317654321",
  timeZone: "Asia/Tokyo",
}

const terms = {
  tlsPins: ["a".repeat(64)],
  sealPins: ["b".repeat(64)],
  objectCertificate: new Uint8Array(0),
  packaging: SEALED,
  legalBasis: "entrustment",
  purposes: ["remote reading"],
  receipts: "signed",
  reportSignature: "hpki",
  readers: [],
  recoding: "none",
  units: "adaptive",
  line: { inFlight: 2, maxMbitPerSecond: null, hours: [], statWaits: false },
  retention: { imagesMs: 86_400_000, reportsMs: 365 * 86_400_000 },
  urgency: {
    STAT: { label: "緊急", dueMinutes: 60 },
    HIGH: { label: "至急", dueMinutes: 240 },
    ROUTINE: { label: "通常", dueMinutes: 1440 },
  },
  limitedMetadata: [],
  xua: "off",
  consentPolicies: [],
  codes: JAPANESE_CODES,
  patientIdDomain: "1.2.392.100495.20.3.51.11311234567",
  validFrom: "2026-04-01",
  validUntil: "2027-04-01",
  demarcation: [],
  firstResponder: "",
} as const

/** As the hospital holds it. */
export const AT_HOSPITAL: Agreement = {
  ...terms,
  id: "kakuu-center",
  partner: CENTER,
  endpoint: "https://center.example.jp/xdr/recipient",
  accepts: ["report", "receipt", "certificate", "phantom"],
}
/** As the reading centre holds it. */
export const AT_CENTER: Agreement = {
  ...terms,
  id: "mihon-hospital",
  partner: HOSPITAL,
  endpoint: "https://edge.example.jp/xdr/recipient",
  accepts: ["study", "receipt", "acknowledgement", "phantom"],
}
