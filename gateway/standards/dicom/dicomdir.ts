/** A DICOMDIR (PS3.10 8.6, PS3.3 annex F): which files a medium says it holds. */
import { Malformed } from "../malformed.ts"
import { readPart10 } from "./data-set.ts"
import { dataSetStart } from "./part10.ts"
import { MEDIA_STORAGE_DIRECTORY } from "./sop-classes.ts"

/** A medium lists tens of thousands of files in as many hundred bytes each. */
export const MAX_DICOMDIR_BYTES = 64 * 1024 * 1024

export interface ReferencedFile {
  /** Components of the file ID (PS3.10 8.2), e.g. `["IMAGES", "CT1"]`. */
  readonly fileId: readonly string[]
  /** "" when the record does not say. */
  readonly SOPInstanceUID: string
}

/** Of records that are in use, each file once. @throws Malformed what `readPart10` throws, `DICOMDIR` for another object */
export function readDicomdir(file: Uint8Array): readonly ReferencedFile[] {
  if (dataSetStart(file)?.MediaStorageSOPClassUID !== MEDIA_STORAGE_DIRECTORY)
    throw new Malformed("DICOMDIR", "PS3.10 8.6", "not a media storage directory")
  const records = readPart10(file).dataSet.items("DirectoryRecordSequence")
  const files = records
    .filter((record) => record.number("RecordInUseFlag") !== 0)
    .map((record) => ({
      fileId: record.texts("ReferencedFileID"),
      SOPInstanceUID: record.text("ReferencedSOPInstanceUIDInFile"),
    }))
    .filter(({ fileId }) => fileId.length > 0)
  return [...new Map(files.map((each) => [comparable(each.fileId), each])).values()]
}

/**
 * A file ID or path as it is compared: file IDs are upper case and without versions, what a medium is copied to may have
 * lower case, ISO 9660 versions (`;1`) and a dot at the end.
 */
export const comparable = (components: readonly string[]): string =>
  components.map((each) => each.toUpperCase().replace(/;\d+$/, "").replace(/\.$/, "")).join("/")
