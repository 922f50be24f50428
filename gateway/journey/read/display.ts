/** On what a reader looked at the images: for the trail, beside what they agreed to. */
import type { Person } from "../ports/person.ts"

/** "" where the device is not on record; whether the check had ended by then the row's own time says. */
export function displayWords({ device }: Pick<Person, "device">): string {
  if (device === undefined) return ""
  const { id, label, qualifiedUntil } = device
  const display = qualifiedUntil === null ? "not checked for diagnosis" : `checked until ${qualifiedUntil}`
  return `; on device "${label}" (${id}), its display ${display}`
}
