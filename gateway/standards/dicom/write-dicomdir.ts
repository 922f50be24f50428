/**
 * Writes a DICOMDIR (PS3.10 8.6, PS3.3 annex F): patients, their studies, series and files as directory records that point to
 * each other by their offsets in the file.
 */
import { authoredBytes, type AuthoredItem } from "./authored-elements.ts"
import type { DataSet } from "./data-set.ts"
import { KEY_OBJECT_SELECTION } from "./kos.ts"
import { joined } from "./octets.ts"
import { fileMetaBytes } from "./part10.ts"
import { EXPLICIT_VR_LITTLE_ENDIAN, MEDIA_STORAGE_DIRECTORY, storageSopClass } from "./sop-classes.ts"
import { uuidUid } from "./uid.ts"

type Texts = Readonly<Record<string, string>>

/** What one file's records say; texts as its data set has them. */
export interface ListedFile {
  /** Components of the file ID (PS3.10 8.2). */
  readonly fileId: readonly string[]
  readonly type: "IMAGE" | "KEY OBJECT DOC"
  readonly patient: Texts
  readonly study: Texts
  readonly series: Texts
  readonly instance: AuthoredItem
}

const RECORD_IN_USE = 0xffff
/** Sequence header: tag, VR, two octets of zero, length. */
const SEQUENCE_HEADER_BYTES = 12
const ITEM_HEADER_BYTES = 8

/** What a DICOMDIR may list of this file; null for what has records of its own that nobody here writes (PS3.3 F.5). */
export function listedFile(
  dataSet: DataSet,
  { fileId, TransferSyntaxUID }: { readonly fileId: readonly string[]; readonly TransferSyntaxUID: string },
): ListedFile | null {
  const SOPClassUID = dataSet.text("SOPClassUID")
  const type = typeOf(SOPClassUID)
  if (type === null) return null
  return {
    fileId,
    type,
    patient: texts(dataSet, "PatientName", "PatientID"),
    study: texts(
      dataSet,
      "StudyDate",
      "StudyTime",
      "StudyDescription",
      "StudyInstanceUID",
      "StudyID",
      "AccessionNumber",
    ),
    series: texts(dataSet, "Modality", "SeriesInstanceUID", "SeriesNumber"),
    instance: {
      ReferencedSOPClassUIDInFile: SOPClassUID,
      ReferencedSOPInstanceUIDInFile: dataSet.text("SOPInstanceUID"),
      ReferencedTransferSyntaxUIDInFile: TransferSyntaxUID,
      ...texts(dataSet, "InstanceNumber"),
      ...(type === "IMAGE" ? {} : titleOf(dataSet)),
    },
  }
}

function typeOf(SOPClassUID: string): ListedFile["type"] | null {
  if (SOPClassUID === KEY_OBJECT_SELECTION) return "KEY OBJECT DOC"
  return storageSopClass(SOPClassUID)?.keyword.includes("Image") === true ? "IMAGE" : null
}

const texts = (dataSet: DataSet, ...keywords: readonly string[]): Texts =>
  Object.fromEntries(keywords.map((keyword) => [keyword, dataSet.texts(keyword).join("\\")]))

/** PS3.3 F.5.26: when it was written, and what it is called. */
function titleOf(dataSet: DataSet): AuthoredItem {
  const [title] = dataSet.items("ConceptNameCodeSequence")
  return {
    ...texts(dataSet, "ContentDate", "ContentTime"),
    ConceptNameCodeSequence:
      title === undefined ? [] : [texts(title, "CodeValue", "CodingSchemeDesignator", "CodeMeaning")],
  }
}

interface Node {
  readonly type: string
  readonly key: string
  readonly item: AuthoredItem
  readonly children: Node[]
}

/**
 * The whole file, explicit VR little endian, text in ISO_IR 192.
 *
 * @param chance 16 random bytes for its UID
 */
export function writeDicomdir(files: readonly ListedFile[], chance: Uint8Array): Uint8Array {
  const SOPInstanceUID = uuidUid(chance)
  const meta = fileMetaBytes({
    MediaStorageSOPClassUID: MEDIA_STORAGE_DIRECTORY,
    MediaStorageSOPInstanceUID: SOPInstanceUID,
    TransferSyntaxUID: EXPLICIT_VR_LITTLE_ENDIAN,
    SendingApplicationEntityTitle: "DOKUEI",
    ReceivingApplicationEntityTitle: "DOKUEI",
  })
  const roots = treeOf(files)
  const offsets = offsetsOf(roots, meta.length + authoredBytes(fileSet(0, 0)).length + SEQUENCE_HEADER_BYTES)
  const at = (node: Node | undefined): number => (node === undefined ? 0 : (offsets.get(node) ?? 0))
  const DirectoryRecordSequence = flat(roots).map(({ node, next }) =>
    record(node, at(next), at(node.children[0])),
  )
  const head = fileSet(at(roots[0]), at(roots.at(-1)))
  return joined([meta, authoredBytes({ ...head, DirectoryRecordSequence })])
}

const fileSet = (first: number, last: number): AuthoredItem => ({
  FileSetID: "DOKUEI",
  OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity: first,
  OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity: last,
  FileSetConsistencyFlag: 0,
})

function treeOf(files: readonly ListedFile[]): readonly Node[] {
  const roots: Node[] = []
  for (const { fileId, type, patient, study, series, instance } of files) {
    const id = joinedId(fileId)
    const ofStudy = under(under(roots, "PATIENT", patient, "PatientID"), "STUDY", study, "StudyInstanceUID")
    const ofSeries = under(ofStudy, "SERIES", series, "SeriesInstanceUID")
    ofSeries.push({ type, key: id, item: { ...instance, ReferencedFileID: id }, children: [] })
  }
  return roots
}

const joinedId = (fileId: readonly string[]): string => fileId.join("\\")

/** The children of the node with this value, which is made when it is not there. */
function under(nodes: Node[], type: string, item: Texts, keyword: string): Node[] {
  const key = item[keyword] ?? ""
  const known = nodes.find((each) => each.key === key)
  if (known !== undefined) return known.children
  const node: Node = { type, key, item, children: [] }
  nodes.push(node)
  return node.children
}

/** In the order in which they stand in the file: each before its children. */
function flat(nodes: readonly Node[]): readonly { readonly node: Node; readonly next: Node | undefined }[] {
  return nodes.flatMap((node, index) => [{ node, next: nodes[index + 1] }, ...flat(node.children)])
}

/** Numbers have a fixed length: where a record lies does not depend on what it points to. */
function offsetsOf(roots: readonly Node[], start: number): ReadonlyMap<Node, number> {
  const offsets = new Map<Node, number>()
  let at = start
  for (const { node } of flat(roots)) {
    offsets.set(node, at)
    at += ITEM_HEADER_BYTES + authoredBytes(record(node, 0, 0)).length
  }
  return offsets
}

const record = ({ type, item }: Node, next: number, lower: number): AuthoredItem => ({
  OffsetOfTheNextDirectoryRecord: next,
  RecordInUseFlag: RECORD_IN_USE,
  OffsetOfReferencedLowerLevelDirectoryEntity: lower,
  DirectoryRecordType: type,
  SpecificCharacterSet: "ISO_IR 192",
  ...item,
})
