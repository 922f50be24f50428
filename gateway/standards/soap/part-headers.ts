/** Headers of one MIME part (RFC 2045 §3, RFC 5322 §2.2), reduced to the three that mean something here. */
import { Malformed } from "../malformed.ts"
import { bareContentId } from "./content-id.ts"

export interface PartHeaders {
  /** Without angle brackets; null when absent. */
  readonly contentId: string | null
  readonly contentType: string | null
  /** Lower case; `7bit` when absent (RFC 2045 §6.1). */
  readonly transferEncoding: string
}

const MEANINGFUL = new Set(["content-id", "content-type", "content-transfer-encoding"])

/**
 * @param block header lines, without the blank line
 * @throws Malformed MULTIPART_HEADER for a line that is no header, or a meaningful one given twice
 */
export function readPartHeaders(block: string): PartHeaders {
  const headers = new Map<string, string>()
  for (const line of unfolded(block)) {
    const [, name = "", value = ""] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? []
    const key = name.toLowerCase()
    if (key === "")
      throw new Malformed("MULTIPART_HEADER", "RFC 5322 §2.2", "a part has a line that is no header")
    if (MEANINGFUL.has(key) && headers.has(key))
      throw new Malformed("MULTIPART_HEADER", "RFC 2045 §3", `a part has two ${key} headers`)
    headers.set(key, value.trim())
  }
  const contentId = headers.get("content-id")
  return {
    contentId: contentId === undefined ? null : bareContentId(contentId),
    contentType: headers.get("content-type") ?? null,
    transferEncoding: headers.get("content-transfer-encoding")?.toLowerCase() ?? "7bit",
  }
}

/** Lines with their continuations (obsolete folding), blanks at the end removed. */
function unfolded(block: string): readonly string[] {
  return block
    .replace(/\r?\n[ \t]+/g, " ")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
}
