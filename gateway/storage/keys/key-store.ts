/** The gateway's keys, wherever each lies: answers the port `KeyStore`. */
import { KeyError } from "../../journey/errors.ts"
import type { GatewayKey, KeyStore } from "../../journey/ports.ts"
import { fileKey, type KeyFiles } from "./file-key.ts"
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
}

export interface OpenKeyStore extends KeyStore {
  /** Ends the processes of modules. */
  close(): void
}

/**
 * @param refusedPinsFolder where PINs a token refused are remembered; needed for tokens
 * @throws what `fileKey` and `tokenKey` throw
 */
export async function keyStore(places: KeyPlaces, refusedPinsFolder?: string): Promise<OpenKeyStore> {
  const tokens = new Tokens(refusedPinsFolder)
  const keys = new Map<GatewayKey, HeldKey>()
  try {
    for (const use of ["seal", "object"] as const) {
      const place = places[use]
      if (place !== undefined) keys.set(use, await opened(place, use, tokens))
    }
    if (places.tls !== undefined) keys.set("tls", await fileKey(places.tls))
  } catch (error) {
    tokens.close()
    throw error
  }
  const of = (use: GatewayKey): HeldKey => {
    const held = keys.get(use)
    if (held === undefined) throw new KeyError("ERR_KEY_MISSING", `no ${use} key is configured`)
    return held
  }
  return {
    chain: (use) => of(use).chain,
    sign: async (use, bytes) => of(use).sign(bytes),
    agree: async (use, peerSpki) => of(use).agree(peerSpki),
    decryptOaep: async (use, ciphertext) => of(use).decryptOaep(ciphertext),
    close: () => tokens.close(),
  }
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
