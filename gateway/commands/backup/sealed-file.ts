/**
 * A file of any size as CMS AuthEnvelopedData for the recovery certificate, and back. `openssl cms -decrypt` opens it too, where
 * memory allows. Nothing is held in memory but a piece.
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto"
import { open, type FileHandle } from "node:fs/promises"
import type { Chance } from "../../journey/ports/time.ts"
import { envelopePrefix, envelopeSuffix } from "../../standards/cms/auth-enveloped-data.ts"
import {
  ICV_LENGTH_BYTES,
  NONCE_LENGTH_BYTES,
  type EnvelopeHeader,
} from "../../standards/cms/envelope-header.ts"
import { EnvelopeReader } from "../../standards/cms/envelope-reader.ts"
import { CEK_LENGTH_BYTES } from "../../standards/cms/key-wrap.ts"
import { unwrapCek, type RecipientKey } from "../../standards/cms/unwrap-cek.ts"
import { type BackedUp, tampered } from "./manifest.ts"

const PIECE_BYTES = 1 << 20
const OWNER_ONLY = 0o600

export interface Digested {
  readonly lengthBytes: number
  readonly sha256: string
}

export interface Recipient {
  /** DER. */
  readonly certificate: Uint8Array
  readonly chance: Chance
}

/** What is told of each piece. */
type Passed = (bytes: number) => void

/**
 * A file sealed for `recipient` as `target`, which must not be there; synced.
 *
 * @param lengthBytes of the source that count: a trail may grow meanwhile
 * @throws what the system throws; RangeError when the source is shorter
 */
export const sealFile = (
  source: string,
  lengthBytes: number,
  target: string,
  recipient: Recipient,
  passed: Passed,
): Promise<Omit<BackedUp, "name" | "place">> =>
  seal({ lengthBytes, pieces: piecesOf(source, lengthBytes, passed) }, target, recipient)

/** Octets that are read once, and how many they are said to be. */
export interface Clear {
  readonly lengthBytes: number
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** The same of what was never a file: nothing of it lies anywhere in the clear. @throws as `sealFile` */
export async function seal(
  { lengthBytes, pieces: from }: Clear,
  target: string,
  { certificate, chance }: Recipient,
): Promise<Omit<BackedUp, "name" | "place">> {
  const [cek, nonce] = [chance.bytes(CEK_LENGTH_BYTES), chance.bytes(NONCE_LENGTH_BYTES)]
  const cipher = createCipheriv("aes-256-gcm", cek, nonce, { authTagLength: ICV_LENGTH_BYTES })
  const sealed = new Digest()
  const clear = new Digest()
  const to = await open(target, "wx", OWNER_ONLY)
  const write = async (bytes: Uint8Array): Promise<void> => {
    sealed.take(bytes)
    await writeAll(to, bytes)
  }
  try {
    const recipients = [certificate]
    await write(envelopePrefix({ cek, nonce, ciphertextLengthBytes: lengthBytes, recipients, chance }))
    for await (const piece of from) {
      clear.take(piece)
      await write(cipher.update(piece))
    }
    cipher.final()
    await write(envelopeSuffix(cipher.getAuthTag()))
    await to.sync()
  } finally {
    cek.fill(0)
    await to.close()
  }
  const [inside, outside] = [demandLength(clear.end(), lengthBytes, target), sealed.end()]
  return { ...inside, sealedLengthBytes: outside.lengthBytes, sealedSha256: outside.sha256 }
}

/** As it is, in the clear, as `target`, which must not be there; synced. @throws as `sealFile` */
export async function copy({ lengthBytes, pieces: from }: Clear, target: string): Promise<Digested> {
  const digest = new Digest()
  const to = await open(target, "wx", OWNER_ONLY)
  try {
    for await (const piece of from) {
      digest.take(piece)
      await writeAll(to, piece)
    }
    await to.sync()
  } finally {
    await to.close()
  }
  return demandLength(digest.end(), lengthBytes, target)
}

function demandLength(found: Digested, lengthBytes: number, target: string): Digested {
  if (found.lengthBytes !== lengthBytes)
    throw new RangeError(`what was to become ${target} became shorter while it was read`)
  return found
}

/** Length and SHA-256 of a file as it lies there; reads no further than `limitBytes`, where one octet more is enough to differ. */
export async function digestFile(path: string, limitBytes: number, passed: Passed): Promise<Digested> {
  const digest = new Digest()
  for await (const piece of piecesOf(path, limitBytes + 1, passed)) digest.take(piece)
  return digest.end()
}

/**
 * Opens `from` into `target`, which must not be there. Throws ERR_BACKUP_TAMPERED when tag or digests differ: then what lies in
 * `target` counts for nothing, and the caller removes it. Malformed when the key does not open it.
 */
export async function openFile(
  from: FileHandle,
  target: string,
  wanted: Digested,
  key: RecipientKey & { readonly certificate: Uint8Array },
  passed: Passed,
): Promise<void> {
  const reader = new EnvelopeReader()
  const clear = new Digest()
  let decipher: ReturnType<typeof decipherOf> | null = null
  const to = await open(target, "wx", OWNER_ONLY)
  try {
    for await (const piece of pieces(from, Number.MAX_SAFE_INTEGER)) {
      for (const part of reader.push(piece)) {
        if (part.kind === "header")
          decipher = decipherOf(await unwrapCek(part.header, key.certificate, key), part.header)
        else if (part.kind === "mac") decipher?.setAuthTag(part.mac)
        else {
          const bytes = decipher?.update(part.bytes) ?? Buffer.alloc(0)
          clear.take(bytes)
          await writeAll(to, bytes)
        }
      }
      passed(piece.length)
    }
    reader.end()
    finish(decipher)
    await to.sync()
  } finally {
    await to.close()
  }
  const { lengthBytes, sha256 } = clear.end()
  if (lengthBytes !== wanted.lengthBytes || sha256 !== wanted.sha256)
    throw tampered("what is inside is not what was backed up")
}

function decipherOf(cek: Uint8Array, { nonce }: EnvelopeHeader) {
  const decipher = createDecipheriv("aes-256-gcm", cek, nonce, { authTagLength: ICV_LENGTH_BYTES })
  cek.fill(0)
  return decipher
}

function finish(decipher: ReturnType<typeof decipherOf> | null): void {
  try {
    if (decipher === null) throw tampered("an envelope has no header")
    decipher.final()
  } catch (cause) {
    throw tampered("an envelope does not decrypt", { cause })
  }
}

class Digest {
  readonly #hash = createHash("sha256")
  #lengthBytes = 0

  take(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    this.#lengthBytes += bytes.length
  }

  end(): Digested {
    return { lengthBytes: this.#lengthBytes, sha256: this.#hash.digest("hex") }
  }
}

/** A file from its beginning; opened when the first piece is asked for. The buffer of a piece is written over by the next. */
export async function* piecesOf(
  path: string,
  limitBytes: number,
  passed: Passed = () => undefined,
): AsyncGenerator<Buffer> {
  const file = await open(path, "r")
  try {
    for await (const piece of pieces(file, limitBytes)) {
      yield piece
      passed(piece.length)
    }
  } finally {
    await file.close()
  }
}

/** As `piecesOf`. */
async function* pieces(file: FileHandle, limitBytes: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(PIECE_BYTES)
  for (let at = 0; at < limitBytes;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE_BYTES, limitBytes - at), at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
}
