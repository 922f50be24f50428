/**
 * Binding: that a certificate is an account's counts once a second person has compared it with the card and said so.
 * Whoever may open an account cannot by that alone make its holder's signature.
 */
import { event } from "../audit.ts"
import { DeskError } from "../errors.ts"
import type { AuditEvent } from "../ports/audit.ts"
import type { Binding, Bindings } from "../ports/bindings.ts"
import type { Person } from "../ports/person.ts"

/** Somebody who answers for a binding: an account, or a person at the machine itself. */
export interface Witness {
  /** null = no account of this gateway. */
  readonly login: string | null
  readonly name: string
}

export interface Agreed {
  /** One who is logged in, or the two at the machine. */
  readonly by: readonly Witness[]
  /** What shows it: a passkey's assertion, or how the command was called. */
  readonly evidence: string
  readonly at: Date
}

type Which = Pick<Binding, "person" | "fingerprint">

/**
 * One that was taken back only two people give back, at the machine: a page that was open before knows nothing of it.
 *
 * @throws DeskError ERR_NOT_ALLOWED for the account's own holder and for a certificate that is another account's, ERR_NOT_FOUND for
 *   one that nobody has seen here, ERR_BINDING_REVOKED for one that was taken back
 */
export async function confirmBinding(
  bindings: Pick<Bindings, "bindings" | "confirm">,
  which: Which,
  { by, evidence, at }: Agreed,
): Promise<void> {
  const { person, fingerprint } = which
  demandOthers(person, by)
  const all = await bindings.bindings()
  const seen = all.find((each) => isThis(each, which))
  if (seen === undefined) throw new DeskError("ERR_NOT_FOUND", "this account has no such certificate")
  const isAnew = by.length > 1
  if (!isAnew) demandStanding(seen)
  const act = { ...actOf(which, by, at, "confirmed as", seen.use), isAnew }
  if (!(await bindings.confirm(act, evidence)))
    throw new DeskError("ERR_NOT_ALLOWED", `certificate ${fingerprint} is confirmed for another account`)
}

/** @throws DeskError ERR_BINDING_REVOKED */
export function demandStanding({ revoked }: Pick<Binding, "revoked">): void {
  if (revoked !== null)
    throw new DeskError("ERR_BINDING_REVOKED", `it was taken back by ${revoked.by}: ${revoked.reason}`)
}

/** Anybody who answers for accounts may, the holder of the account too: it takes a right away. Throws DeskError ERR_NOT_FOUND. */
export async function revokeBinding(
  bindings: Pick<Bindings, "bindings" | "revoke">,
  which: Which,
  { by, at, reason }: Omit<Agreed, "evidence"> & { readonly reason: string },
): Promise<void> {
  const seen = (await bindings.bindings()).find((each) => isThis(each, which))
  if (seen === undefined || !(await bindings.revoke(actOf(which, by, at, "no longer", seen.use), reason)))
    throw new DeskError("ERR_NOT_FOUND", "this account has no such certificate, or it was revoked before")
}

const isThis = (binding: Binding, { person, fingerprint }: Which): boolean =>
  binding.person.login === person.login && binding.fingerprint === fingerprint

/**
 * Two people are two names, and neither is the holder's.
 *
 * @throws DeskError ERR_NOT_ALLOWED
 */
export function demandOthers(person: Person, by: readonly Witness[]): void {
  const names = by.map(({ name }) => folded(name))
  const isHolder = by.some(
    ({ login, name }) => login === person.login || folded(name) === folded(person.name),
  )
  if (isHolder || names.includes("") || names.includes(folded(person.login)))
    throw new DeskError("ERR_NOT_ALLOWED", "nobody confirms a certificate of their own account")
  if (new Set(names).size < names.length)
    throw new DeskError("ERR_NOT_ALLOWED", "one person was named twice: two are needed")
}

/** Width, spaces, case and what nobody sees make no other person. */
const folded = (name: string): string =>
  name
    .normalize("NFKC")
    .replace(/[\s\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .toLowerCase()

/** As the trail and the store name who did it. */
export const namedWitness = ({ login, name }: Witness): string =>
  login === null ? name : `${name} (${login})`

const named = (by: readonly Witness[]): string => by.map(namedWitness).join(", ")

function actOf(
  { person, fingerprint }: Which,
  by: readonly Witness[],
  at: Date,
  what: "confirmed as" | "no longer",
  use: Binding["use"],
) {
  const words = `certificate ${fingerprint} ${what} ${use} certificate of ${person.login}, by ${named(by)}`
  return { login: person.login, fingerprint, by: named(by), at, event: changed(person, by, at, words) }
}

/** PS3.15 A.5.3.11: User Security Attributes Changed. */
function changed(person: Person, by: readonly Witness[], at: Date, description: string): AuditEvent {
  const [first] = by
  return event({
    event: "account-changed",
    outcome: "success",
    at: at.toISOString(),
    user: first?.login ?? first?.name ?? null,
    userName: first?.name ?? null,
    objectId: `urn:dokuei:person:${person.login}`,
    description,
  })
}
