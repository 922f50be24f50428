/** When was it signed? (XAdES-T) With a sound time stamp the validation time is its genTime, without one it is now. */
import { type VerdictTest, check, unknown } from "../hpki/verdict-test.ts"
import { MAX_CLOCK_SKEW_MS, verifyToken } from "../tsp/verify-token.ts"
import type { SignatureDocument } from "./signature-document.ts"
import type { SignatureTrust } from "./trust.ts"

export interface SigningInstant {
  readonly genTime: Date | null
  readonly validationTime: Date
  /** `time-stamp` while there is none, else `time-stamp-…` of every token; and `signing-time`. */
  readonly tests: readonly VerdictTest[]
}

/** @param trust with the evidence that came along (`withEvidence`) */
export function checkTimeStamp(
  document: SignatureDocument,
  trust: SignatureTrust,
  now: Date,
): SigningInstant {
  const { timeStamps, properties } = document
  const rules = { now, newerCrl: trust.newerCrl }
  const checks = timeStamps.map(({ token, stamped }) => verifyToken(token, stamped, trust.timeStamp, rules))
  const tests = checks.flatMap((token) => token.tests)
  // A token that failed says nothing about time; the verdict is invalid anyway.
  const sound = checks.filter((token) => token.tests.every(({ outcome }) => outcome !== "fail"))
  const [genTime = null] = sound
    .flatMap((token) => token.genTime ?? [])
    .sort((a, b) => a.getTime() - b.getTime())
  const validationTime = genTime ?? now
  return {
    genTime,
    validationTime,
    tests: [
      ...(timeStamps.length === 0 ? [unknown("time-stamp", "none yet")] : tests),
      checkSigningTime(properties.signingTime, validationTime),
    ],
  }
}

/** The signer's claim must not lie behind the authority's time (§1.7 step 9 of our validator). */
function checkSigningTime(claimed: Date | null, validationTime: Date): VerdictTest {
  const aheadMs = claimed === null ? 0 : claimed.getTime() - validationTime.getTime()
  return check("signing-time", aheadMs <= MAX_CLOCK_SKEW_MS, "claimed time is after the time stamp")
}
