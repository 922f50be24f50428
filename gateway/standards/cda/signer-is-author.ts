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
  const answers = legalAuthenticator?.id === reader.id && legalAuthenticator.idRoot === reader.idRoot
  return check(
    "signer-is-author",
    answers && isNamed(signer, reader.name) && isNamed(signer, legalAuthenticator.name),
    "the certificate's holder, the author and who answers for the text are not one person",
  )
}

/** Is this the certificate's Japanese or Latin name? Width and spaces do not count, characters do. */
export const isNamed = (signer: Certificate | null, name: string): boolean =>
  signer !== null &&
  folded(name) !== "" &&
  [japaneseName(signer), attributeOf(signer.subject, "CN")].some((each) => folded(each) === folded(name))

const folded = (name: string): string => name.normalize("NFKC").replace(/\s/gu, "").toLowerCase()
