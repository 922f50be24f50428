/**
 * What a generation of a backup says of itself: signed by the gateway's seal, read before anything else is.
 *
 * `manifest.p7m` is CMS SignedData over JSON. It is written last: a generation without it was never finished, and one whose
 * manifest does not check is nobody's.
 */
import { z } from "zod"
import { BackupError } from "../../journey/errors.ts"
import { readSignedData, verifySigner } from "../../standards/cms/signed-data.ts"
import { Malformed } from "../../standards/malformed.ts"
import { sha256Hex } from "../../standards/sha256.ts"

export const MANIFEST_FORMAT = 1
export const MANIFEST_FILE = "manifest.p7m"
/** Signed at the beginning: what stands beside it without a manifest is ours, and unfinished. */
export const BEGUN_FILE = "begun.p7m"
/** Whose key opens it, PEM. */
export const RECIPIENT_FILE = "recovery.pem"
/** Of some tens of files with their digests. */
export const MAX_MANIFEST_BYTES = 1 << 20
const MAX_FILES = 4096

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const lengthBytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
/** Below the folder it is put back into; nothing that leads out of it. */
const place = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/)
  .max(255)

const file = z.strictObject({
  /** In the generation's folder. */
  name: z.string().regex(/^\d{4}\.p7m$/),
  place,
  lengthBytes,
  sha256,
  sealedLengthBytes: lengthBytes,
  sealedSha256: sha256,
})
export type BackedUp = z.infer<typeof file>

const begun = z.object({
  format: z.int(),
  /** Name of its folder. */
  generation: z.string().max(128),
  site: z.string(),
  role: z.enum(["edge", "center"]),
})
export type Begun = z.infer<typeof begun>

const manifest = begun.extend({
  program: z.string().max(64),
  /** Versions of the stores inside. */
  stores: z.strictObject({ ledger: z.int(), people: z.int() }),
  takenAt: z.iso.datetime(),
  spoolId: z.string().nullable(),
  commits: z.int(),
  leftOut: z.array(z.string().max(128)).max(MAX_FILES),
  /** SHA-256 of recovery.pem's certificate, DER. */
  recipient: sha256,
  files: z.array(file).max(MAX_FILES),
})
export type Manifest = z.infer<typeof manifest>

export interface Signed<T> {
  readonly value: T
  /** SHA-256 of the signer's SubjectPublicKeyInfo, hex: what partners pin. */
  readonly signer: string
}

export const readManifest = (octets: Uint8Array): Signed<Manifest> => read(octets, manifest)
export const readBegun = (octets: Uint8Array): Signed<Begun> => read(octets, begun)

/** Throws ERR_BACKUP_TAMPERED unless the signature checks, ERR_BACKUP_NEWER for a form this program does not know. */
function read<T extends Begun>(octets: Uint8Array, schema: z.ZodType<T>): Signed<T> {
  const { content, spki } = checked(octets)
  const value = parsed(content)
  const { format } = begun.pick({ format: true }).parse(value)
  if (format > MANIFEST_FORMAT)
    throw new BackupError("ERR_BACKUP_NEWER", `the backup is of form ${format}, newer than this program`)
  const result = schema.safeParse(value)
  if (!result.success) throw tampered("what it says of itself cannot be read")
  return { value: result.data, signer: sha256Hex(spki) }
}

function checked(octets: Uint8Array): { readonly content: Uint8Array; readonly spki: Uint8Array } {
  try {
    const signed = readSignedData(octets)
    const { signer, tests } = verifySigner(signed)
    const failed = tests.find(({ outcome }) => outcome !== "pass")
    if (failed !== undefined || signer === null)
      throw tampered(`its signature does not hold (${failed?.name ?? "no signer"})`)
    return { content: signed.content, spki: signer.spki }
  } catch (cause) {
    if (cause instanceof Malformed) throw tampered("its manifest is no signed data", { cause })
    throw cause
  }
}

function parsed(content: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(content).toString("utf8"))
    if (typeof value === "object" && value !== null && "format" in value && Number.isInteger(value.format))
      return value
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  throw tampered("what it says of itself cannot be read")
}

export const tampered = (message: string, options?: { readonly cause?: unknown }): BackupError =>
  new BackupError("ERR_BACKUP_TAMPERED", message, options)
