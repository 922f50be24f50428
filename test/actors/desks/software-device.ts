/** A registered device in software: the key a browser would hold, and what its page posts. */
import { generateKeyPairSync, sign } from "node:crypto"
import type { DeskClient } from "../../../deploy/demo/desk-client.ts"
import type { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import {
  deviceWords,
  type DeviceHere,
  type DeviceKey,
  type DeviceOffer,
  type DeviceProof,
  type DevicePurpose,
} from "../../../gateway/journey/views/device.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"

export type LoginOptions = Parameters<SoftwareAuthenticator["get"]>[0]

export class SoftwareDevice {
  readonly #pair = generateKeyPairSync("ec", { namedCurve: "P-256" })
  id = ""

  get key(): DeviceKey {
    const { x = "", y = "" } = this.#pair.publicKey.export({ format: "jwk" })
    return { kty: "EC", crv: "P-256", x, y }
  }

  proof(purpose: DevicePurpose, origin: string, challenge: string): DeviceProof {
    const key = { key: this.#pair.privateKey, dsaEncoding: "ieee-p1363" } as const
    const signed = sign("sha256", deviceWords(purpose, origin, challenge, this.id), key)
    return { id: this.id, signature: signed.toString("base64url") }
  }

  /** What is posted to register with this code. */
  async registration(client: DeskClient, code: string) {
    const { id, challenge } = await client.post<DeviceOffer>("/api/device/options", { code })
    this.id = id
    const { signature } = this.proof("register", client.origin, challenge)
    return { code, challenge, key: this.key, signature }
  }

  async register(client: DeskClient, code: string): Promise<DeviceHere> {
    return client.post<DeviceHere>("/api/device", await this.registration(client, code))
  }

  async login(client: DeskClient, authenticator: SoftwareAuthenticator): Promise<SessionView> {
    const options = await client.post<LoginOptions>("/api/login/options")
    const response = authenticator.get(options, client.origin)
    const device = this.proof("login", client.origin, options.challenge)
    return client.post<SessionView>("/api/login", { response, device })
  }
}
