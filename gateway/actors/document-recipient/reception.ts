/**
 * One ITI-41 request from its first body byte to the handler's commit: metadata, then every document once, all or
 * nothing. Nothing is buffered beyond the metadata; a slow handler slows the sender.
 */
import { AcceptanceError } from "../../journey/errors.ts"
import type { SubmissionHandler, SubmissionIntake } from "../../journey/ports/inbound.ts"
import type { AssertedUser, PeerIdentity } from "../../journey/ports/outside.ts"
import type { Addressing } from "../../standards/soap/addressing.ts"
import { WSSE } from "../../standards/soap/namespaces.ts"
import type { PartHeaders } from "../../standards/soap/part-headers.ts"
import { transferDecoder } from "../../standards/soap/transfer-encoding.ts"
import type { MetadataComplaint } from "../../standards/xds/metadata-fault.ts"
import type { ProvideEvent } from "../../standards/xds/provide-and-register-reader.ts"
import type { RegistryError } from "../../standards/xds/registry-response.ts"
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import type { RequestBody } from "../http-door/request-body.ts"
import { DocumentList } from "./document-list.ts"
import { DocumentOctets } from "./document-octets.ts"
import { asWarning } from "./refusal.ts"
import { RootPart } from "./root-part.ts"

export interface ReceptionContext {
  readonly peer: PeerIdentity
  readonly handler: SubmissionHandler
  /** Content-ID of the root part by the request's Content-Type. */
  readonly start: string | null
  /** null, or absent = nobody looks at what messages say of who acts. Throws SecurityFault. */
  readonly asserted?: ((security: readonly string[]) => AssertedUser | null) | null
  /** Throws AcceptanceError when the peer may not send as this source, or not now. */
  readonly admit: (submission: Submission) => void
}

interface Opened {
  readonly submission: Submission
  readonly warnings: readonly MetadataComplaint[]
  readonly documents: DocumentList
}

export class Reception {
  readonly #body: RequestBody
  readonly #context: ReceptionContext
  readonly #root: RootPart
  #peer: PeerIdentity
  #opened: Opened | null = null
  #intake: SubmissionIntake | null = null

  constructor(body: RequestBody, context: ReceptionContext) {
    this.#body = body
    this.#context = context
    this.#root = new RootPart(body, context.start, (context.asserted ?? null) === null ? [] : [WSSE])
    this.#peer = context.peer
  }

  /** With who acts there, once the headers are read. */
  get peer(): PeerIdentity {
    return this.#peer
  }

  get messageId(): string {
    return this.#root.messageId
  }

  /** null until the headers are read. */
  get addressing(): Addressing | null {
    return this.#root.addressing
  }

  /** null until the metadata are read. */
  get submission(): Submission | null {
    return this.#opened?.submission ?? null
  }

  /** What was not as the profile wants it and was taken all the same, in words for the sender's next test day. */
  get tolerated(): readonly string[] {
    return this.#root.tolerated
  }

  get isRecognised(): boolean {
    return this.#root.isRecognised
  }

  /**
   * Resolves with the warnings of a Success once the handler has committed. On every failure after the handler
   * began, its `abort` has been called once before this rejects.
   */
  async run(): Promise<readonly RegistryError[]> {
    try {
      await this.#readRoot()
      await this.#readParts()
      return await this.#commit()
    } catch (error) {
      throw await this.#aborted(error)
    }
  }

  /** Why it failed, with what went wrong in giving up, if anything. */
  async #aborted(reason: unknown): Promise<unknown> {
    try {
      await this.#intake?.abort()
      return reason
    } catch (error) {
      return new AggregateError([reason, error], "a refused submission could not be given up")
    }
  }

  async #readRoot(): Promise<void> {
    await this.#root.begin()
    for (let event = await this.#root.next(); event !== null; event = await this.#root.next())
      await this.#provide(event)
  }

  async #provide(event: ProvideEvent): Promise<void> {
    if (event.kind === "headers")
      this.#peer = { ...this.#peer, asserted: this.#context.asserted?.(event.security) ?? null }
    else if (event.kind === "submission") this.#open(event.read.submission, event.read.warnings)
    else if (event.kind === "include") this.#documents().expect(event.documentId, event.href)
    else if (event.kind === "document") await this.#readInline(this.#documents().inline(event.documentId))
  }

  #open(submission: Submission, warnings: readonly MetadataComplaint[]): void {
    const { documentEntries } = submission
    const documents = new DocumentList(documentEntries, this.#root.contentId, this.#root.headerParts)
    this.#opened = { submission, warnings, documents }
    this.#context.admit(submission)
  }

  async #readInline(entry: DocumentEntry): Promise<void> {
    await this.#deliver(entry, async () => {
      const event = await this.#root.next()
      return event?.kind === "octets" ? event.bytes : null
    })
  }

  async #readParts(): Promise<void> {
    const documents = this.#documents()
    documents.checkAnnounced()
    await this.#begun()
    for (let event = await this.#body.next(); event !== null; event = await this.#body.next())
      if (event.kind === "part")
        await this.#readPart(documents.received(event.headers.contentId), event.headers)
    documents.checkReceived()
  }

  /** The octets of nobody's document go by. */
  async #readPart(entry: DocumentEntry | null, headers: PartHeaders): Promise<void> {
    if (entry === null) return
    const decoder = transferDecoder(headers.transferEncoding)
    let isOver = false
    await this.#deliver(entry, async () => {
      if (isOver) return null
      const event = await this.#body.next()
      isOver = event?.kind !== "octets"
      return event?.kind === "octets" ? decoder.write(event.bytes) : nullIfEmpty(decoder.end())
    })
  }

  async #deliver(entry: DocumentEntry, pull: () => Promise<Uint8Array | null>): Promise<void> {
    const intake = await this.#begun()
    const octets = new DocumentOctets(entry, pull)
    await intake.document(entry, octets)
    await octets.settle()
  }

  /** The handler is asked when the first octets are due, and once. */
  async #begun(): Promise<SubmissionIntake> {
    this.#intake ??= await this.#context.handler.begin(
      this.#peer,
      this.#metadata().submission,
      this.#root.messageId,
    )
    return this.#intake
  }

  async #commit(): Promise<readonly RegistryError[]> {
    const intake = await this.#begun()
    const warnings = await intake.commit()
    return [...this.#metadata().warnings, ...warnings].map(asWarning)
  }

  #documents(): DocumentList {
    return this.#metadata().documents
  }

  #metadata(): Opened {
    if (this.#opened === null)
      throw new AcceptanceError(
        "ERR_METADATA",
        "XDSRepositoryMetadataError",
        "SubmitObjectsRequest is missing",
      )
    return this.#opened
  }
}

function nullIfEmpty(bytes: Uint8Array): Uint8Array | null {
  return bytes.length === 0 ? null : bytes
}
