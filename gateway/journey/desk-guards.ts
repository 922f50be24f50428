/** Checks both desks share: the thing exists, and this person may. */
import { DeskError, LedgerError } from "./errors.ts"
import type { Person } from "./ports/person.ts"
import type { RequestRecord } from "./records/request.ts"

export function found<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw new DeskError("ERR_NOT_FOUND", `no such ${what}`)
  return thing
}

/** A request whose term is over is nobody's any more. */
export const isKept = ({ state }: Pick<RequestRecord, "state">): boolean => state !== "exited"

/** Throws DeskError ERR_NOT_FOUND. */
export function kept(request: RequestRecord | null): RequestRecord {
  return found(request !== null && isKept(request) ? request : null, "request")
}

export function only(person: Person, ...roles: readonly Person["role"][]): void {
  if (!roles.includes(person.role))
    throw new DeskError("ERR_NOT_ALLOWED", `this needs the role ${roles.join(" or ")}`)
}

/** So often a person's act is decided anew when a step wrote the same record meanwhile. */
const ACT_ATTEMPTS = 3

/** On what stands there now, also when a step wrote it between our reading and our writing. */
export async function current<T>(act: () => Promise<T>, attempts = ACT_ATTEMPTS): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const stale = error instanceof LedgerError && error.code === "ERR_LEDGER_STALE"
    if (!stale || attempts <= 1) throw error
    return current(act, attempts - 1)
  }
}
