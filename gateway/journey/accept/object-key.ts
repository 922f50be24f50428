/** Our own key, as documents are encrypted for it, and what is said when one is not, or cannot be opened. */
import type { EnvelopeHeader } from "../../standards/cms/envelope-header.ts"
import { isRecipient, type RecipientKey } from "../../standards/cms/unwrap-cek.ts"
import { Malformed } from "../../standards/malformed.ts"
import { AcceptanceError, KeyError, SpoolError } from "../errors.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"

export type OwnObjectKey = RecipientKey & { readonly certificate: Uint8Array }

/** The one in use first, then those that are retired. Throws Malformed NOT_A_RECIPIENT when we have none. */
export function ownObjectKeys({ keys }: Pick<World, "keys">): readonly [OwnObjectKey, ...OwnObjectKey[]] {
  const [first, ...retired] = keys.decryptionKeys().map((key) => ({
    certificate: key.certificate,
    agree: (spki: Uint8Array) => computed(key.agree(spki)),
    decryptOaep: (ciphertext: Uint8Array) => computed(key.decryptOaep(ciphertext)),
  }))
  if (first === undefined)
    throw new Malformed("NOT_A_RECIPIENT", "RFC 5652 §6.2", "we have no object certificate")
  return [first, ...retired]
}

/** The one a message is for; else the one in use, which tells that it is for nobody here. */
export function ownObjectKey(world: Pick<World, "keys">, header: EnvelopeHeader): OwnObjectKey {
  const keys = ownObjectKeys(world)
  return keys.find(({ certificate }) => isRecipient(header, certificate)) ?? keys[0]
}

/** What does not compute is the message's fault, and like any other that shows at its end (`cekOrAnother`). */
async function computed(answer: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await answer
  } catch (cause) {
    if (!(cause instanceof KeyError) || cause.code !== "ERR_KEY_UNFIT") throw cause
    throw new Malformed("CEK_UNWRAP", "RFC 5652 §6.3", "the message does not decrypt", { cause })
  }
}

/** The failure in the registry's words. A disk of ours that fails is no fault of the document. */
export function encryptionFault(error: unknown, uniqueId: string): unknown {
  if (error instanceof Malformed && error.code === "NOT_A_RECIPIENT")
    return new AcceptanceError("ERR_OTHER_RECIPIENT", "InvalidDocumentContent", uniqueId, { cause: error })
  if (error instanceof Malformed) return contentFault(uniqueId, error)
  if (error instanceof SpoolError && error.code === "ERR_TAG_MISMATCH") return contentFault(uniqueId, error)
  return error
}
