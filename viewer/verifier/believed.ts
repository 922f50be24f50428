/** What the person at this page believes: root certificates they brought, and fingerprints they have compared. */
import { createHash } from "node:crypto"
import {
  ANCHOR_USES,
  type AnchorUse,
  type NamedAnchor,
} from "../../gateway/standards/evidence/evidence-index.ts"
import type { OpenedPackage } from "../../gateway/standards/evidence/package-files.ts"
import type { EvidenceTrust } from "../../gateway/standards/evidence/trust.ts"
import type { Certificate } from "../../gateway/standards/hpki/certificate.ts"

export class Believed {
  allowTestPolicies = false
  /** `use sha256` of those said to be as published. */
  readonly compared = new Set<string>()
  readonly brought: Readonly<Record<AnchorUse, Certificate[]>> = { hpki: [], seal: [], tsa: [] }

  static key({ use, sha256 }: Pick<NamedAnchor, "use" | "sha256">): string {
    return `${use} ${sha256}`
  }

  /** A fingerprint that was compared stands for the certificate of the package that has it. */
  trust(opened: OpenedPackage | null): EvidenceTrust {
    const inPackage = opened?.certificates ?? []
    const of = (use: AnchorUse): readonly Certificate[] => [
      ...this.brought[use],
      ...inPackage.filter((each) => this.compared.has(Believed.key({ use, sha256: fingerprint(each) }))),
    ]
    return {
      anchors: { hpki: of("hpki"), seal: of("seal"), tsa: of("tsa") },
      allowTestPolicies: this.allowTestPolicies,
    }
  }

  isBrought({ use, sha256 }: NamedAnchor): boolean {
    return this.brought[use].some((each) => fingerprint(each) === sha256)
  }

  get isNothing(): boolean {
    return this.compared.size === 0 && ANCHOR_USES.every((use) => this.brought[use].length === 0)
  }
}

const fingerprint = ({ encoded }: Certificate): string => createHash("sha256").update(encoded).digest("hex")
