/**
 * Wrapping: what one document is on the wire, made once and kept, so that every attempt sends the same octets.
 *
 * Sealed: prefix ‖ ciphertext as it lies in the spool ‖ suffix is one CMS AuthEnvelopedData. DEN: prefix ‖ the document
 * encrypted anew while it is sent, under a key that is kept. Plain: the clear document. ZIP: its files, each behind its header,
 * and then its directory, which is the document that lies in the spool.
 */
import { createHash } from "node:crypto"
import {
  ENVELOPE_SUFFIX_LENGTH_BYTES,
  envelopePrefix,
  envelopeSuffix,
} from "../../standards/cms/auth-enveloped-data.ts"
import { denCiphertext, denFrame, type DenKey } from "../../standards/den/write.ts"
import { letGo } from "../../standards/let-go.ts"
import type { Agreement } from "../agreement.ts"
import type { ObjectPlace, SealedObject, Spool } from "../ports/spool.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { World } from "../world.ts"

export interface Wrapping {
  readonly prefix: Uint8Array
  readonly suffix: Uint8Array
  /** What stands between the two. */
  readonly body: "ciphertext" | "clear" | DenKey
  readonly lengthBytes: number
}

const NOTHING = new Uint8Array(0)

/** @param mimeType of the clear document */
export function wrappingFor(
  world: World,
  agreement: Agreement,
  object: SealedObject,
  mimeType: string,
): Wrapping {
  switch (agreement.packaging.form) {
    case "plain":
    case "zip":
    case "manifest-and-pdf":
    case "stow":
      return clearBehind(NOTHING, object)
    case "den":
      return denWrapping(world, agreement, object, mimeType)
    case "sealed":
      return sealedWrapping(world, agreement, object)
  }
}

/** The clear document behind these octets. */
export const clearBehind = (prefix: Uint8Array, { facts }: SealedObject): Wrapping => ({
  prefix,
  suffix: NOTHING,
  body: "clear",
  lengthBytes: prefix.length + facts.clearLengthBytes,
})

const CEK_LENGTH_BYTES = 32
const IV_LENGTH_BYTES = 16

function denWrapping(
  { chance }: World,
  { objectCertificate }: Agreement,
  { facts }: SealedObject,
  mimeType: string,
): Wrapping {
  const body = { cek: chance.bytes(CEK_LENGTH_BYTES), iv: chance.bytes(IV_LENGTH_BYTES) }
  const document = { mimeType, lengthBytes: facts.clearLengthBytes }
  const { prefix, lengthBytes } = denFrame(document, body, { recipients: [objectCertificate], chance })
  return { prefix, suffix: NOTHING, body, lengthBytes }
}

function sealedWrapping(world: World, { objectCertificate }: Agreement, object: SealedObject): Wrapping {
  const { cek, nonce, tag, ciphertextLengthBytes } = object.facts
  const recipients = [objectCertificate]
  const prefix = envelopePrefix({ cek, nonce, ciphertextLengthBytes, recipients, chance: world.chance })
  return {
    prefix,
    suffix: envelopeSuffix(tag),
    body: "ciphertext",
    lengthBytes: prefix.length + ciphertextLengthBytes + ENVELOPE_SUFFIX_LENGTH_BYTES,
  }
}

export interface Wrapped extends Omit<Wrapping, "lengthBytes"> {
  /** Of the clear document. */
  readonly mimeType: string
  /** Of a ZIP: what lies in it, in this order before its directory. */
  readonly inside?: readonly Inside[]
}
export interface Inside extends Wrapped {
  readonly place: ObjectPlace
}

/** May be asked again: the same octets. */
export async function* wireOctets(
  spool: Spool,
  place: ObjectPlace,
  { prefix, suffix, body, mimeType, inside = [] }: Wrapped,
): AsyncGenerator<Uint8Array> {
  for (const each of inside) yield* wireOctets(spool, each.place, each)
  if (prefix.length > 0) yield prefix
  const object = await spool.open(place)
  if (body === "ciphertext") yield* object.ciphertext()
  else if (body === "clear") yield* object.clear()
  else yield* denCiphertext({ mimeType, lengthBytes: object.facts.clearLengthBytes }, body, object.clear())
  if (suffix.length > 0) yield suffix
}

/** XDS hash (ITI TF-3 4.2.3.2.10): SHA-1 of the octets on the line; one more read of the object. */
export async function transmittedHash(spool: Spool, place: ObjectPlace, wrapped: Wrapped): Promise<string> {
  const { prefix, suffix, body } = wrapped
  const hash = createHash("sha1")
  for await (const piece of wireOctets(spool, place, wrapped)) {
    hash.update(piece)
    // A ciphertext's pieces are ours alone; nobody else's memory is given back.
    if (body !== "clear" && piece !== prefix && piece !== suffix) letGo(piece)
  }
  return hash.digest("hex")
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")

export function kept({ prefix, suffix, body }: Wrapping): DocumentRecord["private"] {
  const envelope = { envelopePrefix: base64(prefix), envelopeSuffix: base64(suffix) }
  if (body === "ciphertext") return envelope
  return { ...envelope, body: body === "clear" ? body : { cek: base64(body.cek), iv: base64(body.iv) } }
}

/** Those of a submission's documents that travel as such, in their order. */
export function onTheWire(
  documents: readonly DocumentRecord[],
): readonly { readonly document: DocumentRecord; readonly wrapped: Wrapped }[] {
  const lying = Map.groupBy(documents, ({ within }) => within)
  return (lying.get(undefined) ?? []).map((document) => {
    const inside = lying.get(document.uniqueId)?.map((each) => ({ ...asKept(each), place: each.place }))
    return { document, wrapped: { ...asKept(document), ...(inside === undefined ? {} : { inside }) } }
  })
}

function asKept({ clearMimeType, private: wrapped }: DocumentRecord): Wrapped {
  const { envelopePrefix, envelopeSuffix, body = "ciphertext" } = wrapped
  return {
    prefix: Buffer.from(envelopePrefix, "base64"),
    suffix: Buffer.from(envelopeSuffix, "base64"),
    body:
      typeof body === "string"
        ? body
        : { cek: Buffer.from(body.cek, "base64"), iv: Buffer.from(body.iv, "base64") },
    mimeType: clearMimeType,
  }
}
