/**
 * AuthEnvelopedData as a stream (RFC 5083): octets of a message in pieces of any size → header, ciphertext, mac.
 *
 * Nothing but the header (≤ 64 KiB) is kept. The ciphertext comes out unchecked: whoever decrypts it must not let a clear
 * octet go before the mac is compared.
 */
import { Malformed } from "../malformed.ts"
import { type EnvelopeHeader, openAuthEnveloped } from "./envelope-header.ts"
import { FramedReader, type FrameFormat, type FramePart } from "./framed-string.ts"

/** AES-GCM allows 64 GiB; one sealed object holds 16. */
export const MAX_CIPHERTEXT_LENGTH_BYTES = 2 ** 34

export type EnvelopePart =
  | { readonly kind: "header"; readonly header: EnvelopeHeader }
  | { readonly kind: "ciphertext"; readonly bytes: Uint8Array }
  | { readonly kind: "mac"; readonly mac: Uint8Array }

/** Throws Malformed ENVELOPE_*. */
const AUTH_ENVELOPED: FrameFormat<EnvelopeHeader> = {
  open: openAuthEnveloped,
  maxStringBytes: MAX_CIPHERTEXT_LENGTH_BYTES,
  framing: (message) => new Malformed("ENVELOPE_FRAMING", "RFC 5083 §2.1", message),
  truncated: () => new Malformed("ENVELOPE_TRUNCATED", "RFC 5083 §2.1", "the message ends early"),
  trailing: () => new Malformed("ENVELOPE_TRAILING", "RFC 5083 §2.1", "octets follow the message"),
}

/** One message. `push` every piece in order, then `end`; both throw Malformed ENVELOPE_*. */
export class EnvelopeReader {
  readonly #frame = new FramedReader(AUTH_ENVELOPED)

  /** The parts completed by this piece. Ciphertext parts may be views of `piece`. */
  push(piece: Uint8Array): EnvelopePart[] {
    return this.#frame.push(piece).map(named)
  }

  /** The message is over. Throws Malformed ENVELOPE_TRUNCATED unless everything has come. */
  end(): void {
    this.#frame.end()
  }
}

function named(part: FramePart<EnvelopeHeader>): EnvelopePart {
  if (part.kind === "header") return part
  return part.kind === "tail" ? { kind: "mac", mac: part.bytes } : { kind: "ciphertext", bytes: part.bytes }
}

/** The parts of a message that comes as an async stream; throws at its end when it is not whole. */
export async function* readEnvelope(octets: AsyncIterable<Uint8Array>): AsyncGenerator<EnvelopePart> {
  const reader = new EnvelopeReader()
  for await (const piece of octets) yield* reader.push(piece)
  reader.end()
}
