/** The files of a medium: one folder for each submission, as ITI TF-2 3.32 lays it out, and what tells of them. */
import {
  documentFile,
  INDEX_FILE,
  METADATA_FILE,
  MAX_SUBSETS,
  README_FILE,
  SEALED_METADATA_FILE,
  subsetFolder,
  XDM_FOLDER,
} from "../../standards/xdm/layout.ts"
import { writeIndexPage, type IndexedSubset } from "../../standards/xdm/index-page.ts"
import type { MediumMaker } from "../../standards/xdm/medium-maker.ts"
import { writeMetadataFile } from "../../standards/xdm/metadata-file.ts"
import { writeReadme } from "../../standards/xdm/readme.ts"
import { withoutPatient } from "../../standards/xdm/without-patient.ts"
import type { DocumentEntry, Submission } from "../../standards/xds/submission.ts"
import type { Agreement } from "../agreement.ts"
import { found } from "../desk-guards.ts"
import { DeskError } from "../errors.ts"
import { agreementOf } from "../keep.ts"
import { dtm } from "../metadata.ts"
import { isInClear } from "../packaging.ts"
import type { DocumentRecord, SubmissionRecord } from "../records/submission.ts"
import { onTheWire, wireOctets, type Wrapped } from "../submit/wrapping.ts"
import type { World } from "../world.ts"
import { dicomdirFiles, type Lying } from "./dicomdir-file.ts"
import type { MediumFile } from "../ports/media.ts"
import { sealedMetadata } from "./sealed-metadata.ts"

/** One submission with its place on the medium. */
export interface Subset {
  readonly folder: string
  readonly agreement: Agreement
  /** Its submissionTime is another than that of every other on the medium (ITI TF-2 3.32.4.1.2.2). */
  readonly submission: Submission
  readonly documents: readonly { readonly document: DocumentRecord; readonly wrapped: Wrapped }[]
}

/** @throws DeskError ERR_NOT_FOUND when one of them is destroyed, or there are more than a medium can name */
export async function subsetsOf(
  world: World,
  records: readonly SubmissionRecord[],
): Promise<readonly Subset[]> {
  if (records.length > MAX_SUBSETS) throw new DeskError("ERR_NOT_FOUND", "more than one medium can hold")
  const subsets: Subset[] = []
  let lastTime = ""
  for (const [index, record] of records.entries()) {
    const kept = found(record.private.submission, "metadata of what is to leave")
    const submissionTime = later(kept.submissionSet.submissionTime, lastTime)
    lastTime = submissionTime
    subsets.push({
      folder: subsetFolder(index + 1, records.length),
      agreement: found(agreementOf(world, record.agreement), "agreement"),
      submission: { ...kept, submissionSet: { ...kept.submissionSet, submissionTime } },
      documents: onTheWire(await world.ledger.documents(record.id)),
    })
  }
  return subsets
}

/** DTM of the same length are compared as text; what is not after the one before is a second after it. */
function later(time: string, before: string): string {
  if (time > before) return time
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(before) ?? []
  return dtm(new Date(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + 1000))
}

/** May anybody read what lies in it? */
export const isClear = ({ agreement }: Subset): boolean => isInClear(agreement)

/** In the order in which they are written; README and INDEX first, so that a medium that broke off says what it is. */
export function mediumFiles(
  world: World,
  maker: MediumMaker,
  subsets: readonly Subset[],
): readonly MediumFile[] {
  const index = writeIndexPage(maker, subsets.map(indexed))
  return [
    small(README_FILE, () => writeReadme(maker)),
    small(INDEX_FILE, () => index),
    ...dicomdirFiles(world, subsets.filter(isClear).flatMap(lying)),
    ...subsets.flatMap((subset) => [...documentsOf(world, subset), ...metadataOf(world, subset)]),
  ]
}

const small = (path: string, bytes: () => Uint8Array): MediumFile => ({
  path,
  lengthBytes: null,
  sha1: null,
  async *open() {
    yield await Promise.resolve(bytes())
  },
})

const inFolder = ({ folder }: Subset, file: string): string => `${XDM_FOLDER}/${folder}/${file}`

/** entryUUID → name. */
function namesOf({ submission }: Subset): ReadonlyMap<string, string> {
  return new Map(
    submission.documentEntries.map(({ entryUUID, mimeType }, index) => [
      entryUUID,
      documentFile(index + 1, mimeType),
    ]),
  )
}

function lying(subset: Subset): readonly (Lying & { readonly wrapped: Wrapped })[] {
  const names = namesOf(subset)
  return subset.documents.map(({ document, wrapped }) => ({
    document,
    wrapped,
    path: inFolder(subset, names.get(document.entryUUID) ?? ""),
  }))
}

function documentsOf(world: World, subset: Subset): readonly MediumFile[] {
  return lying(subset).map(({ document, wrapped, path }) => ({
    path,
    lengthBytes: document.sizeBytes,
    sha1: document.hash,
    open: () => wireOctets(world.spool, document.place, wrapped),
  }))
}

/** After its documents: where there are metadata, there is what they tell of. */
function metadataOf(world: World, subset: Subset): readonly MediumFile[] {
  const { submission, agreement } = subset
  const names = namesOf(subset)
  const uriOf = ({ entryUUID }: DocumentEntry): string => names.get(entryUUID) ?? ""
  const whole = (): Uint8Array => writeMetadataFile(submission, uriOf)
  const xml = inFolder(subset, METADATA_FILE)
  if (isClear(subset)) return [small(xml, whole)]
  return [
    small(inFolder(subset, SEALED_METADATA_FILE), () => sealedMetadata(world, agreement, whole())),
    small(xml, () => writeMetadataFile(withoutPatient(submission), uriOf)),
  ]
}

function indexed(subset: Subset): IndexedSubset {
  const { folder, agreement, submission } = subset
  const { submissionSet, documentEntries } = submission
  const names = namesOf(subset)
  return {
    folder,
    title: submissionSet.title,
    submissionTime: submissionSet.submissionTime,
    recipient: agreement.partner.name,
    patient: isClear(subset) ? patientLine(documentEntries) : null,
    documents: documentEntries.map(({ entryUUID, mimeType, size }) => ({
      file: names.get(entryUUID) ?? "",
      mimeType,
      size,
    })),
  }
}

/** PID-3, -5, -7, -8 as the metadata have them. */
const patientLine = ([first]: readonly DocumentEntry[]): string =>
  (first?.sourcePatientInfo ?? [])
    .map(
      (each) =>
        each
          .slice(each.indexOf("|") + 1)
          .split("^^")[0]
          ?.replaceAll("^", " ") ?? "",
    )
    .join("　")
