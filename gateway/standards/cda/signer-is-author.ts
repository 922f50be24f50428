/** A good signature by another physician than the author is no signature of this report. */
import type { Certificate } from "../hpki/certificate.ts"
import { japaneseName } from "../hpki/extensions.ts"
import { attributeOf } from "../hpki/name.ts"
import { type VerdictTest, check } from "../hpki/verdict-test.ts"
import type { SignedReport } from "./read-imaging-report.ts"

/** Test `signer-is-author`: certificate, author and who answers for the text name one person. */
export function signerIsAuthor(
  signer: Certificate | null,
  { report: { reader }, legalAuthenticator }: SignedReport,
): VerdictTest {
  return check(
    "signer-is-author",
    isAnswering(reader, legalAuthenticator) &&
      isNamed(signer, reader.name) &&
      isNamed(signer, legalAuthenticator.name),
    "the certificate's holder, the author and who answers for the text are not one person",
  )
}

type Reader = SignedReport["report"]["reader"]

const isAnswering = (reader: Reader, answers: SignedReport["legalAuthenticator"]): answers is Reader =>
  answers?.id === reader.id && answers.idRoot === reader.idRoot

/** Test `author-answers`: the text names one person as its author and as who answers for it. */
export const authorAnswers = ({ report: { reader }, legalAuthenticator }: SignedReport): VerdictTest =>
  check(
    "author-answers",
    isAnswering(reader, legalAuthenticator) && isSameName(reader.name, legalAuthenticator.name),
    "the author and who answers for the text are not one person",
  )

/** Width and spaces do not count, characters do. */
export const isSameName = (one: string, other: string): boolean =>
  folded(one) !== "" && folded(one) === folded(other)

/** Is this the certificate's Japanese or Latin name? */
export const isNamed = (signer: Certificate | null, name: string): boolean =>
  signer !== null &&
  [japaneseName(signer), attributeOf(signer.subject, "CN")].some((each) => isSameName(each, name))

const folded = (name: string): string => name.normalize("NFKC").replace(/\s/gu, "").toLowerCase()
