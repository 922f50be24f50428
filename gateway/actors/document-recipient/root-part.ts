/** The root part of one ITI-41 request, read as it comes: its envelope as events, and what is to be known of it. */
import type { Addressing } from "../../standards/soap/addressing.ts"
import { SoapFault } from "../../standards/soap/fault.ts"
import type { PartHeaders } from "../../standards/soap/part-headers.ts"
import { type OctetDecoder, transferDecoder } from "../../standards/soap/transfer-encoding.ts"
import {
  type ProvideEvent,
  ProvideAndRegisterReader,
} from "../../standards/xds/provide-and-register-reader.ts"
import type { RequestBody } from "../http-door/request-body.ts"

export class RootPart {
  readonly #body: RequestBody
  readonly #start: string | null
  readonly #reader: ProvideAndRegisterReader
  #events: ProvideEvent[] = []
  /** null before the root and after it. */
  #decoder: OctetDecoder | null = null
  #contentId: string | null = null
  #isNamed = true

  /**
   * @param start Content-ID of the root by the request's Content-Type
   * @param understood namespaces of headers that are looked at
   */
  constructor(body: RequestBody, start: string | null, understood: readonly string[]) {
    this.#body = body
    this.#start = start
    this.#reader = new ProvideAndRegisterReader(understood)
  }

  get messageId(): string {
    return this.#reader.messageId
  }

  /** null until the headers were read. */
  get addressing(): Addressing | null {
    return this.#reader.addressing
  }

  get contentId(): string | null {
    return this.#contentId
  }

  /** `href`s of parts that belong to SOAP headers. */
  get headerParts(): readonly string[] {
    return this.#reader.headerParts
  }

  /** Was the body element seen to be an ITI-41 request? */
  get isRecognised(): boolean {
    return this.#reader.isRecognised
  }

  /** What was not as the profile wants it and was read all the same, in words for the sender's next test day. */
  get tolerated(): readonly string[] {
    return [
      ...(this.#isNamed ? [] : ["the start parameter names no part"]),
      ...(this.#body.hasBareLineFeeds ? ["lines end with LF alone"] : []),
      ...this.#reader.lacks.map((what) => `without ${what}`),
    ]
  }

  /** @throws SoapFault when the first part is no root */
  async begin(): Promise<void> {
    const first = await this.#body.next()
    if (first?.kind !== "part") throw new SoapFault("Sender", "the message has no parts")
    this.#isNamed = isNamedRoot(first.headers, this.#start)
    this.#contentId = first.headers.contentId
    this.#decoder = transferDecoder(first.headers.transferEncoding)
  }

  /** The next event, or null at the end of the part. @throws SoapFault, MetadataFault, Malformed */
  async next(): Promise<ProvideEvent | null> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) return event
      if (this.#decoder === null) return null
      this.#events = [...(await this.#read(this.#decoder))]
    }
  }

  async #read(decoder: OctetDecoder): Promise<readonly ProvideEvent[]> {
    const event = await this.#body.next()
    if (event?.kind === "octets") return this.#reader.write(decoder.write(event.bytes))
    this.#decoder = null
    return [...this.#reader.write(decoder.end()), ...this.#reader.end()]
  }
}

/**
 * Is the first part the one `start` names, or, without `start`, the root by its place?
 *
 * Documents are not held back until a root comes, so it must come first (RFC 2387 §3.1 lets `start` choose another).
 * A `start` that fits no part is a known fault of senders: then the first part that can be a root is one.
 *
 * @throws SoapFault when the first part can be no root
 */
function isNamedRoot({ contentId, contentType }: PartHeaders, start: string | null): boolean {
  if (start === null || contentId === start) return true
  if (!/^(application\/xop\+xml|application\/soap\+xml)\b/i.test(contentType ?? ""))
    throw new SoapFault("Sender", "the root part must be the first part of the message")
  return false
}
