/**
 * Since when does what is in a package exist at the latest, by somebody else's word? A receipt is over the sender's seal and has
 * a time stamp of its own: those octets were there then, and so was whatever they name by its digest. That is how a seal counts
 * that was made while no time-stamp authority answered (ADR 0026).
 *
 * Only a receipt that is valid binds, and so only one by another key than the seal's (`checkProofOfReceipt`).
 */
import { readSignatureDocument, type SignatureDocument } from "../dsg/signature-document.ts"
import { Malformed } from "../malformed.ts"
import type { JudgedReceipt } from "./answers.ts"
import { type OpenedPackage, type PresentFile, withRole } from "./package-files.ts"

/** By path: the earliest time by which these octets are proven to have existed. What is not in it nobody has bound. */
export type Bound = ReadonlyMap<string, Date>

export function boundBy({ present }: OpenedPackage, receipts: readonly JudgedReceipt[]): Bound {
  const signatures = [...withRole(present, "set-signature"), ...withRole(present, "signature")]
  const bound = new Map<string, Date>()
  const oldestFirst = receipts
    .flatMap(({ over, at }) => (over === null || at === null ? [] : { over, at }))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  for (const { over, at } of oldestFirst) {
    const found = [over]
    // Whoever names a seal by its digest (the closing signature of a study in units) binds it along.
    for (const file of found) {
      if (bound.has(file.path)) continue
      bound.set(file.path, at)
      found.push(...namedIn(file, signatures))
    }
  }
  return bound
}

function namedIn({ octets }: PresentFile, among: readonly PresentFile[]): readonly PresentFile[] {
  const named = readable(octets)?.documents ?? []
  return among.filter(({ uniqueId, sha256 }) =>
    named.some(
      ({ uniqueId: id, hash, digest }) =>
        id === uniqueId &&
        hash === "sha256" &&
        digest !== null &&
        Buffer.from(digest).toString("hex") === sha256,
    ),
  )
}

function readable(octets: Uint8Array): SignatureDocument | null {
  try {
    return readSignatureDocument(octets)
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem
    return null
  }
}
