/** Whether a login comes from a registered device, and whether that device is for this person. */
import { DeskError } from "../../journey/errors.ts"
import type { DeviceRule, KnownDevice } from "../../journey/ports/devices.ts"
import type { Person } from "../../journey/ports/person.ts"
import { deviceWords, type DeviceProof, type DevicePurpose } from "../../journey/views/device.ts"
import { hasSigned } from "./device-key.ts"
import type { DeskOptions } from "./options.ts"
import type { Site } from "./site.ts"

/** What a login brought of its device. */
export interface Shown {
  readonly purpose: Exclude<DevicePurpose, "register">
  /** That this login answers, and no other ever. */
  readonly challenge: string
  readonly proof: DeviceProof | undefined
}

export class DeviceJudge {
  readonly #people: Pick<DeskOptions["people"], "deviceRule" | "knownDevice">
  readonly #site: Site

  constructor(people: Pick<DeskOptions["people"], "deviceRule" | "knownDevice">, site: Site) {
    this.#people = people
    this.#site = site
  }

  get rule(): DeviceRule {
    return this.#people.deviceRule
  }

  /**
   * A proof that is shown must hold, also where none is asked for: a device that was taken away does not come in as one that nobody knows.
   *
   * @returns null where none was shown, and none is asked for
   * @throws DeskError ERR_DEVICE_NEEDED, ERR_DEVICE_REFUSED
   */
  async device({ purpose, challenge, proof }: Shown): Promise<KnownDevice | null> {
    if (proof === undefined) {
      if (this.rule === "any") return null
      throw new DeskError("ERR_DEVICE_NEEDED", "people log in here on registered devices alone")
    }
    const known = await this.#people.knownDevice(proof.id)
    const words = deviceWords(purpose, this.#site.origin, challenge, proof.id)
    if (known === null || !hasSigned(known.publicKey, words, proof.signature))
      throw new DeskError("ERR_DEVICE_REFUSED", "this device is not on record, or was taken away")
    return known
  }
}

/** @throws DeskError ERR_DEVICE_REFUSED */
export function demandOwner(device: KnownDevice | null, { id }: Pick<Person, "id">): void {
  const ownerId = device?.ownerId ?? null
  if (ownerId !== null && ownerId !== id)
    throw new DeskError("ERR_DEVICE_REFUSED", "this device is registered for somebody else")
}
