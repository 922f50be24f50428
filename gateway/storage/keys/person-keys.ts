/**
 * Signing keys of persons: `<personId>.key.pem` (PKCS#8 encrypted under the PIN) and `<personId>.chain.pem` in one folder.
 * A key is opened for one signature and let go again. Guessing is slowed down by whoever asks for the PIN.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { KeyError } from "../../journey/errors.ts"
import type { PersonKeys } from "../../journey/ports/keys.ts"
import { certificateChain, isEncrypted, privateKey, readKeyFile } from "./pem-files.ts"
import { signBytes } from "./sign.ts"

/** What may be a file name: no separator, no leading dot. */
const PERSON_ID = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/

export interface PersonKeyFiles extends PersonKeys {
  /** Is their folder there? While it is not, nobody knows whose keys lie in it. */
  isThere(): boolean
  /** Is there a key file of this person? */
  has(personId: string): boolean
  /** Is there a file of this person's certificates? */
  hasChain(personId: string): boolean
}

/** Throws ERR_KEY_MISSING from every method; `sign` throws ERR_KEY_PASSPHRASE for a wrong PIN. */
export function personKeys(folder: string): PersonKeyFiles {
  const path = (personId: string, suffix: string): string => {
    if (!PERSON_ID.test(personId)) throw new KeyError("ERR_KEY_MISSING", "the person's id cannot name a key")
    return join(folder, `${personId}.${suffix}.pem`)
  }
  return {
    isThere: () => existsSync(folder),
    has: (personId) => PERSON_ID.test(personId) && existsSync(path(personId, "key")),
    hasChain: (personId) => PERSON_ID.test(personId) && existsSync(path(personId, "chain")),
    chain: async (personId) => {
      const file = path(personId, "chain")
      return certificateChain(await readKeyFile(file), null, file)
    },
    needs: async (personId) => {
      await readKeyFile(path(personId, "key"))
      return "pin"
    },
    sign: async (personId, pin, bytes) => {
      const file = path(personId, "key")
      const pem = await readKeyFile(file)
      if (!isEncrypted(pem))
        throw new KeyError("ERR_KEY_MISSING", `${file} is not encrypted: any PIN would open it`)
      return signBytes(privateKey(pem, Buffer.from(pin, "utf8"), file), bytes)
    },
  }
}
