/** One frame as a server answered it (PS3.18 8.7, 10.4.3): still encoded. */
export interface EncodedFrameBody {
  readonly mediaType: string
  readonly TransferSyntaxUID: string
  readonly bytes: Uint8Array
}

/** Why a frame cannot be shown; `code` chooses the sentence on screen. */
export class FrameFault extends Error {
  readonly code: "http" | "encoding" | "body" | "decode" | "size"
  constructor(code: FrameFault["code"], message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = "FrameFault"
    this.code = code
  }
}

/** `type/subtype` and parameters, names in lower case, quotes removed (RFC 9110 §8.3.1). */
export function parseMediaType(header: string): {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
} {
  const [type = "", ...rest] = header.match(/(?:"(?:\\.|[^"\\])*"|[^;"])+/g) ?? []
  const parameters = rest.flatMap((part): [string, string][] => {
    const at = part.indexOf("=")
    if (at < 0) return []
    return [
      [
        part.slice(0, at).trim().toLowerCase(),
        part
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1"),
      ],
    ]
  })
  return { type: type.trim().toLowerCase(), parameters: new Map(parameters) }
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")

const indexOf = (haystack: Uint8Array, needle: Uint8Array, from: number): number => {
  for (
    let at = haystack.indexOf(needle[0] ?? 0, from);
    at >= 0;
    at = haystack.indexOf(needle[0] ?? 0, at + 1)
  )
    if (needle.every((byte, offset) => haystack[at + offset] === byte)) return at
  return -1
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** Headers of a body part are small; what claims more is not one of ours. */
const MAX_PART_HEADER_BYTES = 4096

/** First part of a multipart body (RFC 2046 §5.1): a frames request for one frame has exactly one. */
function firstPart(body: Uint8Array, boundary: string): EncodedFrameBody {
  const start = indexOf(body, bytesOf(`--${boundary}\r\n`), 0)
  const headersEnd = indexOf(body, bytesOf("\r\n\r\n"), Math.max(0, start))
  const end = indexOf(body, bytesOf(`\r\n--${boundary}`), headersEnd + 4)
  if (start < 0 || headersEnd < 0 || end < 0 || headersEnd - start > MAX_PART_HEADER_BYTES)
    throw new FrameFault("body", "the multipart body has no complete part")
  const headers = latin1(body.subarray(start + boundary.length + 4, headersEnd))
  const contentType = /^content-type:\s*(.+)$/im.exec(headers)?.[1] ?? ""
  return frameBody(contentType, body.subarray(headersEnd + 4, end))
}

/** Transfer syntax of a single part without the parameter (PS3.18 table 8.7.3-2 gives JPHC no default). */
const DEFAULT_SYNTAX: ReadonlyMap<string, string> = new Map([
  ["application/octet-stream", "1.2.840.10008.1.2.1"],
])

/** The frame in an answer with this Content-Type. Throws FrameFault "body". */
export function frameBody(contentType: string, body: Uint8Array): EncodedFrameBody {
  const { type, parameters } = parseMediaType(contentType)
  if (type === "multipart/related") return firstPart(body, parameters.get("boundary") ?? "")
  const TransferSyntaxUID = parameters.get("transfer-syntax") ?? DEFAULT_SYNTAX.get(type) ?? ""
  return { mediaType: type, TransferSyntaxUID, bytes: body }
}
