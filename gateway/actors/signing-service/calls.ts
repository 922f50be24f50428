/** The calls of CSC API 2.0 that one signature needs. Tokens and what a person types are in bodies and headers alone. */
import { KeyError } from "../../journey/errors.ts"
import {
  activationData,
  credentialIds,
  oauthBase,
  oneSignature,
  refusalWord,
  remoteCredential,
  serviceToken,
  type RemoteCredential,
  type ServiceToken,
} from "../../standards/csc/answers.ts"
import { tokenFields, type TokenRequest } from "../../standards/csc/authorization.ts"
import { Malformed } from "../../standards/malformed.ts"
import { post, type Answer, type ServiceLine } from "./post.ts"

const SHA256_OID = "2.16.840.1.101.3.4.2.1"
const SIGNATURE_OID = { rsa: "1.2.840.113549.1.1.11", ec: "1.2.840.10045.4.3.2" } as const
/** Of a question that no person has to answer. */
const LOOK_MS = 10_000
const JSON_TYPE = { "content-type": "application/json" }
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" }

export interface ToSignRemotely {
  readonly credential: RemoteCredential
  readonly keyType: keyof typeof SIGNATURE_OID
  readonly sha256: Uint8Array
  /** What the holder typed; not sent when the credential asks for nothing. */
  readonly typed: string
}

/**
 * Every call throws KeyError: ERR_KEY_SERVICE (no answer, or none we understand) · ERR_KEY_LOGIN (the token is not taken
 * any more) · ERR_KEY_PASSPHRASE (what was typed is wrong).
 */
export class ServiceCalls {
  readonly #url: string
  readonly #line: ServiceLine

  /** @param url base of the API, e.g. `https://sign.example.jp/csc/v2` */
  constructor(url: string, line: ServiceLine) {
    this.#url = url.replace(/\/$/, "")
    this.#line = line
  }

  /** Of the same host: what is sent there are secrets. */
  async oauthBase(): Promise<string> {
    const named = read(await this.#json("info", {}, null), oauthBase) ?? this.#url
    const url = URL.canParse(named) ? new URL(named) : null
    if (url?.protocol !== "https:" || url.host !== new URL(this.#url).host)
      throw new KeyError("ERR_KEY_SERVICE", "the service names a place for logging in that is not its own")
    return named.replace(/\/$/, "")
  }

  /** Does it answer, and take this token? Null = just whether it answers. Nobody has to be found for that: it is asked briefly. */
  async look(token: string | null): Promise<void> {
    const line = { ...this.#line, timeoutMs: Math.min(this.#line.timeoutMs, LOOK_MS) }
    if (token === null) read(await this.#json("info", {}, null, line), oauthBase)
    else read(await this.#json("credentials/list", {}, token, line), credentialIds)
  }

  async token(base: string, request: TokenRequest): Promise<ServiceToken> {
    const fields = new URLSearchParams(tokenFields(request)).toString()
    const answer = await post(`${base}/oauth2/token`, this.#line, fields, FORM_TYPE)
    if (answer.status !== 200) throw notLoggedIn(refusalWord(answer.json))
    return read(answer, serviceToken)
  }

  async credentials(token: string): Promise<readonly RemoteCredential[]> {
    const ids = read(await this.#json("credentials/list", {}, token), credentialIds)
    const asked = { certificates: "chain", certInfo: false, authInfo: true }
    return Promise.all(
      ids.map(async (credentialID) =>
        read(await this.#json("credentials/info", { credentialID, ...asked }, token), (json) =>
          remoteCredential(credentialID, json),
        ),
      ),
    )
  }

  /** The holder's consent to this one hash, then its signature, as the service writes it. */
  async sign(token: string, { credential, keyType, sha256, typed }: ToSignRemotely): Promise<Uint8Array> {
    const hash = Buffer.from(sha256).toString("base64")
    const bound = { credentialID: credential.id, hashes: [hash], hashAlgorithmOID: SHA256_OID }
    const authData =
      credential.authObject === null ? {} : { authData: [{ id: credential.authObject, value: typed }] }
    const consent = await this.#json(
      "credentials/authorize",
      { ...bound, numSignatures: 1, ...authData },
      token,
    )
    if (consent.status === 400 && credential.authMode === "explicit")
      throw new KeyError("ERR_KEY_PASSPHRASE", `the signing service refuses: ${refusalWord(consent.json)}`)
    const SAD = read(consent, activationData)
    const signAlgo = SIGNATURE_OID[keyType]
    return read(await this.#json("signatures/signHash", { ...bound, SAD, signAlgo }, token), oneSignature)
  }

  async #json(path: string, body: object, token: string | null, line = this.#line): Promise<Answer> {
    const headers = token === null ? JSON_TYPE : { ...JSON_TYPE, authorization: `Bearer ${token}` }
    const answer = await post(`${this.#url}/${path}`, line, JSON.stringify(body), headers)
    if (answer.status === 401) throw notLoggedIn(refusalWord(answer.json))
    return answer
  }
}

function read<Value>({ status, json }: Answer, reader: (json: unknown) => Value): Value {
  if (status !== 200)
    throw new KeyError(
      "ERR_KEY_SERVICE",
      `the signing service answers HTTP ${status} ${refusalWord(json)}`.trim(),
    )
  try {
    return reader(json)
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause
    throw new KeyError("ERR_KEY_SERVICE", cause.message, { cause })
  }
}

const notLoggedIn = (word: string): KeyError =>
  new KeyError("ERR_KEY_LOGIN", `the signing service does not know who asks${word === "" ? "" : `: ${word}`}`)
