/**
 * How documents lie on a medium (ITI TF-2 3.32.4.1.2): one folder per submission set below IHE_XDM, every name by ISO 9660
 * level 1, and where in a folder of names a URI of the metadata leads.
 */
import { Malformed } from "../malformed.ts"

export const XDM_FOLDER = "IHE_XDM"
export const METADATA_FILE = "METADATA.XML"
export const README_FILE = "README.TXT"
export const INDEX_FILE = "INDEX.HTM"
/** Of images in clear (PS3.10 8.6). */
export const DICOMDIR_FILE = "DICOMDIR"

/**
 * Beside the metadata of a submission whose documents are encrypted: what the line would have carried of them, CMS for the
 * recipient alone. To other importers it is a file to be passed over.
 */
export const SEALED_METADATA_FILE = "METADATA.P7M"

/** More submission sets than one medium can name in the folders of `subsetFolder`. */
export const MAX_SUBSETS = 99_999
/** Folders below one another; ISO 9660 level 1 has eight. */
export const MAX_DEPTH = 16
const MAX_URI_LENGTH = 1024
const CLAUSE = "ITI TF-2 3.32.4.1.2.2"

/** `SUBSET01`, or `SUB00001` where there are more than two digits can count: in the order of the names. */
export function subsetFolder(number: number, of: number): string {
  return of > 99 ? `SUB${String(number).padStart(5, "0")}` : `SUBSET${String(number).padStart(2, "0")}`
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "application/pkcs7-mime": ".P7M",
  "application/pdf": ".PDF",
  "text/xml": ".XML",
  "application/zip": ".ZIP",
}

/** A file that a DICOMDIR may name has no extension (PS3.10 8.2); what has no name of its own here is `.BIN`. */
export function documentFile(number: number, mimeType: string): string {
  const digits = String(number).padStart(5, "0")
  if (mimeType === "application/dicom") return `IMG${digits}`
  return `DOC${digits}${EXTENSIONS[mimeType] ?? ".BIN"}`
}

/**
 * Steps from the root of the medium to what a URI in this folder's metadata names; it may leave the folder, and never the
 * medium.
 *
 * @param folder steps from the root to the folder that holds the metadata
 * @throws Malformed XDM_URI for what is absolute, is no path, or leads off the medium
 */
export function resolveUri(folder: readonly string[], uri: string): readonly string[] {
  if (uri === "" || uri.length > MAX_URI_LENGTH) throw wrong(uri, "is no relative path")
  if (/^[a-z][a-z0-9+.-]*:/i.test(uri) || /^[/\\]/.test(uri)) throw wrong(uri, "is not relative")
  const steps = [...folder]
  for (const step of decoded(uri).split(/[/\\]/)) {
    if (step === "" || step === ".") continue
    if (step !== "..") steps.push(step)
    else if (steps.pop() === undefined) throw wrong(uri, "leads off the medium")
  }
  if (steps.length === 0 || steps.length > MAX_DEPTH) throw wrong(uri, "names no file")
  return steps
}

function decoded(uri: string): string {
  const text = percentDecoded(uri)
  if (/\p{Cc}/u.test(text)) throw wrong(uri, "holds a control character")
  return text
}

function percentDecoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch (cause) {
    if (cause instanceof URIError) return uri
    throw cause
  }
}

const wrong = (uri: string, why: string): Malformed =>
  new Malformed("XDM_URI", CLAUSE, `URI ${uri.slice(0, 64)} ${why}`)
