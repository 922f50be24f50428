/** Configuration of the way on which what the reading centre sends comes to the hospital. */
import { z } from "zod"
import type { Issue } from "./issue.ts"

export const roadHome = z
  .enum(["dialled", "held"])
  .default("dialled")
  .describe(
    "how what the reading centre sends comes to the hospital, the same at both sides. `dialled`: the centre calls the hospital's endpoint; `held`: the hospital keeps one connection to the centre open and it comes through that, for a hospital that cannot be called from outside (NAT)",
  )

interface Raw {
  readonly endpoint?: unknown
  readonly roadHome?: unknown
  readonly accepts?: unknown
}

/** Do we hold the centre's part of the agreement, and does the hospital keep the connection? */
export const isHeldForUs = ({ roadHome: way, accepts }: Raw): boolean =>
  way === "held" && Array.isArray(accepts) && accepts.includes("study")

/** Whom we call must have an address; who keeps a connection open to us is never called. */
export function roadHomeIssues(agreement: Raw, path: string): Issue[] {
  const issue = (message: string): Issue[] => [{ path: `${path}.endpoint`, message }]
  if (!isHeldForUs(agreement)) return agreement.endpoint === undefined ? issue("is missing") : []
  return agreement.endpoint === undefined
    ? []
    : issue("must be left out with roadHome held: this hospital is never called")
}
