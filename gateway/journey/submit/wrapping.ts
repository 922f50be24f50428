/**
 * Wrapping: what one document is on the wire, made once and kept, so that every attempt sends the same octets.
 *
 * Sealed: prefix ‖ ciphertext as it lies in the spool ‖ suffix is one CMS AuthEnvelopedData. Plain: the clear document, read
 * from the spool while it is sent.
 */
import { createHash } from "node:crypto"
import {
  ENVELOPE_SUFFIX_LENGTH_BYTES,
  envelopePrefix,
  envelopeSuffix,
} from "../../standards/cms/auth-enveloped-data.ts"
import { letGo } from "../../standards/let-go.ts"
import type { Agreement } from "../agreement.ts"
import type { ObjectPlace, SealedObject, Spool } from "../ports.ts"
import type { DocumentRecord } from "../records.ts"
import type { World } from "../world.ts"

export interface Wrapping {
  readonly prefix: Uint8Array
  readonly suffix: Uint8Array
  /** What stands between the two. */
  readonly body: "ciphertext" | "clear"
  readonly lengthBytes: number
}

const NOTHING = new Uint8Array(0)

export function wrappingFor(
  world: World,
  { packaging, objectCertificate }: Agreement,
  object: SealedObject,
): Wrapping {
  const { cek, nonce, tag, ciphertextLengthBytes, clearLengthBytes } = object.facts
  if (packaging.form === "plain")
    return { prefix: NOTHING, suffix: NOTHING, body: "clear", lengthBytes: clearLengthBytes }
  const recipients = [objectCertificate]
  const prefix = envelopePrefix({ cek, nonce, ciphertextLengthBytes, recipients, chance: world.chance })
  return {
    prefix,
    suffix: envelopeSuffix(tag),
    body: "ciphertext",
    lengthBytes: prefix.length + ciphertextLengthBytes + ENVELOPE_SUFFIX_LENGTH_BYTES,
  }
}

type Octets = Pick<Wrapping, "prefix" | "suffix" | "body">

/** May be asked again: the same octets. */
export async function* wireOctets(
  spool: Spool,
  place: ObjectPlace,
  wrapping: Octets,
): AsyncGenerator<Uint8Array> {
  const { prefix, suffix, body } = wrapping
  if (prefix.length > 0) yield prefix
  const object = await spool.open(place)
  yield* body === "clear" ? object.clear() : object.ciphertext()
  if (suffix.length > 0) yield suffix
}

/** XDS hash (ITI TF-3 4.2.3.2.10): SHA-1 of the octets on the line; one more read of the object. */
export async function transmittedHash(spool: Spool, place: ObjectPlace, wrapping: Octets): Promise<string> {
  const { prefix, suffix, body } = wrapping
  const hash = createHash("sha1")
  for await (const piece of wireOctets(spool, place, wrapping)) {
    hash.update(piece)
    // A ciphertext's pieces are ours alone; nobody else's memory is given back.
    if (body === "ciphertext" && piece !== prefix && piece !== suffix) letGo(piece)
  }
  return hash.digest("hex")
}

export const kept = ({ prefix, suffix, body }: Wrapping): DocumentRecord["private"] => ({
  envelopePrefix: Buffer.from(prefix).toString("base64"),
  envelopeSuffix: Buffer.from(suffix).toString("base64"),
  ...(body === "clear" ? { body } : {}),
})

export const asKept = ({ envelopePrefix, envelopeSuffix, body }: DocumentRecord["private"]): Octets => ({
  prefix: Buffer.from(envelopePrefix, "base64"),
  suffix: Buffer.from(envelopeSuffix, "base64"),
  body: body ?? "ciphertext",
})
