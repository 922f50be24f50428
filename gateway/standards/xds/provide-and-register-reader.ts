/**
 * The root part of an ITI-41 request as a sequence of events, while its bytes come in.
 *
 * Envelope and headers are judged first, then every registry object is read and its tree dropped, then the
 * Documents follow: inline base64 is decoded in pieces, so that neither metadata trees nor documents pile up.
 */
import { Malformed } from "../malformed.ts"
import { type Addressing, checkRequest, checkUnderstood, readAddressing } from "../soap/addressing.ts"
import { EnvelopeReader } from "../soap/envelope-reader.ts"
import { SoapFault } from "../soap/fault.ts"
import { checkIncluded, includesIn } from "../soap/included.ts"
import { XOP } from "../soap/namespaces.ts"
import { Base64Decoder } from "../soap/transfer-encoding.ts"
import { type XmlLimits, XML_LIMITS } from "../xml/limits.ts"
import { attributeOf, isElement, TreeBuilder, type XmlElement } from "../xml/reader.ts"
import { XmlStream, type XmlTag } from "../xml/stream.ts"
import { PROVIDE_AND_REGISTER } from "./provide-and-register.ts"
import { type ReadSubmission, SubmissionReader } from "./submission-reader.ts"
import { LCM, objectId, RIM, XDS_B } from "./vocabulary.ts"

export type ProvideEvent =
  /** All headers are read, nothing of the body. `security`: wsse:Security headers as written. */
  | { readonly kind: "headers"; readonly security: readonly string[] }
  | { readonly kind: "submission"; readonly read: ReadSubmission }
  /** The document travels as a part; `href` as written. */
  | { readonly kind: "include"; readonly documentId: string; readonly href: string }
  /** The document is inline: octets follow, then document-end. */
  | { readonly kind: "document"; readonly documentId: string }
  | { readonly kind: "octets"; readonly bytes: Uint8Array }
  | { readonly kind: "document-end" }

/** 4,000 documents of 6.7 kB and 95 elements of metadata each, and as much again for wordy senders. */
export const PROVIDE_LIMITS: XmlLimits = { ...XML_LIMITS, maxLength: 64 * 1024 * 1024, maxElements: 800_000 }

/** Path below soap12:Body; `elsewhere` is skipped. */
type Place = "body" | "request" | "submit" | "list" | "object" | "document" | "include" | "elsewhere"

export class ProvideAndRegisterReader {
  readonly #stream: XmlStream
  readonly #path: Place[] = ["body"]
  readonly #submission = new SubmissionReader()
  #events: ProvideEvent[] = []
  #addressing: Addressing | null = null
  #headerParts: readonly string[] = []
  #isRecognised = false
  #hasSubmission = false
  #object: TreeBuilder | null = null
  #document: DocumentInProgress | null = null

  /** @param understood namespaces of headers that somebody looks at (see checkUnderstood) */
  constructor(understood: readonly string[] = [], limits: XmlLimits = PROVIDE_LIMITS) {
    const envelope = new EnvelopeReader({
      headers: (headers, security) => this.#headers(headers, security, understood),
      body: { open: (tag) => this.#open(tag), text: (text) => this.#text(text), close: () => this.#close() },
    })
    this.#stream = new XmlStream(limits, envelope)
  }

  /** MessageID of the request, "" until its headers were read. */
  get messageId(): string {
    return this.#addressing?.messageId ?? ""
  }

  /** null until its headers were read. */
  get addressing(): Addressing | null {
    return this.#addressing
  }

  /** What its headers should have and do not, in words. */
  get lacks(): readonly string[] {
    return this.#addressing?.lacks ?? []
  }

  /** `href`s of parts that headers were taken out to, as some stacks do with certificates and signature values. */
  get headerParts(): readonly string[] {
    return this.#headerParts
  }

  /** Was the body element seen? From then on faults are answered by a RegistryResponse, before by a SOAP fault. */
  get isRecognised(): boolean {
    return this.#isRecognised
  }

  /** @throws SoapFault, MetadataFault, Malformed */
  write(bytes: Uint8Array): readonly ProvideEvent[] {
    this.#stream.write(bytes)
    return this.#taken()
  }

  end(): readonly ProvideEvent[] {
    this.#stream.end()
    if (!this.#isRecognised) throw new SoapFault("Sender", "the SOAP body is empty")
    if (!this.#hasSubmission) throw wrongOrder("SubmitObjectsRequest is missing")
    return this.#taken()
  }

  #taken(): readonly ProvideEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  #headers(headers: readonly XmlElement[], security: readonly string[], understood: readonly string[]): void {
    // First, so that every later fault can say what it relates to.
    this.#addressing = readAddressing(headers)
    checkUnderstood(headers, understood)
    checkIncluded(headers, understood)
    this.#headerParts = headers.flatMap(includesIn)
    checkRequest(this.#addressing, PROVIDE_AND_REGISTER)
    this.#events.push({ kind: "headers", security })
  }

  #open(tag: XmlTag): "stream" | undefined {
    const place = this.#enter(this.#path.at(-1) ?? "body", tag)
    this.#path.push(place)
    return place === "document" ? "stream" : undefined
  }

  #enter(parent: Place, tag: XmlTag): Place {
    switch (parent) {
      case "body":
        return this.#enterRequest(tag)
      case "request":
        return this.#enterPart(tag)
      case "submit":
        return isElement(tag, RIM, "RegistryObjectList") ? "list" : "elsewhere"
      case "list":
      case "object":
        this.#object ??= new TreeBuilder()
        this.#object.open(tag)
        return "object"
      case "document":
        return this.#enterInclude(tag)
      default:
        return "elsewhere"
    }
  }

  #enterRequest(tag: XmlTag): Place {
    if (this.#isRecognised || !isElement(tag, XDS_B, "ProvideAndRegisterDocumentSetRequest"))
      throw new SoapFault("Sender", "the SOAP body must hold one ProvideAndRegisterDocumentSetRequest")
    this.#isRecognised = true
    return "request"
  }

  #enterPart(tag: XmlTag): Place {
    if (isElement(tag, LCM, "SubmitObjectsRequest")) {
      if (this.#hasSubmission) throw wrongOrder("SubmitObjectsRequest is given twice")
      return "submit"
    }
    if (!isElement(tag, XDS_B, "Document")) throw wrongOrder(`${tag.local} has no place in the request`)
    if (!this.#hasSubmission) throw wrongOrder("Document before SubmitObjectsRequest")
    this.#document = new DocumentInProgress(objectId(attributeOf(tag, "id") ?? ""), (event) =>
      this.#events.push(event),
    )
    return "document"
  }

  #enterInclude(tag: XmlTag): Place {
    if (!isElement(tag, XOP, "Include")) throw wrongOrder(`${tag.local} has no place in a Document`)
    this.#document?.include(attributeOf(tag, "href") ?? "")
    return "include"
  }

  #text(text: string): void {
    const place = this.#path.at(-1)
    if (place === "object") this.#object?.text(text)
    else if (place === "document") this.#document?.text(text)
  }

  #close(): void {
    const left = this.#path.pop()
    if (left === "object") this.#closeObject()
    else if (left === "document") this.#document?.end()
    else if (left === "submit") this.#closeSubmission()
  }

  #closeObject(): void {
    this.#object?.close()
    const finished = this.#object?.root ?? null
    if (finished === null) return
    this.#object = null
    this.#submission.add(finished)
  }

  #closeSubmission(): void {
    this.#hasSubmission = true
    this.#events.push({ kind: "submission", read: this.#submission.finish() })
  }
}

/** One xds:Document: either an xop:Include, or base64 text, or nothing at all. */
class DocumentInProgress {
  readonly #id: string
  readonly #emit: (event: ProvideEvent) => void
  readonly #base64 = new Base64Decoder()
  #kind: "unknown" | "inline" | "include" = "unknown"

  constructor(id: string, emit: (event: ProvideEvent) => void) {
    this.#id = id
    this.#emit = emit
  }

  include(href: string): void {
    if (this.#kind !== "unknown")
      throw wrongOrder("a Document holds more than one xop:Include or text beside it")
    this.#kind = "include"
    this.#emit({ kind: "include", documentId: this.#id, href })
  }

  text(text: string): void {
    if (/^\s*$/.test(text)) return
    if (this.#kind === "include") throw wrongOrder("a Document holds text beside xop:Include")
    this.#beInline()
    const bytes = this.#base64.writeText(text)
    if (bytes.length > 0) this.#emit({ kind: "octets", bytes })
  }

  end(): void {
    if (this.#kind === "include") return
    this.#beInline()
    this.#base64.end()
    this.#emit({ kind: "document-end" })
  }

  #beInline(): void {
    if (this.#kind === "unknown") this.#emit({ kind: "document", documentId: this.#id })
    this.#kind = "inline"
  }
}

function wrongOrder(sentence: string): Malformed {
  return new Malformed("XDS_REQUEST", "ITI TF-2 3.41.4.1.2", sentence)
}
