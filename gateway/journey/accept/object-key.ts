/** Our own key, as documents are encrypted for it, and what is said when one is not, or cannot be opened. */
import type { RecipientKey } from "../../standards/cms/unwrap-cek.ts"
import { Malformed } from "../../standards/malformed.ts"
import { AcceptanceError, KeyError, SpoolError } from "../errors.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"

/** Throws Malformed NOT_A_RECIPIENT when we have none. */
export function ownObjectKey({ keys }: World): RecipientKey & { readonly certificate: Uint8Array } {
  const [certificate] = keys.chain("object")
  if (certificate === undefined)
    throw new Malformed("NOT_A_RECIPIENT", "RFC 5652 §6.2", "we have no object certificate")
  return {
    certificate,
    agree: (spki) => keys.agree("object", spki),
    decryptOaep: (ciphertext) => keys.decryptOaep("object", ciphertext),
  }
}

/** The failure in the registry's words. A disk of ours that fails is no fault of the document. */
export function encryptionFault(error: unknown, uniqueId: string): unknown {
  const foreignKey =
    (error instanceof Malformed && error.code === "NOT_A_RECIPIENT") ||
    (error instanceof KeyError && error.code === "ERR_KEY_UNFIT")
  if (foreignKey)
    return new AcceptanceError("ERR_OTHER_RECIPIENT", "InvalidDocumentContent", uniqueId, { cause: error })
  if (error instanceof Malformed) return contentFault(uniqueId, error)
  if (error instanceof SpoolError && error.code === "ERR_TAG_MISMATCH") return contentFault(uniqueId, error)
  return error
}
