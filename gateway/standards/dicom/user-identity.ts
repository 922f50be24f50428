/** Who a user says to be when a device asks for an association (PS3.7 D.3.3.7), for the log: the name, never the secret. */
import type { UserIdentity } from "./user-information.ts"

/** PS3.7 table D.3-14, User-Identity-Type. */
const KINDS: Readonly<Record<number, string>> = {
  1: "user name",
  2: "user name and passcode",
  3: "Kerberos ticket",
  4: "SAML assertion",
  5: "JSON web token",
}
/** In these the primary field is the name, in UTF-8; in all others it is itself a secret. */
const NAMED = new Set([1, 2])
const MAX_NAME_LENGTH = 64
/** What would break a line of a log or a screen. */
const UNPRINTABLE = /\p{C}/gu

export interface ClaimedUser {
  readonly kind: string
  /** At most 64 characters, without control characters; null where the standard has no name in the clear. */
  readonly name: string | null
}

/** The claim in words. It is a claim: nothing here has been checked. */
export function claimedUser({ type, primaryField }: UserIdentity): ClaimedUser {
  const kind = KINDS[type] ?? `type ${type}`
  if (!NAMED.has(type)) return { kind, name: null }
  const text = new TextDecoder().decode(primaryField).replaceAll(UNPRINTABLE, "\u{FFFD}")
  return { kind, name: text.slice(0, MAX_NAME_LENGTH).toWellFormed() }
}
