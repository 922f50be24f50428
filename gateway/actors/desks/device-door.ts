/** Registering a device: whoever enters its code there has its browser make a key, which then speaks for the device. */
import type { IncomingMessage } from "node:http"
import type { z } from "zod"
import { DeskError } from "../../journey/errors.ts"
import {
  deviceWords,
  type DeviceHere,
  type DeviceOffer,
  type DeviceView,
} from "../../journey/views/device.ts"
import { hasSigned, publicKeyOf } from "./device-key.ts"
import { deviceCodeBody, registerDeviceBody } from "./input.ts"
import { Limiter } from "./limiter.ts"
import { LoginAudit } from "./login-audit.ts"
import { OneUse } from "./one-use.ts"
import type { DeskOptions } from "./options.ts"
import { CEREMONY_MS } from "./passkeys.ts"
import type { Routes } from "./routes.ts"
import type { Site } from "./site.ts"

const MINUTE_MS = 60_000
const CHALLENGE_BYTES = 32
/** As at the other codes that work once. */
const ATTEMPTS_PER_ADDRESS = 60
const ATTEMPTS_PER_CODE = 10
const OPEN_CEREMONIES = 1_000

export class DeviceDoor {
  readonly #options: DeskOptions
  readonly #site: Site
  readonly #audit: LoginAudit
  readonly #byAddress: Limiter
  readonly #byCode: Limiter
  /** challenge → the code it was made for */
  readonly #asked = new OneUse<string>(OPEN_CEREMONIES)

  constructor(options: DeskOptions, site: Site) {
    this.#options = options
    this.#site = site
    this.#audit = new LoginAudit(options)
    this.#byAddress = new Limiter(options.clock, ATTEMPTS_PER_ADDRESS, MINUTE_MS)
    this.#byCode = new Limiter(options.clock, ATTEMPTS_PER_CODE, 15 * MINUTE_MS)
  }

  mount(routes: Routes): void {
    routes.public("post", "/api/device/options", deviceCodeBody, ({ request, body }) =>
      this.#offer(request, body.code),
    )
    routes.public("post", "/api/device", registerDeviceBody, ({ request, body }) =>
      this.#register(request, body),
    )
  }

  async #offer(request: IncomingMessage, code: string): Promise<DeviceOffer> {
    const { id, label, owner } = await this.#offered(request, code)
    const challenge = Buffer.from(this.#options.chance.bytes(CHALLENGE_BYTES)).toString("base64url")
    this.#asked.put(challenge, code, new Date(this.#now().getTime() + CEREMONY_MS))
    return { id, label, ownerName: owner?.name ?? null, challenge }
  }

  async #register(
    request: IncomingMessage,
    { code, challenge, key, signature }: z.infer<typeof registerDeviceBody>,
  ): Promise<DeviceHere> {
    const { id, label, qualifiedUntil } = await this.#offered(request, code)
    const isOpen = this.#asked.take(challenge, this.#now(), (each) => each === code) !== null
    const publicKey = publicKeyOf(key)
    const words = deviceWords("register", this.#site.origin, challenge, id)
    if (!isOpen || !hasSigned(publicKey, words, signature))
      return this.#refuse(request, "ERR_DEVICE_REFUSED", "a new device did not show its key, or too late")
    const told = this.#audit.registered(request, id, label)
    if (!(await this.#options.people.registerDevice(code, publicKey, this.#now(), told)))
      return this.#refuse(request, "ERR_CODE_REFUSED", "a device's code was used meanwhile")
    return { id, label, qualifiedUntil }
  }

  /** Counts the attempt. @throws DeskError ERR_CODE_REFUSED, ERR_TOO_MANY_ATTEMPTS */
  async #offered(request: IncomingMessage, code: string): Promise<DeviceView> {
    this.#byAddress.count(this.#audit.addressOf(request))
    this.#byCode.count(code)
    const device = await this.#options.people.offeredDevice(code, this.#now())
    return device ?? this.#refuse(request, "ERR_CODE_REFUSED", "a device's code was not accepted")
  }

  async #refuse(
    request: IncomingMessage,
    code: "ERR_CODE_REFUSED" | "ERR_DEVICE_REFUSED",
    why: string,
  ): Promise<never> {
    await this.#audit.failed(request, null, why)
    throw new DeskError(code, why)
  }

  #now(): Date {
    return this.#options.clock.now()
  }
}
