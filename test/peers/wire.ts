/** An ITI-41 request as it lay on the wire, taken apart without any code of the gateway. */
import type { Exchange } from "./tap.ts"

export interface WireDocument {
  readonly entryUUID: string
  readonly uniqueId: string
  readonly formatCode: string
  readonly mimeType: string
  /** SHA-1 and size in the metadata. */
  readonly hash: string
  readonly size: number
  /** As transmitted: CMS AuthEnvelopedData. */
  readonly octets: Buffer
}

export interface WireRequest {
  readonly soap: string
  readonly contentType: string
  readonly setUniqueId: string
  readonly documents: readonly WireDocument[]
}

const UNIQUE_ID = {
  document: "2e82c1f6-a085-4c72-9da3-8640a32e42ab",
  set: "96fdda7c-d067-4183-912e-bf5ee74998a8",
}
const CONTENT_TYPE_CODE = "aa543740-bdda-424e-8c96-df4873be8500"
const FORMAT_CODE = "a09d5840-386c-46f2-b5ad-9c3699a4309d"

export function wireRequest({ contentType, body }: Pick<Exchange, "contentType" | "body">): WireRequest {
  const parts = mimeParts(contentType, body)
  const soap = parts[0]?.body.toString("utf8") ?? ""
  const hrefs = new Map(
    [...soap.matchAll(/<xds:Document id="([^"]+)">\s*<xop:Include[^>]* href="cid:([^"]+)"/g)].map(
      ([, id = "", cid = ""]) => [id, decodeURIComponent(cid)],
    ),
  )
  const entries = [...soap.matchAll(/<rim:ExtrinsicObject [^]*?<\/rim:ExtrinsicObject>/g)].map(
    ([text]) => text,
  )
  const set = /<rim:RegistryPackage [^]*?<\/rim:RegistryPackage>/.exec(soap)?.[0] ?? ""
  return {
    soap,
    contentType: classified(set, CONTENT_TYPE_CODE),
    setUniqueId: identifier(set, UNIQUE_ID.set),
    documents: entries.map((entry) => {
      const entryUUID = one(entry, / id="([^"]+)"/)
      const cid = hrefs.get(entryUUID)
      return {
        entryUUID,
        uniqueId: identifier(entry, UNIQUE_ID.document),
        formatCode: classified(entry, FORMAT_CODE),
        mimeType: one(entry, / mimeType="([^"]+)"/),
        hash: slot(entry, "hash"),
        size: Number(slot(entry, "size")),
        octets: parts.find((part) => part.contentId === cid)?.body ?? Buffer.alloc(0),
      }
    }),
  }
}

/** The envelope with each document in its place: what XOP says the message is (XOP §2.1), and what schemas describe. */
export function inlined({ soap, documents }: WireRequest): string {
  return soap.replace(
    /(<xds:Document id="([^"]+)">)\s*<xop:Include[^>]*\/>/g,
    (_all, open: string, id: string) => {
      const octets = documents.find(({ entryUUID }) => entryUUID === id)?.octets
      return `${open}${octets?.toString("base64") ?? ""}`
    },
  )
}

const one = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? ""

const slot = (text: string, name: string): string =>
  one(text, new RegExp(`name="${name}"[^>]*>\\s*<rim:ValueList>\\s*<rim:Value>([^<]*)<`))

function identifier(text: string, scheme: string): string {
  const found = [...text.matchAll(/<rim:ExternalIdentifier [^>]*>/g)].map(([tag]) => tag)
  return one(found.find((tag) => tag.includes(scheme)) ?? "", / value="([^"]+)"/)
}

function classified(text: string, scheme: string): string {
  const found = [...text.matchAll(/<rim:Classification [^>]*>/g)].map(([tag]) => tag)
  return one(found.find((tag) => tag.includes(scheme)) ?? "", / nodeRepresentation="([^"]+)"/)
}

export interface MimePart {
  readonly contentId: string
  /** Without the empty line. */
  readonly headers: string
  readonly body: Buffer
}

export const boundaryOf = (contentType: string): string => /boundary="?([^";]+)/.exec(contentType)?.[1] ?? ""

export function mimeParts(contentType: string, body: Buffer): MimePart[] {
  const delimiter = Buffer.from(`--${boundaryOf(contentType)}`)
  const parts: MimePart[] = []
  let at = body.indexOf(delimiter)
  for (;;) {
    const next = body.indexOf(Buffer.concat([Buffer.from("\r\n"), delimiter]), at)
    if (next < 0) return parts
    const part = body.subarray(at + delimiter.length + 2, next)
    const end = part.indexOf("\r\n\r\n")
    const headers = part.toString("latin1", 0, end)
    const contentId = one(headers, /content-id:\s*<([^>]+)>/i)
    parts.push({ contentId, headers, body: part.subarray(end + 4) })
    at = next + 2
  }
}
