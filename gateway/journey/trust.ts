/** Whom we believe for what. Answered from configuration and from revocation lists that somebody else fetched. */
import type { SealTrust, SignatureTrust } from "../standards/dsg/trust.ts"
import type { Certificate } from "../standards/hpki/certificate.ts"
import type { Agreement } from "./agreement.ts"

/** What an agreement says of whose signature makes a report. */
export type ReportTerms = Pick<Agreement, "reportSignature" | "reportRoles" | "sealPins">

export interface TrustStore {
  /** The partner's seal: our private CA and the agreed pins. */
  seal(agreement: Agreement): SealTrust
  /**
   * A radiologist's report, by the level agreed (`reportSignature`): HPKI roots, signature policy and the roles allowed; the other
   * authorities that were agreed; or the seals of the agreement. HPKI and Medical Doctor where no agreement is at hand.
   */
  report(agreement?: ReportTerms | null): SignatureTrust
  /**
   * Evidence about these paths is needed, now or when it is looked at again: it is fetched, where it may be, outside of any
   * verdict. Leaf first, a configured anchor last.
   */
  want(chains: readonly (readonly Certificate[])[]): void
}
