/** What the request line and headers alone decide, before a byte of the body is asked for (PS3.18 8.2, 8.7, 10.5.1). */
import type { IncomingMessage } from "node:http"
import { isTolerableUid } from "../../standards/dicom/uid.ts"
import { HttpRefusal } from "../http-door/refusal.ts"
import { bodyType } from "../http-door/request-head.ts"
import { SERVICE_PATH } from "./options.ts"

export interface StoreHead {
  /** The study of the target resource; null = the objects say. */
  readonly StudyInstanceUID: string | null
  readonly boundary: string
}

const TARGET = new RegExp(`^${SERVICE_PATH}/studies(?:/([^/?]+))?/?(?:[?].*)?$`)

/** @throws HttpRefusal 400, 404, 405, 406, 413, 415 */
export function readHead(request: IncomingMessage, maxRequestBytes: number): StoreHead {
  const target = TARGET.exec(request.url ?? "")
  if (target === null) throw new HttpRefusal(404, "nothing is served here")
  if (request.method !== "POST") throw new HttpRefusal(405, "only POST is served here", { Allow: "POST" })
  const StudyInstanceUID = target[1] ?? null
  if (StudyInstanceUID !== null && !isTolerableUid(StudyInstanceUID))
    throw new HttpRefusal(400, "the study of the address is not a UID")
  checkAccept(request.headers.accept)
  return { StudyInstanceUID, boundary: boundaryOf(request, maxRequestBytes) }
}

/** The answer is DICOM JSON, whatever else would be liked; a client that takes none of it is told before it sends. */
function checkAccept(accept = "*/*"): void {
  const ranges = accept.split(",").map((range) => (range.split(";")[0] ?? "").trim().toLowerCase())
  const fits = ["*/*", "application/*", "application/dicom+json", "application/json"]
  if (!ranges.some((range) => fits.includes(range)))
    throw new HttpRefusal(406, "answers are application/dicom+json")
}

function boundaryOf(request: IncomingMessage, maxRequestBytes: number): string {
  const { essence, parameters } = bodyType(request, maxRequestBytes)
  if (essence !== "multipart/related") throw new HttpRefusal(415, "multipart/related is wanted")
  const type = parameters.get("type")?.toLowerCase() ?? "application/dicom"
  if (type !== "application/dicom")
    throw new HttpRefusal(415, 'only type="application/dicom" is taken: whole Part 10 files')
  return parameters.get("boundary") ?? ""
}
