/** What a file is, by its first octets; by its name only where these do not tell. */
import { extname } from "node:path"
import { MIME } from "../../journey/codes.ts"
import type { DocumentRole } from "../../journey/records/submission.ts"
import { PART10_START_BYTES } from "../../standards/dicom/part10.ts"

export interface FileKind {
  /** Which of our documents it is most like: its codes follow. */
  readonly role: Extract<DocumentRole, "instance" | "cda" | "pdf" | "attachment">
  readonly mimeType: string
}

const BY_NAME: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".json": "application/json",
  ".p7m": MIME.cms,
  ".png": MIME.png,
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
  ".txt": "text/plain",
  ".zip": "application/zip",
}
const UNKNOWN = "application/octet-stream"
/** Of a text only so much is looked at. */
const LOOKED_AT_BYTES = 16 * 1024

export function kindOfFile(name: string, head: Buffer): FileKind {
  if (head.toString("latin1", PART10_START_BYTES - 4, PART10_START_BYTES) === "DICM")
    return { role: "instance", mimeType: MIME.dicom }
  const text = head.toString("latin1", 0, LOOKED_AT_BYTES)
  if (text.startsWith("%PDF-")) return { role: "pdf", mimeType: MIME.pdf }
  if (/^(\xef\xbb\xbf)?\s*<(\?xml|[A-Za-z!])/.test(text))
    return { role: /<([\w.-]+:)?ClinicalDocument[\s>]/.test(text) ? "cda" : "attachment", mimeType: MIME.xml }
  return { role: "attachment", mimeType: BY_NAME[extname(name).toLowerCase()] ?? UNKNOWN }
}
