/**
 * ebRIM as it stands on the wire: slots, names, classifications and external identifiers of one registry object.
 *
 * Read leniently where order and absence of fixed texts are concerned, strictly in what could be understood in
 * two ways: a slot given twice, a child that claims to belong to another object.
 */
import { attributeOf, childOf, childrenOf, type XmlElement } from "../xml/reader.ts"
import { MAX_NAME_LENGTH, MAX_SLOT_VALUE_LENGTH } from "./data-types.ts"
import type { Complaints } from "./metadata-fault.ts"
import { objectId, RIM } from "./vocabulary.ts"

export type Slots = ReadonlyMap<string, readonly string[]>

export interface Classification {
  readonly classificationScheme: string
  /** Only on labels such as "this package is a SubmissionSet". */
  readonly classificationNode: string
  readonly nodeRepresentation: string
  readonly slots: Slots
  readonly name: string
}

export interface RegistryObject {
  readonly id: string
  readonly element: XmlElement
  readonly slots: Slots
  readonly name: string
  readonly classifications: readonly Classification[]
  /** Value by identification scheme. */
  readonly externalIdentifiers: ReadonlyMap<string, string>
}

/** Everything ebRIM says of one ExtrinsicObject, RegistryPackage or Association. */
export function readRegistryObject(element: XmlElement, complaints: Complaints): RegistryObject {
  const id = objectId(attributeOf(element, "id") ?? "")
  if (id === "") complaints.error(`${element.local} without id`)
  return {
    id,
    element,
    slots: readSlots(element, id, complaints),
    name: readName(element, id, complaints),
    classifications: childrenOf(element, RIM, "Classification").map((child) =>
      readClassification(child, id, complaints),
    ),
    externalIdentifiers: readExternalIdentifiers(element, id, complaints),
  }
}

/** A classification; `owner` is the object it stands in, "" for one that stands beside. */
export function readClassification(
  element: XmlElement,
  owner: string,
  complaints: Complaints,
): Classification {
  checkUplink(element, "classifiedObject", owner, complaints)
  return {
    classificationScheme: attributeOf(element, "classificationScheme") ?? "",
    classificationNode: attributeOf(element, "classificationNode") ?? "",
    nodeRepresentation: attributeOf(element, "nodeRepresentation") ?? "",
    slots: readSlots(element, owner, complaints),
    name: readName(element, owner, complaints),
  }
}

function readSlots(element: XmlElement, owner: string, complaints: Complaints): Slots {
  const slots = new Map<string, readonly string[]>()
  for (const slot of childrenOf(element, RIM, "Slot")) {
    const name = attributeOf(slot, "name") ?? ""
    const values = childrenOf(slot, RIM, "ValueList")
      .flatMap((list) => childrenOf(list, RIM, "Value"))
      .map((value) => value.text)
    if (slots.has(name)) complaints.error(`${owner}: slot ${name} is given twice`)
    if (values.some((value) => value.length > MAX_SLOT_VALUE_LENGTH))
      complaints.error(
        `${owner}: slot ${name} holds a value of more than ${MAX_SLOT_VALUE_LENGTH} characters`,
      )
    if (values.length > 0) slots.set(name, values)
  }
  return slots
}

function readName(element: XmlElement, owner: string, complaints: Complaints): string {
  const name = childOf(element, RIM, "Name")
  const localized = name === null ? null : childOf(name, RIM, "LocalizedString")
  const value = localized === null ? "" : (attributeOf(localized, "value") ?? "")
  if (value.length > MAX_NAME_LENGTH)
    complaints.error(`${owner}: Name of more than ${MAX_NAME_LENGTH} characters`)
  return value
}

function readExternalIdentifiers(
  element: XmlElement,
  owner: string,
  complaints: Complaints,
): ReadonlyMap<string, string> {
  const identifiers = new Map<string, string>()
  for (const identifier of childrenOf(element, RIM, "ExternalIdentifier")) {
    const scheme = attributeOf(identifier, "identificationScheme") ?? ""
    checkUplink(identifier, "registryObject", owner, complaints)
    if (identifiers.has(scheme)) complaints.error(`${owner}: external identifier ${scheme} is given twice`)
    identifiers.set(scheme, attributeOf(identifier, "value") ?? "")
  }
  return identifiers
}

/** ITI TF-3 4.2.3.1.1: a nested child names the object that holds it. */
function checkUplink(element: XmlElement, attribute: string, owner: string, complaints: Complaints): void {
  if (owner !== "" && objectId(attributeOf(element, attribute) ?? "") !== owner)
    complaints.error(`${owner}: ${element.local}/@${attribute} names another object`)
}
