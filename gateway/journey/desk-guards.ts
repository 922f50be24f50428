/** Checks both desks share: the thing exists, and this person may. */
import { DeskError } from "./errors.ts"
import type { Person } from "./ports.ts"
import type { RequestRecord } from "./records.ts"

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

export function only(person: Person, role: Person["role"]): void {
  if (person.role !== role) throw new DeskError("ERR_NOT_ALLOWED", `this needs the role ${role}`)
}
