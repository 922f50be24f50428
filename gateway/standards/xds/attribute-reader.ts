/**
 * XDS attributes out of one registry object: presence, cardinality, data type.
 *
 * A wrong or missing attribute is complained of by name and read as empty, so that all faults are found in one
 * pass; the submission is thrown away at the end.
 */
import { explainCx, isCx, isXcn, isXon } from "./data-types.ts"
import type { Complaints } from "./metadata-fault.ts"
import type { Classification, RegistryObject } from "./registry-object.ts"
import type { Author, Code } from "./submission.ts"

const NO_CODE: Code = { code: "", scheme: "", display: "" }

/** `secret`: the value may identify a patient and is not repeated in the complaint; `explain` says what may be said. */
export interface TypeRule {
  readonly test: (value: string) => boolean
  readonly secret?: boolean
  readonly explain?: (value: string) => string
}

/** Patient ids: the domain may be named, the id not. */
export const CX_RULE: TypeRule = { test: isCx, explain: explainCx }

export class AttributeReader {
  readonly #object: RegistryObject
  readonly #complaints: Complaints

  constructor(object: RegistryObject, complaints: Complaints) {
    this.#object = object
    this.#complaints = complaints
  }

  complain(sentence: string): void {
    this.#complaints.error(`${this.#object.id}: ${sentence}`)
  }

  /** ExternalIdentifier, required. */
  identifier(name: string, scheme: string, rule: TypeRule): string {
    return (
      this.#typed(name, this.#object.externalIdentifiers.get(scheme) ?? null, rule) ?? this.#missing(name)
    )
  }

  /** XML attribute of the object, required. */
  attribute(name: string, rule: TypeRule): string {
    return this.#typed(name, this.#object.element.attributes.get(name) ?? null, rule) ?? this.#missing(name)
  }

  /** Slot with one value, required. */
  slot(name: string, rule: TypeRule): string {
    return this.optionalSlot(name, rule) ?? this.#missing(name)
  }

  /** Slot with at most one value. */
  optionalSlot(name: string, rule: TypeRule): string | null {
    const values = this.#object.slots.get(name) ?? []
    if (values.length > 1) this.complain(`${name} has ${values.length} values`)
    return this.#typed(name, values[0] ?? null, rule)
  }

  /** Slot with any number of values. */
  listSlot(name: string, rule: TypeRule): readonly string[] {
    const values = (this.#object.slots.get(name) ?? []).filter((value) => value !== "")
    for (const value of values) this.#typed(name, value, rule)
    return values
  }

  /** Coded attribute, exactly one. */
  code(name: string, scheme: string): Code {
    const codes = this.codes(name, scheme)
    if (codes.length > 1) this.complain(`${name} is given ${codes.length} times`)
    if (codes.length === 0) this.#missing(name)
    return codes[0] ?? NO_CODE
  }

  /** Coded attribute, any number. */
  codes(name: string, scheme: string): readonly Code[] {
    return this.#classifications(scheme).map((classification) => this.#code(name, classification))
  }

  /** Coded attribute, one or more. */
  someCodes(name: string, scheme: string): readonly Code[] {
    const codes = this.codes(name, scheme)
    if (codes.length === 0) this.#missing(name)
    return codes
  }

  /** The first author; more of them cannot be kept and are said to be lost. */
  author(scheme: string): Author | null {
    const [first, ...others] = this.#classifications(scheme)
    if (others.length > 0)
      this.#complaints.warning(
        `${this.#object.id}: only the first author is kept`,
        "XDSExtraMetadataNotSaved",
      )
    return first === undefined ? null : this.#author(first)
  }

  /** Is the object labelled with this classification node? */
  hasLabel(node: string): boolean {
    return this.#object.classifications.some((classification) => classification.classificationNode === node)
  }

  /** Slots named by URN that we do not know are legal, and not kept (ITI TF-3 4.2.3.1.6). */
  warnOfOtherSlots(known: ReadonlySet<string>): void {
    for (const name of this.#object.slots.keys())
      if (!known.has(name))
        this.#complaints.warning(`${this.#object.id}: slot ${name} is not kept`, "XDSExtraMetadataNotSaved")
  }

  #classifications(scheme: string): readonly Classification[] {
    return this.#object.classifications.filter(
      (classification) => classification.classificationScheme === scheme,
    )
  }

  #code(name: string, classification: Classification): Code {
    const scheme = classification.slots.get("codingScheme")?.[0] ?? ""
    const code = classification.nodeRepresentation
    if (code === "") this.complain(`${name} without nodeRepresentation`)
    if (scheme === "") this.complain(`${name} without codingScheme`)
    if (classification.name === "") this.complain(`${name} without display name`)
    return { code, scheme, display: classification.name }
  }

  #author({ slots }: Classification): Author {
    const authorPerson = slots.get("authorPerson")?.[0] ?? ""
    const authorInstitution = slots.get("authorInstitution") ?? []
    const telecommunication = slots.get("authorTelecommunication") ?? []
    if (authorPerson !== "") this.#typed("authorPerson", authorPerson, { test: isXcn, secret: true })
    for (const institution of authorInstitution)
      this.#typed("authorInstitution", institution, { test: isXon })
    if (authorPerson === "" && authorInstitution.length === 0 && telecommunication.length === 0)
      this.complain("author without person, institution and telecommunication")
    return { authorPerson, authorInstitution, authorRole: slots.get("authorRole") ?? [] }
  }

  #typed(name: string, value: string | null, rule: TypeRule): string | null {
    if (value === null || rule.test(value)) return value
    const isWrong = rule.secret === true ? "is not of its data type" : `cannot be "${value}"`
    this.complain(`${name} ${rule.explain?.(value) ?? isWrong}`)
    return value
  }

  #missing(name: string): string {
    this.complain(`${name} is missing`)
    return ""
  }
}
