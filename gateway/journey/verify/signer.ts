/**
 * Who signed, against who is named: a good signature by another physician than the author is no signature of this report.
 */
import type { SignedReport } from "../../standards/cda/read-imaging-report.ts"
import { authorAnswers, isNamed, isSameName, signerIsAuthor } from "../../standards/cda/signer-is-author.ts"
import { outcomeOf, type Verdict } from "../../standards/dsg/verdict.ts"
import type { Verification } from "../../standards/dsg/verify.ts"
import type { Certificate } from "../../standards/hpki/certificate.ts"
import { attributeOf } from "../../standards/hpki/name.ts"
import { check, pass, type VerdictTest } from "../../standards/hpki/verdict-test.ts"
import type { AgreedReader, Agreement } from "../agreement.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** The verdict, with whether the signer is the author, and, where the agreement names its readers, one of them. */
export function judgeSigner(
  { verdict, signer }: Verification,
  agreement: Agreement,
  written: SignedReport,
): Verdict {
  const person =
    verdict.kind === "seal"
      ? sealedReader(agreement, written)
      : [signerIsAuthor(signer, written), ...agreedReader(signer, agreement)]
  const tests = [...verdict.tests, ...person]
  return { ...verdict, outcome: outcomeOf(tests), tests }
}

/** Nobody has signed in person, as agreed: who wrote it the reading centre says, and the agreement may name who may. */
function sealedReader({ readers }: Agreement, written: SignedReport): VerdictTest[] {
  const { reader } = written.report
  const agreed = readers.length === 0 || readers.some(({ name }) => isSameName(name, reader.name))
  return [
    authorAnswers(written),
    pass("sealed-agreed"),
    check("reader-agreed", agreed, `${reader.name} is no reader the agreement names`),
  ]
}

/** Nothing to test where the agreement leaves it to the partner who its readers are. */
export function agreedReader(
  signer: Certificate | null,
  { readers }: Pick<Agreement, "readers">,
): VerdictTest[] {
  if (readers.length === 0) return []
  const key = signer === null ? "" : sha256Hex(signer.spki)
  const agreed = readers.some(
    ({ name, spkiSha256, card }) => isNamed(signer, name) && (spkiSha256 === key || isHolder(signer, card)),
  )
  return [check("signer-agreed", agreed, `key ${key} is of no reader the agreement names`)]
}

/** The authority's own number for its holder, under this authority: another's number says nothing. */
const isHolder = (signer: Certificate | null, card: AgreedReader["card"]): boolean =>
  card !== undefined &&
  signer?.issuer.text === card.issuer &&
  attributeOf(signer.subject, "serialNumber") === card.serialNumber
