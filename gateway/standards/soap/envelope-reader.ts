/**
 * SOAP 1.2 envelope: headers as trees, the body as events, so that large bodies pass through (part 1 §5).
 */
import { Malformed } from "../malformed.ts"
import type { XmlLimits } from "../xml/limits.ts"
import { isElement, TreeBuilder, type XmlElement } from "../xml/reader.ts"
import { type XmlHandler, XmlStream, type XmlTag } from "../xml/stream.ts"
import { SoapFault } from "./fault.ts"
import { SOAP11, SOAP12 } from "./namespaces.ts"

export interface EnvelopeHandler {
  /** Called once, before anything of the body. */
  headers(headers: readonly XmlElement[]): void
  /** Events below soap12:Body. */
  readonly body: XmlHandler
}

type Place = "start" | "envelope" | "header" | "body" | "after-body"

/** Puts an envelope between the XML stream and the two who read it. Throws SoapFault for a wrong frame. */
export class EnvelopeReader implements XmlHandler {
  readonly #handler: EnvelopeHandler
  readonly #headers: XmlElement[] = []
  #place: Place = "start"
  #headersTold = false
  #block: TreeBuilder | null = null
  /** Open elements below Header or Body. */
  #depth = 0

  constructor(handler: EnvelopeHandler) {
    this.#handler = handler
  }

  open(tag: XmlTag): "stream" | undefined {
    if (this.#place === "body") return this.#openInBody(tag)
    if (this.#place === "header") this.#openInHeader(tag)
    else this.#openFrame(tag)
    return undefined
  }

  text(text: string): void {
    if (this.#place === "body" && this.#depth > 0) this.#handler.body.text(text)
    else this.#block?.text(text)
  }

  close(): void {
    if (this.#place === "body") this.#closeInBody()
    else if (this.#place === "header") this.#closeInHeader()
  }

  #openFrame(tag: XmlTag): void {
    if (this.#place === "start") this.#openEnvelope(tag)
    else if (this.#place === "envelope" && isElement(tag, SOAP12, "Header") && !this.#headersTold)
      this.#place = "header"
    else if (this.#place === "envelope" && isElement(tag, SOAP12, "Body")) this.#openBody()
    else throw new SoapFault("Sender", `${tag.local} has no place here: Envelope holds Header, then Body`)
  }

  #openEnvelope(tag: XmlTag): void {
    if (isElement(tag, SOAP11, "Envelope"))
      throw new SoapFault("VersionMismatch", "SOAP 1.2 is wanted, this envelope is SOAP 1.1")
    if (!isElement(tag, SOAP12, "Envelope"))
      throw new SoapFault("VersionMismatch", "the root element is not a SOAP 1.2 Envelope")
    this.#place = "envelope"
  }

  #openBody(): void {
    this.#place = "body"
    if (!this.#headersTold) this.#handler.headers(this.#headers)
    this.#headersTold = true
  }

  #openInHeader(tag: XmlTag): void {
    if (this.#depth === 0) this.#block = new TreeBuilder()
    this.#depth += 1
    this.#block?.open(tag)
  }

  #closeInHeader(): void {
    if (this.#depth === 0) {
      this.#place = "envelope"
      this.#headersTold = true
      this.#handler.headers(this.#headers)
      return
    }
    this.#depth -= 1
    this.#block?.close()
    if (this.#depth === 0 && this.#block?.root) this.#headers.push(this.#block.root)
  }

  #openInBody(tag: XmlTag): "stream" | undefined {
    this.#depth += 1
    return this.#handler.body.open(tag)
  }

  #closeInBody(): void {
    if (this.#depth === 0) {
      this.#place = "after-body"
      return
    }
    this.#depth -= 1
    this.#handler.body.close()
  }
}

export interface Envelope {
  readonly headers: readonly XmlElement[]
  /** The only child of Body. */
  readonly body: XmlElement
}

/**
 * A small envelope whole.
 *
 * @throws SoapFault for a wrong frame, Malformed SOAP_EMPTY without body child, XML_… otherwise
 */
export function readEnvelope(bytes: Uint8Array, limits: XmlLimits): Envelope {
  const body = new TreeBuilder()
  let headers: readonly XmlElement[] = []
  const reader = new EnvelopeReader({
    headers: (read) => {
      headers = read
    },
    body: {
      open: (tag) => {
        body.open(tag)
        return undefined
      },
      text: (text) => body.text(text),
      close: () => body.close(),
    },
  })
  const stream = new XmlStream(limits, reader)
  stream.write(bytes)
  stream.end()
  if (body.root === null) throw new Malformed("SOAP_EMPTY", "SOAP 1.2 part 1 §5.3", "Body is empty")
  return { headers, body: body.root }
}
