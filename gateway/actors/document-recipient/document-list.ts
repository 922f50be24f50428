/** Which Document belongs to which DocumentEntry, and whether all came (ITI TF-2 3.41.4.1.3). */
import { AcceptanceError } from "../../journey/errors.ts"
import { Malformed } from "../../standards/malformed.ts"
import { contentIdsOf, percentDecoded } from "../../standards/soap/content-id.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"

export class DocumentList {
  readonly #entries: ReadonlyMap<string, DocumentEntry>
  /** Entries a Document element was seen for. */
  readonly #announced = new Set<string>()
  /** Entries whose octets came. */
  readonly #received = new Set<string>()
  readonly #entryByContentId = new Map<string, DocumentEntry>()
  readonly #contentIds = new Set<string>()
  readonly #ofHeaders: ReadonlySet<string>
  #hasStrayPart = false

  /**
   * @param rootId Content-ID of the root part
   * @param headerParts `href`s of parts that belong to SOAP headers
   * @throws Malformed XOP_HREF
   */
  constructor(entries: readonly DocumentEntry[], rootId: string | null, headerParts: readonly string[]) {
    this.#entries = new Map(entries.map((entry) => [entry.entryUUID, entry]))
    this.#ofHeaders = new Set(headerParts.flatMap(contentIdsOf))
    if (rootId !== null) this.#contentIds.add(rootId)
  }

  /** An inline Document. @throws AcceptanceError for an unknown or repeated id */
  inline(documentId: string): DocumentEntry {
    const entry = this.#announce(documentId)
    this.#received.add(documentId)
    return entry
  }

  /** A Document in a part that will come. @throws AcceptanceError, Malformed XOP_HREF */
  expect(documentId: string, href: string): void {
    const entry = this.#announce(documentId)
    for (const contentId of contentIdsOf(href)) {
      if (this.#entryByContentId.has(contentId))
        throw new Malformed("XOP_HREF", "XOP §3.2", "two Documents point to the same part")
      this.#entryByContentId.set(contentId, entry)
    }
  }

  /** Before any part is taken. @throws AcceptanceError when an entry has no Document element */
  checkAnnounced(): void {
    this.#checkAll(this.#announced)
  }

  /**
   * The entry a part carries; null for a part that is nobody's document: of a SOAP header, or with another name than
   * the one that is still to come, which its end will tell.
   *
   * @throws AcceptanceError for a part too many, Malformed for a repeated id
   */
  received(contentId: string | null): DocumentEntry | null {
    if (contentId !== null) this.#checkNew(contentId)
    const entry = this.#pointedTo(contentId ?? "")
    if (entry === undefined) {
      if (contentId === null || !this.#isOfHeader(contentId)) this.#stray()
      return null
    }
    if (this.#received.has(entry.entryUUID)) throw unwanted("a second part for one Document")
    this.#received.add(entry.entryUUID)
    return entry
  }

  #checkNew(contentId: string): void {
    if (this.#contentIds.has(contentId))
      throw new Malformed("MULTIPART_CONTENT_ID", "RFC 2045 §7", "two parts have the same Content-ID")
    this.#contentIds.add(contentId)
  }

  #pointedTo(contentId: string): DocumentEntry | undefined {
    return this.#entryByContentId.get(contentId) ?? this.#entryByContentId.get(percentDecoded(contentId))
  }

  #stray(): void {
    if (this.#received.size === this.#entries.size) throw unwanted("a part no Document points to")
    this.#hasStrayPart = true
  }

  /** After the last part. @throws AcceptanceError when a part did not come, or one came that nobody wants */
  checkReceived(): void {
    this.#checkAll(this.#received)
    if (this.#hasStrayPart) throw unwanted("a part no Document points to")
  }

  #isOfHeader(contentId: string): boolean {
    return this.#ofHeaders.has(contentId) || this.#ofHeaders.has(percentDecoded(contentId))
  }

  #announce(documentId: string): DocumentEntry {
    const entry = this.#entries.get(documentId)
    if (entry === undefined) throw unwanted(`Document ${documentId} has no DocumentEntry`)
    if (this.#announced.has(documentId)) throw unwanted(`Document ${documentId} is given twice`)
    this.#announced.add(documentId)
    return entry
  }

  #checkAll(seen: ReadonlySet<string>): void {
    for (const { entryUUID, uniqueId } of this.#entries.values())
      if (!seen.has(entryUUID))
        throw new AcceptanceError("ERR_DOCUMENT_MISSING", "XDSMissingDocument", uniqueId)
  }
}

function unwanted(sentence: string): AcceptanceError {
  return new AcceptanceError("ERR_DOCUMENT_MISSING", "XDSMissingDocumentMetadata", sentence)
}
