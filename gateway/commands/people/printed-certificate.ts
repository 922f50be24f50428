/** A certificate in lines, as two people read it to each other. */
import type { CertificateFacts } from "../../journey/views/account.ts"
import { japaneseRole } from "../../standards/hpki/healthcare-roles.ts"
import { printable } from "../printable.ts"

const OCTET = /..(?=.)/g

export function certificateLines(facts: CertificateFacts): readonly string[] {
  const roles = facts.roles.map((role) => `${role} (${japaneseRole(role)})`).join(", ")
  const lines = [
    ["subject", facts.subject],
    ["holder", facts.holder || "-"],
    ["hcRole", roles || "none"],
    ["serial", facts.serial],
    ["issuer", facts.issuer],
    ["valid", `${facts.notBefore.slice(0, 10)} to ${facts.notAfter.slice(0, 10)}`],
    ["SHA-256", facts.fingerprint.toUpperCase().replace(OCTET, "$&:")],
  ]
  return lines.map(([what = "", value = ""]) => `  ${what.padEnd(8)}${printable(value)}`)
}
