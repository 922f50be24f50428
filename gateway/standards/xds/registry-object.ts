/**
 * ebRIM as it stands on the wire: slots, names, classifications and external identifiers of one registry object.
 *
 * Read leniently where order and absence of fixed texts are concerned, strictly in what could be understood in
 * two ways: a slot given twice, a child that claims to belong to another object.
 */
import { attributeOf, childOf, childrenOf, type XmlElement } from "../xml/reader.ts"
import { MAX_SLOT_VALUE_LENGTH } from "./data-types.ts"
import { at, type Complaints } from "./metadata-fault.ts"
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
  readonly description: string
  readonly classifications: readonly Classification[]
  /** Value by identification scheme. */
  readonly externalIdentifiers: ReadonlyMap<string, string>
}

/** Everything ebRIM says of one ExtrinsicObject, RegistryPackage or Association. */
export function readRegistryObject(element: XmlElement, complaints: Complaints): RegistryObject {
  const id = objectId(attributeOf(element, "id") ?? "")
  if (id === "") complaints.error(`${element.local} without id`)
  const owner = { id, path: at(id) }
  return {
    id,
    element,
    slots: readSlots(element, owner, complaints),
    name: readText(element, "Name"),
    description: readText(element, "Description"),
    classifications: childrenOf(element, RIM, "Classification").map((child) =>
      readClassification(child, id, complaints),
    ),
    externalIdentifiers: readExternalIdentifiers(element, owner, complaints),
  }
}

/** Whose parts are read, and the path to them. */
interface Owner {
  readonly id: string
  readonly path: string
}

/** A classification; `ownerId` is the object it stands in, "" for one that stands beside. */
export function readClassification(
  element: XmlElement,
  ownerId: string,
  complaints: Complaints,
): Classification {
  const classificationScheme = attributeOf(element, "classificationScheme") ?? ""
  const owner = {
    id: ownerId,
    path: at(ownerId, `Classification[@classificationScheme='${classificationScheme}']`),
  }
  checkUplink(element, "classifiedObject", owner, complaints)
  return {
    classificationScheme,
    classificationNode: attributeOf(element, "classificationNode") ?? "",
    nodeRepresentation: attributeOf(element, "nodeRepresentation") ?? "",
    slots: readSlots(element, owner, complaints),
    name: readText(element, "Name"),
  }
}

function readSlots(element: XmlElement, { id, path }: Owner, complaints: Complaints): Slots {
  const slots = new Map<string, readonly string[]>()
  for (const slot of childrenOf(element, RIM, "Slot")) {
    const name = attributeOf(slot, "name") ?? ""
    const complain = (sentence: string): void =>
      complaints.error(
        `${id}: slot ${name} ${sentence}`,
        "XDSRepositoryMetadataError",
        `${path}/Slot[@name='${name}']`,
      )
    const values = childrenOf(slot, RIM, "ValueList")
      .flatMap((list) => childrenOf(list, RIM, "Value"))
      .map((value) => value.text)
    if (slots.has(name)) complain("is given twice")
    if (values.some((value) => value.length > MAX_SLOT_VALUE_LENGTH))
      complain(`holds a value of more than ${MAX_SLOT_VALUE_LENGTH} characters`)
    if (values.length > 0) slots.set(name, values)
  }
  return slots
}

/** The first LocalizedString; without charset it is UTF-8, as the message is. */
function readText(element: XmlElement, local: "Name" | "Description"): string {
  const text = childOf(element, RIM, local)
  const localized = text === null ? null : childOf(text, RIM, "LocalizedString")
  return localized === null ? "" : (attributeOf(localized, "value") ?? "")
}

function readExternalIdentifiers(
  element: XmlElement,
  owner: Owner,
  complaints: Complaints,
): ReadonlyMap<string, string> {
  const identifiers = new Map<string, string>()
  for (const identifier of childrenOf(element, RIM, "ExternalIdentifier")) {
    const scheme = attributeOf(identifier, "identificationScheme") ?? ""
    const path = `${owner.path}/ExternalIdentifier[@identificationScheme='${scheme}']`
    checkUplink(identifier, "registryObject", { ...owner, path }, complaints)
    if (identifiers.has(scheme))
      complaints.error(
        `${owner.id}: external identifier ${scheme} is given twice`,
        "XDSRepositoryMetadataError",
        path,
      )
    identifiers.set(scheme, attributeOf(identifier, "value") ?? "")
  }
  return identifiers
}

/** ITI TF-3 4.2.3.1.1: a nested child names the object that holds it. */
function checkUplink(
  element: XmlElement,
  attribute: string,
  { id, path }: Owner,
  complaints: Complaints,
): void {
  if (id !== "" && objectId(attributeOf(element, attribute) ?? "") !== id)
    complaints.error(
      `${id}: ${element.local}/@${attribute} names another object`,
      "XDSRepositoryMetadataError",
      `${path}/@${attribute}`,
    )
}
