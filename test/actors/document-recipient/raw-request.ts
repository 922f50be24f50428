/** ITI-41 requests written by hand, so that each rule can be broken at one place. */
import { request } from "node:https"
import type { ConnectionOptions } from "node:tls"
import { writeRequest } from "../../../gateway/standards/soap/envelope-writer.ts"
import { element, verbatim } from "../../../gateway/standards/xml/writer.ts"
import {
  PROVIDE_AND_REGISTER,
  writeProvideAndRegister,
} from "../../../gateway/standards/xds/provide-and-register.ts"
import type { Submission } from "../../../gateway/standards/xds/submission.ts"
import { writeSubmission } from "../../../gateway/standards/xds/submission-writer.ts"
import { XDS_B } from "../../../gateway/standards/xds/vocabulary.ts"

export const MESSAGE_ID = "urn:uuid:B163C7B1A2"
export const BOUNDARY = "uuid:376733a6+id=17"
export const CONTENT_TYPE = `multipart/related; boundary="${BOUNDARY}"; type="application/xop+xml"; start="<root@x>"; start-info="application/soap+xml"`

export interface RawPart {
  readonly contentId: string
  readonly octets: string | Uint8Array
  readonly headers?: readonly string[]
}

export interface RawAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Envelope whose documents point to `doc1@x`, `doc2@x`, … */
export function xopRoot(submission: Submission): string {
  const links = submission.documentEntries.map(({ entryUUID }, index) => ({
    entryUUID,
    contentId: `doc${index + 1}@x`,
  }))
  return envelope(writeProvideAndRegister(submission, links).text)
}

/** Envelope with the documents inside. */
export function inlineRoot(submission: Submission, documents: readonly Uint8Array[]): string {
  const inline = submission.documentEntries.map(({ entryUUID }, index) =>
    element(
      "xds:Document",
      { id: entryUUID },
      `\n${Buffer.from(documents[index]!).toString("base64").replace(/.{76}/g, "$&\n")} `,
    ),
  )
  const body = element(
    "xds:ProvideAndRegisterDocumentSetRequest",
    { "xmlns:xds": XDS_B },
    writeSubmission(submission),
    inline,
  )
  return envelope(body.text)
}

function envelope(body: string): string {
  return writeRequest(
    { action: PROVIDE_AND_REGISTER, messageId: MESSAGE_ID, to: "https://x/" },
    verbatim(body),
  )
}

export function rootPart(root: string): RawPart {
  const headers = [
    'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"',
    "Content-Transfer-Encoding: 8bit",
  ]
  return { contentId: "root@x", octets: root, headers }
}

export function multipart(parts: readonly RawPart[], boundary = BOUNDARY): Buffer {
  const written = parts.flatMap(({ contentId, octets, headers = ["Content-Type: application/dicom"] }) => [
    Buffer.from([`--${boundary}`, ...headers, `Content-ID: <${contentId}>`, "", ""].join("\r\n")),
    Buffer.from(octets),
    Buffer.from("\r\n"),
  ])
  return Buffer.concat([...written, Buffer.from(`--${boundary}--\r\n`)])
}

export interface RawOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Send chunked, in pieces of this size. */
  readonly chunkBytes?: number
}

/** Sends the whole body whatever happens, as simple clients do, and gives the answer. */
export function post(
  url: string,
  tls: ConnectionOptions,
  body: Uint8Array,
  options: RawOptions = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = options.chunkBytes === undefined ? { "Content-Length": String(body.length) } : {}
    const headers = { "Content-Type": CONTENT_TYPE, ...length, ...options.headers }
    const call = request(
      url,
      { ...tls, agent: false, method: options.method ?? "POST", headers },
      (response) => {
        const pieces: Uint8Array[] = []
        response.on("data", (piece: Uint8Array) => pieces.push(piece))
        response.on("error", reject)
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers["content-type"] ?? "",
            body: Buffer.concat(pieces).toString(),
          }),
        )
      },
    )
    call.on("error", reject)
    const size = options.chunkBytes ?? Math.max(1, body.length)
    for (let at = 0; at < body.length; at += size) call.write(body.subarray(at, at + size))
    call.end()
  })
}
