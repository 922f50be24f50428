/**
 * A service that holds persons' signing keys (HPKI second certificates): each logs in there by themselves, in their own
 * browser, and agrees to each signature. Answers the ports `SigningService` and `PersonKeys`.
 *
 * Tokens are kept in memory alone: after a restart people log in again.
 */
import { verify, X509Certificate, type KeyObject } from "node:crypto"
import { KeyError } from "../../journey/errors.ts"
import type { PersonKeys, SigningService } from "../../journey/ports/keys.ts"
import type { KeyUnlock } from "../../journey/views/reading.ts"
import type { Chance, Clock } from "../../journey/ports/time.ts"
import { authorizationUrl } from "../../standards/csc/authorization.ts"
import type { RemoteCredential } from "../../standards/csc/answers.ts"
import { readCertificate } from "../../standards/hpki/certificate.ts"
import { readExtensions } from "../../standards/hpki/extensions.ts"
import { ServiceCalls } from "./calls.ts"
import type { ServiceLine } from "./post.ts"
import { sha256 } from "../../standards/sha256.ts"

const SECRET_BYTES = 32
/** To find one's smartphone, and no longer. */
const LOGIN_MS = 10 * 60_000
/** A token is not used in its last moments. */
const EARLY_MS = 30_000

export interface SigningServiceOptions extends ServiceLine {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Where browsers come back to: registered with the service. */
  readonly redirectUri: string
  readonly clock: Clock
  readonly chance: Chance
}

interface Begun {
  readonly state: string
  readonly verifier: string
  readonly base: string
  readonly until: number
}

interface LoggedIn {
  readonly token: string
  readonly until: number
  readonly credential: RemoteCredential
  readonly publicKey: KeyObject
}

export class RemoteKeys implements SigningService, PersonKeys {
  readonly #options: SigningServiceOptions
  readonly #calls: ServiceCalls
  /** By login name, one each. */
  readonly #begun = new Map<string, Begun>()
  readonly #loggedIn = new Map<string, LoggedIn>()

  constructor(options: SigningServiceOptions) {
    this.#options = options
    this.#calls = new ServiceCalls(options.url, options)
  }

  async begin({ login }: { readonly login: string }): Promise<{ readonly url: string }> {
    const base = await this.#calls.oauthBase()
    const [state, verifier] = [this.#secret(), this.#secret()]
    this.#begun.set(login, { state, verifier, base, until: this.#nowMs() + LOGIN_MS })
    const { clientId, redirectUri } = this.#options
    return { url: authorizationUrl({ base, clientId, redirectUri, state, verifier }) }
  }

  /** What is not the answer to this person's own question is refused: nobody logs in for somebody else. */
  async finish(
    { login }: { readonly login: string },
    { state, code }: { readonly state: string; readonly code: string },
  ): Promise<void> {
    const begun = this.#begun.get(login)
    this.#begun.delete(login)
    if (begun?.state !== state || begun.until < this.#nowMs())
      throw new KeyError("ERR_KEY_LOGIN", "this login was not begun here, or too long ago")
    const { clientId, clientSecret, redirectUri } = this.#options
    const request = { clientId, clientSecret, redirectUri, code, verifier: begun.verifier }
    const { accessToken, expiresInS } = await this.#calls.token(begun.base, request)
    const credential = signing(await this.#calls.credentials(accessToken))
    this.#loggedIn.set(login, {
      token: accessToken,
      until: this.#nowMs() + expiresInS * 1_000 - EARLY_MS,
      credential,
      publicKey: publicKeyOf(credential),
    })
  }

  /** A login that is over rejects like any other failure. */
  async chain(login: string): Promise<readonly Uint8Array[]> {
    return await Promise.resolve(this.#holder(login).credential.chain)
  }

  /** Asks the service anew: it may have ended the login, or be away. */
  async needs(login: string): Promise<KeyUnlock> {
    const holder = this.#known(login)
    try {
      await this.#calls.look(holder?.token ?? null)
      if (holder === null) return "login"
      return holder.credential.authObject === null ? "consent" : "pin"
    } catch (error) {
      if (!isNoLogin(error)) throw error
      this.#loggedIn.delete(login)
      return "login"
    }
  }

  /** @param typed PIN or one-time password of the credential, as its service asks for it */
  async sign(login: string, typed: string, bytes: Uint8Array): Promise<Uint8Array> {
    const holder = this.#holder(login)
    const { credential, publicKey, token } = holder
    const keyType = publicKey.asymmetricKeyType === "ec" ? "ec" : "rsa"
    try {
      const signature = await this.#calls.sign(token, { credential, keyType, sha256: sha256(bytes), typed })
      return checked(publicKey, bytes, signature)
    } catch (error) {
      if (isNoLogin(error)) this.#loggedIn.delete(login)
      throw error
    }
  }

  #known(login: string): LoggedIn | null {
    const holder = this.#loggedIn.get(login)
    if (holder !== undefined && holder.until > this.#nowMs()) return holder
    this.#loggedIn.delete(login)
    return null
  }

  #holder(login: string): LoggedIn {
    const holder = this.#known(login)
    if (holder !== null) return holder
    throw new KeyError("ERR_KEY_LOGIN", `${login} is not logged in at the signing service`)
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime()
  }

  #secret(): string {
    return Buffer.from(this.#options.chance.bytes(SECRET_BYTES)).toString("base64url")
  }
}

const isNoLogin = (error: unknown): boolean => error instanceof KeyError && error.code === "ERR_KEY_LOGIN"

/** Of a person's credentials the first that signs; the one for authentication does not. */
function signing(credentials: readonly RemoteCredential[]): RemoteCredential {
  const usable = credentials.filter(({ isUsable, authMode }) => isUsable && authMode !== "oauth2code")
  const found = usable.find(({ chain: [leaf] }) => leaf !== undefined && isForSigning(leaf))
  if (found === undefined)
    throw new KeyError("ERR_KEY_SERVICE", "the signing service has no key of this person we can sign with")
  return found
}

/** By its key usage, and of a kind this house signs with; whether its holder may sign a report is asked elsewhere. */
function isForSigning(leaf: Uint8Array): boolean {
  const { keyUsage, publicKey } = understood(leaf)
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey
  const isKnown = asymmetricKeyType === "rsa" || asymmetricKeyDetails?.namedCurve === "prime256v1"
  return isKnown && (keyUsage?.includes("nonRepudiation") ?? false)
}

/** What the service calls a certificate may be anything. */
function understood(leaf: Uint8Array) {
  try {
    const { keyUsage } = readExtensions(readCertificate(leaf).extensions)
    return { keyUsage, publicKey: new X509Certificate(leaf).publicKey }
  } catch (cause) {
    throw new KeyError("ERR_KEY_SERVICE", "a certificate of the signing service cannot be read", { cause })
  }
}

const publicKeyOf = ({ chain: [leaf = new Uint8Array()] }: RemoteCredential): KeyObject =>
  new X509Certificate(leaf).publicKey

/** r‖s, whichever way an EC signature came; nothing leaves that the certificate's key has not made. */
function checked(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): Uint8Array {
  if (key.asymmetricKeyType !== "ec") {
    if (verify("sha256", bytes, key, signature)) return signature
  } else if (verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature)) return signature
  else if (verify("sha256", bytes, { key, dsaEncoding: "der" }, signature)) return rawEcdsa(signature)
  throw new KeyError("ERR_KEY_SERVICE", "the signing service's signature does not verify")
}

const COORDINATE_BYTES = 32

/** SEQUENCE { r, s } of P-256, which has just verified: short form lengths. */
function rawEcdsa(der: Uint8Array): Uint8Array {
  const rLength = der[3] ?? 0
  const r = der.subarray(4, 4 + rLength)
  const s = der.subarray(6 + rLength)
  return Buffer.concat([padded(r), padded(s)])
}

function padded(number: Uint8Array): Uint8Array {
  const digits = number.subarray(Math.max(0, number.length - COORDINATE_BYTES))
  return Buffer.concat([Buffer.alloc(COORDINATE_BYTES - digits.length), digits])
}
