/**
 * What was recoded before it was sent: each instance's original file bound to the file that travels, by digest. The
 * signature of the submission covers this document and the files alike, so that the binding is the sender's word.
 */
import { Malformed } from "../malformed.ts"
import { isAsReceived, type AsReceived } from "../dicom/recode/reasons.ts"
import { element, xmlDocument } from "../xml/writer.ts"
import { readClosed, type ClosedElement } from "./closed-element.ts"

export const RECODING_NAMESPACE = "urn:dokuei:recoding:1"

/** One file as its holder knows it. Digests are hex. */
export interface OriginalFile {
  readonly sha256: string
  /** Of the data set alone: what C-STORE carried. */
  readonly sha256DataSet: string
  readonly lengthBytes: number
  readonly TransferSyntaxUID: string
}

export interface RecodedInstance {
  readonly SOPInstanceUID: string
  /** Hex SHA-256 of the Part 10 file that travels. */
  readonly sha256: string
  readonly original: OriginalFile
}

export interface InstanceAsReceived {
  readonly SOPInstanceUID: string
  readonly sha256: string
  readonly reason: AsReceived
}

export interface RecodingDocument {
  /** OID of this document. */
  readonly documentId: string
  readonly StudyInstanceUID: string
  readonly recoded: readonly RecodedInstance[]
  readonly asReceived: readonly InstanceAsReceived[]
}

/** The document; equal values give equal bytes. Throws what `readRecoding` throws: what cannot be read is not signed. */
export function writeRecoding(document: RecodingDocument): Uint8Array {
  const { documentId, StudyInstanceUID } = document
  const root = element(
    "Recoding",
    { xmlns: RECODING_NAMESPACE, documentId, StudyInstanceUID },
    document.recoded.map(({ SOPInstanceUID, sha256, original }) =>
      element(
        "Recoded",
        { SOPInstanceUID, sha256 },
        element("Original", {
          sha256: original.sha256,
          sha256DataSet: original.sha256DataSet,
          lengthBytes: original.lengthBytes,
          TransferSyntaxUID: original.TransferSyntaxUID,
        }),
      ),
    ),
    document.asReceived.map(({ SOPInstanceUID, sha256, reason }) =>
      element("AsReceived", { SOPInstanceUID, sha256, reason }),
    ),
  )
  const bytes = new TextEncoder().encode(xmlDocument(root))
  readRecoding(bytes)
  return bytes
}

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, RECODING_REPEATED when a file is named twice, XML_…
 */
export function readRecoding(bytes: Uint8Array): RecodingDocument {
  const root = readClosed(bytes, RECODING_NAMESPACE, "Recoding")
  const document: RecodingDocument = {
    documentId: root.uid("documentId"),
    StudyInstanceUID: root.attribute("StudyInstanceUID"),
    recoded: root.children("Recoded").map(readRecoded),
    asReceived: root.children("AsReceived").map(readAsReceived),
  }
  root.finish()
  const digests = [...document.recoded, ...document.asReceived].map(({ sha256 }) => sha256)
  if (new Set(digests).size !== digests.length)
    throw new Malformed("RECODING_REPEATED", RECODING_NAMESPACE, "a file is named twice")
  return document
}

function readRecoded(recoded: ClosedElement): RecodedInstance {
  const original = recoded.required("Original")
  const instance: RecodedInstance = {
    SOPInstanceUID: recoded.attribute("SOPInstanceUID"),
    sha256: digest(recoded, "sha256"),
    original: {
      sha256: digest(original, "sha256"),
      sha256DataSet: digest(original, "sha256DataSet"),
      lengthBytes: original.count("lengthBytes"),
      TransferSyntaxUID: original.uid("TransferSyntaxUID"),
    },
  }
  original.finish()
  recoded.finish()
  return instance
}

function readAsReceived(element: ClosedElement): InstanceAsReceived {
  const reason = element.attribute("reason")
  if (!isAsReceived(reason)) throw element.fault("NOTICE_VALUE", "@reason is none we know")
  const instance = {
    SOPInstanceUID: element.attribute("SOPInstanceUID"),
    sha256: digest(element, "sha256"),
    reason,
  }
  element.finish()
  return instance
}

function digest(element: ClosedElement, attribute: string): string {
  const written = element.attribute(attribute)
  if (!/^[0-9a-f]{64}$/.test(written)) throw element.fault("NOTICE_VALUE", `@${attribute} is no SHA-256`)
  return written
}
