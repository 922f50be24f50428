/**
 * Parts of an ebRIM object, each in the order the schema wants: Slot, Name, Classification, ExternalIdentifier
 * (rim.xsd RegistryObjectType; the examples in ITI TF-3 that print Name first are not valid).
 */
import { element, type Markup } from "../xml/writer.ts"
import type { Author, Code } from "./submission.ts"
import { OBJECT_TYPE } from "./vocabulary.ts"

/** A slot, or nothing when there is no value. */
export function slot(name: string, ...values: readonly (string | number | null)[]): Markup | null {
  const present = values.filter((value) => value !== null)
  if (present.length === 0) return null
  const list = present.map((value) => element("rim:Value", {}, value))
  return element("rim:Slot", { name }, element("rim:ValueList", {}, list))
}

export function name(value: string): Markup | null {
  return value === "" ? null : element("rim:Name", {}, element("rim:LocalizedString", { value }))
}

/** Writes the classifications and identifiers of one object, numbering their ids after the object's. */
export class ObjectPartsWriter {
  readonly #owner: string
  #parts = 0

  constructor(owner: string) {
    this.#owner = owner
  }

  code(scheme: string, value: Code | null): Markup | null {
    if (value === null) return null
    const { code, scheme: codingScheme, display } = value
    const attributes = { classificationScheme: scheme, ...this.#classified(), nodeRepresentation: code }
    return element("rim:Classification", attributes, slot("codingScheme", codingScheme), name(display))
  }

  author(scheme: string, author: Author | null): Markup | null {
    if (author === null) return null
    return element(
      "rim:Classification",
      { classificationScheme: scheme, ...this.#classified(), nodeRepresentation: "" },
      slot("authorPerson", author.authorPerson === "" ? null : author.authorPerson),
      slot("authorInstitution", ...author.authorInstitution),
      slot("authorRole", ...author.authorRole),
    )
  }

  /** Says what a RegistryPackage is, or that the object's metadata are limited. */
  label(classificationNode: string): Markup {
    return element("rim:Classification", { classificationNode, ...this.#classified() })
  }

  /** `fixedName` as the framework prescribes, e.g. `XDSDocumentEntry.uniqueId`. */
  identifier(identificationScheme: string, fixedName: string, value: string | null): Markup | null {
    if (value === null) return null
    const attributes = {
      id: this.#nextId(),
      registryObject: this.#owner,
      objectType: OBJECT_TYPE.externalIdentifier,
      identificationScheme,
      value,
    }
    return element("rim:ExternalIdentifier", attributes, name(fixedName))
  }

  #classified() {
    return { id: this.#nextId(), classifiedObject: this.#owner, objectType: OBJECT_TYPE.classification }
  }

  #nextId(): string {
    this.#parts += 1
    return `${this.#owner}.${this.#parts}`
  }
}
