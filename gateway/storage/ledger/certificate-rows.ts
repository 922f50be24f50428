/** Deletion certificates: they outlive the slot of what they tell of, and are sealed under one of their own. */
import type { CertificateRecord } from "../../journey/records/certificate.ts"

/** Rows made before certificates had a slot hold nothing to seal. */
export const CERTIFICATE_SLOTS = `
  ALTER TABLE certificate ADD COLUMN sealed BLOB NOT NULL DEFAULT x'';
  UPDATE certificate SET facts = json_set(facts, '$.agreement', '', '$.what', 'images', '$.slotId', '',
    '$.keepUntil', '9999-12-31T00:00:00.000Z', '$.compared', json('[]'), '$.requestId', coalesce(facts ->> 'requestId', ''));
`

export const CERTIFICATE_SQL = {
  putCertificate: `INSERT INTO certificate (id, study_id, facts, sealed) VALUES (?,?,?,?)
    ON CONFLICT (id) DO UPDATE SET facts=excluded.facts, sealed=excluded.sealed`,
  removeCertificate: `DELETE FROM certificate WHERE id = ?`,
  certificate: `SELECT facts, sealed FROM certificate WHERE id = ?`,
  certificatesOfStudy: `SELECT facts, sealed FROM certificate WHERE study_id = ?`,
  certificates: `SELECT facts, sealed FROM certificate WHERE rowid > 0 ORDER BY rowid DESC LIMIT ?`,
} as const

/** What a certificate says once its slot is gone, or never had one. */
export const GONE_CERTIFICATE: CertificateRecord["private"] = {
  PatientID: "",
  StudyInstanceUID: "",
  AccessionNumber: "",
  requestNumber: "",
  submissions: [],
  bytes: 0,
}
