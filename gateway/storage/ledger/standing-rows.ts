/** What waits, counted: indexes, statements and answers of `Ledger.standing` (journey/records/ledger.ts). */
import type { Standing } from "../../journey/records/job.ts"

/** Only what waits stands in them: however much was done before, they stay as short as the queue. */
export const STANDING_INDEXES = `
  CREATE INDEX submission_waiting ON submission (agreement, state)
    WHERE direction = 'out' AND state IN ('planned', 'sealed', 'sending', 'failed');               -- outgoing
  CREATE INDEX submission_by_partner ON submission (agreement, direction, created_at);             -- lastAccepted
  CREATE INDEX commitment_open ON commitment (requested_at)
    WHERE facts ->> 'state' IN ('requested', 'asked', 'answered');                                 -- openCommitments
  CREATE INDEX delivery_open ON delivery (id) WHERE facts ->> 'state' IN ('planned', 'failed');    -- openDeliveries
  `

/** Of a submission's request, most urgent first; what has none comes before all. */
const URGENCY = `(SELECT CASE facts ->> 'urgency' WHEN 'STAT' THEN 0 WHEN 'HIGH' THEN 1 ELSE 2 END
  FROM request WHERE id = submission.request_id)`

export const STANDING_SQL = {
  arrivals: `SELECT facts ->> 'callingAE' AS callingAE, facts ->> 'instances' AS instances, last_at AS lastAt FROM study
    WHERE state <> 'expired' ORDER BY last_at DESC LIMIT 1000`,
  outgoing: `SELECT agreement, state, sum(facts ->> 'kind' <> 'unit') AS count, min(created_at) AS oldestAt, sum(facts ->> 'bytesTotal') AS bytes,
    sum(facts ->> 'kind' <> 'unit' AND EXISTS (SELECT 1 FROM request WHERE request.id = submission.request_id AND request.facts ->> 'urgency' = 'STAT')) AS stat,
    count(DISTINCT CASE WHEN facts ->> 'kind' = 'unit' THEN facts ->> 'partOf' END) AS inUnits
    FROM submission WHERE direction = 'out' AND state IN ('planned', 'sealed', 'sending', 'failed')
      AND facts ->> 'kind' NOT IN ('phantom', 'phantom-report') GROUP BY agreement, state`,
  lastAccepted: `SELECT facts ->> 'acceptedAt' AS at FROM submission WHERE agreement = ? AND direction = 'out'
    AND state IN ('accepted', 'verified') ORDER BY created_at DESC LIMIT 1`,
  moreUrgentRecoding: `SELECT 1 FROM job JOIN submission ON submission.id = job.subject
    WHERE job.id >= 'recode/' AND job.id < 'recode0' AND run_at <= ?
      AND ${URGENCY} < (SELECT coalesce(${URGENCY}, 2) FROM submission WHERE id = ?) LIMIT 1`,
  openCommitments: `SELECT count(*) AS count, min(requested_at) AS oldestAt FROM commitment
    WHERE facts ->> 'state' IN ('requested', 'asked', 'answered')`,
  openDeliveries: `SELECT facts ->> 'state' AS state, count(*) AS count, min(facts ->> 'plannedAt') AS oldestAt FROM delivery
    WHERE facts ->> 'state' IN ('planned', 'failed') GROUP BY 1`,
} as const

type Ask = (name: keyof typeof STANDING_SQL, ...values: readonly string[]) => readonly unknown[]

/** @param agreements whose last acceptance is asked for */
export function readStanding(ask: Ask, agreements: readonly string[]): Standing {
  const acceptedAt = (agreement: string): string | null =>
    (ask("lastAccepted", agreement)[0] as { at: string } | undefined)?.at ?? null
  const deliveries = ask("openDeliveries") as (Standing["commitments"] & { state: string })[]
  const delivery = (wanted: string): Standing["commitments"] =>
    deliveries.find(({ state }) => state === wanted) ?? { count: 0, oldestAt: null }
  return {
    arrivals: ask("arrivals") as Standing["arrivals"],
    outgoing: ask("outgoing") as Standing["outgoing"],
    acceptedAt: new Map(agreements.map((each) => [each, acceptedAt(each)])),
    commitments: (ask("openCommitments") as Standing["commitments"][])[0] ?? { count: 0, oldestAt: null },
    deliveries: { planned: delivery("planned"), failed: delivery("failed") },
  }
}
