/** What one side believes; a test takes revocation lists away, or brings them, as a download would. */
import type { Agreement } from "../../gateway/journey/agreement.ts"
import type { ReportTerms, TrustStore } from "../../gateway/journey/trust.ts"
import { days } from "../../gateway/commands/pki-authority.ts"
import type { HpkiTrust, SealTrust, SignatureTrust } from "../../gateway/standards/dsg/trust.ts"
import type { Certificate } from "../../gateway/standards/hpki/certificate.ts"
import type { Crl } from "../../gateway/standards/hpki/crl.ts"
import { list, QUALIFIED_POLICY, START, type Certificates } from "./certificates.ts"

export type ListName = "seal" | "hpkiRoot" | "signature" | "tsaRoot" | "qualified"

export class TestTrust implements TrustStore {
  readonly lists: Map<ListName, Crl>
  /** As `trust.signaturePolicies`; null = not set. */
  policies: readonly string[] | null = null
  readonly #made: Certificates

  constructor(made: Certificates) {
    this.#made = made
    const { authorities } = made
    const issued = days(START, -1)
    const names: readonly ListName[] = ["seal", "hpkiRoot", "signature", "tsaRoot", "qualified"]
    this.lists = new Map(names.map((name) => [name, list(authorities[name], issued)]))
  }

  seal(agreement: Pick<Agreement, "sealPins">): SealTrust {
    return { ...this.#common(), kind: "seal", anchors: this.#made.anchors.seal, pins: agreement.sealPins }
  }

  report(): HpkiTrust
  report(agreement: ReportTerms | null | undefined): SignatureTrust
  report(agreement?: ReportTerms | null): SignatureTrust {
    if (agreement?.reportSignature === "seal+passkey") return this.seal(agreement)
    if (agreement?.reportSignature === "qualified-other") {
      const rules = { policies: [QUALIFIED_POLICY] }
      return { ...this.#common(), kind: "qualified", anchors: this.#made.anchors.qualified, rules }
    }
    return {
      ...this.#common(),
      kind: "hpki",
      anchors: this.#made.anchors.hpki,
      rules: {
        use: "signature",
        allowTestPolicies: true,
        roles: ["Medical Doctor"],
        ...(this.policies === null ? {} : { policies: this.policies }),
      },
    }
  }

  /** Here nobody fetches anything: a test brings what comes. */
  readonly wanted: (readonly Certificate[])[] = []
  want(chains: readonly (readonly Certificate[])[]): void {
    this.wanted.push(...chains)
  }

  #common() {
    const crls = [...this.lists.values()]
    return {
      intermediates: [],
      crls,
      timeStamp: { anchors: this.#made.anchors.tsa, intermediates: [], crls, policies: [] },
      newerCrl: "preferred" as const,
    }
  }
}
