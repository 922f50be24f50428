/** What the request line and headers alone decide, before a byte of the body is asked for (PS3.18 8.2, 8.7, 10.5.1). */
import type { IncomingMessage } from "node:http"
import { isTolerableUid } from "../../standards/dicom/uid.ts"
import { Malformed } from "../../standards/malformed.ts"
import { parseMediaType, type MediaType } from "../../standards/soap/media-type.ts"
import { SERVICE_PATH } from "./options.ts"
import { Refusal } from "./refusal.ts"

export interface StoreHead {
  /** The study of the target resource; null = the objects say. */
  readonly StudyInstanceUID: string | null
  readonly boundary: string
}

const TARGET = new RegExp(`^${SERVICE_PATH}/studies(?:/([^/?]+))?/?(?:[?].*)?$`)

/** @throws Refusal 400, 404, 405, 406, 413, 415 */
export function readHead(request: IncomingMessage, maxRequestBytes: number): StoreHead {
  const target = TARGET.exec(request.url ?? "")
  if (target === null) throw new Refusal(404, "nothing is served here")
  if (request.method !== "POST") throw new Refusal(405, "only POST is served here", { Allow: "POST" })
  const StudyInstanceUID = target[1] ?? null
  if (StudyInstanceUID !== null && !isTolerableUid(StudyInstanceUID))
    throw new Refusal(400, "the study of the address is not a UID")
  const length = request.headers["content-length"]
  if (length !== undefined && Number(length) > maxRequestBytes)
    throw new Refusal(413, `no more than ${maxRequestBytes} bytes are taken in one request`)
  checkAccept(request.headers.accept)
  return { StudyInstanceUID, boundary: boundaryOf(request) }
}

/** The answer is DICOM JSON, whatever else would be liked; a client that takes none of it is told before it sends. */
function checkAccept(accept = "*/*"): void {
  const ranges = accept.split(",").map((range) => (range.split(";")[0] ?? "").trim().toLowerCase())
  const fits = ["*/*", "application/*", "application/dicom+json", "application/json"]
  if (!ranges.some((range) => fits.includes(range)))
    throw new Refusal(406, "answers are application/dicom+json")
}

function boundaryOf(request: IncomingMessage): string {
  if ((request.headers["content-encoding"] ?? "identity").toLowerCase() !== "identity")
    throw new Refusal(415, "send the request without Content-Encoding")
  const { essence, parameters } = contentType(request)
  if (essence !== "multipart/related") throw new Refusal(415, "multipart/related is wanted")
  const type = parameters.get("type")?.toLowerCase() ?? "application/dicom"
  if (type !== "application/dicom")
    throw new Refusal(415, 'only type="application/dicom" is taken: whole Part 10 files')
  return parameters.get("boundary") ?? ""
}

function contentType(request: IncomingMessage): MediaType {
  try {
    return parseMediaType(request.headers["content-type"] ?? "")
  } catch (cause) {
    if (cause instanceof Malformed) throw new Refusal(415, "Content-Type cannot be read")
    throw cause
  }
}
