/**
 * A passkey authenticator in software (WebAuthn Level 2 §6, ES256), for the demo without a person and for tests.
 *
 * It stands for a tablet's own authenticator and its browser together: it checks that the relying party id belongs to
 * the origin, as a browser does, and answers with the JSON of WebAuthn §5.1. Keys live in memory only.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto"
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server"
import { encodeCbor } from "./cbor.ts"

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const ATTESTED_CREDENTIAL_DATA = 0x40
/** All zero: no model is claimed (WebAuthn §8.7 with attestation "none"). */
const AAGUID = Buffer.alloc(16)
const ES256 = -7

interface Passkey {
  readonly id: Buffer
  readonly rpId: string
  readonly userHandle: Buffer
  readonly privateKey: KeyObject
  counter: number
}

export class SoftwareAuthenticator {
  /** False plays a device that was touched but not unlocked. */
  userVerified = true
  readonly #passkeys: Passkey[] = []

  /**
   * navigator.credentials.create: a new resident key for the relying party.
   *
   * @throws Error when the relying party id is not the origin's, ES256 is not wanted or a passkey is excluded
   */
  create(options: PublicKeyCredentialCreationOptionsJSON, origin: string): RegistrationResponseJSON {
    const rpId = relyingParty(options.rp.id, origin)
    if (!options.pubKeyCredParams.some(({ alg }) => alg === ES256)) throw new Error("ES256 is not accepted")
    const excluded = (options.excludeCredentials ?? []).map(({ id }) => id)
    if (this.#passkeys.some(({ id }) => excluded.includes(id.toString("base64url"))))
      throw new Error("a passkey of this person is already here")
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const userHandle = Buffer.from(options.user.id, "base64url")
    const passkey: Passkey = { id: randomBytes(32), rpId, userHandle, privateKey, counter: 0 }
    this.#passkeys.push(passkey)
    const authData = Buffer.concat([
      this.#authenticatorData(passkey, ATTESTED_CREDENTIAL_DATA),
      attestedCredentialData(passkey.id, publicKey),
    ])
    const id = passkey.id.toString("base64url")
    return {
      id,
      rawId: id,
      type: "public-key",
      response: {
        clientDataJSON: clientData("webauthn.create", options.challenge, origin).toString("base64url"),
        attestationObject: attestationObject(authData).toString("base64url"),
        transports: ["internal"],
      },
      clientExtensionResults: {},
    }
  }

  /**
   * navigator.credentials.get: an assertion by the newest passkey that may answer.
   *
   * @throws Error when there is none for the relying party (and the allowed list)
   */
  get(options: PublicKeyCredentialRequestOptionsJSON, origin: string): AuthenticationResponseJSON {
    const rpId = relyingParty(options.rpId, origin)
    const allowed = (options.allowCredentials ?? []).map(({ id }) => id)
    const passkey = this.#passkeys.findLast(
      (one) => one.rpId === rpId && (allowed.length === 0 || allowed.includes(one.id.toString("base64url"))),
    )
    if (passkey === undefined) throw new Error(`no passkey here for ${rpId}`)
    const authData = this.#authenticatorData(passkey, 0)
    const client = clientData("webauthn.get", options.challenge, origin)
    const signature = sign("sha256", Buffer.concat([authData, sha256(client)]), passkey.privateKey)
    const id = passkey.id.toString("base64url")
    return {
      id,
      rawId: id,
      type: "public-key",
      response: {
        clientDataJSON: client.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: signature.toString("base64url"),
        userHandle: passkey.userHandle.toString("base64url"),
      },
      clientExtensionResults: {},
    }
  }

  /** WebAuthn §6.1: SHA-256 of the relying party id, flags, signature counter (one up at every use). */
  #authenticatorData(passkey: Passkey, extraFlags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(++passkey.counter)
    const flags = USER_PRESENT | (this.userVerified ? USER_VERIFIED : 0) | extraFlags
    return Buffer.concat([sha256(Buffer.from(passkey.rpId)), Buffer.from([flags]), counter])
  }
}

/** WebAuthn §5.1.4.2: the origin's host or a parent domain of it; the host when not given. */
function relyingParty(rpId: string | undefined, origin: string): string {
  const { hostname } = new URL(origin)
  if (rpId === undefined || hostname === rpId || hostname.endsWith(`.${rpId}`)) return rpId ?? hostname
  throw new Error(`${rpId} is not the relying party of ${origin}`)
}

/** WebAuthn §5.8.1 */
function clientData(type: "webauthn.create" | "webauthn.get", challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

/** WebAuthn §6.5.1: AAGUID, length and id of the credential, its key as COSE_Key (RFC 9052 §7, EC2 on P-256). */
function attestedCredentialData(id: Buffer, publicKey: KeyObject): Buffer {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" })
  const key = new Map<number, number | Uint8Array>([
    [1, 2], // kty: EC2
    [3, ES256],
    [-1, 1], // crv: P-256
    [-2, Buffer.from(x, "base64url")],
    [-3, Buffer.from(y, "base64url")],
  ])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(id.length)
  return Buffer.concat([AAGUID, length, id, encodeCbor(key)])
}

/** WebAuthn §6.5.4 with the format "none" of §8.7. */
function attestationObject(authData: Uint8Array): Buffer {
  return Buffer.from(
    encodeCbor(
      new Map<string, string | Uint8Array | Map<string, never>>([
        ["fmt", "none"],
        ["attStmt", new Map<string, never>()],
        ["authData", authData],
      ]),
    ),
  )
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest()
}
