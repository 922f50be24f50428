/**
 * What a signing service answers (Cloud Signature Consortium, API 2.0): JSON → values, strictly, and never more than is
 * needed. Throws Malformed CSC_ANSWER.
 */
import { Malformed } from "../malformed.ts"

/** A person has one or two: for signing, and for authentication. */
const MAX_CREDENTIALS = 16
const MAX_CERTIFICATES = 8
const MAX_TEXT = 16_384

export interface ServiceToken {
  readonly accessToken: string
  readonly expiresInS: number
}

/** How the holder agrees to one signature: by words typed here, or at a device of theirs while we wait. */
export type AuthMode = "explicit" | "implicit" | "oauth2code"

export interface RemoteCredential {
  readonly id: string
  readonly isUsable: boolean
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[]
  readonly authMode: AuthMode
  /** Name of what is typed, e.g. `PIN`; null when nothing is. */
  readonly authObject: string | null
}

type Json = Readonly<Record<string, unknown>>

/** Base of the OAuth endpoints (`info`, §11.1); null = the service's own. */
export function oauthBase(answer: unknown): string | null {
  const { oauth2 } = group(answer, "info")
  return oauth2 === undefined ? null : text(oauth2, "oauth2")
}

/** RFC 6749 §5.1. */
export function serviceToken(answer: unknown): ServiceToken {
  const { access_token, token_type, expires_in = 3_600 } = group(answer, "token")
  if (typeof token_type !== "string" || token_type.toLowerCase() !== "bearer") throw fault("token_type")
  if (typeof expires_in !== "number" || !(expires_in > 0)) throw fault("expires_in")
  return { accessToken: text(access_token, "access_token"), expiresInS: expires_in }
}

/** `credentials/list` (§11.4). */
export function credentialIds(answer: unknown): readonly string[] {
  return list(group(answer, "list").credentialIDs, MAX_CREDENTIALS, "credentialIDs").map((id) =>
    text(id, "id"),
  )
}

/** `credentials/info` (§11.5). */
export function remoteCredential(id: string, answer: unknown): RemoteCredential {
  const { key, cert, auth } = group(answer, "credential")
  const { status = "enabled" } = group(key, "key")
  const { status: certStatus = "valid", certificates } = group(cert, "cert")
  const { mode, objects = [] } = group(auth, "auth")
  if (mode !== "explicit" && mode !== "implicit" && mode !== "oauth2code") throw fault("auth.mode")
  const [object] = list(objects, MAX_CREDENTIALS, "auth.objects")
  return {
    id,
    isUsable: status === "enabled" && certStatus === "valid",
    chain: list(certificates, MAX_CERTIFICATES, "certificates").map((each) => base64(each, "certificates")),
    authMode: mode,
    authObject: object === undefined ? null : text(group(object, "auth.objects").id, "auth.objects.id"),
  }
}

/** Signature activation data (`credentials/authorize`, §11.6): good for the hashes it was asked for. */
export const activationData = (answer: unknown): string => text(group(answer, "authorize").SAD, "SAD")

/** `signatures/signHash` (§11.10), of one hash. */
export function oneSignature(answer: unknown): Uint8Array {
  const [signature, ...more] = list(group(answer, "signHash").signatures, 1, "signatures")
  if (more.length > 0) throw fault("signatures")
  return base64(signature, "signatures")
}

/** The service's own word for a refusal: `error` of RFC 6749 §5.2; "" when it gives none. */
export function refusalWord(answer: unknown): string {
  const error = typeof answer === "object" && answer !== null ? (answer as Json).error : undefined
  return typeof error === "string" && /^[a-z_]{1,64}$/i.test(error) ? error : ""
}

function group(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fault(what)
  return value as Json
}

function list(value: unknown, max: number, what: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > max) throw fault(what)
  return value as readonly unknown[]
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string" || value === "" || value.length > MAX_TEXT) throw fault(what)
  return value
}

function base64(value: unknown, what: string): Uint8Array {
  const written = text(value, what)
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(written)) throw fault(what)
  return Uint8Array.from(Buffer.from(written, "base64"))
}

const fault = (what: string): Malformed =>
  new Malformed("CSC_ANSWER", "CSC API 2.0 §11", `the service's answer has no ${what} we can read`)
