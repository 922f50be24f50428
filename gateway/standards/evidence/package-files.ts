/** The files of a package beside what its index says of them: nothing missing, nothing added, every octet as listed. */
import { readCertificate, type Certificate } from "../hpki/certificate.ts"
import { readCrl, type Crl } from "../hpki/crl.ts"
import { readOcspResponse, type OcspResponse } from "../hpki/ocsp.ts"
import { type VerdictTest, check, fail, pass } from "../hpki/verdict-test.ts"
import { Malformed } from "../malformed.ts"
import type { ZipFile } from "../zip/stored-zip.ts"
import {
  type EvidenceFile,
  type EvidenceIndex,
  type EvidenceSubmission,
  type FileRole,
  INDEX_PATH,
  readIndex,
} from "./evidence-index.ts"
import { sha256Hex } from "../sha256.ts"

/** A listed file that is here, with octets that have the digest the index gives. */
export interface PresentFile extends EvidenceFile {
  readonly octets: Uint8Array
}

export interface OpenedPackage {
  readonly index: EvidenceIndex
  readonly present: readonly PresentFile[]
  /** Helpers of a path, believed by nobody: those that cannot be read are left out. */
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Crl[]
  readonly ocsp: readonly OcspResponse[]
  /** `index`, `files-complete`, `files-additional`, `file-digests`, `helpers`. */
  readonly tests: readonly VerdictTest[]
}

/** How many certificates and lists a verifier looks at. */
const MAX_HELPERS = 64
const MAX_NAMED = 3

/** @throws Malformed EVIDENCE_INDEX when there is no index to go by */
export function openPackage(files: readonly ZipFile[]): OpenedPackage {
  const byPath = new Map(files.map(({ path, octets }) => [path, octets]))
  const indexOctets = byPath.get(INDEX_PATH)
  if (indexOctets === undefined)
    throw new Malformed("EVIDENCE_INDEX", "docs/trust.md", `there is no ${INDEX_PATH}`)
  const index = readIndex(indexOctets)
  const listed = new Set([INDEX_PATH, ...index.files.map(({ path }) => path)])
  const missing = index.files.filter(({ path }) => !byPath.has(path)).map(({ path }) => path)
  const additional = [...byPath.keys()].filter((path) => !listed.has(path))
  const here = index.files.flatMap((file): PresentFile[] => {
    const octets = byPath.get(file.path)
    return octets === undefined ? [] : [{ ...file, octets }]
  })
  const present = here.filter(isAsListed)
  const changed = here.filter((file) => !present.includes(file)).map(({ path }) => path)
  const helpers = readHelpers(present)
  return {
    index,
    present,
    ...helpers,
    tests: [
      pass("index", `${index.files.length} files`),
      check("files-complete", missing.length === 0, `missing: ${few(missing)}`),
      check("files-additional", additional.length === 0, `not listed: ${few(additional)}`),
      check("file-digests", changed.length === 0, `changed: ${few(changed)}`),
      ...helpers.tests,
    ],
  }
}

const isAsListed = ({ octets, lengthBytes, sha256 }: PresentFile): boolean =>
  octets.length === lengthBytes && sha256Hex(octets) === sha256

function readHelpers(
  present: readonly PresentFile[],
): Pick<OpenedPackage, "certificates" | "crls" | "ocsp" | "tests"> {
  const certificates = readAll(withRole(present, "certificate"), readCertificate)
  const crls = readAll(withRole(present, "crl"), readCrl)
  const ocsp = readAll(withRole(present, "ocsp"), readOcspResponse)
  const faults = [...certificates.faults, ...crls.faults, ...ocsp.faults]
  return {
    certificates: certificates.values,
    crls: crls.values,
    ocsp: ocsp.values,
    tests: faults.length === 0 ? [] : [fail("helpers", `cannot be read: ${few(faults)}`)],
  }
}

function readAll<Value>(
  files: readonly PresentFile[],
  read: (octets: Uint8Array) => Value,
): { readonly values: readonly Value[]; readonly faults: readonly string[] } {
  const values: Value[] = []
  const faults = files.slice(MAX_HELPERS).map(({ path }) => path)
  for (const { path, octets } of files.slice(0, MAX_HELPERS))
    try {
      values.push(read(octets))
    } catch (problem) {
      if (!(problem instanceof Malformed)) throw problem
      faults.push(path)
    }
  return { values, faults }
}

export const withRole = (files: readonly PresentFile[], role: FileRole): readonly PresentFile[] =>
  files.filter((file) => file.role === role)

/** What of a submission is here, in the order of the index. */
export const filesOf = ({ present }: OpenedPackage, { files }: EvidenceSubmission): readonly PresentFile[] =>
  present.filter(({ path }) => files.includes(path))

const few = (names: readonly string[]): string =>
  names.slice(0, MAX_NAMED).join(", ") +
  (names.length > MAX_NAMED ? `, and ${names.length - MAX_NAMED} more` : "")
