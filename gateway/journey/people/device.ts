/** Registered devices: somebody makes a code for one, and takes one away; the trail says who, and why. */
import { sha256Hex } from "../../standards/sha256.ts"
import { event } from "../audit.ts"
import { DeskError } from "../errors.ts"
import type { AuditEvent } from "../ports/audit.ts"
import type { Devices } from "../ports/devices.ts"
import type { Person } from "../ports/person.ts"
import type { Chance } from "../ports/time.ts"
import type { DeviceCode } from "../views/account.ts"
import { namedWitness, type Witness } from "./bind.ts"

const MINUTE_MS = 60_000
/** Long enough to walk to the device, or to read it out over the telephone. */
export const CODE_MINUTES = 15
/** Crockford's Base 32: 5 bits a letter, none that look alike. 60 bits for a quarter of an hour, by the door's limits. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const CODE_LENGTH = 12
const ID_BYTES = 16

export interface Offer {
  readonly label: string
  /** null = shared. */
  readonly owner: Person | null
  readonly qualifiedUntil: string | null
  readonly by: Witness
  readonly at: Date
  readonly minutes?: number
  /** What an officer agreed to, and the passkey's assertion over it; absent = at the machine, by its operator. */
  readonly evidence?: string
}

export interface Taken {
  readonly by: Witness
  readonly reason: string
  readonly at: Date
}

interface OfferParts {
  readonly devices: Pick<Devices, "offerDevice">
  readonly chance: Chance
}

/** Makes the code; nothing is registered before somebody enters it at the device. */
export async function offerDevice({ devices, chance }: OfferParts, offer: Offer): Promise<DeviceCode> {
  const { label, owner, qualifiedUntil, by, at, minutes = CODE_MINUTES, evidence = null } = offer
  const id = Buffer.from(chance.bytes(ID_BYTES)).toString("hex")
  const code = Array.from(chance.bytes(CODE_LENGTH), (octet) => ALPHABET[octet & 31]).join("")
  const codeUntil = new Date(at.getTime() + minutes * MINUTE_MS)
  const whose = owner === null ? "shared" : `of ${owner.login}`
  const checked = qualifiedUntil === null ? "" : `, display checked until ${qualifiedUntil}`
  const agreed = evidence === null ? "" : `, by a gesture of SHA-256 ${sha256Hex(evidence)}`
  const told = changed(id, by, at, `a code was made for device "${label}" (${whose}${checked})${agreed}`)
  await devices.offerDevice(
    {
      id,
      label,
      ownerId: owner?.id ?? null,
      qualifiedUntil,
      code,
      codeUntil,
      by: namedWitness(by),
      at,
      evidence,
    },
    told,
  )
  return { id, code: code.replace(/.{4}(?=.)/g, "$&-"), codeUntil: codeUntil.toISOString() }
}

/** It opens nothing from this moment on. Throws DeskError ERR_NOT_FOUND, also when it was taken away before. */
export async function revokeDevice(
  devices: Pick<Devices, "revokeDevice">,
  id: string,
  { by, reason, at }: Taken,
): Promise<void> {
  const told = changed(id, by, at, `device taken away and its sessions ended: ${reason}`)
  if (!(await devices.revokeDevice(id, { by: namedWitness(by), reason, at }, told)))
    throw new DeskError("ERR_NOT_FOUND", "there is no such device, or it was taken away before")
}

/** PS3.15 A.5.3.11: User Security Attributes Changed. */
const changed = (id: string, by: Witness, at: Date, what: string): AuditEvent =>
  event({
    event: "account-changed",
    outcome: "success",
    at: at.toISOString(),
    user: by.login ?? by.name,
    userName: by.name,
    objectId: `urn:dokuei:device:${id}`,
    description: `${what}, by ${namedWitness(by)}`,
  })
