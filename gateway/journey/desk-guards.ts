/** Checks both desks share: the thing exists, and this person may. */
import { DeskError } from "./errors.ts"
import type { Person } from "./ports.ts"

export function found<T>(thing: T | null | undefined, what: string): T {
  if (thing === null || thing === undefined) throw new DeskError("ERR_NOT_FOUND", `no such ${what}`)
  return thing
}

export function only(person: Person, role: Person["role"]): void {
  if (person.role !== role) throw new DeskError("ERR_NOT_ALLOWED", `this needs the role ${role}`)
}
