/**
 * Passkeys: the relying party's part of WebAuthn Level 2 §7.
 *
 * Resident keys (the person types no name), user verification always, no attestation: which device it is does not
 * decide, the one-use code handed over in person does.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from "@simplewebauthn/server"
import { DeskError } from "../../journey/errors.ts"
import type { Credential, Person } from "../../journey/ports/person.ts"
import type { Chance } from "../../journey/ports/time.ts"
import type { Site } from "./site.ts"

/** How long a person may take at the device. */
export const CEREMONY_MS = 5 * 60_000
const CHALLENGE_BYTES = 32

/** COSE ids of what devices in use offer: ES256, EdDSA, RS256. Named, so that a newer runtime does not add to them. */
const ALGORITHMS = [-7, -8, -257]

export class Passkeys {
  readonly #site: Site
  readonly #rpId: string
  readonly #siteName: string
  readonly #chance: Chance

  constructor(site: Site, rpId: string, siteName: string, chance: Chance) {
    this.#site = site
    this.#rpId = rpId
    this.#siteName = siteName
    this.#chance = chance
  }

  registrationOptions(
    person: Person,
    existing: readonly Credential[],
  ): Promise<PublicKeyCredentialCreationOptionsJSON> {
    return generateRegistrationOptions({
      rpName: this.#siteName,
      rpID: this.#rpId,
      userID: userHandle(person.id),
      userName: person.login,
      userDisplayName: person.name,
      challenge: this.#challenge(),
      timeout: CEREMONY_MS,
      attestationType: "none",
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: existing.map(descriptor),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    })
  }

  /** @throws DeskError ERR_LOGIN_REFUSED whatever is wrong with it: the person can only try again */
  async verifyRegistration(response: RegistrationResponseJSON, challenge: string): Promise<Credential> {
    const { registrationInfo } = await refusing(() =>
      verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.#site.origin,
        expectedRPID: this.#rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    )
    if (registrationInfo === undefined) throw new DeskError("ERR_LOGIN_REFUSED", "the passkey does not check")
    const { id, publicKey, counter } = registrationInfo.credential
    return { id, publicKey, counter, transports: response.response.transports ?? [] }
  }

  /** No credential is named: the device knows whose passkeys it holds for this desk. */
  loginOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.#requestOptions(this.#challenge(), [])
  }

  /** For a challenge that says what is agreed to. */
  signingOptions(
    challenge: Uint8Array,
    credentials: readonly Credential[],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.#requestOptions(new Uint8Array(challenge), credentials)
  }

  /**
   * WebAuthn §7.2: type, challenge, origin, rpId, user present and verified, signature, counter.
   *
   * @returns the authenticator's new counter (0 when it has none)
   * @throws DeskError ERR_LOGIN_REFUSED
   */
  async verifyAssertion(
    response: AuthenticationResponseJSON,
    challenge: string,
    credential: Credential & { readonly personId: string },
  ): Promise<number> {
    const handle = response.response.userHandle
    const { verified, authenticationInfo } = await refusing(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.#site.origin,
        expectedRPID: this.#rpId,
        requireUserVerification: true,
        credential: {
          id: credential.id,
          publicKey: new Uint8Array(credential.publicKey),
          counter: credential.counter,
          transports: [...credential.transports],
        },
      }),
    )
    const owner = Buffer.from(userHandle(credential.personId)).toString("base64url")
    if (!verified || (handle !== undefined && handle !== owner))
      throw new DeskError("ERR_LOGIN_REFUSED", "the passkey does not check")
    return authenticationInfo.newCounter
  }

  #requestOptions(
    challenge: Uint8Array<ArrayBuffer>,
    credentials: readonly Credential[],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      rpID: this.#rpId,
      challenge,
      timeout: CEREMONY_MS,
      userVerification: "required",
      allowCredentials: credentials.map(descriptor),
    })
  }

  #challenge(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#chance.bytes(CHALLENGE_BYTES))
  }
}

/** The challenge a response claims to answer, to find what was asked; proves nothing. "" when unreadable. */
export function claimedChallenge(clientDataJSON: string): string {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8"))
    const has = typeof data === "object" && data !== null && "challenge" in data
    return has && typeof data.challenge === "string" ? data.challenge : ""
  } catch (error) {
    if (error instanceof SyntaxError) return ""
    throw error
  }
}

/** The library throws bare errors for every fault it finds in a response. */
async function refusing<Verdict>(verify: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await verify()
  } catch (cause) {
    throw new DeskError("ERR_LOGIN_REFUSED", "the passkey does not check", { cause })
  }
}

function userHandle(personId: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(personId)
}

function descriptor(credential: Credential): { id: string; transports: string[] } {
  return { id: credential.id, transports: [...credential.transports] }
}
