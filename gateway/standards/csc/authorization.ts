/** Logging in at a signing service: OAuth 2.0 authorization code with PKCE (CSC API 2.0 §8.4; RFC 6749 §4.1, RFC 7636). */
import { createHash } from "node:crypto"

export interface AuthorizationRequest {
  /** Base of the service's OAuth endpoints, without a slash at its end. */
  readonly base: string
  readonly clientId: string
  readonly redirectUri: string
  /** Comes back unchanged: whose login it was. */
  readonly state: string
  /** Kept here, shown with the code only. */
  readonly verifier: string
}

/** Where the person's browser goes. */
export function authorizationUrl(request: AuthorizationRequest): string {
  const url = new URL(`${request.base}/oauth2/authorize`)
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: "service",
    state: request.state,
    code_challenge: challengeOf(request.verifier),
    code_challenge_method: "S256",
  }).toString()
  return url.href
}

/** RFC 7636 §4.2. */
export const challengeOf = (verifier: string): string =>
  createHash("sha256").update(verifier, "ascii").digest("base64url")

export interface TokenRequest {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly code: string
  readonly verifier: string
}

/** Form fields of `oauth2/token`. */
export const tokenFields = (request: TokenRequest): Readonly<Record<string, string>> => ({
  grant_type: "authorization_code",
  client_id: request.clientId,
  client_secret: request.clientSecret,
  redirect_uri: request.redirectUri,
  code: request.code,
  code_verifier: request.verifier,
})
