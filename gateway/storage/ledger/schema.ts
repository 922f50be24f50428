/**
 * Tables of the ledger. Numbered, forward only, never edited once shipped.
 *
 * Each thing is one row: the columns that queries need, `facts` (JSON without patient data) and `sealed`
 * (patient data, encrypted under the thing's slot key; docs/store.md "Ledger"). Identifiers that must be found
 * again are keyed hashes (`…_hash`), so that a copy of the file names no patient.
 */
import { ARCHIVE_TABLES, SOP_INDEX } from "./archive-rows.ts"
import { BOOK_TABLE } from "./book-rows.ts"
import { CERTIFICATE_SLOTS } from "./certificate-rows.ts"
import { LINE_COLUMNS, QUEUE_COLUMNS } from "./line-rows.ts"
import { ORPHAN_TABLE, SEGMENT_INDEXES, SETTLED_TABLE } from "./orphan-rows.ts"
import { PATIENT_INDEX } from "./patient-rows.ts"
import { STANDING_INDEXES } from "./standing-rows.ts"

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE study (
    id TEXT PRIMARY KEY, uid_hash BLOB NOT NULL, state TEXT NOT NULL, last_at TEXT NOT NULL, keep_until TEXT,
    facts TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX study_by_uid ON study (uid_hash);                           -- studiesByUid
  CREATE INDEX study_by_last ON study (last_at) WHERE state <> 'expired';  -- studies
  CREATE INDEX study_by_term ON study (keep_until) WHERE keep_until IS NOT NULL AND state <> 'expired'; -- studiesToExpire

  CREATE TABLE instance (
    id TEXT PRIMARY KEY, study_id TEXT NOT NULL, uid_hash BLOB NOT NULL, facts TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX instance_by_uid ON instance (study_id, uid_hash);           -- instances, instancesByUid

  CREATE TABLE request (
    id TEXT PRIMARY KEY, number_hash BLOB NOT NULL, requested_at TEXT NOT NULL, bound INTEGER NOT NULL,
    facts TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE UNIQUE INDEX request_by_number ON request (number_hash);          -- requestByNumber
  CREATE INDEX request_by_time ON request (requested_at);                  -- requests
  CREATE INDEX request_unbound ON request (requested_at) WHERE bound = 0;  -- unboundRequests

  CREATE TABLE request_study (
    request_id TEXT NOT NULL, study_id TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (request_id, study_id)) STRICT, WITHOUT ROWID;
  CREATE INDEX request_study_by_study ON request_study (study_id);         -- requestsOfStudy

  CREATE TABLE submission (
    id TEXT PRIMARY KEY, agreement TEXT NOT NULL, direction TEXT NOT NULL, set_uid TEXT NOT NULL,
    study_id TEXT, request_id TEXT, report_id TEXT, created_at TEXT NOT NULL, facts TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX submission_by_set ON submission (set_uid);                  -- submissionBySetUid
  CREATE INDEX submission_by_study ON submission (study_id);               -- submissionsOf
  CREATE INDEX submission_by_request ON submission (request_id);
  CREATE INDEX submission_by_report ON submission (report_id);

  CREATE TABLE document (
    submission_id TEXT NOT NULL, ordinal INTEGER NOT NULL, object_id TEXT NOT NULL, unique_hash BLOB NOT NULL,
    facts TEXT NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (submission_id, ordinal)) STRICT, WITHOUT ROWID;
  CREATE INDEX document_by_unique ON document (unique_hash);               -- documentsByUniqueId
  CREATE INDEX document_by_object ON document (object_id);                 -- knows

  CREATE TABLE report (
    id TEXT PRIMARY KEY, request_id TEXT NOT NULL, prepare_id TEXT, facts TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX report_by_request ON report (request_id);                   -- reportsOfRequest
  CREATE INDEX report_by_prepare ON report (prepare_id) WHERE prepare_id IS NOT NULL; -- reportByPrepareId

  CREATE TABLE certificate (id TEXT PRIMARY KEY, study_id TEXT NOT NULL, facts TEXT NOT NULL) STRICT;
  CREATE INDEX certificate_by_study ON certificate (study_id);             -- certificatesOfStudy

  CREATE TABLE job (
    id TEXT PRIMARY KEY, verb TEXT NOT NULL, subject TEXT NOT NULL, run_at TEXT NOT NULL,
    attempts INTEGER NOT NULL, failure_code TEXT) STRICT;
  CREATE INDEX job_by_time ON job (run_at);                                -- dueJobs, nextJobAt

  CREATE TABLE milestone (subject TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (subject, name)) STRICT, WITHOUT ROWID;

  CREATE TABLE audit_outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT;
  `,
  `
  ALTER TABLE instance ADD COLUMN recoded_id TEXT;  -- object that holds the same instance in another encoding
  ALTER TABLE instance ADD COLUMN recoding TEXT;    -- how the instance travels (JSON); what was received stays what it was
  CREATE INDEX instance_by_recoded ON instance (recoded_id) WHERE recoded_id IS NOT NULL; -- knows
  `,
  ARCHIVE_TABLES,
  `
  ALTER TABLE study ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;       -- a put names the revision it was read at
  ALTER TABLE request ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE submission ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE report ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE request ADD COLUMN open INTEGER NOT NULL DEFAULT 1;         -- somebody still has to do something for it
  UPDATE request SET open = json_extract(facts, '$.state') NOT IN ('completed', 'failed', 'exited');
  CREATE INDEX request_open ON request (requested_at) WHERE open = 1;     -- openRequests
  CREATE INDEX request_finished ON request (requested_at) WHERE open = 0; -- finishedRequests
  `,
  `
  ALTER TABLE submission ADD COLUMN state TEXT NOT NULL DEFAULT '';
  UPDATE submission SET state = json_extract(facts, '$.state');
  CREATE INDEX submission_unverified ON submission (created_at)
    WHERE direction = 'in' AND state IN ('accepted', 'failed');           -- unverifiedArrivals
  CREATE INDEX job_by_subject ON job (subject);                           -- jobsOf
  CREATE INDEX job_failing ON job (attempts) WHERE failure_code IS NOT NULL; -- failingJobs
  `,
  `
  UPDATE study SET facts = json_set(facts, '$.recodedSlotId', NULL) WHERE json_type(facts, '$.recodedSlotId') IS NULL;
  UPDATE instance SET facts = json_set(facts, '$.original', NULL) WHERE json_type(facts, '$.original') IS NULL;
  `,
  `
  DROP INDEX request_by_number;                                            -- a number may be used again, and by the other side
  CREATE INDEX request_by_number ON request (number_hash, open, requested_at); -- requestByNumber
  `,
  `
  DROP INDEX study_by_term; -- a study's own job knows its term
  `,
  STANDING_INDEXES,
  BOOK_TABLE,
  ORPHAN_TABLE,
  SEGMENT_INDEXES,
  SOP_INDEX,
  CERTIFICATE_SLOTS,
  PATIENT_INDEX,
  SETTLED_TABLE,
  LINE_COLUMNS,
  QUEUE_COLUMNS,
]
