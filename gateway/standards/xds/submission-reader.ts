/**
 * lcm:SubmitObjectsRequest → Submission, object by object, so that the tree of a large message is never held whole.
 */
import { attributeOf, childOf, isElement, type XmlElement } from "../xml/reader.ts"
import { readAssociation, type RawAssociation } from "./association-reader.ts"
import { relationshipsOf } from "./cross-rules.ts"
import { readDocumentEntry } from "./document-entry-reader.ts"
import { at, Complaints, type MetadataComplaint, MetadataFault } from "./metadata-fault.ts"
import { readClassification, readRegistryObject, type RegistryObject } from "./registry-object.ts"
import type { DocumentEntry, Submission } from "./submission.ts"
import { readSubmissionSet } from "./submission-set-reader.ts"
import { FOLDER, LCM, objectId, RIM, SUBMISSION_SET } from "./vocabulary.ts"

export interface ReadSubmission {
  readonly submission: Submission
  /** For the Success answer: what was legal and is not kept. */
  readonly warnings: readonly MetadataComplaint[]
}

/** Takes the children of rim:RegistryObjectList in any order, then `finish`. */
export class SubmissionReader {
  readonly #complaints = new Complaints()
  readonly #ids = new Set<string>()
  readonly #packages: RegistryObject[] = []
  readonly #entries: DocumentEntry[] = []
  readonly #associations: RawAssociation[] = []
  /** `object node` for labels that stand beside the object they classify. */
  readonly #labels = new Set<string>()

  add(element: XmlElement): void {
    if (element.namespace !== RIM) this.#complaints.error(`${element.name} is not of ebRIM 3.0`)
    else if (element.local === "Classification") this.#addLabel(element)
    else if (element.local !== "ObjectRef") this.#addObject(element)
  }

  /** @throws MetadataFault with everything that was wrong */
  finish(): ReadSubmission {
    const complaints = this.#complaints
    const submissionSet = readSubmissionSet(this.#theSubmissionSet(), complaints)
    // What was passed over would be missed here.
    if (complaints.isFull) complaints.settle()
    const folders = this.#packagesLabelled(FOLDER.node).map(({ id }) => id)
    const objects = {
      submissionSet,
      documentEntries: this.#entries,
      folders,
      associations: this.#associations,
    }
    const associations = relationshipsOf(objects, complaints)
    complaints.settle()
    return {
      submission: { submissionSet, documentEntries: this.#entries, associations },
      warnings: complaints.warnings,
    }
  }

  #addLabel(element: XmlElement): void {
    const { classificationNode } = readClassification(element, "", this.#complaints)
    this.#labels.add(`${objectId(attributeOf(element, "classifiedObject") ?? "")} ${classificationNode}`)
  }

  #addObject(element: XmlElement): void {
    // The submission set may stand last, and whoever sent none is told so; no other object changes the answer any more.
    if (this.#complaints.isFull && element.local !== "RegistryPackage") {
      this.#complaints.passOver()
      return
    }
    const object = readRegistryObject(element, this.#complaints)
    if (this.#ids.has(object.id)) this.#complain(object.id, "is used twice")
    this.#ids.add(object.id)
    if (element.local === "RegistryPackage") this.#packages.push(object)
    else if (element.local === "ExtrinsicObject")
      this.#entries.push(readDocumentEntry(object, this.#complaints))
    else if (element.local === "Association") this.#addAssociation(object)
    else this.#complain(object.id, `${element.local} has no place in a submission`)
  }

  #complain(id: string, sentence: string): void {
    this.#complaints.error(`${id}: ${sentence}`, "XDSRepositoryMetadataError", at(id))
  }

  #addAssociation(object: RegistryObject): void {
    const association = readAssociation(object, this.#complaints)
    if (association !== null) this.#associations.push(association)
  }

  #theSubmissionSet(): RegistryObject {
    const found = this.#packagesLabelled(SUBMISSION_SET.node)
    if (found.length + this.#packagesLabelled(FOLDER.node).length !== this.#packages.length)
      this.#complaints.error("a RegistryPackage is not labelled as either SubmissionSet or Folder")
    if (found.length !== 1) this.#complaints.error(`${found.length} SubmissionSets instead of one`)
    const [first] = found
    if (first === undefined) throw new MetadataFault(this.#complaints.errors)
    return first
  }

  #packagesLabelled(node: string): readonly RegistryObject[] {
    return this.#packages.filter(
      ({ id, classifications }) =>
        this.#labels.has(`${id} ${node}`) ||
        classifications.some(({ classificationNode }) => classificationNode === node),
    )
  }
}

/**
 * A whole SubmitObjectsRequest, or any element that holds one (envelope, body, ProvideAndRegister request).
 *
 * @throws MetadataFault
 */
export function readSubmission(root: XmlElement): ReadSubmission {
  const reader = new SubmissionReader()
  for (const child of registryObjectList(root)?.children ?? []) reader.add(child)
  return reader.finish()
}

function registryObjectList(element: XmlElement): XmlElement | null {
  if (isElement(element, LCM, "SubmitObjectsRequest")) return childOf(element, RIM, "RegistryObjectList")
  for (const child of element.children) {
    const found = registryObjectList(child)
    if (found !== null) return found
  }
  return null
}
