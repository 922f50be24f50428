/** ds:Reference (XML Signature 1.1 §4.4.3): read with an allow-list, matched by position, never dereferenced. */
import { createHash } from "node:crypto"
import type { XmlElement } from "libxml2-wasm"
import { DIGESTS, DS, SUBMISSION_SET_DIGEST } from "./algorithms.ts"
import {
  attribute,
  base64Content,
  canonicalInTurn,
  childElements,
  childrenNamed,
  is,
  isCanonicalization,
  malformed,
  onlyChild,
  requiredAttribute,
  textContent,
} from "./document.ts"
import { uniqueIdOfUri } from "./unique-id.ts"

const MAX_TRANSFORMS = 2

/** A reference to octets outside: a document, or the SubmissionSet. */
export interface DocumentReference {
  readonly id: string | null
  readonly uniqueId: string
  /** node:crypto name, or "" for one we do not know. */
  readonly hash: string
  /** null = DSG's "0": a membership mark, no digest. */
  readonly digest: Uint8Array | null
}

/** A reference to a part of this signature. */
export interface PartReference {
  readonly part: XmlElement
  readonly type: string | null
  readonly hash: string
  readonly digestMatches: boolean
}

export const isPartReference = (reference: XmlElement): boolean =>
  requiredAttribute(reference, "URI").startsWith("#")

/** A reference to a document may not be transformed: its raw octets are signed. */
export function readDocumentReference(reference: XmlElement): DocumentReference {
  if (childrenNamed(reference, DS, "Transforms").length > 0) {
    throw malformed("TRANSFORM", "a document reference has transforms")
  }
  const uniqueId = uniqueIdOfUri(requiredAttribute(reference, "URI"))
  const value = onlyChild(reference, DS, "DigestValue")
  const digest = textContent(value).trim() === SUBMISSION_SET_DIGEST ? null : base64Content(value)
  return { id: attribute(reference, "Id"), uniqueId, hash: hashOf(reference), digest }
}

/**
 * A reference `#Id` to one of the signature's own parts.
 *
 * @param parts the only elements it may point to, found by their place in the document: an element that carries the Id
 *   somewhere else is no target. Throws Malformed REFERENCE_POSITION otherwise.
 */
export function readPartReference(reference: XmlElement, parts: readonly XmlElement[]): PartReference {
  const id = requiredAttribute(reference, "URI").slice(1)
  const part = parts.find((candidate) => attribute(candidate, "Id") === id)
  if (part === undefined)
    throw malformed("REFERENCE_POSITION", "a reference points to no part of this signature")
  const hash = hashOf(reference)
  const octets = partOctets(reference, part)
  const digest = hash === "" ? null : createHash(hash).update(octets).digest()
  const wanted = base64Content(onlyChild(reference, DS, "DigestValue"))
  return { part, type: attribute(reference, "Type"), hash, digestMatches: digest?.equals(wanted) ?? false }
}

/** What a reference to a part digests. */
export const partOctets = (reference: XmlElement, part: XmlElement): Uint8Array =>
  canonicalInTurn(part, canonicalizationsOf(reference))

const hashOf = (reference: XmlElement): string =>
  DIGESTS[requiredAttribute(onlyChild(reference, DS, "DigestMethod"), "Algorithm")] ?? ""

/** The transforms: canonicalisations, and nothing else. */
function canonicalizationsOf(reference: XmlElement): readonly string[] {
  const [transforms] = childrenNamed(reference, DS, "Transforms")
  const algorithms = transforms === undefined ? [] : childElements(transforms).map(readTransform)
  if (algorithms.length > MAX_TRANSFORMS) throw malformed("TRANSFORM", "too many transforms")
  return algorithms
}

function readTransform(transform: XmlElement): string {
  const algorithm = requiredAttribute(transform, "Algorithm")
  const plain = is(transform, DS, "Transform") && childElements(transform).length === 0
  if (!plain || !isCanonicalization(algorithm)) throw malformed("TRANSFORM", `transform ${algorithm}`)
  return algorithm
}
