/** A real submission, bent at one place: what an attacker on the wire or a faulty partner would send. */
import { createCipheriv, createHash, randomBytes, X509Certificate } from "node:crypto"
import { request } from "node:https"
import { envelopePrefix, envelopeSuffix } from "../../gateway/standards/cms/auth-enveloped-data.ts"
import type { Bench } from "./openssl.ts"
import { boundaryOf, mimeParts, wireRequest, type MimePart, type WireDocument } from "./wire.ts"

/** A request as it lay on the wire. */
export interface Taken {
  readonly contentType: string
  readonly body: Buffer
}

export class BentSubmission {
  soap: string
  readonly #contentType: string
  readonly #root: MimePart
  readonly #parts: { part: MimePart; body: Buffer }[]
  readonly documents: readonly WireDocument[]

  constructor(taken: Taken) {
    const [root, ...parts] = mimeParts(taken.contentType, taken.body)
    if (root === undefined) throw new Error("no parts")
    this.#contentType = taken.contentType
    this.#root = root
    this.#parts = parts.map((part) => ({ part, body: part.body }))
    this.soap = root.body.toString("utf8")
    this.documents = wireRequest(taken).documents
  }

  /** Every occurrence; the text must stand in the envelope. */
  replace(from: string, to: string): this {
    if (!this.soap.includes(from)) throw new Error(`${from} is not in the envelope`)
    this.soap = this.soap.replaceAll(from, to)
    return this
  }

  /** Other octets for a document; the metadata stay as they are. */
  swap(document: WireDocument, octets: Buffer): this {
    const one = this.#parts.find(({ body }) => body.equals(document.octets))
    if (one === undefined) throw new Error("no such document")
    one.body = octets
    return this
  }

  /** Other octets for a document, and the metadata made to fit. */
  exchange(document: WireDocument, octets: Buffer): this {
    const sha1 = createHash("sha1").update(octets).digest("hex")
    const entry = new RegExp(
      `<rim:ExtrinsicObject [^>]*id="${document.entryUUID}"[^]*?</rim:ExtrinsicObject>`,
    )
    this.soap = this.soap.replace(entry, (text) =>
      text
        .replace(document.hash, sha1)
        .replace(`<rim:Value>${document.size}<`, `<rim:Value>${octets.length}<`),
    )
    return this.swap(document, octets)
  }

  get message(): Taken {
    const boundary = boundaryOf(this.#contentType)
    const pieces = [{ part: this.#root, body: Buffer.from(this.soap) }, ...this.#parts].flatMap(
      ({ part, body }) => [
        Buffer.from(`--${boundary}\r\n${part.headers}\r\n\r\n`, "latin1"),
        body,
        Buffer.from("\r\n"),
      ],
    )
    return {
      contentType: this.#contentType,
      body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    }
  }
}

/** What openssl finds in a document that was encrypted for the holder of a key. */
export function openedBy(
  bench: Bench,
  holder: { readonly key: string; readonly certificate: string },
  octets: Buffer,
): Buffer {
  bench.write("document.p7m", octets)
  const { status, stderr } = bench.openssl(
    ...["cms", "-decrypt", "-inform", "DER", "-binary", "-in", "document.p7m"],
    ...["-inkey", holder.key, "-recip", holder.certificate, "-out", "clear"],
  )
  if (status !== 0) throw new Error(stderr)
  return bench.read("clear")
}

/** CMS AuthEnvelopedData for the holder of a certificate, as a sender would make it. */
export function sealedFor(certificatePem: string, clear: Uint8Array): Buffer {
  const [cek, nonce] = [randomBytes(32), randomBytes(12)]
  const cipher = createCipheriv("aes-256-gcm", cek, nonce)
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  const recipients = [new X509Certificate(certificatePem).raw]
  const chance = { bytes: (length: number) => randomBytes(length) }
  const prefix = envelopePrefix({ cek, nonce, ciphertextLengthBytes: ciphertext.length, recipients, chance })
  return Buffer.concat([prefix, ciphertext, envelopeSuffix(cipher.getAuthTag())])
}

export interface Answered {
  readonly status: number
  readonly body: string
  /** `Success`, `Failure`, or "" when it is no RegistryResponse. */
  readonly outcome: string
  readonly errorCodes: readonly string[]
}

export interface Caller {
  readonly key: string | Buffer
  readonly cert: string | Buffer
  readonly ca: string | Buffer
}

/** One POST as `caller`; rejects when the line breaks or the handshake fails. */
export function post(port: number, caller: Caller, { contentType, body }: Taken): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": contentType, "Content-Length": body.length }
    const where = { host: "127.0.0.1", port, path: "/xdr/recipient", method: "POST" }
    const options = { ...caller, ...where, headers, agent: false, checkServerIdentity: () => undefined }
    const call = request(options, (response) => {
      const pieces: Buffer[] = []
      response.on("data", (piece: Buffer) => pieces.push(piece))
      response.on("error", reject)
      response.on("end", () => resolve(answered(response.statusCode ?? 0, Buffer.concat(pieces).toString())))
    })
    call.on("error", reject)
    call.end(body)
  })
}

export function answered(status: number, body: string): Answered {
  const [, outcome = ""] = /ResponseStatusType:(Success|Failure)/.exec(body) ?? []
  const errorCodes = [...body.matchAll(/errorCode="([^"]+)"/g)].map(([, code = ""]) => code)
  return { status, body, outcome, errorCodes }
}
