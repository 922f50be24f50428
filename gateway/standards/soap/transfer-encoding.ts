/** Content-Transfer-Encoding of a part, undone piece by piece (RFC 2045 §6). */
import { Malformed } from "../malformed.ts"

export interface OctetDecoder {
  /** Decoded octets of this piece; may be none. */
  write(bytes: Uint8Array): Uint8Array
  /** What was still held. @throws Malformed when the encoding ends in the middle */
  end(): Uint8Array
}

const NOTHING = new Uint8Array(0)

/** @throws Malformed TRANSFER_ENCODING for an unknown one */
export function transferDecoder(encoding: string): OctetDecoder {
  switch (encoding) {
    case "7bit":
    case "8bit":
    case "binary":
      return { write: (bytes) => bytes, end: () => NOTHING }
    case "base64":
      return new Base64Decoder()
    case "quoted-printable":
      return new QuotedPrintableDecoder()
    default:
      throw new Malformed("TRANSFER_ENCODING", "RFC 2045 §6.1", "unknown Content-Transfer-Encoding")
  }
}

/** RFC 4648 §4 with white space allowed between the characters, as in MIME and in XML Schema base64Binary. */
export class Base64Decoder implements OctetDecoder {
  /** Fewer than four characters. */
  #rest = ""
  #ended = false

  write(bytes: Uint8Array): Uint8Array {
    return this.writeText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"))
  }

  writeText(text: string): Uint8Array {
    const characters = this.#rest + text.replace(/[\t\n\r ]+/g, "")
    const whole = characters.length - (characters.length % 4)
    this.#rest = characters.slice(whole)
    return this.#decode(characters.slice(0, whole))
  }

  end(): Uint8Array {
    if (this.#rest !== "") throw malformedBase64()
    return NOTHING
  }

  #decode(groups: string): Uint8Array {
    if (groups === "") return NOTHING
    if (this.#ended || !/^[A-Za-z0-9+/]*={0,2}$/.test(groups)) throw malformedBase64()
    this.#ended = groups.endsWith("=")
    return Buffer.from(groups, "base64")
  }
}

/** RFC 2045 §6.7. */
class QuotedPrintableDecoder implements OctetDecoder {
  #rest = ""

  write(bytes: Uint8Array): Uint8Array {
    const text = this.#rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
    // An escape or a soft line break, with the blanks allowed before its end, may be cut.
    const cut = /=[0-9A-Fa-f]?[ \t]*\r?$/.exec(text)?.index ?? text.length
    this.#rest = text.slice(cut)
    return decodeQuotedPrintable(text.slice(0, cut))
  }

  end(): Uint8Array {
    return decodeQuotedPrintable(this.#rest)
  }
}

function decodeQuotedPrintable(text: string): Uint8Array {
  const unbroken = text.replace(/=[ \t]*\r?\n/g, "")
  if (/=(?![0-9A-Fa-f]{2})/.test(unbroken))
    throw new Malformed("TRANSFER_ENCODING", "RFC 2045 §6.7", "wrong quoted-printable")
  const octets = unbroken.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  )
  return Buffer.from(octets, "latin1")
}

function malformedBase64(): Malformed {
  return new Malformed("TRANSFER_ENCODING", "RFC 4648 §4", "wrong base64")
}
