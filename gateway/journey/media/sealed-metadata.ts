/**
 * METADATA.P7M: the metadata of a submission as the line would carry them, in CMS for the recipient. On the line TLS hides
 * who a submission is about; a medium is found by anybody (docs/adr/0021).
 */
import { createCipheriv } from "node:crypto"
import { envelopePrefix, envelopeSuffix } from "../../standards/cms/auth-enveloped-data.ts"
import { ICV_LENGTH_BYTES, NONCE_LENGTH_BYTES } from "../../standards/cms/envelope-header.ts"
import { CEK_LENGTH_BYTES } from "../../standards/cms/key-wrap.ts"
import { openMessage } from "../../standards/cms/open-message.ts"
import { Malformed } from "../../standards/malformed.ts"
import { ownObjectKeys } from "../accept/object-key.ts"
import type { Agreement } from "../agreement.ts"
import type { World } from "../world.ts"

const CIPHER = "aes-256-gcm"

/** A new key each time: two calls give different octets. */
export function sealedMetadata(
  { chance }: Pick<World, "chance">,
  { objectCertificate }: Agreement,
  clear: Uint8Array,
): Uint8Array {
  const cek = chance.bytes(CEK_LENGTH_BYTES)
  const nonce = chance.bytes(NONCE_LENGTH_BYTES)
  const cipher = createCipheriv(CIPHER, cek, nonce, { authTagLength: ICV_LENGTH_BYTES })
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  const recipients = [objectCertificate]
  const prefix = envelopePrefix({ cek, nonce, ciphertextLengthBytes: ciphertext.length, recipients, chance })
  cek.fill(0)
  return Buffer.concat([prefix, ciphertext, envelopeSuffix(cipher.getAuthTag())])
}

/** @throws Malformed NOT_A_RECIPIENT, ENVELOPE_… of what stands in clear, XDM_METADATA when it does not decrypt · KeyError */
export async function openedMetadata(
  world: Pick<World, "keys" | "chance">,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  try {
    return await openAddressed(world, sealed)
  } catch (cause) {
    if (!(cause instanceof Malformed) || cause.code !== "ENVELOPE_DECRYPT") throw cause
    throw new Malformed("XDM_METADATA", "RFC 5084 §3", "METADATA.P7M was altered, or is not whole", { cause })
  }
}

/** By the key in use; a medium that lay for a while may be for one that is retired. */
async function openAddressed(world: Pick<World, "keys" | "chance">, sealed: Uint8Array): Promise<Uint8Array> {
  const [first, ...retired] = ownObjectKeys(world)
  for (const key of [first, ...retired.slice(0, -1)]) {
    try {
      return await openMessage(sealed, key, world.chance)
    } catch (error) {
      if (!(error instanceof Malformed) || error.code !== "NOT_A_RECIPIENT") throw error
    }
  }
  return openMessage(sealed, retired.at(-1) ?? first, world.chance)
}
