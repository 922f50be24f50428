/** Orphans (journey/records/orphan.ts): what a recovery found in the spool and keeps for a person. No patient data. */
import type { OrphanRecord } from "../../journey/records/orphan.ts"

export const ORPHAN_TABLE = `
  CREATE TABLE orphan (slot_id TEXT PRIMARY KEY, kept INTEGER NOT NULL, facts TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX orphan_kept ON orphan (slot_id) WHERE kept = 1;             -- orphans
  `

/** Segments a start need not open again. Not many bytes: one id for each. */
export const SETTLED_TABLE = `
  CREATE TABLE settled (segment_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;          -- settledSegments
  `

/** How much of a closed segment the ledger knows. An image that travels as received is an instance and a document. */
export const SEGMENT_INDEXES = `
  CREATE INDEX instance_by_segment ON instance (facts ->> '$.place.segmentId', id);                 -- objectsInSegment
  CREATE INDEX document_by_segment ON document (facts ->> '$.place.segmentId', object_id);
  CREATE INDEX recoded_by_segment ON instance (recoding ->> '$.place.segmentId', recoded_id) WHERE recoded_id IS NOT NULL;
  `

export const ORPHAN_SQL = {
  putOrphan: `INSERT INTO orphan (slot_id, kept, facts) VALUES (?,?,?) ON CONFLICT (slot_id) DO UPDATE SET kept=excluded.kept, facts=excluded.facts`,
  orphans: `SELECT facts FROM orphan WHERE kept = 1 ORDER BY slot_id`,
  orphan: `SELECT facts FROM orphan WHERE slot_id = ?`,
  settledSegments: `SELECT segment_id AS segmentId FROM settled`,
  settle: `INSERT INTO settled (segment_id) VALUES (?) ON CONFLICT DO NOTHING`,
  unsettle: `DELETE FROM settled WHERE segment_id = ?`,
  unsettleDocuments: `DELETE FROM settled WHERE segment_id IN (SELECT facts ->> '$.place.segmentId' FROM document WHERE submission_id = ?)`,
  slotOfSegment: `SELECT facts ->> '$.place.slotId' AS slotId FROM instance WHERE facts ->> '$.place.segmentId' = ?
      UNION SELECT facts ->> '$.place.slotId' FROM document WHERE facts ->> '$.place.segmentId' = ?
      UNION SELECT recoding ->> '$.place.slotId' FROM instance WHERE recoding ->> '$.place.segmentId' = ? AND recoded_id IS NOT NULL`,
  objectsInSegment: `SELECT count(*) AS objects FROM (
      SELECT id FROM instance WHERE facts ->> '$.place.segmentId' = ?
      UNION SELECT object_id FROM document WHERE facts ->> '$.place.segmentId' = ?
      UNION SELECT recoded_id FROM instance WHERE recoding ->> '$.place.segmentId' = ? AND recoded_id IS NOT NULL)`,
} as const

export const orphanOf = ({ facts }: { readonly facts: string }): OrphanRecord =>
  JSON.parse(facts) as OrphanRecord

export const orphanValues = (record: OrphanRecord): readonly (string | number)[] => [
  record.slotId,
  record.destroyedAt === null ? 1 : 0,
  JSON.stringify(record),
]
