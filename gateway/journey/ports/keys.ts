/** What steps ask of keys: they sign and open, and never leave their place. */
import type { KeyUnlock } from "../views/reading.ts"
import type { Person } from "./person.ts"

/** Gateway keys by use; `object` decrypts what is addressed to us. Persons' keys are not here. */
export type GatewayKey = "seal" | "object" | "tls"

/** Opens what is addressed to its certificate. */
export interface DecryptionKey {
  /** DER. */
  readonly certificate: Uint8Array
  agree(peerSpki: Uint8Array): Promise<Uint8Array>
  decryptOaep(ciphertext: Uint8Array): Promise<Uint8Array>
}

export interface KeyStore {
  /** The key of `object`, which partners use from now on; then retired ones, which open what was made for them before. */
  decryptionKeys(): readonly DecryptionKey[]
  /** DER, leaf first. */
  chain(key: GatewayKey): readonly Uint8Array[]
  /** Signature over `bytes` with the key's own algorithm and SHA-256; ECDSA as IEEE P1363 r‖s. */
  sign(key: GatewayKey, bytes: Uint8Array): Promise<Uint8Array>
  /** Raw ECDH shared secret (x coordinate) with a peer point given as SubjectPublicKeyInfo DER. */
  agree(key: "object", peerSpki: Uint8Array): Promise<Uint8Array>
  /** RSAES-OAEP SHA-256. */
  decryptOaep(key: "object", ciphertext: Uint8Array): Promise<Uint8Array>
}

/** Signing keys of persons: opened by their PIN for one signature and closed again. */
export interface PersonKeys {
  chain(personId: string): Promise<readonly Uint8Array[]>
  /** What the person must do before the next signature. Throws ERR_KEY_SERVICE while whoever holds the key does not answer,
   *  ERR_KEY_MISSING. */
  needs(personId: string): Promise<KeyUnlock>
  /** @param parts of the signature whose digests stand in `bytes`: for whoever holds a card, who sees what they sign.
   *  Throws ERR_KEY_PASSPHRASE; of a key at a signing service also ERR_KEY_LOGIN, ERR_KEY_SERVICE; of a card ERR_KEY_CARD. */
  sign(personId: string, pin: string, bytes: Uint8Array, parts?: readonly Uint8Array[]): Promise<Uint8Array>
}

/** A service that holds persons' signing keys: each logs in there in their own browser (OAuth 2.0 with PKCE). */
export interface SigningService {
  /** Where the person's browser has to go; a second call ends the first. Throws KeyError ERR_KEY_SERVICE. */
  begin(person: Pick<Person, "login">): Promise<{ readonly url: string }>
  /** What the browser came back with. Throws KeyError ERR_KEY_LOGIN when this person has not begun it, ERR_KEY_SERVICE. */
  finish(
    person: Pick<Person, "login">,
    answer: { readonly state: string; readonly code: string },
  ): Promise<void>
}

/** What a reader's card is asked to sign. */
export interface CardQuestion {
  readonly id: string
  readonly toBeSigned: Uint8Array
  /** The signature's own parts whose digests stand in it, canonical. */
  readonly parts: readonly Uint8Array[]
  /** DER, of the card. */
  readonly certificate: Uint8Array
}

/** Readers whose keys are on cards at their own PCs: their page carries the question there, and the signature back. */
export interface ReadersCards {
  /** Where the bridge at each of those PCs listens: an origin on 127.0.0.1. */
  readonly bridge: string
  /** Is this person's key on a card? */
  isHolder(login: string): boolean
  /** The next question to this person's card; forgotten when `signal` aborts. */
  next(login: string, signal: AbortSignal): Promise<CardQuestion>
  /** @param signature null = the card did not sign. Throws KeyError ERR_KEY_CARD when nothing is asked under this id any more. */
  answer(login: string, id: string, signature: Uint8Array | null): void
  /** Whatever this person's card is asked ends unanswered. */
  giveUp(login: string): void
}
