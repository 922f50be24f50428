/**
 * The verdict over what came without a seal, as agreed: never `valid`, and it says what was looked at instead. Who sent it is
 * known by the key of its connection alone; nobody can prove it to a third party. Of what came on a medium not even that is
 * known: the verdict names who read it in.
 */
import type { Verdict } from "../../standards/dsg/verdict.ts"
import { pass } from "../../standards/hpki/verdict-test.ts"
import type { Agreement } from "../agreement.ts"
import { permissionWords } from "../packaging.ts"
import type { SubmissionRecord } from "../records/submission.ts"

export function unsealedVerdict(
  { private: { cameOn } }: SubmissionRecord,
  agreement: Agreement,
  now: Date,
): Verdict {
  const permission = permissionWords(agreement)
  return {
    outcome: "unsigned",
    kind: "none",
    holder: agreement.partner.name,
    holderJapanese: "",
    role: "",
    issuer: "",
    serial: "",
    policy: permission ?? "",
    signedAt: null,
    timeStampedAt: null,
    checkedAt: now.toISOString(),
    tests: [
      // Mutual TLS by a pinned key; hash and size of the metadata; patient, study and request that it was sent for.
      cameOn === undefined ? pass("connection") : pass("medium", cameOn.user),
      pass("transmitted"),
      pass("same-subject"),
      pass("unsigned-agreed", agreement.partner.name),
      ...(permission === null ? [] : [pass("unencrypted-agreed", permission)]),
    ],
  }
}
