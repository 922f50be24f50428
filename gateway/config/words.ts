/** What the schema and the YAML reader say, in words that tell a person what to do. */
import type { z } from "zod"
import type { Issue } from "./issue.ts"

/** @param value what was checked, to tell of a setting that is there under nearly its name */
export function inWords(issue: z.core.$ZodIssue, value: unknown): Issue {
  const keys = issue.path.map(String)
  const path = keys.join(".")
  return issue.code === "invalid_type"
    ? { path, message: typeFault(issue.message, issue.expected, nearlyNamed(value, keys)) }
    : { path, message: OWN_WORDS.test(issue.message) ? bound(issue) : issue.message }
}

/** How zod begins where the schema gives no words of its own. */
const OWN_WORDS = /^(Too small|Too big|Invalid option|Invalid ISO date|Invalid email address)/

function bound(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`
  if (issue.code === "too_small" && (issue.origin === "string" || issue.origin === "array"))
    return issue.minimum === 1 ? "must not be empty" : `must have at least ${issue.minimum}`
  if (issue.code === "too_small")
    return `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`
  if (issue.code === "too_big" && issue.origin === "string")
    return `must have at most ${issue.maximum} characters`
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`
  if (issue.code === "invalid_format" && issue.format === "date") return "must be a date, e.g. 2026-04-01"
  if (issue.code === "invalid_format" && issue.format === "email") return "must be a mail address"
  return issue.message
}

function typeFault(message: string, expected: string, near: string | null): string {
  if (message.endsWith("received undefined"))
    return near === null ? "is missing" : `is missing: there is "${near}", which is no setting`
  const takenFor = /received (number|boolean|Date|null)$/.exec(message)?.[1]
  if (expected === "string" && takenFor !== undefined && takenFor !== "null")
    return `YAML takes it for a ${takenFor}: put it in quotes`
  return message.replace(/^Invalid input: /, "")
}

/** A key beside the missing one that differs in case or in nothing but hyphens and underscores. */
function nearlyNamed(value: unknown, path: readonly string[]): string | null {
  const name = plain(path.at(-1) ?? "")
  return Object.keys(holder(value, path.slice(0, -1))).find((key) => plain(key) === name) ?? null
}

const plain = (key: string): string => key.toLowerCase().replace(/[-_]/g, "")

function holder(value: unknown, path: readonly string[]): object {
  let found: unknown = value
  for (const key of path) found = isHolder(found) ? (found as Record<string, unknown>)[key] : null
  return isHolder(found) ? found : {}
}

const isHolder = (value: unknown): value is object => typeof value === "object" && value !== null

/** The reader's first line, without the colon that its picture of the place stands behind. */
export const yamlFault = (message: string): string => (message.split("\n")[0] ?? "").replace(/:$/, "")

/** One quotation mark that is not closed makes hundreds. */
const MOST_YAML_FAULTS = 5

/** Of a text that is no YAML the first faults: those after them mostly follow from them. */
export function yamlFaults(messages: readonly string[]): readonly Issue[] {
  const told = messages.slice(0, MOST_YAML_FAULTS).map(yamlFault)
  const left = messages.length - told.length
  const rest = left > 0 ? [`and ${left} more, which mostly follow from the first`] : []
  return [...told, ...rest].map((message) => ({ path: "", message }))
}
