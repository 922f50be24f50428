/** What the headers of a multipart request decide before a byte of its body is asked for (RFC 9110 §8). */
import type { IncomingMessage } from "node:http"
import { Malformed } from "../../standards/malformed.ts"
import { type MediaType, parseMediaType } from "../../standards/soap/media-type.ts"
import { HttpRefusal, RequestTooLarge } from "./refusal.ts"

/**
 * The type of a body that may come: not too long, not encoded. Which type it must be is the caller's to say.
 *
 * @throws HttpRefusal 413, 415, 501
 */
export function bodyType(request: IncomingMessage, maxRequestBytes: number): MediaType {
  const length = request.headers["content-length"]
  if (length !== undefined && Number(length) > maxRequestBytes) throw new RequestTooLarge(maxRequestBytes)
  const transfer = request.headers["transfer-encoding"] ?? "chunked"
  if (transfer.trim().toLowerCase() !== "chunked")
    throw new HttpRefusal(501, "no transfer coding but chunked is known here")
  const coding = request.headers["content-encoding"] ?? "identity"
  if (coding.toLowerCase() !== "identity")
    throw new HttpRefusal(415, "send the request without Content-Encoding", { "Accept-Encoding": "identity" })
  try {
    return parseMediaType(request.headers["content-type"] ?? "")
  } catch (cause) {
    if (cause instanceof Malformed) throw new HttpRefusal(415, "Content-Type cannot be read")
    throw cause
  }
}
