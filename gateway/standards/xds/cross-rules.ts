/**
 * What must hold between the objects of one submission (ITI TF-3 4.2.2, 4.2.3.2.16, ITI TF-2 3.41.4.1.3).
 */
import type { RawAssociation } from "./association-reader.ts"
import { at, type Complaints } from "./metadata-fault.ts"
import { stepTo } from "./attribute-reader.ts"
import { DOCUMENT_ENTRY_ROWS } from "./attributes.ts"
import { isUuid } from "./data-types.ts"
import type { RegistryErrorCode } from "./error-codes.ts"
import type { Association, DocumentEntry, Relationship, SubmissionSet } from "./submission.ts"

export interface SubmittedObjects {
  readonly submissionSet: SubmissionSet
  readonly documentEntries: readonly DocumentEntry[]
  /** entryUUIDs. */
  readonly folders: readonly string[]
  readonly associations: readonly RawAssociation[]
}

/** Replacing something needs something earlier to replace. */
const REPLACING: ReadonlySet<Relationship> = new Set(["RPLC", "XFRM_RPLC"])

/** Checks everything and gives the relationships between documents that remain; HasMember is implied by the result. */
export function relationshipsOf(objects: SubmittedObjects, complaints: Complaints): readonly Association[] {
  checkPatients(objects, complaints)
  checkUniqueIds(objects, complaints)
  checkMembership(objects, complaints)
  for (const folder of objects.folders)
    complaints.warning(`folder ${folder} is not kept`, "PartialFolderContentNotProcessed", at(folder))
  const here = new Set(objects.documentEntries.map(({ entryUUID }) => entryUUID))
  const folderOf = foldersOf(objects)
  return objects.associations.flatMap((association) =>
    association.type === "HasMember"
      ? membershipLost(association, objects, folderOf, complaints)
      : relationship({ ...association, type: association.type }, here, complaints),
  )
}

function checkPatients({ submissionSet, documentEntries }: SubmittedObjects, complaints: Complaints): void {
  for (const entry of documentEntries)
    if (entry.patientId !== submissionSet.patientId)
      complaints.error(
        `${entry.entryUUID}: patientId is not that of the SubmissionSet`,
        "XDSPatientIdDoesNotMatch",
        at(entry.entryUUID, stepTo(DOCUMENT_ENTRY_ROWS.patientId.place)),
      )
}

function checkUniqueIds({ submissionSet, documentEntries }: SubmittedObjects, complaints: Complaints): void {
  const duplicate: RegistryErrorCode = "XDSRepositoryDuplicateUniqueIdInMessage"
  const seen = new Set([submissionSet.uniqueId])
  const step = stepTo(DOCUMENT_ENTRY_ROWS.uniqueId.place)
  for (const { uniqueId, entryUUID } of documentEntries) {
    if (uniqueId !== "" && seen.has(uniqueId)) complaints.error(uniqueId, duplicate, at(entryUUID, step))
    seen.add(uniqueId)
  }
}

/** Every entry is an original member of the SubmissionSet (ITI TF-3 4.2.1.4). */
function checkMembership(objects: SubmittedObjects, complaints: Complaints): void {
  const { submissionSet, documentEntries, folders, associations } = objects
  const members = new Set<string>()
  const entries = new Set(documentEntries.map(({ entryUUID }) => entryUUID))
  const folderOf = foldersOf(objects)
  for (const { id, type, source, target, status } of associations) {
    if (type !== "HasMember" || folderOf(source) !== null) continue
    if (source !== submissionSet.entryUUID)
      complain(complaints, id, "HasMember from an object that is no SubmissionSet or Folder")
    else if (entries.has(target)) checkOriginal(id, status, complaints)
    members.add(target)
  }
  for (const entry of entries)
    if (!members.has(entry)) complain(complaints, entry, "no HasMember association from the SubmissionSet")
  if (folders.includes(submissionSet.entryUUID))
    complain(complaints, submissionSet.entryUUID, "is labelled as SubmissionSet and as Folder")
}

/** Tells whether an id is of a folder: one of this submission, an earlier one by its entryUUID, or null: of none. */
type FolderOf = (id: string) => "here" | "earlier" | null

function foldersOf({ submissionSet, documentEntries, folders }: SubmittedObjects): FolderOf {
  const here = new Set(folders)
  const others = new Set([submissionSet.entryUUID, ...documentEntries.map(({ entryUUID }) => entryUUID)])
  return (id) => {
    if (here.has(id)) return "here"
    return isUuid(id) && !others.has(id) ? "earlier" : null
  }
}

function checkOriginal(id: string, status: string, complaints: Complaints): void {
  if (status !== "Original")
    complain(
      complaints,
      id,
      `SubmissionSetStatus is "${status}" instead of Original`,
      "Slot[@name='SubmissionSetStatus']",
    )
}

const complain = (complaints: Complaints, id: string, sentence: string, ...steps: readonly string[]): void =>
  complaints.error(`${id}: ${sentence}`, "XDSRepositoryMetadataError", at(id, ...steps))

function relationship(
  { id, type, source, target }: Association & { readonly id: string },
  here: ReadonlySet<string>,
  complaints: Complaints,
): readonly Association[] {
  if (!here.has(source))
    complain(complaints, id, "source is not a document of this submission", "@sourceObject")
  if (!here.has(target) && !isUuid(target))
    complain(
      complaints,
      id,
      "target is neither in this submission nor a registered entryUUID",
      "@targetObject",
    )
  if (here.has(target) && REPLACING.has(type))
    complain(complaints, id, "replaces a document of the same submission", "@targetObject")
  return [{ type, source, target }]
}

/** A membership of something that is not here (status Reference), or in an earlier folder, is legal and not kept. */
function membershipLost(
  { id, source, target, status }: RawAssociation,
  { submissionSet }: SubmittedObjects,
  folderOf: FolderOf,
  complaints: Complaints,
): readonly Association[] {
  if (source === submissionSet.entryUUID && status === "Reference")
    complaints.warning(`${id}: reference to ${target}`, "PartialRelationshipContentNotProcessed", at(id))
  if (folderOf(source) === "earlier")
    complaints.warning(`${id}: folder ${source} is not kept`, "PartialFolderContentNotProcessed", at(id))
  return []
}
