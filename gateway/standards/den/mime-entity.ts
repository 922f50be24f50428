/** The document as a MIME entity (RFC 2045), as DEN wraps it before it is digested: its type and nothing else. */
import { Malformed } from "../malformed.ts"
import { transferDecoder, type OctetDecoder } from "../soap/transfer-encoding.ts"

/** A type, an encoding, perhaps a name: more is no header of a document. */
const MAX_HEAD_BYTES = 8 * 1024
export const entityHead = (mimeType: string): Uint8Array =>
  Buffer.from(`Content-Type: ${mimeType}\r\nContent-Transfer-Encoding: binary\r\n\r\n`, "latin1")

/** Reads head and body of one entity; `push` every piece in order, then `end`. Both throw Malformed MIME_ENTITY. */
export class EntityReader {
  #head: Buffer | null = Buffer.alloc(0)
  #decoder: OctetDecoder | null = null
  #mimeType = ""

  /** Lower case, without parameters; "" while the head has not come. */
  get mimeType(): string {
    return this.#mimeType
  }

  push(piece: Uint8Array): Uint8Array {
    if (this.#decoder !== null) return this.#decoder.write(piece)
    this.#head = Buffer.concat([this.#head ?? Buffer.alloc(0), piece])
    const end = /\r?\n\r?\n/.exec(this.#head.toString("latin1", 0, MAX_HEAD_BYTES))
    if (end === null) {
      if (this.#head.length >= MAX_HEAD_BYTES) throw malformed("no end of the header")
      return new Uint8Array(0)
    }
    const fields = fieldsOf(this.#head.toString("latin1", 0, end.index))
    this.#mimeType = /^\s*([^\s;]+\/[^\s;]+)/.exec(fields.get("content-type") ?? "")?.[1]?.toLowerCase() ?? ""
    if (this.#mimeType === "") throw malformed("no Content-Type")
    this.#decoder = transferDecoder(
      (fields.get("content-transfer-encoding") ?? "binary").trim().toLowerCase(),
    )
    const body = this.#head.subarray(end.index + end[0].length)
    this.#head = null
    return this.#decoder.write(body)
  }

  end(): Uint8Array {
    if (this.#decoder === null) throw malformed("it ends inside its header")
    return this.#decoder.end()
  }
}

/** By name in lower case; folded lines are joined. */
function fieldsOf(head: string): ReadonlyMap<string, string> {
  const lines = head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(":")
      if (colon < 1) throw malformed("a line of the header has no name")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1)]
    }),
  )
}

const malformed = (message: string): Malformed => new Malformed("MIME_ENTITY", "RFC 2045 §3", message)
