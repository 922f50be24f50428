/**
 * The line to each partner: its queue, and what of a delivery has left in units. Whoever sends asks this with every unit: an
 * answer is a few rows, however much waits and however many units there are.
 */

import type { PaceRecord, UnitsStanding } from "../../journey/records/line.ts"
import type { SubmissionState } from "../../journey/records/submission.ts"

/** Of a submission's request, most urgent first; what has none comes before all. Then the oldest. */
const PLACE = `coalesce((SELECT CASE facts ->> 'urgency' WHEN 'STAT' THEN 1 WHEN 'HIGH' THEN 2 ELSE 3 END
  FROM request WHERE request.id = submission.request_id), 0) || ' ' || created_at`

/** On the line or before it: only these have jobs that send. */
const WAITING = `direction = 'out' AND state IN ('planned', 'sealed', 'sending', 'failed')`

/** A job that sends carries its partner and its place in the queue: a queue is read from its head, and no further. */
export const LINE_COLUMNS = `
  ALTER TABLE job ADD COLUMN partner TEXT;
  ALTER TABLE job ADD COLUMN place TEXT;
  ALTER TABLE job ADD COLUMN for_place INTEGER NOT NULL DEFAULT 0;
  UPDATE job SET partner = (SELECT agreement FROM submission WHERE id = job.subject),
    place = (SELECT ${PLACE} FROM submission WHERE id = job.subject) WHERE verb = 'submit';
  CREATE INDEX job_line ON job (partner, place) WHERE partner IS NOT NULL;                         -- nextInLine, scoutOf
  CREATE INDEX job_held_up ON job (partner, failure_code) WHERE partner IS NOT NULL;               -- heldUp, scoutOf
  CREATE INDEX submission_in_line ON submission (request_id) WHERE ${WAITING};                     -- placeJobs
  DROP INDEX submission_by_study;
  DROP INDEX submission_by_request;
  CREATE INDEX submission_by_study ON submission (study_id, facts ->> 'kind');                     -- submissionsOf
  CREATE INDEX submission_by_request ON submission (request_id, facts ->> 'kind');
  CREATE INDEX submission_by_whole ON submission (facts ->> 'partOf', state, facts ->> 'acceptedAt')
    WHERE facts ->> 'partOf' IS NOT NULL;                                                          -- unitsOf

  CREATE TABLE pace (agreement TEXT PRIMARY KEY, facts TEXT NOT NULL) STRICT, WITHOUT ROWID;       -- paces
  `

/** Whoever takes jobs reads each queue from its head: a partner that is silent hides nobody's behind its own. */
export const QUEUE_COLUMNS = `
  ALTER TABLE job ADD COLUMN line TEXT GENERATED ALWAYS AS (iif(verb = 'submit', coalesce(partner, '?'), '')) VIRTUAL;
  ALTER TABLE job ADD COLUMN rank TEXT GENERATED ALWAYS AS (coalesce(substr(place, 1, 1), '0')) VIRTUAL;
  CREATE INDEX job_queue ON job (line, rank, run_at);                                              -- dueInQueue, jobQueues
  `

const JOB = "id, verb, subject, run_at, attempts, failure_code"
const LISTED = "(SELECT value FROM json_each(?))"
/** Taken by the other side before this moment it does not count: it has erased it since. */
const STILL_THERE = `coalesce(submission.facts ->> 'acceptedAt', '9') > ?`

export const LINE_SQL = {
  putJob: `INSERT INTO job (id, verb, subject, run_at, attempts, failure_code, for_place, partner, place)
    VALUES (?,?,?,?,?,?,?, (SELECT agreement FROM submission WHERE id = ?), (SELECT ${PLACE} FROM submission WHERE id = ?))
    ON CONFLICT (id) DO UPDATE SET run_at=excluded.run_at, attempts=excluded.attempts, failure_code=excluded.failure_code,
      for_place=excluded.for_place, partner=excluded.partner, place=excluded.place`,
  dueInQueue: `SELECT ${JOB}, partner FROM job INDEXED BY job_queue WHERE line = ? AND rank = ? AND run_at <= ? AND id NOT IN ${LISTED}
    ORDER BY run_at LIMIT ?`,
  jobQueues: `WITH RECURSIVE queue (line, rank) AS (
      SELECT * FROM (SELECT line, rank FROM job INDEXED BY job_queue WHERE line >= '' ORDER BY line, rank LIMIT 1)
      UNION ALL SELECT job.line, job.rank FROM queue JOIN job ON job.rowid = (SELECT rowid FROM job INDEXED BY job_queue
        WHERE (line, rank) > (queue.line, queue.rank) ORDER BY line, rank LIMIT 1))
    SELECT line, rank FROM queue`,
  placeJobs: `UPDATE job SET place = (SELECT ${PLACE} FROM submission WHERE id = job.subject)
    WHERE id IN (SELECT 'submit/' || id FROM submission INDEXED BY submission_in_line WHERE request_id = ? AND ${WAITING})`,
  nextInLine: `SELECT ${JOB} FROM job WHERE partner = ? AND (run_at <= ? OR for_place = 1) AND subject NOT IN ${LISTED}
    AND (SELECT facts ->> 'kind' IN ('study', 'unit') FROM submission WHERE id = job.subject) ORDER BY place, rowid LIMIT ?`,
  heldUp: `SELECT ${JOB} FROM job INDEXED BY job_held_up WHERE partner = ? AND failure_code IN ${LISTED} AND run_at > ? ORDER BY place, rowid LIMIT ?`,
  scoutOf: `SELECT id FROM job INDEXED BY job_line WHERE partner = (SELECT partner FROM job WHERE id = ?)
    AND (SELECT 1 FROM job AS other WHERE other.partner = (SELECT partner FROM job WHERE id = ?)
      AND other.failure_code IN ${LISTED} AND other.id <> ? LIMIT 1)
    AND (id = ? OR (failure_code IN ${LISTED} AND run_at <= ?) OR (failure_code IS NULL AND run_at <= ?)) ORDER BY place, rowid LIMIT 1`,
  unitsOf: `SELECT state, count(*) AS count FROM submission WHERE facts ->> 'partOf' = ? AND ${STILL_THERE} GROUP BY state`,
  whyUnitFailed: `SELECT facts ->> 'failureCode' AS code FROM submission WHERE facts ->> 'partOf' = ? AND state = 'failed' LIMIT 1`,
  objectsInUnits: `SELECT object_id AS objectId FROM submission JOIN document ON submission_id = submission.id
    WHERE submission.facts ->> 'partOf' = ? AND ${STILL_THERE} AND document.facts ->> 'role' = 'instance'`,
  signaturesOfUnits: `SELECT document.facts, document.sealed FROM submission JOIN document ON submission_id = submission.id
    WHERE submission.facts ->> 'partOf' = ? AND ${STILL_THERE} AND document.facts ->> 'role' = 'set-signature'
    ORDER BY created_at, submission.rowid`,
  onTheWayTo: `SELECT id FROM submission WHERE agreement = ? AND direction = 'out' AND state IN ('planned', 'sealed', 'sending')
    ORDER BY created_at LIMIT ?`,
  putPace: `INSERT INTO pace (agreement, facts) VALUES (?,?) ON CONFLICT (agreement) DO UPDATE SET facts=excluded.facts`,
  paces: `SELECT facts FROM pace`,
} as const

export interface UnitsRow {
  readonly state: SubmissionState
  readonly count: number
}

const UNDER_WAY: ReadonlySet<SubmissionState> = new Set(["planned", "sealed", "sending"])

/** @param code why one of them failed, when one did */
export function standingOfUnits(rows: readonly UnitsRow[], code: string | null): UnitsStanding {
  const count = (some: readonly UnitsRow[]): number => some.reduce((sum, each) => sum + each.count, 0)
  const isFailed = rows.some(({ state }) => state === "failed")
  return {
    made: count(rows),
    underWay: count(rows.filter(({ state }) => UNDER_WAY.has(state))),
    failureCode: isFailed ? (code ?? "UNEXPECTED") : null,
  }
}

export const paceOf = ({ facts }: { readonly facts: string }): PaceRecord => JSON.parse(facts) as PaceRecord
