/** How far a self-test has come. */
import type { Verdict } from "./verdict.ts"

/** How far a self-test has come: sealed and signed here, taken by the partner, its report here, the report's signature judged. */
export interface SelfTestStage {
  readonly name: "sealed" | "taken" | "answered" | "judged"
  readonly state: "done" | "now" | "todo" | "failed"
  /** When it was reached, ISO 8601. */
  readonly at: string | null
  /** Code of errors.ts, with the partner's own behind it where it said one: what it waits for or failed with. */
  readonly code: string | null
}

/** A phantom on its way to a partner and a report of it back. */
export interface SelfTestView {
  readonly id: string
  readonly agreement: string
  readonly beganAt: string
  readonly stages: readonly SelfTestStage[]
  readonly outcome: "running" | "passed" | "failed"
  /** Of the report on the phantom; null while there is none, or when it is destroyed. */
  readonly signature: Verdict | null
}
