/**
 * Fetched evidence on disk, one file for each address: what was wanted, when it came, and its octets. So that a restart needs
 * no network, and goes on fetching what it fetched before. Nothing in it is believed: whoever judges by it checks signatures.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { Malformed } from "../standards/malformed.ts"
import { readCertificate } from "../standards/hpki/certificate.ts"
import { needKey, type EvidenceNeed } from "../standards/hpki/evidence-need.ts"
import { readCrl, type Crl } from "../standards/hpki/crl.ts"
import { readOcspResponse, type OcspResponse } from "../standards/hpki/ocsp.ts"
import { makeFolderSync } from "../storage/make-folder.ts"

export interface Kept {
  readonly need: EvidenceNeed
  readonly fetchedAt: Date
  readonly octets: Uint8Array
  readonly value: Crl | OcspResponse
}

const MODE = 0o750
const SUFFIX = ".json"
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** Makes the folder where it is not there. A file that cannot be read is told and removed: it is fetched again. */
export function readEvidenceFolder(
  folder: string,
  onUnreadable: (name: string, error: Error) => void,
): readonly Kept[] {
  makeFolderSync(folder, MODE)
  return readdirSync(folder).flatMap((name) => {
    if (!name.endsWith(SUFFIX)) return []
    try {
      return [keptIn(readFileSync(join(folder, name), "utf8"))]
    } catch (error) {
      if (!(error instanceof Malformed || error instanceof SyntaxError)) throw error
      onUnreadable(name, error)
      rmSync(join(folder, name), { force: true })
      return []
    }
  })
}

function keptIn(text: string): Kept {
  const file: unknown = JSON.parse(text)
  const field = (name: string): string => {
    const value = isRecord(file) ? file[name] : undefined
    if (typeof value !== "string") throw new Malformed("EVIDENCE_FILE", "-", `${name} is missing`)
    return value
  }
  const octets = Buffer.from(field("octets"), "base64")
  const issuer = readCertificate(Buffer.from(field("issuer"), "base64"))
  const about = field("certificate")
  const fetchedAt = new Date(field("fetchedAt"))
  if (Number.isNaN(fetchedAt.getTime())) throw new Malformed("EVIDENCE_FILE", "-", "fetchedAt is no time")
  const isList = field("kind") === "crl"
  const need: EvidenceNeed = {
    kind: isList ? "crl" : "ocsp",
    url: field("url"),
    issuer,
    certificate: isList ? null : readCertificate(Buffer.from(about, "base64")),
  }
  return { need, fetchedAt, octets, value: isList ? readCrl(octets) : readOcspResponse(octets) }
}

/** Whole or not at all: what stood there before stays until the new file is on disk. */
export async function keepEvidence(folder: string, { need, fetchedAt, octets }: Kept): Promise<void> {
  const path = pathOf(folder, need)
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")
  const text = JSON.stringify({
    kind: need.kind,
    url: need.url,
    fetchedAt: fetchedAt.toISOString(),
    issuer: base64(need.issuer.encoded),
    certificate: need.certificate === null ? "" : base64(need.certificate.encoded),
    octets: base64(octets),
  })
  const file = await open(`${path}.new`, "w", 0o640)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

export const dropEvidence = (folder: string, need: EvidenceNeed): Promise<void> =>
  rm(pathOf(folder, need), { force: true })

const pathOf = (folder: string, need: EvidenceNeed): string => join(folder, `${needKey(need)}${SUFFIX}`)
