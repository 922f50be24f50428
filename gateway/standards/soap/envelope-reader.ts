/**
 * SOAP 1.2 envelope: headers as trees, the body as events, so that large bodies pass through (part 1 §5).
 */
import { Malformed } from "../malformed.ts"
import { declarationsOf, FragmentWriter, type WrittenAttributes } from "../xml/fragment.ts"
import type { XmlLimits } from "../xml/limits.ts"
import { isElement, TreeBuilder, type XmlElement } from "../xml/reader.ts"
import { type XmlHandler, XmlStream, type XmlTag } from "../xml/stream.ts"
import { SoapFault } from "./fault.ts"
import { SOAP11, SOAP12, WSSE } from "./namespaces.ts"

/** One assertion with its certificates is some 8 kB. */
const MAX_SECURITY_LENGTH = 256 * 1024

export interface EnvelopeHandler {
  /** Called once, before anything of the body. `security`: each wsse:Security header as written, a document of its own. */
  headers(headers: readonly XmlElement[], security: readonly string[]): void
  /** Events below soap12:Body. */
  readonly body: XmlHandler
}

type Place = "start" | "envelope" | "header" | "body" | "after-body"

/** Puts an envelope between the XML stream and the two who read it. Throws SoapFault for a wrong frame. */
export class EnvelopeReader implements XmlHandler {
  readonly #handler: EnvelopeHandler
  readonly #headers: XmlElement[] = []
  readonly #security: string[] = []
  /** Namespaces that Envelope and Header declare. */
  readonly #declared = new Map<string, string>()
  #fragment: FragmentWriter | null = null
  #place: Place = "start"
  #headersTold = false
  #block: TreeBuilder | null = null
  /** Open elements below Header or Body. */
  #depth = 0

  constructor(handler: EnvelopeHandler) {
    this.#handler = handler
  }

  open(tag: XmlTag, written: WrittenAttributes): "stream" | undefined {
    if (this.#place === "body") return this.#openInBody(tag, written)
    if (this.#place === "header") this.#openInHeader(tag, written)
    else this.#openFrame(tag, written)
    return undefined
  }

  text(text: string): void {
    if (this.#place === "body" && this.#depth > 0) this.#handler.body.text(text)
    else {
      this.#block?.text(text)
      this.#fragment?.text(text)
    }
  }

  close(): void {
    if (this.#place === "body") this.#closeInBody()
    else if (this.#place === "header") this.#closeInHeader()
  }

  #openFrame(tag: XmlTag, written: WrittenAttributes): void {
    for (const [name, namespace] of declarationsOf(written)) this.#declared.set(name, namespace)
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
    if (!this.#headersTold) this.#handler.headers(this.#headers, this.#security)
    this.#headersTold = true
  }

  #openInHeader(tag: XmlTag, written: WrittenAttributes): void {
    if (this.#depth === 0) {
      this.#block = new TreeBuilder()
      if (isElement(tag, WSSE, "Security"))
        this.#fragment = new FragmentWriter(this.#declared, MAX_SECURITY_LENGTH)
    }
    this.#depth += 1
    this.#block?.open(tag)
    this.#fragment?.open(tag.name, written)
  }

  #closeInHeader(): void {
    if (this.#depth === 0) {
      this.#place = "envelope"
      this.#headersTold = true
      this.#handler.headers(this.#headers, this.#security)
      return
    }
    this.#depth -= 1
    this.#block?.close()
    this.#fragment?.close()
    if (this.#depth === 0) this.#endBlock()
  }

  #endBlock(): void {
    if (this.#block?.root) this.#headers.push(this.#block.root)
    if (this.#fragment !== null) this.#security.push(this.#fragment.toString())
    this.#fragment = null
  }

  #openInBody(tag: XmlTag, written: WrittenAttributes): "stream" | undefined {
    this.#depth += 1
    return this.#handler.body.open(tag, written)
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
