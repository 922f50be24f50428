/**
 * Is every attribute of an object there, once, and of its type? All faults are complained of by name, by the rows of
 * `attributes.ts`; the values are read apart from this, by `attribute-reader.ts`.
 */
import { AUTHOR_SLOTS, type AttributeRow } from "./attributes.ts"
import { classificationsOf, hasLabel, stepTo, valuesAt } from "./attribute-reader.ts"
import { faultOf } from "./data-type-table.ts"
import { at, type Complaints } from "./metadata-fault.ts"
import type { Classification, RegistryObject } from "./registry-object.ts"

type Rows = Readonly<Record<string, AttributeRow>>

/** @param rows with a row `limitedMetadata`, whose label says which column counts */
export function checkAttributes(object: RegistryObject, rows: Rows, complaints: Complaints): void {
  new AttributeCheck(object, rows, complaints).run(rows)
}

class AttributeCheck {
  readonly #object: RegistryObject
  readonly #complaints: Complaints
  readonly #isLimited: boolean

  constructor(object: RegistryObject, rows: Rows, complaints: Complaints) {
    this.#object = object
    this.#complaints = complaints
    this.#isLimited = Object.values(rows).some((row) => row.place.kind === "label" && hasLabel(object, row))
  }

  run(rows: Rows): void {
    for (const [name, row] of Object.entries(rows)) this.#check(name, row)
    this.#warnOfOthers(Object.values(rows))
  }

  #check(name: string, row: AttributeRow): void {
    if (row.place.kind === "label") return
    if (row.place.kind === "code") this.#checkCodes(name, row)
    else if (row.place.kind === "author") this.#checkAuthors(row)
    else this.#checkValues(name, row)
  }

  #checkValues(name: string, row: AttributeRow): void {
    const values = valuesAt(this.#object, row.place)
    this.#checkCount(name, row, values.length, "has", "values")
    if (row.type === null) return
    for (const value of values) {
      const fault = faultOf(row.type, value)
      if (fault !== null) this.#complain(`${name} ${fault}`, stepTo(row.place))
    }
  }

  #checkCodes(name: string, row: AttributeRow): void {
    const codes = classificationsOf(this.#object, row)
    this.#checkCount(name, row, codes.length, "is given", "times")
    for (const code of codes) this.#checkCode(name, code, stepTo(row.place))
  }

  #checkCount(name: string, row: AttributeRow, count: number, verb: string, unit: string): void {
    const step = stepTo(row.place)
    if (count > 1 && !row.many) this.#complain(`${name} ${verb} ${count} ${unit}`, step)
    const needed = this.#isLimited ? row.limited : row.full
    if (count === 0 && needed === "R") this.#complain(`${name} is missing${this.#unlessLimited(row)}`, step)
  }

  /** Who sends the least there may be has often only forgotten to say so. */
  #unlessLimited(row: AttributeRow): string {
    return !this.#isLimited && row.limited !== "R"
      ? ", and the object is not flagged as limited metadata"
      : ""
  }

  #checkCode(name: string, { nodeRepresentation, name: display, slots }: Classification, step: string): void {
    if (nodeRepresentation === "") this.#complain(`${name} without nodeRepresentation`, step)
    if ((slots.get("codingScheme")?.[0] ?? "") === "") this.#complain(`${name} without codingScheme`, step)
    if (display === "") this.#complain(`${name} without display name`, step)
    const fault = faultOf("text", display)
    if (fault !== null) this.#complain(`display name of ${name} ${fault}`, step)
  }

  /** The first author is kept; that others are lost is said. */
  #checkAuthors(row: AttributeRow): void {
    const authors = classificationsOf(this.#object, row)
    for (const author of authors) this.#checkAuthor(author, stepTo(row.place))
    if (authors.length > 1) this.#notKept("only the first author is kept", stepTo(row.place))
  }

  #checkAuthor({ slots }: Classification, step: string): void {
    const given = (name: string): readonly string[] => (slots.get(name) ?? []).filter((value) => value !== "")
    for (const [name, { type, many }] of Object.entries(AUTHOR_SLOTS)) {
      const values = given(name)
      if (values.length > 1 && !many) this.#complain(`${name} has ${values.length} values`, step)
      const faults = values.map((value) => faultOf(type, value)).filter((fault) => fault !== null)
      for (const fault of faults) this.#complain(`${name} ${fault}`, step)
    }
    if (ONE_OF.every((name) => given(name).length === 0))
      this.#complain("author without person, institution and telecommunication", step)
  }

  /** Slots named by URN, and classifications, that we do not know are legal and not kept (ITI TF-3 4.2.3.1.6). */
  #warnOfOthers(rows: readonly AttributeRow[]): void {
    const known = new Set(rows.map(({ place }) => `${place.kind} ${place.key}`))
    const { slots, classifications } = this.#object
    for (const name of slots.keys())
      if (!known.has(`slot ${name}`)) this.#notKept(`slot ${name} is not kept`, `Slot[@name='${name}']`)
    for (const { classificationScheme: scheme } of classifications)
      if (scheme !== "" && !known.has(`code ${scheme}`) && !known.has(`author ${scheme}`))
        this.#notKept(
          `classification by ${scheme} is not kept`,
          `Classification[@classificationScheme='${scheme}']`,
        )
  }

  #complain(sentence: string, step: string): void {
    const { id } = this.#object
    this.#complaints.error(`${id}: ${sentence}`, "XDSRepositoryMetadataError", at(id, step))
  }

  #notKept(sentence: string, step: string): void {
    const { id } = this.#object
    this.#complaints.warning(`${id}: ${sentence}`, "XDSExtraMetadataNotSaved", at(id, step))
  }
}

const ONE_OF = ["authorPerson", "authorInstitution", "authorTelecommunication"] as const
