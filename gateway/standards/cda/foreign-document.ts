/**
 * A clinical document of whatever template, as far as it can be read by anybody: whose it is, and what it says. A scanned or wrapped
 * document (IHE XDS-SD, ITI TF-3 5.2) holds another one; of a structured body the narrative is read, as text and nothing else:
 * no markup of the sender's is ever shown.
 */
import { Malformed } from "../malformed.ts"
import { XML_LIMITS_INLINE } from "../xml/limits.ts"
import { isElement, readXml, textOf, type XmlElement } from "../xml/reader.ts"
import { bytesOfBase64 } from "./base64.ts"
import { HL7 } from "./codes.ts"
import { narrativeText } from "./narrative.ts"
import { all, at, optional, required } from "./path.ts"

export interface ForeignDocument {
  /** CX.1 and the OID of CX.4, each as far as it is said. */
  readonly patientIds: readonly { readonly root: string; readonly extension: string }[]
  readonly body:
    | { readonly kind: "pdf"; readonly bytes: Uint8Array }
    /** Section titles and their texts, or the text that is wrapped. */
    | { readonly kind: "text"; readonly text: string }
}

/** A few hundred pages; people read it on a screen. */
export const MAX_TEXT_LENGTH = 500_000

/**
 * @param bytes at most 96 MiB, no DOCTYPE (XML_LIMITS_INLINE)
 * @throws Malformed REPORT_NOT_CDA, REPORT_INCOMPLETE, REPORT_INVALID, BASE64_MALFORMED, XML_…
 */
export function readForeignDocument(bytes: Uint8Array): ForeignDocument {
  const root = readXml(bytes, XML_LIMITS_INLINE)
  if (!isElement(root, HL7, "ClinicalDocument"))
    throw new Malformed("REPORT_NOT_CDA", "CDA R2 4.2.1", "not a CDA document")
  const targets = all(root, "recordTarget")
  const [target] = targets
  if (target === undefined || targets.length > 1)
    throw new Malformed("REPORT_INVALID", "CDA R2 4.2.2.11", "it is not about exactly one patient")
  const patientIds = all(required(target, "patientRole"), "id").map((id) => ({
    root: optional(id, "root") ?? "",
    extension: optional(id, "extension") ?? "",
  }))
  return { patientIds, body: bodyOf(required(root, "component")) }
}

function bodyOf(component: XmlElement): ForeignDocument["body"] {
  const structured = at(component, "structuredBody")
  if (structured !== null) return { kind: "text", text: whole([...sectionTexts(structured)].join("\n\n")) }
  const text = required(component, "nonXMLBody", "text")
  const [mediaType = "text/plain"] = (optional(text, "mediaType") ?? "text/plain").toLowerCase().split(";")
  const isEncoded = optional(text, "representation") === "B64"
  if (mediaType === "application/pdf" && isEncoded) return { kind: "pdf", bytes: bytesOfBase64(textOf(text)) }
  if (mediaType !== "text/plain")
    throw new Malformed("REPORT_INVALID", "ITI TF-3 5.2.3", "what is wrapped in it is neither PDF nor text")
  return { kind: "text", text: whole(isEncoded ? decoded(bytesOfBase64(textOf(text))) : textOf(text)) }
}

/** Depth is bounded by the XML limits. */
function* sectionTexts(parent: XmlElement): Generator<string> {
  for (const component of all(parent, "component"))
    for (const section of all(component, "section")) {
      const [title, text] = [at(section, "title"), at(section, "text")]
      const lines = [
        title === null ? "" : textOf(title).trim(),
        text === null ? "" : narrativeText(text).trim(),
      ]
      const said = lines.filter((each) => each !== "").join("\n")
      if (said !== "") yield said
      yield* sectionTexts(section)
    }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Malformed("REPORT_INVALID", "ITI TF-3 5.2.3", "the text in it is not UTF-8", { cause })
  }
}

/** Without what a screen would obey: control characters, and those that turn the direction of what follows. */
function whole(text: string): string {
  const printable = text
    .replaceAll("\r\n", "\n")
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, (each) => (each === "\n" || each === "\t" ? each : ""))
    .trim()
  if (printable === "") throw new Malformed("REPORT_INCOMPLETE", "CDA R2 4.3", "it says nothing")
  if (printable.length > MAX_TEXT_LENGTH)
    throw new Malformed("REPORT_INVALID", "CDA R2 4.3", `its text has ${printable.length} characters`)
  return printable
}
