/**
 * When was it signed, and as of when is that to be judged? (XAdES-T, -X and -A)
 *
 * From the outside in: the newest archive time stamp is judged now; when it is sound, everything within is judged as it
 * stood at that time, by what was known then, and by what became known later of revocations before it. So it goes on to the time stamp over the signature's value, whose genTime is
 * the validation time of the signer; without one it is the time everything is judged at, or by when another's proves it.
 */
import { createHash } from "node:crypto"
import type { Certificate } from "../hpki/certificate.ts"
import { type VerdictTest, check, pass, unknown } from "../hpki/verdict-test.ts"
import { type TokenCheck, MAX_CLOCK_SKEW_MS, verifyToken } from "../tsp/verify-token.ts"
import type { SignatureDocument, Stamp } from "./signature-document.ts"
import type { SignatureTrust } from "./trust.ts"

export interface SigningInstant {
  /** Of the oldest sound time stamp over the signature's value. */
  readonly genTime: Date | null
  readonly validationTime: Date
  /** It is proven that all of this existed then; now, without an archive time stamp. */
  readonly provenAt: Date
  /** Of the newest time stamp's authority: until then somebody must stamp anew. Null without time stamp. */
  readonly lastsUntil: Date | null
  /** Paths of the time-stamp authorities, leaf first. */
  readonly chains: readonly (readonly Certificate[])[]
  /** `time-stamp` while there is none, else `time-stamp-…` of every token; and `signing-time`. */
  readonly tests: readonly VerdictTest[]
}

/**
 * @param trust with the evidence that came along (`withEvidence`)
 * @param boundAt for a document without time stamp: when it existed by another's, which says nothing of when it was signed
 */
export function checkTimeStamp(
  document: SignatureDocument,
  trust: SignatureTrust,
  now: Date,
  boundAt: Date | null,
): SigningInstant {
  const { properties } = document
  const believed = trust.timeStamp
  const archive = checkArchive(document, trust, now)
  const rules = { now: archive.provenAt, present: now, newerCrl: trust.newerCrl }
  const verify = ({ token, stamped }: Stamp) => verifyToken(token, stamped, believed, rules)
  const checks = document.timeStamps.map(verify)
  const references = document.referencesStamps.map(verify)
  const genTimes = checks.filter(isSound).flatMap((token) => token.genTime ?? [])
  const [genTime = null] = genTimes.sort((a, b) => a.getTime() - b.getTime())
  const bound = checks.length === 0 ? boundAt : null
  const validationTime = genTime ?? bound ?? archive.provenAt
  return {
    genTime,
    validationTime,
    chains: [...checks, ...references, ...archive.checks].map(({ chain }) => chain),
    provenAt: archive.provenAt,
    lastsUntil: archive.newest?.chain[0]?.notAfter ?? checks.find(isSound)?.chain[0]?.notAfter ?? null,
    tests: [
      ...archive.tests,
      ...references.flatMap(({ tests }) => renamed(tests, "references")),
      ...(checks.length === 0 ? [unstamped(bound)] : checks.flatMap(({ tests }) => tests)),
      ...checkNamedEvidence(document),
      checkSigningTime(properties.signingTime, validationTime),
    ],
  }
}

const unstamped = (bound: Date | null): VerdictTest =>
  bound === null ? unknown("time-stamp", "none yet") : pass("bound-in-time", bound.toISOString())

/** A token that failed says nothing about time; the verdict is invalid anyway. */
const isSound = ({ tests }: TokenCheck): boolean => tests.every(({ outcome }) => outcome !== "fail")

interface Archive {
  readonly provenAt: Date
  readonly newest: TokenCheck | null
  readonly checks: readonly TokenCheck[]
  readonly tests: readonly VerdictTest[]
}

/** The newest first, each judged at the time that the one after it proves. */
function checkArchive(
  { archiveStamps }: SignatureDocument,
  { newerCrl, timeStamp }: SignatureTrust,
  now: Date,
): Archive {
  const start: Archive = { provenAt: now, newest: null, checks: [], tests: [] }
  return archiveStamps.toReversed().reduce((outer, { token, stamped }) => {
    if (stamped === null) {
      const missing = unknown(
        "time-stamp-archive",
        "covers the signed documents themselves, which are not here",
      )
      return { ...outer, tests: [...outer.tests, missing] }
    }
    const checked = verifyToken(token, stamped, timeStamp, { now: outer.provenAt, present: now, newerCrl })
    const isProof = checked.tests.every(({ outcome }) => outcome === "pass")
    return {
      provenAt: isProof && checked.genTime !== null ? checked.genTime : outer.provenAt,
      newest: outer.newest ?? checked,
      checks: [...outer.checks, checked],
      tests: [...outer.tests, ...renamed(checked.tests, "archive")],
    }
  }, start)
}

const renamed = (tests: readonly VerdictTest[], stamp: "archive" | "references"): readonly VerdictTest[] =>
  tests.map((test) => ({ ...test, name: test.name.replace("time-stamp-", `time-stamp-${stamp}-`) }))

/** What the references name must be what came along, where it came along. */
function checkNamedEvidence({
  evidenceNamed,
  evidence,
  certificates,
}: SignatureDocument): readonly VerdictTest[] {
  if (evidenceNamed === null) return []
  const here = [...certificates, ...evidence.certificates, ...evidence.crls, ...evidence.ocsp]
  if (evidenceNamed.some(({ hash }) => hash === ""))
    return [unknown("evidence-named", "named by a digest that is not accepted")]
  const digests = new Map(
    [...new Set(evidenceNamed.map(({ hash }) => hash))].map((hash) => [
      hash,
      new Set(here.map((each) => createHash(hash).update(each).digest("hex"))),
    ]),
  )
  const absent = evidenceNamed.filter(
    ({ hash, digest }) => digests.get(hash)?.has(Buffer.from(digest).toString("hex")) !== true,
  )
  if (absent.length === 0) return [pass("evidence-named", `${evidenceNamed.length} certificates and lists`)]
  return [unknown("evidence-named", `${absent.length} of ${evidenceNamed.length} that it names are not here`)]
}

/** The signer's claim must not lie behind the authority's time (§1.7 step 9 of our validator). */
function checkSigningTime(claimed: Date | null, validationTime: Date): VerdictTest {
  const aheadMs = claimed === null ? 0 : claimed.getTime() - validationTime.getTime()
  return check("signing-time", aheadMs <= MAX_CLOCK_SKEW_MS, "claimed time is after the time stamp")
}
