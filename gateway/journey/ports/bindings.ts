/** Certificates and the accounts they speak for. */
import type { AuditEvent } from "./audit.ts"
import type { Person } from "./person.ts"

/** What a certificate does for its account: signs reports, or opens the door. */
export type BindingUse = "signing" | "login"

/** A certificate and the account it is said to be of. It counts only while somebody else has confirmed that. */
export interface Binding {
  readonly person: Person
  readonly use: BindingUse
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string
  /** DER. */
  readonly certificate: Uint8Array
  readonly seenAt: string
  /** By whom, as people know them; null = nobody has yet. */
  readonly confirmed: { readonly at: string; readonly by: string } | null
  /** The last word on it, unless it is confirmed anew. */
  readonly revoked: { readonly at: string; readonly by: string; readonly reason: string } | null
}

/** What is done to a binding, and what the audit trail is told of it: both or neither is durable. */
export interface BindingAct {
  readonly login: string
  readonly fingerprint: string
  readonly by: string
  readonly at: Date
  readonly event: AuditEvent
}

/** @see BindingAct */
export interface Confirmation extends BindingAct {
  /** Also when it was taken back before. */
  readonly isAnew: boolean
}

/** Why a card opens nothing, as far as the person is told. */
export type CardRefusal =
  "none" | "unknown" | "ended" | "other-use" | "revoked" | "revocation-unknown" | "role" | "unconfirmed"

/** Who holds the certificate that was shown; `detail` is for the audit trail. */
export type CardVerdict =
  | {
      readonly person: Person
      readonly refusal: null
      readonly detail: string
      /** SHA-256 of the certificate, hex. */
      readonly fingerprint: string
    }
  | { readonly person: null; readonly refusal: CardRefusal; readonly detail: string }

/** Which certificates speak for which accounts. */
export interface Bindings {
  bindings(): Promise<readonly Binding[]>
  /** Who this certificate was confirmed for, and is still; null = nobody. */
  holder(fingerprint: string, use: BindingUse): Promise<Person | null>
  /** From its first sight on somebody may confirm it; of an unknown account nothing is kept. */
  saw(login: string, use: BindingUse, certificate: Uint8Array, now: Date): Promise<void>
  /** @param evidence what shows that they agreed. False: nobody has seen this one, or it is another account's */
  confirm(act: Confirmation, evidence: string): Promise<boolean>
  /** False: there is no such binding, or it was revoked before. */
  revoke(act: BindingAct, reason: string): Promise<boolean>
}

/** Changes of accounts that the audit trail has not been told yet; each once, whoever made it. */
export interface AccountNews {
  untold(): Promise<readonly { readonly key: string; readonly event: AuditEvent }[]>
  told(key: string): Promise<void>
}
