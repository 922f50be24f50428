/** Whom we believe for what. Answered from configuration and from revocation lists that somebody else fetched. */
import type { HpkiTrust, SealTrust } from "../standards/dsg/trust.ts"
import type { Certificate } from "../standards/hpki/certificate.ts"
import type { Agreement } from "./agreement.ts"

export interface TrustStore {
  /** The partner's seal: our private CA and the agreed pins. */
  seal(agreement: Agreement): SealTrust
  /**
   * A radiologist's report: HPKI roots, signature policy, and the roles the agreement allows; Medical Doctor where none is at
   * hand.
   */
  report(agreement?: Pick<Agreement, "reportRoles"> | null): HpkiTrust
  /**
   * Evidence about these paths is needed, now or when it is looked at again: it is fetched, where it may be, outside of any
   * verdict. Leaf first, a configured anchor last.
   */
  want(chains: readonly (readonly Certificate[])[]): void
}
