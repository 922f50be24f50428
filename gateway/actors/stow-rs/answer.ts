/** What the client reads of its objects, in DICOM JSON (PS3.18 8.5, 10.5.3). */
import type { ServerResponse } from "node:http"
import { storeResponse, storeStatus, type StoredPart } from "../../standards/dicomweb/store-response.ts"
import { send } from "../http-door/answer.ts"

/** When there is no room: a person has to make some. */
const RETRY_AFTER_SECONDS = "60"

export function answerStored(response: ServerResponse, parts: readonly StoredPart[]): void {
  const status = storeStatus(parts)
  const retry = status === 503 ? { "Retry-After": RETRY_AFTER_SECONDS } : {}
  const headers = { "Content-Type": "application/dicom+json", "Cache-Control": "no-store", ...retry }
  send(response, status, headers, Buffer.from(JSON.stringify(storeResponse(parts))))
}
