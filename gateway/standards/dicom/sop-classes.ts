/** Look-ups over the SOP Class and Transfer Syntax tables of PS3.6. */
import { STORAGE_SOP_CLASSES, type SopClass } from "./sop-classes.generated.ts"
import { TRANSFER_SYNTAXES, type TransferSyntax } from "./transfer-syntaxes.generated.ts"

/** PS3.4 A.4, the SOP Class of C-ECHO. */
export const VERIFICATION_SOP_CLASS = "1.2.840.10008.1.1"
/** PS3.4 table I.4-1, what a DICOMDIR is: the one SOP Class of files that is no storage. */
export const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
export const IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
export const EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"

const storage = new Map(STORAGE_SOP_CLASSES.map((sopClass) => [sopClass.uid, sopClass]))
const syntaxes = new Map(TRANSFER_SYNTAXES.map((syntax) => [syntax.uid, syntax]))

/** The storage SOP Class of `uid`, retired ones included; null for any other. */
export function storageSopClass(uid: string): SopClass | null {
  return storage.get(uid) ?? null
}

/** The transfer syntax of `uid`; null when PS3.6 does not list it for stored data sets. */
export function transferSyntax(uid: string): TransferSyntax | null {
  return syntaxes.get(uid) ?? null
}

/** What it takes to read a data set. Whether Pixel Data are encapsulated is seen in it (PS3.5 A.4). */
export type WrittenIn = Pick<TransferSyntax, "uid" | "name" | "encoding">

/** How data sets in this transfer syntax are written; null when nobody here knows. */
export type TransferSyntaxOf = (uid: string) => WrittenIn | null

/**
 * The table of PS3.6, and makers' own transfer syntaxes beside it, as their conformance statements tell of them; none of
 * these takes the place of one of DICOM's.
 */
export function transferSyntaxes(privateOnes: readonly WrittenIn[]): TransferSyntaxOf {
  const known = new Map(privateOnes.map((each) => [each.uid, each]))
  return (uid) => transferSyntax(uid) ?? known.get(uid) ?? null
}
