/**
 * XDS attributes out of one registry object, by the rows of `attributes.ts`. Judges nothing: what is missing or wrong has
 * been complained of by `attribute-check.ts`, and is read as it stands or as absent.
 */
import type { AttributeRow, Place } from "./attributes.ts"
import type { Classification, RegistryObject } from "./registry-object.ts"
import type { Author, Code } from "./submission.ts"

/** The values of an attribute that is no code; empty ones say nothing. */
export function valuesAt(
  { slots, externalIdentifiers, element, name, description }: RegistryObject,
  place: Place,
) {
  const found: Readonly<Record<Place["kind"], () => readonly string[]>> = {
    slot: () => slots.get(place.key) ?? [],
    identifier: () => [externalIdentifiers.get(place.key) ?? ""],
    attribute: () => [element.attributes.get(place.key) ?? ""],
    name: () => [name],
    description: () => [description],
    code: () => [],
    author: () => [],
    label: () => [],
  }
  return found[place.kind]().filter((value) => value !== "")
}

/** Where it stands below its object, for the location of a complaint. */
export function stepTo({ kind, key }: Place): string {
  const steps: Readonly<Record<Place["kind"], string>> = {
    slot: `Slot[@name='${key}']`,
    identifier: `ExternalIdentifier[@identificationScheme='${key}']`,
    attribute: `@${key}`,
    name: "Name",
    description: "Description",
    code: `Classification[@classificationScheme='${key}']`,
    author: `Classification[@classificationScheme='${key}']`,
    label: `Classification[@classificationNode='${key}']`,
  }
  return steps[kind]
}

export function classificationsOf(
  object: RegistryObject,
  { place }: AttributeRow,
): readonly Classification[] {
  return object.classifications.filter(({ classificationScheme }) => classificationScheme === place.key)
}

/** Is the object labelled with this classification node? */
export function hasLabel(object: RegistryObject, { place }: AttributeRow): boolean {
  return object.classifications.some(({ classificationNode }) => classificationNode === place.key)
}

export class AttributeReader {
  readonly #object: RegistryObject

  constructor(object: RegistryObject) {
    this.#object = object
  }

  /** The first value, null when there is none. */
  value(row: AttributeRow): string | null {
    return this.values(row)[0] ?? null
  }

  /** A value that is there, or its absence has been complained of. */
  needed(row: AttributeRow): string {
    return this.value(row) ?? ""
  }

  values(row: AttributeRow): readonly string[] {
    return valuesAt(this.#object, row.place)
  }

  code(row: AttributeRow): Code | null {
    return this.codes(row)[0] ?? null
  }

  codes(row: AttributeRow): readonly Code[] {
    return classificationsOf(this.#object, row).map(({ nodeRepresentation, name, slots }) => ({
      code: nodeRepresentation,
      scheme: slots.get("codingScheme")?.[0] ?? "",
      display: name,
    }))
  }

  /** The first one: there is room for no more. */
  author(row: AttributeRow): Author | null {
    const [first] = classificationsOf(this.#object, row)
    if (first === undefined) return null
    return {
      authorPerson: first.slots.get("authorPerson")?.[0] ?? "",
      authorInstitution: first.slots.get("authorInstitution") ?? [],
      authorRole: first.slots.get("authorRole") ?? [],
    }
  }

  has(row: AttributeRow): boolean {
    return hasLabel(this.#object, row)
  }
}
