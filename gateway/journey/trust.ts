/** Whom we believe for what. Answered from configuration and from revocation lists that somebody else fetched. */
import type { HpkiTrust, SealTrust } from "../standards/dsg/trust.ts"
import type { Agreement } from "./agreement.ts"

export interface TrustStore {
  /** The partner's seal: our private CA and the agreed pins. */
  seal(agreement: Agreement): SealTrust
  /** A radiologist's report: HPKI roots, signature policy, role Medical Doctor. */
  report(): HpkiTrust
}
