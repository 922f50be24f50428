/** The audit trail of a gateway as others read it: a chain that `dokuei audit verify` checks, and ATNA messages. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Road, Role } from "./road.ts"

const MAIN = join(import.meta.dirname, "..", "..", "gateway", "main.ts")

export const trailFile = (road: Road, role: Role): string => join(road.dataDir(role), "audit.jsonl")

export function verifiedByCommand(road: Road, role: Role): { status: number | null; printed: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, "audit", "verify", trailFile(road, role)],
    { encoding: "utf8" },
  )
  return { status, printed: stdout + stderr }
}

export function auditMessages(road: Road, role: Role): string[] {
  return readFileSync(trailFile(road, role), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { message: string }).message)
}

export interface AuditKind {
  /** DCM code of EventID, e.g. 110106 Export. */
  readonly event: string
  readonly action: string
  /** 0 success, 4 minor, 8 serious, 12 major. */
  readonly outcome: string
}

export function kindOf(message: string): AuditKind {
  const attribute = (pattern: RegExp): string => pattern.exec(message)?.[1] ?? ""
  return {
    event: attribute(/<EventID csd-code="([^"]+)"/),
    action: attribute(/EventActionCode="([^"]+)"/),
    outcome: attribute(/EventOutcomeIndicator="([^"]+)"/),
  }
}

/** `110106 R 0`, once each. */
export function auditKinds(road: Road, role: Role): Set<string> {
  return new Set(
    auditMessages(road, role)
      .map(kindOf)
      .map(({ event, action, outcome }) => `${event} ${action} ${outcome}`),
  )
}
