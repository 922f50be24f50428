/**
 * METADATA.XML of one submission set on a medium (ITI TF-2 3.32.4.1.2.2): the lcm:SubmitObjectsRequest of an ITI-41, each
 * entry with the URI of its document.
 */
import { Malformed } from "../malformed.ts"
import { PROVIDE_LIMITS } from "../xds/provide-and-register-reader.ts"
import { SubmissionReader, type ReadSubmission } from "../xds/submission-reader.ts"
import { writeSubmission } from "../xds/submission-writer.ts"
import type { DocumentEntry, Submission } from "../xds/submission.ts"
import { LCM, objectId, RIM } from "../xds/vocabulary.ts"
import type { XmlLimits } from "../xml/limits.ts"
import { attributeOf, childrenOf, isElement, TreeBuilder, type XmlElement } from "../xml/reader.ts"
import { XmlStream, type XmlTag } from "../xml/stream.ts"
import { xmlDocument } from "../xml/writer.ts"

/** A file of more is not read: twice what 4,000 documents need. */
export const MAX_METADATA_BYTES = PROVIDE_LIMITS.maxLength

export interface MediumSubmission extends ReadSubmission {
  /** By entryUUID, as written; an entry without one has none. */
  readonly uris: ReadonlyMap<string, string>
}

/** The whole file; the same bytes for the same values. @param uriOf relative to the file's own folder */
export function writeMetadataFile(
  submission: Submission,
  uriOf: (entry: DocumentEntry) => string,
): Uint8Array {
  return new TextEncoder().encode(xmlDocument(writeSubmission(submission, uriOf)))
}

/**
 * Also where it is wrapped in the request of an ITI-41, as some creators write it.
 *
 * @throws Malformed XML_… · MetadataFault with everything that was wrong · Malformed XDM_METADATA when it holds none
 */
export function readMetadataFile(bytes: Uint8Array, limits: XmlLimits = PROVIDE_LIMITS): MediumSubmission {
  const reader = new MetadataFileReader()
  const stream = new XmlStream(limits, reader)
  stream.write(bytes)
  stream.end()
  return reader.finish()
}

/** Object by object, so that the tree of a large file is never held whole. */
class MetadataFileReader {
  readonly #submission = new SubmissionReader()
  readonly #uris = new Map<string, string>()
  /** How many elements are open in the list; null outside of it. */
  #depthInList: number | null = null
  #object: TreeBuilder | null = null
  readonly #path: XmlTag[] = []
  #hasList = false

  open(tag: XmlTag): undefined {
    const parent = this.#path.at(-1)
    this.#path.push(tag)
    if (this.#depthInList !== null) {
      this.#object ??= new TreeBuilder()
      this.#object.open(tag)
      this.#depthInList += 1
    } else if (isList(tag, parent)) {
      if (this.#hasList) throw wrong("it holds two submissions")
      this.#hasList = true
      this.#depthInList = 0
    }
    return undefined
  }

  text(text: string): void {
    this.#object?.text(text)
  }

  close(): void {
    this.#path.pop()
    if (this.#depthInList === null) return
    this.#depthInList -= 1
    if (this.#depthInList < 0) this.#depthInList = null
    this.#object?.close()
    const finished = this.#object?.root ?? null
    if (finished === null) return
    this.#object = null
    this.#submission.add(finished)
    const uri = uriIn(finished)
    if (uri !== null) this.#uris.set(objectId(attributeOf(finished, "id") ?? ""), uri)
  }

  finish(): MediumSubmission {
    if (!this.#hasList) throw wrong("it holds no SubmitObjectsRequest")
    return { ...this.#submission.finish(), uris: this.#uris }
  }
}

const isList = (tag: XmlTag, parent: XmlTag | undefined): boolean =>
  parent !== undefined &&
  isElement(parent, LCM, "SubmitObjectsRequest") &&
  isElement(tag, RIM, "RegistryObjectList")

/** What is longer than a slot's value is given in numbered pieces, `1|…` (ITI TF-3 4.2.3.2.27). */
function uriIn(object: XmlElement): string | null {
  const values = childrenOf(object, RIM, "Slot")
    .filter((slot) => attributeOf(slot, "name") === "URI")
    .flatMap((slot) => childrenOf(slot, RIM, "ValueList"))
    .flatMap((list) => childrenOf(list, RIM, "Value"))
    .map(({ text }) => text)
  const pieces = values.map((value) => /^(\d{1,3})\|(.*)$/s.exec(value))
  if (pieces.length === 0 || pieces.some((piece) => piece === null)) return values[0] ?? null
  return pieces
    .map((piece) => ({ number: Number(piece?.[1]), text: piece?.[2] ?? "" }))
    .sort((a, b) => a.number - b.number)
    .map(({ text }) => text)
    .join("")
}

const wrong = (why: string): Malformed =>
  new Malformed("XDM_METADATA", "ITI TF-2 3.32.4.1.2.2", `METADATA.XML: ${why}`)
