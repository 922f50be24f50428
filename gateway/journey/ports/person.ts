/** People who have accounts here, and how they are known again. */
import type { DeviceHere } from "../views/device.ts"
import type { DeviceRule } from "./devices.ts"

/** A session that ran into one of its limits. */
export interface EndedSession {
  /** Names it once and for all; opens nothing. */
  readonly key: string
  readonly person: Person
}

/** Who asks, after the desk has authenticated them. */
export interface Person {
  readonly id: string
  readonly login: string
  readonly name: string
  /** `officer`: answers for accounts, certificates and devices, and sees no patient. `system`: a machine with a token, at the staff desk. */
  readonly role: "radiologist" | "clerk" | "officer" | "system"
  /** When they opened the session they act in, ISO 8601; absent outside of one. */
  readonly loggedInAt?: string
  /** By what; absent = a passkey. */
  readonly loggedInBy?: LoginBy
  /** On which registered device; absent = on one that is not on record. */
  readonly device?: DeviceHere
}

/** What opened a session. */
export type LoginBy = "passkey" | "certificate"

/** A session that is to begin. */
export interface NewSession {
  readonly personId: string
  /** Kept as SHA-256 only. */
  readonly sessionId: string
  /** Id of the passkey that opens it; null = a card does. */
  readonly passkey: string | null
  /** SHA-256 of the certificate of that card, hex; null = a passkey does. */
  readonly certificate: string | null
  /** The registered device it is opened on; null = none was shown. */
  readonly deviceId: string | null
}

/** What counts for this person no more. */
export type SessionRefusal = "passkey" | "card" | "device"

/** Accounts, credentials and sessions of the people of one desk. Codes and session ids are kept as SHA-256 only. */
export interface People {
  /** How long a session lives without activity. */
  readonly idleMs: number
  /** What a session asks of its device: when it is opened, and at every request. */
  readonly deviceRule: DeviceRule
  person(personId: string): Promise<Person | null>
  enrol(person: Omit<Person, "id">, code: string, expiresAt: Date): Promise<Person>
  /** Who may enrol with this code now; null when unknown, used or expired. */
  enrolling(code: string, now: Date): Promise<Person | null>
  /** Uses the code up and keeps the credential, in one transaction; false when the code was used meanwhile. */
  addCredential(code: string, credential: Credential, now: Date): Promise<boolean>
  credential(credentialId: string): Promise<(Credential & { readonly personId: string }) | null>
  credentialsOf(personId: string): Promise<readonly Credential[]>
  countUse(credentialId: string, counter: number, now: Date): Promise<void>
  /** null = opened. */
  openSession(session: NewSession, now: Date): Promise<SessionRefusal | null>
  /** Touches idle time; null when unknown, idle too long or over the absolute limit. */
  session(sessionId: string, now: Date): Promise<Person | null>
  /** As `session`, but asking is no activity: the idle time runs on. */
  peekSession(sessionId: string, now: Date): Promise<Person | null>
  /** One that has ended by itself stays until that is recorded. */
  closeSession(sessionId: string, now: Date): Promise<void>
  /** Sessions that ended by themselves and are not forgotten yet. */
  endedSessions(now: Date): Promise<readonly EndedSession[]>
  forgetSession(key: string): Promise<void>
  /** One more wrong answer (passkey or PIN) by this person; five within 15 minutes lock. */
  countFailure(personId: string, now: Date): Promise<void>
  locked(personId: string, now: Date): Promise<boolean>
  forgetFailures(personId: string): Promise<void>
}

export interface Credential {
  readonly id: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
}
