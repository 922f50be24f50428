/**
 * `index.json` of an evidence package: which file is what. It is signed by nobody and proves nothing: it says where to look,
 * and what the signatures say of what lies there is what counts. A package never vouches for itself: anchors are named by
 * their digests, so that whoever verifies can tell which ones to bring.
 */
import { isPlainPath, MAX_ZIP_FILES } from "../zip/stored-zip.ts"
import { Malformed } from "../malformed.ts"

export const INDEX_PATH = "index.json"
/** 4,096 files are 1 MB. */
export const MAX_INDEX_BYTES = 8 * 1024 * 1024
const FORMAT = "dokuei-evidence"
const VERSION = 1

/**
 * cda, pdf, signature: a report, and what its reader signed; of a study, the signature that binds manifest and units ·
 * long-term: a report's signature once more, as whoever made the package keeps it, with what was added to it later ·
 * set-signature: the seal over one submission · manifest: which images (KOS) · receipt: the recipient's seal over the
 * sender's · acknowledgement: 受領 · certificate, crl, ocsp: what a path may need · readme, verifier: for people.
 */
export const FILE_ROLES = [
  "cda",
  "pdf",
  "signature",
  "long-term",
  "set-signature",
  "manifest",
  "receipt",
  "acknowledgement",
  "certificate",
  "crl",
  "ocsp",
  "readme",
  "verifier",
] as const
export type FileRole = (typeof FILE_ROLES)[number]

export interface EvidenceFile {
  readonly path: string
  readonly role: FileRole
  /** Of the document in its submission; "" for what is none. */
  readonly uniqueId: string
  readonly lengthBytes: number
  /** Hex. */
  readonly sha256: string
}

/** stamp: the signature of a report once more, with the time stamp that followed (ADR 0026). */
export const SUBMISSION_KINDS = ["report", "stamp", "study", "unit", "acknowledgement"] as const
/** What one submission brought, as far as it is here. */
export interface EvidenceSubmission {
  readonly kind: (typeof SUBMISSION_KINDS)[number]
  readonly submissionSetUniqueId: string
  /** Paths of its documents, the seal among them. */
  readonly files: readonly string[]
}

export const ANCHOR_USES = ["hpki", "seal", "tsa"] as const
/** For persons' signatures, for seals of facilities, for time: none of them says anything about the others. */
export type AnchorUse = (typeof ANCHOR_USES)[number]
export interface NamedAnchor {
  readonly use: AnchorUse
  readonly subject: string
  /** Hex, of the certificate. */
  readonly sha256: string
}

export interface EvidenceIndex {
  /** When and by whom the package was made; ISO 8601, a facility's name. */
  readonly made: { readonly at: string; readonly by: string }
  readonly files: readonly EvidenceFile[]
  readonly submissions: readonly EvidenceSubmission[]
  readonly anchors: readonly NamedAnchor[]
}

export const writeIndex = (index: EvidenceIndex): Uint8Array =>
  Buffer.from(`${JSON.stringify({ format: FORMAT, version: VERSION, ...index }, null, 1)}\n`, "utf8")

/** Closed: what it does not know it refuses. @throws Malformed EVIDENCE_INDEX */
export function readIndex(octets: Uint8Array): EvidenceIndex {
  if (octets.length > MAX_INDEX_BYTES) throw malformed("is too large")
  const root = new Fields(parsed(octets), "index")
  if (root.text("format") !== FORMAT || root.number("version") !== VERSION)
    throw malformed("is of a format or version this program does not know")
  const made = root.fields("made")
  const index = {
    made: { at: made.text("at"), by: made.text("by") },
    files: root.list("files").map(readFile),
    submissions: root.list("submissions").map(readSubmission),
    anchors: root.list("anchors").map(readAnchor),
  }
  made.end()
  root.end()
  checkPaths(index)
  return index
}

function parsed(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets)) as unknown
  } catch (cause) {
    throw malformed("is not JSON in UTF-8", cause)
  }
}

function readFile(fields: Fields): EvidenceFile {
  const file = {
    path: fields.text("path"),
    role: oneOf(FILE_ROLES, fields.text("role")),
    uniqueId: fields.text("uniqueId"),
    lengthBytes: fields.number("lengthBytes"),
    sha256: digest(fields.text("sha256")),
  }
  fields.end()
  return file
}

function readSubmission(fields: Fields): EvidenceSubmission {
  const submission = {
    kind: oneOf(SUBMISSION_KINDS, fields.text("kind")),
    submissionSetUniqueId: fields.text("submissionSetUniqueId"),
    files: fields.texts("files"),
  }
  fields.end()
  return submission
}

function readAnchor(fields: Fields): NamedAnchor {
  const anchor = {
    use: oneOf(ANCHOR_USES, fields.text("use")),
    subject: fields.text("subject"),
    sha256: digest(fields.text("sha256")),
  }
  fields.end()
  return anchor
}

/** Each file stands once; a submission names files of the list, and none twice. */
function checkPaths({ files, submissions }: EvidenceIndex): void {
  const paths = new Set(files.map(({ path }) => path))
  if (paths.size < files.length) throw malformed("lists a file twice")
  if (![...paths].every((path) => isPlainPath(path) && path !== INDEX_PATH))
    throw malformed("lists what is no file of a package")
  const named = submissions.flatMap((each) => each.files)
  if (new Set(named).size < named.length || !named.every((path) => paths.has(path)))
    throw malformed("has a submission of files it does not list, or lists twice")
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word {
  const word = words.find((each) => each === text)
  if (word === undefined) throw malformed("has a word this program does not know")
  return word
}

function digest(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw malformed("has a digest that is none")
  return text
}

/** An object of which every field is asked for once. */
class Fields {
  readonly #values: Map<string, unknown>
  readonly #name: string

  constructor(value: unknown, name: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw malformed(`${name} is no object`)
    this.#values = new Map(Object.entries(value))
    this.#name = name
  }

  text(name: string): string {
    const value = this.#take(name)
    if (typeof value !== "string") throw malformed(`${name} is no text`)
    return value
  }

  number(name: string): number {
    const value = this.#take(name)
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      throw malformed(`${name} is no number`)
    return value
  }

  fields(name: string): Fields {
    return new Fields(this.#take(name), name)
  }

  list(name: string): readonly Fields[] {
    return this.#array(name).map((each) => new Fields(each, name))
  }

  texts(name: string): readonly string[] {
    return this.#array(name).map((each) => {
      if (typeof each !== "string") throw malformed(`${name} holds what is no text`)
      return each
    })
  }

  /** Nothing is left. */
  end(): void {
    const [more] = this.#values.keys()
    if (more !== undefined) throw malformed(`${this.#name} has a field this program does not know`)
  }

  #array(name: string): readonly unknown[] {
    const value = this.#take(name)
    if (!Array.isArray(value) || value.length > MAX_ZIP_FILES) throw malformed(`${name} is no list`)
    return value as readonly unknown[]
  }

  #take(name: string): unknown {
    const value = this.#values.get(name)
    this.#values.delete(name)
    return value
  }
}

const malformed = (message: string, cause?: unknown): Malformed =>
  new Malformed("EVIDENCE_INDEX", "docs/trust.md", `${INDEX_PATH} ${message}`, { cause })
