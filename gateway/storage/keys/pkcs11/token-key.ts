/** A gateway's key in a token: what it is for is tried when it is opened, against the certificate beside it. */
import {
  constants,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
  X509Certificate,
  type KeyObject,
} from "node:crypto"
import { KeyError } from "../../../journey/errors.ts"
import type { HeldKey } from "../held-key.ts"
import { demandKind } from "../pem-files.ts"
import { deriveByTool } from "./derive-tool.ts"
import { signIn } from "./sign-in.ts"
import type { Token } from "./token.ts"

const CURVE = "prime256v1"
/** 04 ‖ x ‖ y: the end of a P-256 SubjectPublicKeyInfo. */
const POINT_BYTES = 65
const TRIED_BYTES = 32

export interface TokenKeyPlace {
  readonly token: Token
  /** Label, or `id:` and CKA_ID in hex. */
  readonly name: string
  readonly chain: readonly Uint8Array[]
}

/**
 * @param use what the key has to do here
 * @throws KeyError ERR_KEY_MISSING · ERR_KEY_MISMATCH when the certificate is another key's · ERR_KEY_UNFIT when the
 *   token cannot do it · ERR_KEY_PIN · ERR_KEY_TOKEN
 */
export async function tokenKey(place: TokenKeyPlace, use: "seal" | "object"): Promise<HeldKey> {
  const publicKey = demandKind(
    new X509Certificate(place.chain[0] ?? new Uint8Array()).publicKey,
    "the certificate",
  )
  const key = new TokenKey(place, publicKey)
  await (use === "seal" ? key.trySigning() : key.tryOpening())
  return key
}

class TokenKey implements HeldKey {
  readonly chain: readonly Uint8Array[]
  readonly #token: Token
  readonly #name: string
  readonly #public: KeyObject
  /** Set where p11-kit cannot carry a derivation. */
  #toolKeyId: string | null = null

  constructor({ token, name, chain }: TokenKeyPlace, publicKey: KeyObject) {
    this.chain = chain
    this.#token = token
    this.#name = name
    this.#public = publicKey
  }

  sign(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#token.use((session) => signIn(session, this.#name, this.#public, bytes))
  }

  /** The peer's point comes from outside: it is looked at before the token is. */
  async agree(peerSpki: Uint8Array): Promise<Uint8Array> {
    if (!this.#isEc()) throw new KeyError("ERR_KEY_UNFIT", "the object key is not an EC key")
    const spki = checkedSpki(peerSpki)
    const keyId = this.#toolKeyId
    if (keyId === null)
      return this.#token.use(async (session) =>
        session.derive(await session.privateKey(this.#name), spki.subarray(-POINT_BYTES)),
      )
    const { place, limitMs } = this.#token
    return this.#token.useWithPin((pin) => deriveByTool({ ...place, keyId, pin, peerSpki: spki, limitMs }))
  }

  async decryptOaep(ciphertext: Uint8Array): Promise<Uint8Array> {
    if (this.#isEc()) throw new KeyError("ERR_KEY_UNFIT", "the object key is not an RSA key")
    return this.#token.use(async (session) =>
      session.decryptOaep(await session.privateKey(this.#name), ciphertext),
    )
  }

  async trySigning(): Promise<void> {
    const tried = randomBytes(TRIED_BYTES)
    const signature = await this.sign(tried)
    const key = { key: this.#public, dsaEncoding: "ieee-p1363" as const }
    if (!verify("sha256", tried, key, signature)) throw this.#another()
  }

  tryOpening(): Promise<void> {
    return this.#isEc() ? this.#tryAgreeing() : this.#tryDecrypting()
  }

  async #tryAgreeing(): Promise<void> {
    const peer = generateKeyPairSync("ec", { namedCurve: CURVE })
    const spki = peer.publicKey.export({ format: "der", type: "spki" })
    const ours = diffieHellman({ privateKey: peer.privateKey, publicKey: this.#public })
    const keyId = await this.#token.use(async (session) => session.idOf(await session.privateKey(this.#name)))
    const theirs = await this.agree(spki).catch((error: unknown) => {
      // The process ended at a call it does not know: that is a p11-kit before 0.25.
      if (!(error instanceof KeyError) || error.code !== "ERR_KEY_TOKEN" || keyId === "") throw error
      this.#toolKeyId = keyId
      return this.agree(spki)
    })
    if (!ours.equals(theirs)) throw this.#another()
  }

  async #tryDecrypting(): Promise<void> {
    const tried = randomBytes(TRIED_BYTES)
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const ciphertext = publicEncrypt({ key: this.#public, padding, oaepHash: "sha256" }, tried)
    const opened = await this.decryptOaep(ciphertext).catch((cause: unknown) => {
      if (!(cause instanceof KeyError) || cause.code !== "ERR_KEY_UNFIT") throw cause
      const why = `token ${this.#token.place.token} cannot open RSA-OAEP with SHA-256: use an EC object key`
      throw new KeyError("ERR_KEY_UNFIT", why, { cause })
    })
    if (!tried.equals(opened)) throw this.#another()
  }

  #isEc(): boolean {
    return this.#public.asymmetricKeyType === "ec"
  }

  #another(): KeyError {
    return new KeyError("ERR_KEY_MISMATCH", `the certificate is not that of key ${this.#name} in the token`)
  }
}

/** In its plain form. Throws ERR_KEY_UNFIT for anything but a point of P-256. */
function checkedSpki(peerSpki: Uint8Array): Buffer {
  try {
    const peer = createPublicKey({ key: Buffer.from(peerSpki), format: "der", type: "spki" })
    if (peer.asymmetricKeyDetails?.namedCurve === CURVE) return peer.export({ format: "der", type: "spki" })
  } catch (cause) {
    throw new KeyError("ERR_KEY_UNFIT", "no key can be agreed with the peer's point", { cause })
  }
  throw new KeyError("ERR_KEY_UNFIT", "the peer's point is on another curve")
}
