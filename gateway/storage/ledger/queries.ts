/**
 * Every statement of the ledger by name, so that tests can ask SQLite how it would run each (query plans).
 *
 * What several steps write has a revision: the last parameter of its `put` is the revision it was read at, 0 for what is
 * new; another one changes no row.
 *
 * The hash of a study's UID is written once, with its row: a later record may have lost its private part with its slot, and what
 * still comes for it is known by that hash alone (docs/adr/0037).
 */
import { ARCHIVE_SQL } from "./archive-rows.ts"
import { CERTIFICATE_SQL } from "./certificate-rows.ts"
import { BOOK_SQL } from "./book-rows.ts"
import { LINE_SQL } from "./line-rows.ts"
import { ORPHAN_SQL } from "./orphan-rows.ts"
import { REQUESTS_OF_PATIENT } from "./patient-rows.ts"
import { STANDING_SQL } from "./standing-rows.ts"

export const SQL = {
  putStudy: `INSERT INTO study (id, uid_hash, state, last_at, keep_until, facts, sealed) VALUES (?,?,?,?,?,?,?)
    ON CONFLICT (id) DO UPDATE SET state=excluded.state, last_at=excluded.last_at, keep_until=excluded.keep_until, facts=excluded.facts, sealed=excluded.sealed, revision=study.revision + 1
    WHERE study.revision = ?`,
  putInstance: `INSERT INTO instance (id, study_id, uid_hash, facts, sealed) VALUES (?,?,?,?,?) ON CONFLICT (id) DO NOTHING`,
  putRecoding: `UPDATE instance SET recoded_id = ?, recoding = ? WHERE id = ?`,
  putRequest: `INSERT INTO request (id, number_hash, patient_hash, requested_at, bound, open, facts, sealed) VALUES (?,?,?,?,?,?,?,?)
    ON CONFLICT (id) DO UPDATE SET patient_hash=excluded.patient_hash, bound=excluded.bound, open=excluded.open, facts=excluded.facts, sealed=excluded.sealed, revision=request.revision + 1
    WHERE request.revision = ?`,
  removeRequestStudies: `DELETE FROM request_study WHERE request_id = ?`,
  putRequestStudy: `INSERT INTO request_study (request_id, study_id, role) VALUES (?,?,?) ON CONFLICT (request_id, study_id) DO UPDATE SET role=excluded.role`,
  putSubmission: `INSERT INTO submission (id, agreement, direction, state, set_uid, study_id, request_id, report_id, created_at, facts, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?)
    ON CONFLICT (id) DO UPDATE SET state=excluded.state, set_uid=excluded.set_uid, study_id=excluded.study_id, request_id=excluded.request_id, report_id=excluded.report_id, facts=excluded.facts, sealed=excluded.sealed, revision=submission.revision + 1
    WHERE submission.revision = ?`,
  putDocument: `INSERT INTO document (submission_id, ordinal, object_id, unique_hash, facts, sealed) VALUES (?,?,?,?,?,?)
    ON CONFLICT (submission_id, ordinal) DO UPDATE SET object_id=excluded.object_id, unique_hash=excluded.unique_hash, facts=excluded.facts, sealed=excluded.sealed`,
  putReport: `INSERT INTO report (id, request_id, prepare_id, facts, sealed) VALUES (?,?,?,?,?)
    ON CONFLICT (id) DO UPDATE SET prepare_id=excluded.prepare_id, facts=excluded.facts, sealed=excluded.sealed, revision=report.revision + 1
    WHERE report.revision = ?`,
  putMilestone: `INSERT INTO milestone (subject, name, at) VALUES (?,?,?) ON CONFLICT (subject, name) DO UPDATE SET at=excluded.at`,
  putAudit: `INSERT INTO audit_outbox (key, sealed) VALUES (?,?) ON CONFLICT (key) DO NOTHING`,
  removeJob: `DELETE FROM job WHERE id = ? AND run_at = ?`,
  removeInstances: `DELETE FROM instance WHERE study_id = ?`,
  removeDocuments: `DELETE FROM document WHERE submission_id = ?`,

  study: `SELECT facts, sealed, revision FROM study WHERE id = ?`,
  studyState: `SELECT state FROM study WHERE id = ?`,
  studiesByUid: `SELECT facts, sealed, revision FROM study WHERE uid_hash = ?`,
  studies: `SELECT facts, sealed, revision FROM study WHERE state <> 'expired' ORDER BY last_at DESC LIMIT ?`,
  unaskedStudies: `SELECT facts, sealed, revision FROM study WHERE state <> 'expired'
    AND NOT EXISTS (SELECT 1 FROM request_study WHERE study_id = study.id) ORDER BY last_at DESC`,
  slotsInUse: `SELECT facts ->> 'slotId' AS slot FROM study WHERE state <> 'expired'
    UNION SELECT facts ->> 'recodedSlotId' FROM study WHERE state <> 'expired'
    UNION SELECT joined.value FROM study, json_each(study.facts, '$.joinedSlots') AS joined WHERE state <> 'expired' UNION SELECT facts ->> 'slotId' FROM request
    UNION SELECT facts ->> 'slotId' FROM certificate`,
  instances: `SELECT facts, sealed, recoding FROM instance WHERE study_id = ?`,
  instancesByUid: `SELECT facts, sealed, recoding FROM instance WHERE study_id = ? AND uid_hash = ?`,
  knowsInstance: `SELECT 1 FROM instance WHERE id = ?`,
  knowsDocument: `SELECT 1 FROM document WHERE object_id = ? LIMIT 1`,
  knowsRecoded: `SELECT 1 FROM instance WHERE recoded_id = ? LIMIT 1`,
  request: `SELECT facts, sealed, revision FROM request WHERE id = ?`,
  openRequests: `SELECT facts, sealed, revision FROM request WHERE open = 1 ORDER BY requested_at DESC`,
  finishedRequests: `SELECT facts, sealed, revision FROM request WHERE open = 0 ORDER BY requested_at DESC LIMIT ?`,
  requestsOfStudy: `SELECT facts, sealed, revision FROM request WHERE id IN (SELECT request_id FROM request_study WHERE study_id = ?)`,
  requestByNumber: `SELECT facts, sealed, revision FROM request WHERE number_hash = ? ORDER BY open DESC, requested_at DESC LIMIT 1`,
  requestsOfPatient: REQUESTS_OF_PATIENT,
  unboundRequests: `SELECT facts, sealed, revision FROM request WHERE bound = 0 ORDER BY requested_at LIMIT 1000`,
  unboundRequestsOfUrgency: `SELECT facts, sealed, revision FROM request WHERE bound = 0 AND facts ->> 'urgency' = ? ORDER BY requested_at LIMIT 1000`,
  submission: `SELECT facts, sealed, revision FROM submission WHERE id = ?`,
  submissionBySetUid: `SELECT facts, sealed, revision FROM submission WHERE set_uid = ? AND agreement = ? AND direction = ?`,
  submissionsOfStudy: `SELECT facts, sealed, revision FROM submission WHERE study_id = ? ORDER BY created_at, rowid`,
  submissionsOfRequest: `SELECT facts, sealed, revision FROM submission WHERE request_id = ? ORDER BY created_at, rowid`,
  submissionsOfStudyAndKind: `SELECT facts, sealed, revision FROM submission WHERE study_id = ? AND facts ->> 'kind' = ? ORDER BY created_at, rowid`,
  submissionsOfRequestAndKind: `SELECT facts, sealed, revision FROM submission WHERE request_id = ? AND facts ->> 'kind' = ? ORDER BY created_at, rowid`,
  submissionsOfReport: `SELECT facts, sealed, revision FROM submission WHERE report_id = ? ORDER BY created_at, rowid`,
  unverifiedArrivals: `SELECT facts, sealed, revision FROM submission WHERE direction = 'in' AND state IN ('accepted', 'failed') ORDER BY created_at DESC`,
  documents: `SELECT facts, sealed FROM document WHERE submission_id = ? ORDER BY ordinal`,
  documentsByUniqueId: `SELECT facts, sealed FROM document WHERE unique_hash = ?`,
  report: `SELECT facts, sealed, revision FROM report WHERE id = ?`,
  reportsOfRequest: `SELECT facts, sealed, revision FROM report WHERE request_id = ?`,
  reportByPrepareId: `SELECT facts, sealed, revision FROM report WHERE prepare_id = ?`,
  dueJobs: `SELECT id, verb, subject, run_at, attempts, failure_code, partner FROM job WHERE run_at <= ? ORDER BY run_at LIMIT ?`,
  jobsOf: `SELECT id, verb, subject, run_at, attempts, failure_code FROM job WHERE subject = ?`,
  failingJobs: `SELECT id, verb, subject, run_at, attempts, failure_code FROM job WHERE failure_code IS NOT NULL AND attempts >= ? ORDER BY attempts DESC LIMIT ?`,
  milestones: `SELECT subject, name, at FROM milestone WHERE subject = ?`,
  auditOutbox: `SELECT sequence, key, sealed FROM audit_outbox ORDER BY sequence LIMIT ?`,
  auditDelivered: `DELETE FROM audit_outbox WHERE sequence <= ?`,
  ...ARCHIVE_SQL,
  ...CERTIFICATE_SQL,
  ...STANDING_SQL,
  ...BOOK_SQL,
  ...ORPHAN_SQL,
  ...LINE_SQL,
} as const
export type StatementName = keyof typeof SQL
