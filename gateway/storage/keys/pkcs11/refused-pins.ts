/**
 * PINs a token has refused, so that none is tried twice: a token locks itself after a few wrong ones. Kept across
 * restarts, as a digest that is slow to guess; forgotten when the PIN file holds another PIN, or when an operator says so.
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"
import { readFileSync } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { makeFolder } from "../../make-folder.ts"
import { sha256Hex } from "../../../standards/sha256.ts"

const SALT_BYTES = 16
const DIGEST_BYTES = 32
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 }

/** Whose PIN: module, label of the token. */
export interface PinOwner {
  readonly module: string
  readonly token: string
}

export interface RefusedPins {
  /** Was this very PIN refused? */
  has(owner: PinOwner, pin: Uint8Array): Promise<boolean>
  /** Durable when it resolves. */
  keep(owner: PinOwner, pin: Uint8Array): Promise<void>
  /** True when one was kept. */
  forget(owner: PinOwner): Promise<boolean>
}

export function refusedPins(folder: string): RefusedPins {
  const pathOf = ({ module, token }: PinOwner): string => {
    const name = sha256Hex(`${module}\0${token}`).slice(0, 16)
    return join(folder, `refused-pin-${name}`)
  }
  return {
    has: async (owner, pin) => {
      const kept = readKept(pathOf(owner))
      if (kept === null) return false
      const digest = await digestOf(pin, kept.subarray(0, SALT_BYTES))
      return timingSafeEqual(digest, kept.subarray(SALT_BYTES))
    },
    keep: async (owner, pin) => {
      const salt = randomBytes(SALT_BYTES)
      const path = pathOf(owner)
      await makeFolder(folder, 0o700)
      const file = await open(`${path}.new`, "w", 0o600)
      try {
        await file.writeFile(Buffer.concat([salt, await digestOf(pin, salt)]))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
    },
    forget: async (owner) => {
      const path = pathOf(owner)
      const isKept = readKept(path) !== null
      await rm(path, { force: true })
      return isKept
    },
  }
}

function digestOf(pin: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, DIGEST_BYTES, COST, (error, digest) => {
      if (error === null) resolve(digest)
      else reject(error)
    })
  })
}

/** Anything but a whole record tells nothing. */
function readKept(path: string): Buffer | null {
  try {
    const kept = readFileSync(path)
    return kept.length === SALT_BYTES + DIGEST_BYTES ? kept : null
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
}
