/**
 * Archive time stamps (xades141:ArchiveTimeStamp, ETSI TS 101 903 V1.4.2 §8.2.1, not distributed): one more time stamp over
 * all there is, before the authority of the last one, or an algorithm, comes to its end.
 *
 * The octets, in this order: what each reference of SignedInfo digests · SignedInfo, SignatureValue, KeyInfo · the unsigned
 * properties that stand before it · every ds:Object but that of the qualifying properties, the Manifest's too.
 */
import { createHash } from "node:crypto"
import type { XmlElement } from "libxml2-wasm"
import { DS, XADES } from "./algorithms.ts"
import {
  attribute,
  canonical,
  childElements,
  childrenNamed,
  is,
  malformed,
  onlyChild,
  requiredAttribute,
  withDocument,
} from "./document.ts"
import { isPartReference, partOctets, readDocumentReference } from "./reference.ts"
import { encapsulated } from "./time-stamp.ts"
import { unsignedProperty, withUnsigned } from "./unsigned.ts"
import { unsignedProperties } from "./xades-read.ts"

/** Clear octets of the signed documents, by uniqueId; needed where SignedInfo itself names them (flat layout). */
export type DocumentOctets = ReadonlyMap<string, Uint8Array>
const NONE: DocumentOctets = new Map()

/** Many lie between this and what one signature gathers in a century. */
export const MAX_ARCHIVE_TIME_STAMPS = 16

export function archiveStampInput(
  xml: Uint8Array,
  canonicalization: string,
  documents: DocumentOctets = NONE,
): Uint8Array {
  return withDocument(xml, (root) => {
    const octets = archiveStampOctets(root, null, canonicalization, documents)
    if (octets === null) throw malformed("ARCHIVE_TIME_STAMP", "the signed documents themselves are needed")
    return octets
  })
}

export const withArchiveTimeStamp = (
  xml: Uint8Array,
  token: Uint8Array,
  canonicalization: string,
): Uint8Array =>
  withUnsigned(
    xml,
    unsignedProperty("xades141:ArchiveTimeStamp", {}, ...encapsulated(token, canonicalization)),
  )

/**
 * @param stamp the time stamp in the document; null = one to come, after all the others
 * @returns null when the octets of a signed document are needed and not here
 */
export function archiveStampOctets(
  root: XmlElement,
  stamp: XmlElement | null,
  canonicalization: string,
  documents: DocumentOctets,
): Uint8Array | null {
  const signedInfo = onlyChild(root, DS, "SignedInfo")
  const referenced = childrenNamed(signedInfo, DS, "Reference").map((one) => digested(root, one, documents))
  if (referenced.some((octets) => octets === null)) return null
  const properties = unsignedProperties(root)
  const before =
    stamp === null
      ? properties
      : properties.slice(
          0,
          properties.findIndex((one) => one.isSameNode(stamp)),
        )
  const objects = childrenNamed(root, DS, "Object").filter(
    (object) => !childElements(object).some((one) => is(one, XADES, "QualifyingProperties")),
  )
  const own = [signedInfo, onlyChild(root, DS, "SignatureValue"), ...childrenNamed(root, DS, "KeyInfo")]
  return Buffer.concat([
    ...referenced.filter((octets) => octets !== null),
    ...[...own, ...before, ...objects].map((one) => canonical(one, canonicalization)),
  ])
}

/** KeyInfo, Manifest and SignedProperties, where they stand (signature-document.ts). */
function partsOf(root: XmlElement): readonly XmlElement[] {
  const contents = childrenNamed(root, DS, "Object").flatMap(childElements)
  const qualifying = contents.filter((one) => is(one, XADES, "QualifyingProperties"))
  return [
    ...childrenNamed(root, DS, "KeyInfo"),
    ...contents.filter((one) => is(one, DS, "Manifest")),
    ...qualifying.flatMap((one) => childrenNamed(one, XADES, "SignedProperties")),
  ]
}

/** What one reference digests. DSG's mark of a submission set digests nothing. */
function digested(root: XmlElement, reference: XmlElement, documents: DocumentOctets): Uint8Array | null {
  if (!isPartReference(reference)) return documentOctets(reference, documents)
  const uri = requiredAttribute(reference, "URI")
  const part = partsOf(root).find((one) => attribute(one, "Id") === uri.slice(1))
  if (part === undefined)
    throw malformed("REFERENCE_POSITION", "a reference points to no part of this signature")
  return partOctets(reference, part)
}

function documentOctets(reference: XmlElement, documents: DocumentOctets): Uint8Array | null {
  const { uniqueId, hash, digest } = readDocumentReference(reference)
  if (digest === null) return new Uint8Array(0)
  const octets = documents.get(uniqueId)
  const isIt = octets !== undefined && hash !== "" && createHash(hash).update(octets).digest().equals(digest)
  return isIt ? octets : null
}
