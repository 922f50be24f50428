/**
 * The twelve tests of a signature, in their order, as a person is told them (docs/hpki.md). Each gathers the finer tests that
 * verifiers make; one that nobody made is `indeterminate` and says why: none is skipped silently.
 */
import type { VerdictTest } from "../hpki/verdict-test.ts"
import type { Verdict } from "./verdict.ts"

export type TwelveId =
  | "parse"
  | "signer"
  | "signature"
  | "path"
  | "policy"
  | "key-usage"
  | "hc-role"
  | "identity"
  | "time"
  | "revocation"
  | "time-stamp-authority"
  | "references"

export interface NamedTest {
  /** 1 to 12. */
  readonly number: number
  readonly id: TwelveId
  readonly outcome: "pass" | "fail" | "indeterminate"
  /** What decided it; "" when it passed and there is nothing to add. */
  readonly reason: string
}

interface Place {
  readonly id: TwelveId
  /** Names of the finer tests. */
  readonly names: readonly string[]
  /** Said when none of them was made. */
  readonly absent: string
}

const NOT_REACHED = "not reached: what comes before it could not be read"

/** What says that somebody may read images: the certificate, or the agreement that takes one without it, or none but the pinned seal. */
const ROLE: Readonly<Record<Verdict["kind"], readonly string[]>> = {
  hpki: ["hc-role"],
  qualified: ["qualified-agreed"],
  seal: ["pin", "sealed-agreed"],
  none: ["hc-role"],
}

/** @param kind a seal has neither policy nor role: the key its agreement pins stands for both */
const placesOf = (kind: Verdict["kind"]): readonly Place[] => [
  { id: "parse", names: ["structure"], absent: NOT_REACHED },
  { id: "signer", names: ["signing-certificate"], absent: NOT_REACHED },
  { id: "signature", names: ["algorithms", "signature-value"], absent: NOT_REACHED },
  {
    id: "path",
    names: ["path", "key-strength", "validity", "basic-constraints", "critical-extensions"],
    absent: NOT_REACHED,
  },
  { id: "policy", names: [kind === "seal" ? "pin" : "policy"], absent: NOT_REACHED },
  { id: "key-usage", names: ["key-usage", "extended-key-usage"], absent: NOT_REACHED },
  { id: "hc-role", names: ROLE[kind], absent: NOT_REACHED },
  {
    id: "identity",
    names:
      kind === "seal" ? ["pin", "author-answers", "reader-agreed"] : ["signer-is-author", "signer-agreed"],
    absent: "nobody was named to compare the signer with",
  },
  { id: "time", names: ["time-stamp", "signing-time"], absent: NOT_REACHED },
  { id: "revocation", names: ["revocation", "newer-crl", "evidence", "evidence-named"], absent: NOT_REACHED },
  { id: "time-stamp-authority", names: [], absent: "there is no time stamp" },
  {
    id: "references",
    names: ["references", "signed-properties", "exact-set", "digest", "submission-set"],
    absent: NOT_REACHED,
  },
]

const OF_TIME_STAMP = "time-stamp-"

/** Twelve rows, always. A verdict over what is not signed at all (`kind` none) has twelve that were not reached. */
export function twelveTests({ kind, tests }: Pick<Verdict, "kind" | "tests">): readonly NamedTest[] {
  return placesOf(kind).map(({ id, names, absent }, place) => {
    const made = tests.filter(({ name }) =>
      id === "time-stamp-authority" ? name.startsWith(OF_TIME_STAMP) : names.includes(name),
    )
    return { number: place + 1, id, ...together(made, absent) }
  })
}

function together(made: readonly VerdictTest[], absent: string): Pick<NamedTest, "outcome" | "reason"> {
  if (made.length === 0) return { outcome: "indeterminate", reason: absent }
  const failed = made.filter(({ outcome }) => outcome === "fail")
  if (failed.length > 0) return { outcome: "fail", reason: told(failed) }
  const open = made.filter(({ outcome }) => outcome === "unknown")
  return open.length > 0
    ? { outcome: "indeterminate", reason: told(open) }
    : { outcome: "pass", reason: told(made.filter(({ detail }) => detail !== "")) }
}

const told = (tests: readonly VerdictTest[]): string =>
  tests.map(({ name, detail }) => (detail === "" ? name : `${name}: ${detail}`)).join("; ")
