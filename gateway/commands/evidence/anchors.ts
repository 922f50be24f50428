/**
 * What whoever verifies brings: `hpki=roots.pem`, or `hpki=SHA-256` of a root whose fingerprint they have from its authority and
 * whose certificate lies in the package. Each use by itself: whoever may issue seals must not thereby issue physicians.
 */
import { readFileSync } from "node:fs"
import { InvalidArgumentError } from "commander"
import { ANCHOR_USES, type AnchorUse } from "../../standards/evidence/evidence-index.ts"
import type { Certificate } from "../../standards/hpki/certificate.ts"
import { certificatesOf } from "../../standards/hpki/certificate-file.ts"
import { Malformed } from "../../standards/malformed.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export interface GivenAnchor {
  readonly use: AnchorUse
  readonly certificates: readonly Certificate[]
  /** Hex SHA-256 of a certificate; null for a file. */
  readonly fingerprint: string | null
}

/** @throws InvalidArgumentError in words for the command line */
export function anchorOf(text: string): GivenAnchor {
  const [, useName = "", what = ""] = /^(\w+)=(.+)$/s.exec(text) ?? []
  const use = ANCHOR_USES.find((each) => each === useName)
  if (use === undefined)
    throw new InvalidArgumentError(
      `${ANCHOR_USES.map((each) => `${each}=FILE`).join(", ")}: what it is for, and the file.`,
    )
  const digits = what
    .replace(/^sha-?256:/i, "")
    .replaceAll(":", "")
    .toLowerCase()
  if (/^[0-9a-f]{64}$/.test(digits)) return { use, certificates: [], fingerprint: digits }
  return { use, certificates: certificatesIn(what), fingerprint: null }
}

function certificatesIn(path: string): readonly Certificate[] {
  try {
    return certificatesOf(readFileSync(path))
  } catch (problem) {
    if (problem instanceof Error && "code" in problem && problem.code === "ENOENT")
      throw new InvalidArgumentError(`There is no file ${path}.`)
    if (problem instanceof Malformed || (problem instanceof Error && "syscall" in problem))
      throw new InvalidArgumentError(`${path} holds no certificate that can be read.`)
    throw problem
  }
}

/** A fingerprint stands for the certificate of the package that has it, if there is one. */
export function anchorsFor(
  given: readonly GivenAnchor[],
  inPackage: readonly Certificate[],
): Readonly<Record<AnchorUse, readonly Certificate[]>> {
  const of = (wanted: AnchorUse): readonly Certificate[] =>
    given
      .filter(({ use }) => use === wanted)
      .flatMap(({ certificates, fingerprint }) =>
        fingerprint === null ? certificates : inPackage.filter((each) => fingerprintOf(each) === fingerprint),
      )
  return { hpki: of("hpki"), seal: of("seal"), tsa: of("tsa") }
}

export const fingerprintOf = ({ encoded }: Certificate): string => sha256Hex(encoded)
