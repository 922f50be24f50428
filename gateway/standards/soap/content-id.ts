/** Content-ID of a part and the `cid:` URL that points to it (RFC 2392; XOP §3.2). */
import { Malformed } from "../malformed.ts"

/** `<a@b>` or `a@b` → `a@b`. */
export function bareContentId(header: string): string {
  return header.trim().replace(/^<(.*)>$/s, "$1")
}

/** What an `href` may mean: as written and percent-decoded, since senders do either (CXF encodes, Axis2 does not). */
export function contentIdsOf(href: string): readonly string[] {
  if (!/^cid:/i.test(href))
    throw new Malformed(
      "XOP_HREF",
      "XOP §3.2",
      "xop:Include points to something other than a part of this message",
    )
  const raw = href.slice("cid:".length)
  const decoded = percentDecoded(raw)
  return decoded === raw ? [raw] : [raw, decoded]
}

export function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (error) {
    // A stray % means that the sender did not encode.
    if (error instanceof URIError) return value
    throw error
  }
}
