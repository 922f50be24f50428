/**
 * An epoch key at rest: 32 random bytes wrapped under a passphrase.
 *
 * 88 bytes, big-endian: 0 "DKK1" · 4 version 1 · 5 log2 N · 6 r · 7 p · 8 epoch u32 · 12 salt 16 · 28 nonce 12 · 40 wrapped key 32 ·
 * 72 tag 16. Wrapping: AES-256-GCM under scrypt(passphrase, salt, N, r, p) (RFC 7914), AAD = bytes 0-27.
 */
import { createCipheriv, createDecipheriv, scrypt } from "node:crypto"
import { KeyError } from "../../journey/errors.ts"

export const EPOCH_KEY_BYTES = 32
export const RECORD_BYTES = 88
export const SALT_BYTES = 16
export const NONCE_BYTES = 12
const TAG_BYTES = 16
const MAGIC = Buffer.from("DKK1", "latin1")
const VERSION = 1
const OFFSET = { version: 4, log2N: 5, r: 6, p: 7, epoch: 8, salt: 12, nonce: 28, key: 40, tag: 72 } as const
/** 64 MiB and about a quarter of a second for each guess. */
const COST = { log2N: 16, r: 8, p: 1 } as const
/** A file may ask for more in later years, but not for all our memory. */
const MAX_LOG2_N = 18
const CIPHER = "aes-256-gcm"

export interface Wrapping {
  readonly epoch: number
  readonly passphrase: Uint8Array
}

export async function encodeEpochKey(
  key: Uint8Array,
  { epoch, passphrase }: Wrapping,
  salt: Uint8Array,
  nonce: Uint8Array,
): Promise<Buffer> {
  const record = Buffer.alloc(RECORD_BYTES)
  MAGIC.copy(record)
  record.set([VERSION, COST.log2N, COST.r, COST.p], OFFSET.version)
  record.writeUInt32BE(epoch, OFFSET.epoch)
  record.set(salt, OFFSET.salt)
  record.set(nonce, OFFSET.nonce)
  const cipher = createCipheriv(CIPHER, await derive(passphrase, record), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(record.subarray(0, OFFSET.nonce))
  record.set(Buffer.concat([cipher.update(key), cipher.final()]), OFFSET.key)
  record.set(cipher.getAuthTag(), OFFSET.tag)
  return record
}

/** Throws ERR_KEY_MISSING when the bytes are no key of that epoch, ERR_KEY_PASSPHRASE when it does not open. */
export async function decodeEpochKey(record: Buffer, { epoch, passphrase }: Wrapping): Promise<Uint8Array> {
  if (!isRecord(record) || record.readUInt32BE(OFFSET.epoch) !== epoch)
    throw new KeyError("ERR_KEY_MISSING", `the file holds no key of epoch ${epoch}`)
  const nonce = record.subarray(OFFSET.nonce, OFFSET.key)
  const decipher = createDecipheriv(CIPHER, await derive(passphrase, record), nonce, {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(record.subarray(0, OFFSET.nonce))
  decipher.setAuthTag(record.subarray(OFFSET.tag))
  try {
    const key = decipher.update(record.subarray(OFFSET.key, OFFSET.tag))
    decipher.final()
    return Uint8Array.from(key)
  } catch (cause) {
    throw new KeyError("ERR_KEY_PASSPHRASE", `the passphrase does not open the key of epoch ${epoch}`, {
      cause,
    })
  }
}

function isRecord(record: Buffer): boolean {
  return (
    record.length === RECORD_BYTES &&
    record.subarray(0, MAGIC.length).equals(MAGIC) &&
    record.readUInt8(OFFSET.version) === VERSION &&
    record.readUInt8(OFFSET.log2N) >= 1 &&
    record.readUInt8(OFFSET.log2N) <= MAX_LOG2_N &&
    record.readUInt8(OFFSET.r) === COST.r &&
    record.readUInt8(OFFSET.p) === COST.p
  )
}

function derive(passphrase: Uint8Array, record: Buffer): Promise<Buffer> {
  const [N, r, p] = [
    2 ** record.readUInt8(OFFSET.log2N),
    record.readUInt8(OFFSET.r),
    record.readUInt8(OFFSET.p),
  ]
  const salt = record.subarray(OFFSET.salt, OFFSET.salt + SALT_BYTES)
  const maxmem = 128 * N * r + 2 ** 20
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, EPOCH_KEY_BYTES, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
