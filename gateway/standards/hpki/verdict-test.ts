/** One test of a verification and how it came out. Verifiers list every test they make; none is skipped silently. */
export interface VerdictTest {
  /** e.g. `signature-value`, `digest`, `path`, `policy`, `hc-role`, `revocation`, `time-stamp`, `exact-set`. */
  readonly name: string
  readonly outcome: "pass" | "fail" | "unknown"
  readonly detail: string
}

export const pass = (name: string, detail = ""): VerdictTest => ({ name, outcome: "pass", detail })
export const fail = (name: string, detail: string): VerdictTest => ({ name, outcome: "fail", detail })
/** Not decided now; more evidence may decide it. */
export const unknown = (name: string, detail: string): VerdictTest => ({ name, outcome: "unknown", detail })

/** Pass with nothing to say, or fail with the reason. */
export const check = (name: string, holds: boolean, reason: string): VerdictTest =>
  holds ? pass(name) : fail(name, reason)
