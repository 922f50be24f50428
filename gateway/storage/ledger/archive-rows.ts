/** Commitments and deliveries: their tables, statements and rows (journey/records/archive.ts). */
import type { ArchiveChange, CommitmentRecord, DeliveryRecord } from "../../journey/records/archive.ts"

/**
 * A million instances are written for one that is asked for by its SOP Instance UID alone: that index holds eight bytes
 * of each (`SOP_INDEX`). The instances of a commitment belong to no slot, for we may never have had them: they are sealed like what waits
 * for the audit trail, and gone when they are told.
 */
export const ARCHIVE_TABLES = `
  CREATE TABLE commitment (
    id TEXT PRIMARY KEY, calling_ae TEXT NOT NULL, transaction_uid TEXT NOT NULL, relay_uid TEXT NOT NULL,
    requested_at TEXT NOT NULL, facts TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
  CREATE INDEX commitment_by_transaction ON commitment (transaction_uid);  -- commitmentsOf
  CREATE UNIQUE INDEX commitment_by_relay ON commitment (relay_uid);       -- commitmentByRelay
  CREATE INDEX instance_by_sop ON instance (substr(uid_hash, 1, 8));       -- knowsInstance

  CREATE TABLE delivery (id TEXT PRIMARY KEY, report_id TEXT NOT NULL, facts TEXT NOT NULL) STRICT;
  CREATE INDEX delivery_by_report ON delivery (report_id);                 -- deliveriesOf
  `

/**
 * Hashes have no neighbours: in one index over all of them every insert of a study of 500 touches 500 pages, and takes three
 * times as long with 400,000 instances as with none. Object ids begin with their time: by spans of 2^24 ms (4.7 hours)
 * only the newest pages are written, and whoever asks looks into every span.
 */
export const SOP_INDEX = `
  DROP INDEX instance_by_sop;
  CREATE INDEX instance_by_sop ON instance (substr(id, 1, 6), substr(uid_hash, 1, 8));
  `

export const ARCHIVE_SQL = {
  putCommitment: `INSERT INTO commitment (id, calling_ae, transaction_uid, relay_uid, requested_at, facts, sealed) VALUES (?,?,?,?,?,?,?)
    ON CONFLICT (id) DO UPDATE SET facts=excluded.facts, sealed=excluded.sealed`,
  putDelivery: `INSERT INTO delivery (id, report_id, facts) VALUES (?,?,?) ON CONFLICT (id) DO UPDATE SET facts=excluded.facts`,
  commitment: `SELECT facts, sealed FROM commitment WHERE id = ?`,
  commitmentsOf: `SELECT facts, sealed FROM commitment WHERE transaction_uid = ? AND calling_ae = ? ORDER BY requested_at DESC`,
  commitmentByRelay: `SELECT facts, sealed FROM commitment WHERE relay_uid = ?`,
  knowsSopInstance: `WITH RECURSIVE span (at) AS (
      SELECT min(substr(id, 1, 6)) FROM instance
      UNION ALL SELECT (SELECT min(substr(id, 1, 6)) FROM instance WHERE substr(id, 1, 6) > span.at) FROM span WHERE span.at IS NOT NULL)
    SELECT 1 FROM span CROSS JOIN instance ON substr(id, 1, 6) = span.at AND substr(uid_hash, 1, 8) = substr(?, 1, 8) AND uid_hash = ? LIMIT 1`,
  studyOfSopInstance: `WITH RECURSIVE span (at) AS (
      SELECT min(substr(id, 1, 6)) FROM instance
      UNION ALL SELECT (SELECT min(substr(id, 1, 6)) FROM instance WHERE substr(id, 1, 6) > span.at) FROM span WHERE span.at IS NOT NULL)
    SELECT study_id AS studyId FROM span CROSS JOIN instance ON substr(id, 1, 6) = span.at AND substr(uid_hash, 1, 8) = substr(?, 1, 8) AND uid_hash = ? LIMIT 1`,
  delivery: `SELECT facts FROM delivery WHERE id = ?`,
  deliveriesOf: `SELECT facts FROM delivery WHERE report_id = ?`,
} as const

interface Seal {
  seal(clear: Uint8Array): Uint8Array
  open(sealed: Uint8Array): Uint8Array
}
interface CommitmentRow {
  readonly facts: string
  readonly sealed: Uint8Array
}
type Values = readonly (string | Uint8Array)[]

/** Which statement keeps a change, and its values. */
export function archiveWrite(
  change: ArchiveChange,
  seal: Seal["seal"],
): { readonly name: "putCommitment" | "putDelivery"; readonly values: Values } {
  if (change.put === "delivery") {
    const { record } = change
    return { name: "putDelivery", values: [record.id, record.reportId, JSON.stringify(record)] }
  }
  const { private: secret, ...facts } = change.record
  const sealed = seal(new TextEncoder().encode(JSON.stringify(secret)))
  const { id, callingAE, TransactionUID, relayedTransactionUID, requestedAt } = facts
  return {
    name: "putCommitment",
    values: [
      id,
      callingAE,
      TransactionUID,
      relayedTransactionUID,
      requestedAt,
      JSON.stringify(facts),
      sealed,
    ],
  }
}

export const commitmentOf =
  (open: Seal["open"]) =>
  ({ facts, sealed }: CommitmentRow): CommitmentRecord => ({
    ...(JSON.parse(facts) as Omit<CommitmentRecord, "private">),
    private: JSON.parse(new TextDecoder().decode(open(sealed))) as CommitmentRecord["private"],
  })

export const deliveryOf = ({ facts }: Pick<CommitmentRow, "facts">): DeliveryRecord =>
  JSON.parse(facts) as DeliveryRecord
