/** What was found of a signature, test by test: as the judge says it, so the pages show it. */
export type { Verdict, VerdictOutcome } from "../../standards/dsg/verdict.ts"
export type { VerdictTest } from "../../standards/hpki/verdict-test.ts"
