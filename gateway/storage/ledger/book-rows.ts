/** What the ledger says of itself: how often it was committed, and of which spool it is. */

/**
 * After a recovery the count goes on in the next era: whatever was committed before, in any copy of this ledger, is
 * less. 2^32 commits are more than a power cut can take from the spool's mark; 2^21 eras fit a number.
 */
export const COMMITS_OF_AN_ERA = 2 ** 32

/** A file that was used before this table was made has at least one commit. */
export const BOOK_TABLE = `
  CREATE TABLE book (id INTEGER PRIMARY KEY CHECK (id = 1), spool_id TEXT, commits INTEGER NOT NULL) STRICT;
  INSERT INTO book (id, spool_id, commits) SELECT 1, NULL, count(*) > 0 FROM sqlite_sequence;
  `

export const BOOK_SQL = {
  book: `SELECT spool_id AS spoolId, commits FROM book WHERE id = 1`,
  countCommit: `UPDATE book SET commits = commits + 1 WHERE id = 1 RETURNING commits`,
  bindBook: `UPDATE book SET spool_id = ?, commits = ? WHERE id = 1`,
} as const

export interface Book {
  /** Null: the ledger has never been bound to a spool. */
  readonly spoolId: string | null
  /** Goes up by one with every commit, in its transaction. 0: nothing was ever written in it. */
  readonly commits: number
}

/**
 * Where an audit row's key counts once. After a recovery the same attempt of the same thing may happen again, and is told
 * again; what waited in the outbox keeps the key it was given, and is not.
 */
export function auditKey(key: string, { commits }: Book): string {
  const era = Math.floor(commits / COMMITS_OF_AN_ERA)
  return era === 0 ? key : `${era}/${key}`
}
