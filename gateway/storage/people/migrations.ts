/**
 * The shape of the people store, as numbered steps that only go forward.
 *
 * A step is never edited once it has shipped: a store in the field has already taken it. `PRAGMA user_version`
 * is the number of steps taken; SQLite changes it in the same transaction as the tables. Instants are
 * milliseconds since 1970 UTC.
 */
import type { Database } from "better-sqlite3"
import { LedgerError } from "../../journey/errors.ts"

/** Step n brings a store of version n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  // 1: persons, the codes and credentials they enrol with, sessions, wrong answers
  `CREATE TABLE person (
     id TEXT PRIMARY KEY,
     login TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     role TEXT NOT NULL CHECK (role IN ('radiologist', 'clerk'))
   ) STRICT;

   CREATE TABLE enrolment (
     code_sha256 BLOB PRIMARY KEY CHECK (length(code_sha256) = 32),
     person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
     expires_at INTEGER NOT NULL,
     used_at INTEGER
   ) STRICT;

   CREATE TABLE credential (
     id TEXT PRIMARY KEY,
     person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
     public_key BLOB NOT NULL,
     counter INTEGER NOT NULL CHECK (counter >= 0),
     transports TEXT NOT NULL,
     added_at INTEGER NOT NULL,
     used_at INTEGER
   ) STRICT;
   -- serves credentialsOf
   CREATE INDEX credential_person ON credential (person_id);

   CREATE TABLE session (
     id_sha256 BLOB PRIMARY KEY CHECK (length(id_sha256) = 32),
     person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
     opened_at INTEGER NOT NULL,
     seen_at INTEGER NOT NULL
   ) STRICT;
   -- serves sweepSessions
   CREATE INDEX session_opened ON session (opened_at);

   CREATE TABLE failure (
     person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
     at INTEGER NOT NULL
   ) STRICT;
   -- serves failuresSince
   CREATE INDEX failure_person ON failure (person_id, at);`,

  // 2: officers; certificates of accounts; what the audit trail has to be told
  `CREATE TABLE person_of_2 (
     id TEXT PRIMARY KEY,
     login TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     role TEXT NOT NULL CHECK (role IN ('radiologist', 'clerk', 'officer'))
   ) STRICT;
   INSERT INTO person_of_2 SELECT id, login, name, role FROM person;
   DROP TABLE person;
   ALTER TABLE person_of_2 RENAME TO person;

   CREATE TABLE binding (
     person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
     fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
     use TEXT NOT NULL CHECK (use IN ('signing', 'login')),
     certificate BLOB NOT NULL,
     seen_at INTEGER NOT NULL,
     confirmed_at INTEGER,
     confirmed_by TEXT,
     evidence TEXT,
     revoked_at INTEGER,
     revoked_by TEXT,
     reason TEXT,
     PRIMARY KEY (fingerprint, person_id)
   ) STRICT;
   -- a certificate speaks for one account
   CREATE UNIQUE INDEX binding_holder ON binding (fingerprint) WHERE confirmed_at IS NOT NULL AND revoked_at IS NULL;

   CREATE TABLE untold (
     key TEXT PRIMARY KEY,
     event TEXT NOT NULL
   ) STRICT;`,

  // 3: what opened a session
  `ALTER TABLE session ADD COLUMN opened_by TEXT NOT NULL DEFAULT 'passkey'
     CHECK (opened_by IN ('passkey', 'certificate'));`,

  // 4: registered devices, and on which of them a session was opened
  `CREATE TABLE device (
     id TEXT PRIMARY KEY,
     label TEXT NOT NULL,
     owner_id TEXT REFERENCES person (id) ON DELETE CASCADE,
     qualified_until TEXT,
     made_at INTEGER NOT NULL,
     made_by TEXT NOT NULL,
     code_sha256 BLOB NOT NULL UNIQUE CHECK (length(code_sha256) = 32),
     code_until INTEGER NOT NULL,
     public_key BLOB UNIQUE,
     registered_at INTEGER,
     used_at INTEGER,
     revoked_at INTEGER,
     revoked_by TEXT,
     reason TEXT,
     CHECK ((public_key IS NULL) = (registered_at IS NULL))
   ) STRICT;

   ALTER TABLE session ADD COLUMN device_id TEXT REFERENCES device (id) ON DELETE CASCADE;`,

  // 5: by which card a session was opened
  `ALTER TABLE session ADD COLUMN certificate TEXT CHECK (length(certificate) = 64);`,

  // 6: what an officer agreed to when a device got its code
  `ALTER TABLE device ADD COLUMN evidence TEXT;`,
]

/** A store of a later one was written by a newer program. */
export const PEOPLE_VERSION = MIGRATIONS.length

/**
 * Brings the store to the newest shape, one transaction per step.
 *
 * Foreign keys are off meanwhile: a table that is made anew must not take with it what refers to it.
 *
 * @throws LedgerError ERR_LEDGER when the store was written by a newer program: going back would lose what it knows
 */
export function migrate(database: Database): void {
  const taken = Number(database.pragma("user_version", { simple: true }))
  if (taken > MIGRATIONS.length)
    throw new LedgerError(
      "ERR_LEDGER",
      `people store has version ${taken}, this program knows ${MIGRATIONS.length}`,
    )
  database.pragma("foreign_keys = OFF")
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < taken) continue
    database.transaction(() => {
      database.exec(sql)
      database.pragma(`user_version = ${index + 1}`)
    })()
  }
  database.pragma("foreign_keys = ON")
}
