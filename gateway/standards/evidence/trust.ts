/** What whoever verifies a package believes. All of it is theirs; of the package's own nothing is believed. */
import type { Certificate } from "../hpki/certificate.ts"
import type { Crl } from "../hpki/crl.ts"
import type { OcspResponse } from "../hpki/ocsp.ts"
import type { SignatureTrust } from "../dsg/trust.ts"
import { type Verdict, outcomeOf } from "../dsg/verdict.ts"
import type { Verification } from "../dsg/verify.ts"
import { type VerdictTest, unknown } from "../hpki/verdict-test.ts"
import type { AnchorUse } from "./evidence-index.ts"

export interface EvidenceTrust {
  /** By use: who may issue physicians' cards may not say what time it was. None = that cannot be judged. */
  readonly anchors: Readonly<Record<AnchorUse, readonly Certificate[]>>
  /** Certificates made for tests count: for demonstrations alone. */
  readonly allowTestPolicies: boolean
}

/** What helps to find a path, and proves nothing by itself. */
export interface Helpers {
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Crl[]
  readonly ocsp: readonly OcspResponse[]
}

/**
 * Who may read images at all. Which of them, and which keys, two facilities have agreed upon nobody here knows: the role, and
 * that a key may log in as well, stand in the test's detail for whoever looks. A policy of their own (`trust.signaturePolicies`)
 * leaves the verdict open: a package that brought the policies it is to be judged by would vouch for itself.
 */
const READERS = ["Medical Doctor", "Dentist"] as const

/** @param of a person's signature, or a facility's seal */
export function signatureTrust(
  { anchors, allowTestPolicies }: EvidenceTrust,
  { certificates, crls, ocsp }: Helpers,
  of: "hpki" | "seal",
): SignatureTrust {
  const common = {
    anchors: anchors[of],
    intermediates: certificates,
    crls,
    ocsp,
    timeStamp: { anchors: anchors.tsa, intermediates: certificates, crls, ocsp, policies: [] },
    newerCrl: "preferred",
  } as const
  return of === "seal"
    ? { ...common, kind: "seal", pins: [] }
    : {
        ...common,
        kind: "hpki",
        rules: {
          use: "signature",
          allowTestPolicies,
          foreignPolicy: "unknown",
          roles: READERS,
          loginBySigningKey: "told",
        },
      }
}

/** Answered by the path or by the time, and so by nothing where there is no anchor to begin with. */
const BY_TIME: readonly string[] = ["validity", "revocation", "newer-crl", "signing-time"]
const PATH_OF_TIME = "time-stamp-path"

/**
 * Where no anchor was brought a path that does not end is no proof of anything: those tests are unknown, and not failed. With
 * anchors, and a path to none of them, a signature is refused as everywhere in this house.
 */
export function withoutAnchors(
  { verdict, ...rest }: Verification,
  { anchors }: EvidenceTrust,
  of: "hpki" | "seal",
): Verification {
  // Which keys two facilities have agreed upon nobody here knows: that was not tested.
  const made = verdict.tests.filter(({ name }) => name !== "pin")
  const tests = made.map((test): VerdictTest => {
    if (test.outcome !== "fail") return test
    if (test.name === "path" && anchors[of].length === 0) return noAnchor(test, of)
    const isOfTime = test.name === PATH_OF_TIME || BY_TIME.includes(test.name)
    return isOfTime && anchors.tsa.length === 0 ? noAnchor(test, "tsa") : test
  })
  const judged: Verdict = { ...verdict, tests, outcome: outcomeOf(tests) }
  return { ...rest, verdict: judged }
}

const noAnchor = ({ name, detail }: VerdictTest, use: AnchorUse): VerdictTest =>
  unknown(name, `no anchor for ${use} was given: ${detail}`)
