/**
 * Document Encryption (IHE DEN), read. CBC guards nothing: what comes out is worth nothing before the digest inside has been
 * compared, at the very end. Whatever goes wrong behind the header is told in one word, so that nobody learns from our answers
 * how a ciphertext decrypts (Vaudenay, EUROCRYPT 2002).
 */
import { createDecipheriv, type Decipheriv } from "node:crypto"
import { DigestedReader } from "../cms/digested-data.ts"
import { type EnvelopeHeader, openEnveloped } from "../cms/envelope-header.ts"
import { MAX_CIPHERTEXT_LENGTH_BYTES } from "../cms/envelope-reader.ts"
import { FramedReader, type FrameFormat } from "../cms/framed-string.ts"
import { letGo } from "../let-go.ts"
import { Malformed } from "../malformed.ts"
import { EntityReader } from "./mime-entity.ts"

const ENVELOPED: FrameFormat<EnvelopeHeader> = {
  open: openEnveloped,
  maxStringBytes: MAX_CIPHERTEXT_LENGTH_BYTES,
  framing: () => unreadable(),
  truncated: () => unreadable(),
  trailing: () => unreadable(),
}

/** Valid until the next is asked for. `clear` is unchecked until the generator has ended without a fault: then it may count. */
export interface DenPiece {
  /** Lower case, of the MIME entity. */
  readonly mimeType: string
  readonly clear: Uint8Array
}

/**
 * The document of one message.
 *
 * @param unwrap its content-encryption key
 * @throws Malformed ENVELOPE_HEADER, ENVELOPE_CIPHER, ENVELOPE_RECIPIENT of what stands in clear; what `unwrap` throws; DEN for all else
 */
export async function* readDen(
  octets: AsyncIterable<Uint8Array>,
  unwrap: (header: EnvelopeHeader) => Promise<Uint8Array>,
): AsyncGenerator<DenPiece> {
  const frame = new FramedReader(ENVELOPED)
  let inside: Inside | null = null
  for await (const piece of octets)
    for (const part of frame.push(piece)) {
      if (part.kind === "header") inside = new Inside(part.header, await keyOf(part.header, unwrap))
      else if (inside !== null) {
        const clear = inside.decrypted(part.bytes)
        yield* inside.content(clear)
        // A piece is the taker's until the next is asked for.
        letGo(clear)
      }
    }
  frame.end()
  if (inside === null) throw unreadable()
  yield* inside.end()
}

/**
 * Null where the recipient's key opens nothing. Not another key in its place: whoever knew which could write under it. All
 * is read as for a key that opens nothing inside, and refused at the end (RFC 3218 §2.3.2).
 */
async function keyOf(
  header: EnvelopeHeader,
  unwrap: (header: EnvelopeHeader) => Promise<Uint8Array>,
): Promise<Uint8Array | null> {
  try {
    return await unwrap(header)
  } catch (error) {
    if (error instanceof Malformed && error.code === "CEK_UNWRAP") return null
    throw error
  }
}

/** What is encrypted: DigestedData around a MIME entity. Where it does not hold nobody hears of it before the end. */
class Inside {
  readonly #decipher: Decipheriv
  readonly #digested = new DigestedReader(MAX_CIPHERTEXT_LENGTH_BYTES)
  readonly #entity = new EntityReader()
  #isBroken: boolean

  /** Without a key it is broken from the start, and deciphers all the same: that takes as long as it does under any key. */
  constructor({ keyLengthBytes, nonce }: EnvelopeHeader, cek: Uint8Array | null) {
    this.#isBroken = cek === null
    const key = cek ?? new Uint8Array(keyLengthBytes)
    this.#decipher = createDecipheriv(`aes-${keyLengthBytes * 8}-cbc`, key, nonce)
    key.fill(0)
  }

  decrypted(ciphertext: Uint8Array): Uint8Array {
    return this.#decipher.update(ciphertext)
  }

  content(clear: Uint8Array): DenPiece[] {
    return this.#unlessBroken(() => this.#content(clear))
  }

  /** Padding, digest and all that came before are judged in one word. */
  end(): DenPiece[] {
    const pieces = this.#unlessBroken(() => {
      const last = this.#content(this.#decipher.final())
      this.#digested.end()
      return [...last, this.#piece(this.#entity.end())]
    })
    if (this.#isBroken) throw unreadable()
    return pieces
  }

  #content(clear: Uint8Array): DenPiece[] {
    return this.#digested.push(clear).map((content) => this.#piece(this.#entity.push(content)))
  }

  #unlessBroken(read: () => DenPiece[]): DenPiece[] {
    if (this.#isBroken) return []
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Malformed) && !(error instanceof Error && "code" in error)) throw error
      this.#isBroken = true
      return []
    }
  }

  #piece(clear: Uint8Array): DenPiece {
    return { mimeType: this.#entity.mimeType, clear }
  }
}

const unreadable = (): Malformed =>
  new Malformed("DEN", "ITI TF-3 5.3", "the encrypted document cannot be read")
