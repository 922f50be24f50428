/** The gateway's keys, wherever each lies: answers the port `KeyStore`. */
import { KeyError } from "../../journey/errors.ts"
import type { GatewayKey, KeyStore } from "../../journey/ports/keys.ts"
import { fileKey, type KeyFiles } from "./file-key.ts"
import { fileStamp } from "./file-stamp.ts"
import type { HeldKey } from "./held-key.ts"
import { certificateChain, readKeyFile } from "./pem-files.ts"
import { refusedPins } from "./pkcs11/refused-pins.ts"
import { tokenKey } from "./pkcs11/token-key.ts"
import { Token, type TokenPlace } from "./pkcs11/token.ts"

/** A private key in a PKCS#11 token, its certificates in a file. */
export interface TokenKeyFiles extends TokenPlace {
  /** Label of the key, or `id:` and its CKA_ID in hex. */
  readonly key: string
  readonly chainFile: string
}

export interface KeyPlaces {
  readonly seal?: KeyFiles | TokenKeyFiles
  readonly object?: KeyFiles | TokenKeyFiles
  readonly tls?: KeyFiles
  /** Earlier keys of `object`: decrypt only. */
  readonly retired?: readonly (KeyFiles | TokenKeyFiles)[]
}

export interface OpenKeyStore extends KeyStore {
  /** Takes up keys whose files have changed; true when it did. What was held stays when it throws. */
  renew(): Promise<boolean>
  /** Ends the processes of modules. */
  close(): void
}

/**
 * @param refusedPinsFolder where PINs a token refused are remembered; needed for tokens
 * @throws what `fileKey` and `tokenKey` throw
 */
export async function keyStore(places: KeyPlaces, refusedPinsFolder?: string): Promise<OpenKeyStore> {
  let stamp = stampOf(places)
  let held = await openAll(places, refusedPinsFolder)
  const of = (use: GatewayKey): HeldKey => {
    const key = held.keys.get(use)
    if (key === undefined) throw new KeyError("ERR_KEY_MISSING", `no ${use} key is configured`)
    return key
  }
  return {
    decryptionKeys: () =>
      [held.keys.get("object") ?? [], held.retired].flat().flatMap((key) => {
        const [certificate] = key.chain
        if (certificate === undefined) return []
        const { agree, decryptOaep } = bound(key)
        return [{ certificate, agree, decryptOaep }]
      }),
    chain: (use) => of(use).chain,
    sign: async (use, bytes) => of(use).sign(bytes),
    agree: async (use, peerSpki) => of(use).agree(peerSpki),
    decryptOaep: async (use, ciphertext) => of(use).decryptOaep(ciphertext),
    renew: async () => {
      const now = stampOf(places)
      if (now === stamp) return false
      // Noted first: files that do not fit are told once, and looked at again when they change.
      stamp = now
      const fresh = await openAll(places, refusedPinsFolder)
      const former = held
      held = fresh
      former.tokens.close()
      return true
    },
    close: () => held.tokens.close(),
  }
}

const bound = (key: HeldKey): Pick<HeldKey, "agree" | "decryptOaep"> => ({
  agree: (peerSpki) => key.agree(peerSpki),
  decryptOaep: (ciphertext) => key.decryptOaep(ciphertext),
})

interface Held {
  readonly keys: Map<GatewayKey, HeldKey>
  readonly retired: readonly HeldKey[]
  readonly tokens: Tokens
}

async function openAll(places: KeyPlaces, refusedPinsFolder: string | undefined): Promise<Held> {
  const tokens = new Tokens(refusedPinsFolder)
  const keys = new Map<GatewayKey, HeldKey>()
  const retired: HeldKey[] = []
  try {
    for (const use of ["seal", "object"] as const) {
      const place = places[use]
      if (place !== undefined) keys.set(use, await opened(place, use, tokens))
    }
    for (const place of places.retired ?? []) retired.push(await opened(place, "object", tokens))
    if (places.tls !== undefined) keys.set("tls", await fileKey(places.tls))
    return { keys, retired, tokens }
  } catch (error) {
    tokens.close()
    throw error
  }
}

function stampOf({ seal, object, tls, retired = [] }: KeyPlaces): string {
  const places = [seal ?? [], object ?? [], tls ?? [], retired].flat()
  return fileStamp(
    places.flatMap((place) =>
      "module" in place ? [place.chainFile, place.pinFile] : [place.chainFile, place.keyFile],
    ),
  )
}

async function opened(
  place: KeyFiles | TokenKeyFiles,
  use: "seal" | "object",
  tokens: Tokens,
): Promise<HeldKey> {
  if (!("module" in place)) return fileKey(place)
  const chain = certificateChain(await readKeyFile(place.chainFile), null, place.chainFile)
  return tokenKey({ token: tokens.of(place), name: place.key, chain }, use)
}

/** Keys in one token share its process and its login. */
class Tokens {
  readonly #folder: string | undefined
  readonly #open = new Map<string, Token>()

  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  of({ module, token, pinFile }: TokenPlace): Token {
    if (this.#folder === undefined) throw new RangeError("refused PINs are remembered nowhere")
    const name = JSON.stringify([module, token, pinFile])
    const held =
      this.#open.get(name) ?? new Token({ module, token, pinFile }, { refused: refusedPins(this.#folder) })
    this.#open.set(name, held)
    return held
  }

  close(): void {
    for (const token of this.#open.values()) token.close()
  }
}
