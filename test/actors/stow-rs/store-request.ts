/** A STOW-RS client of few words: requests made octet by octet, so that they may also be wrong. */
import { request as plain } from "node:http"
import { request as secure, type RequestOptions } from "node:https"
import { readStoreResponse, type StoredPart } from "../../../gateway/standards/dicomweb/store-response.ts"
import { fileMetaBytes, type FileMeta } from "../../../gateway/standards/dicom/part10.ts"
import { MR_IMAGE_STORAGE, type SmallInstance } from "../../peers/dicom-study.ts"

export const BOUNDARY = "cut-here"
export const STORE_TYPE = `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`

export const part10 = (image: SmallInstance, more: Partial<FileMeta> = {}): Buffer =>
  Buffer.concat([
    fileMetaBytes({
      MediaStorageSOPClassUID: MR_IMAGE_STORAGE,
      MediaStorageSOPInstanceUID: image.SOPInstanceUID,
      TransferSyntaxUID: "1.2.840.10008.1.2.1",
      SendingApplicationEntityTitle: "SCANNER",
      ReceivingApplicationEntityTitle: "",
      ...more,
    }),
    image.dataSet,
  ])

export function multipart(files: readonly Uint8Array[], header = "Content-Type: application/dicom"): Buffer {
  const parts = files.flatMap((file) => [Buffer.from(`\r\n--${BOUNDARY}\r\n${header}\r\n\r\n`), file])
  return Buffer.concat([...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)])
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** [] when the answer is not DICOM JSON. */
  readonly parts: readonly StoredPart[]
}

export interface StoreRequest {
  readonly port: number
  readonly body: Buffer | AsyncIterable<Uint8Array>
  readonly path?: string
  readonly method?: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: RequestOptions
}

export async function send(asked: StoreRequest): Promise<Answer> {
  const { port, body, path = "/dicomweb/studies", method = "POST", token, headers = {}, tls } = asked
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const options = {
    host: "127.0.0.1",
    port,
    path,
    method,
    headers: { "Content-Type": STORE_TYPE, ...authorization, ...headers },
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const request = tls === undefined ? plain(options) : secure({ ...options, ...tls })
    request.on("error", reject)
    request.on("response", (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = response.headers["content-type"] === "application/dicom+json"
        const parts = isJson ? readStoreResponse(JSON.parse(text)) : []
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, parts })
      })
    })
    void write(request, body).catch(reject)
  })
}

async function write(
  request: NodeJS.WritableStream & { destroy(): unknown },
  body: Buffer | AsyncIterable<Uint8Array>,
): Promise<void> {
  if (Buffer.isBuffer(body)) {
    request.end(body)
    return
  }
  for await (const piece of body)
    if (!request.write(piece)) await new Promise((resolve) => request.once("drain", () => resolve(null)))
  request.end()
}
