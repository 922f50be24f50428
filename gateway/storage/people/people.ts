/**
 * People: who may sit at a desk, with which passkeys, and who sits there now.
 *
 * A secret that opens a desk (enrolment code, code of a device, session id) is kept as its SHA-256 only, so that a copy of this
 * file opens nothing. Both are long and drawn by chance, hence one unsalted hash is enough.
 */
import { createHash } from "node:crypto"
import { closeSync, openSync } from "node:fs"
import Database from "better-sqlite3"
import type { Accounts as AccountsPort } from "../../journey/ports/accounts.ts"
import type { AccountNews, Bindings } from "../../journey/ports/bindings.ts"
import type { Devices } from "../../journey/ports/devices.ts"
import type { People } from "../../journey/ports/person.ts"
import { Accounts } from "./accounts.ts"
import { CertificateBindings } from "./bindings.ts"
import { RegisteredDevices } from "./devices.ts"
import { Passkeys } from "./lost.ts"
import { migrate } from "./migrations.ts"
import { Sessions, type SessionLimits } from "./sessions.ts"

const MINUTE_MS = 60_000
const OWNER_ONLY = 0o600

export const DEFAULT_LIMITS: SessionLimits = {
  idleMs: 10 * MINUTE_MS,
  absoluteMs: 12 * 60 * MINUTE_MS,
  deviceRule: "any",
}

/** The people store; `close` it before the process ends. */
export type PeopleStore = People &
  Bindings &
  Devices &
  AccountsPort &
  AccountNews & {
    close(): void
  }

/**
 * Opens (or makes) the store at `path`, readable by its owner only. Every change is on disk when its promise
 * resolves (WAL, `synchronous=FULL`).
 *
 * @throws LedgerError ERR_LEDGER when the file was written by a newer program
 */
export function openPeople(path: string, limits: SessionLimits = DEFAULT_LIMITS): PeopleStore {
  // SQLite gives -wal and -shm the mode of the database file, so the first open decides for all three.
  closeSync(openSync(path, "a", OWNER_ONLY))
  const database = new Database(path)
  database.pragma("journal_mode = WAL")
  database.pragma("synchronous = FULL")
  migrate(database)
  return answer(database, limits)
}

/** The port over the synchronous store: hashes the secrets, turns a throw into a rejection. */
function answer(database: Database.Database, limits: SessionLimits): PeopleStore {
  const accounts = new Accounts(database)
  const sessions = new Sessions(database, limits)
  const bindings = new CertificateBindings(database)
  const passkeys = new Passkeys(database)
  const devices = new RegisteredDevices(database)
  return {
    idleMs: limits.idleMs,
    deviceRule: limits.deviceRule,
    persons: () => promised(() => accounts.persons()),
    passkeys: (personId) => promised(() => passkeys.of(personId)),
    lose: (personId, credentialId, event) => promised(() => passkeys.lose(personId, credentialId, event)),
    person: (personId) => promised(() => accounts.person(personId)),
    enrol: (person, code, expiresAt) =>
      promised(() => accounts.enrol(person, sha256(code), expiresAt.getTime())),
    enrolling: (code, now) => promised(() => accounts.enrolling(sha256(code), now.getTime())),
    addCredential: (code, credential, now) =>
      promised(() => accounts.addCredential(sha256(code), credential, now.getTime())),
    credential: (credentialId) => promised(() => accounts.credential(credentialId)),
    credentialsOf: (personId) => promised(() => accounts.credentialsOf(personId)),
    countUse: (credentialId, counter, now) =>
      promised(() => accounts.countUse(credentialId, counter, now.getTime())),
    openSession: ({ sessionId, ...opening }, now) =>
      promised(() => sessions.open({ ...opening, idSha256: sha256(sessionId) }, now.getTime())),
    session: (sessionId, now) => promised(() => sessions.touch(sha256(sessionId), now.getTime())),
    peekSession: (sessionId, now) => promised(() => sessions.peek(sha256(sessionId), now.getTime())),
    closeSession: (sessionId, now) => promised(() => sessions.close(sha256(sessionId), now.getTime())),
    endedSessions: (now) => promised(() => sessions.ended(now.getTime())),
    forgetSession: (key) => promised(() => sessions.forget(Buffer.from(key, "hex"))),
    countFailure: (personId, now) => promised(() => accounts.countFailure(personId, now.getTime())),
    locked: (personId, now) => promised(() => accounts.locked(personId, now.getTime())),
    forgetFailures: (personId) => promised(() => accounts.forgetFailures(personId)),
    bindings: () => promised(() => bindings.all()),
    holder: (fingerprint, use) => promised(() => bindings.holder(fingerprint, use)),
    saw: (login, use, certificate, now) =>
      promised(() => bindings.saw(login, use, certificate, now.getTime())),
    confirm: (act, evidence) => promised(() => bindings.confirm(act, evidence)),
    revoke: (act, reason) => promised(() => bindings.revoke(act, reason)),
    devices: () => promised(() => devices.all()),
    offerDevice: ({ code, ...offered }, event) =>
      promised(() => devices.offer({ ...offered, codeSha256: sha256(code) }, event)),
    offeredDevice: (code, now) => promised(() => devices.offered(sha256(code), now.getTime())),
    registerDevice: (code, publicKey, now, event) =>
      promised(() => devices.register(sha256(code), publicKey, now.getTime(), event)),
    knownDevice: (id) => promised(() => devices.known(id)),
    revokeDevice: (id, act, event) => promised(() => devices.revoke(id, act, event)),
    untold: () => promised(() => bindings.untold()),
    told: (key) => promised(() => bindings.told(key)),
    close: () => database.close(),
  }
}

function promised<Value>(work: () => Value): Promise<Value> {
  return new Promise((resolve) => resolve(work()))
}

function sha256(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest()
}
