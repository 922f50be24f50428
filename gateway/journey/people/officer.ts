/**
 * The officer's desk: accounts, their passkeys and certificates, and devices. An officer confirms what others hold, registers
 * devices, takes away what is lost, and comes near no patient.
 */
import { found, only } from "../desk-guards.ts"
import type { Accounts, NamedCertificate, OfficerDesk } from "../ports/accounts.ts"
import type { Bindings } from "../ports/bindings.ts"
import type { Devices } from "../ports/devices.ts"
import type { People, Person } from "../ports/person.ts"
import type { Chance, Clock } from "../ports/time.ts"
import { accountsView } from "./accounts-view.ts"
import { confirmBinding, demandOthers, demandStanding, revokeBinding, type Witness } from "./bind.ts"
import { offerDevice, revokeDevice } from "./device.ts"
import { loseDevice } from "./lose.ts"

export interface OfficerParts {
  readonly people: Accounts &
    Pick<Bindings, "bindings" | "confirm" | "revoke"> &
    Pick<Devices, "devices" | "offerDevice" | "revokeDevice"> &
    Pick<People, "deviceRule">
  readonly clock: Clock
  readonly chance: Chance
}

const NONCE_BYTES = 16
const witness = ({ login, name }: Person): Witness => ({ login, name })

/** Account by login. Throws DeskError ERR_NOT_FOUND. */
type AccountOf = (login: string) => Promise<Person>

export function officerDesk(parts: OfficerParts): OfficerDesk {
  const { people, clock } = parts
  const account: AccountOf = async (login) =>
    found(
      (await people.persons()).find((each) => each.login === login),
      "account",
    )
  return {
    accounts: async (officer) => {
      only(officer, "officer")
      return accountsView(people, clock.now())
    },
    ...certificateActs(parts, account),
    lost: async (officer, { login, passkey }, reason) => {
      only(officer, "officer")
      const person = await account(login)
      await loseDevice(people, person, { passkey, by: witness(officer), reason, at: clock.now() })
    },
    ...deviceActs(parts, account),
  }
}

/** What a gesture is over: of one moment, for this one act. None of the facts can hold a line break. */
function words({ chance, clock }: Pick<OfficerParts, "chance" | "clock">, ...facts: string[]): Uint8Array {
  const nonce = Buffer.from(chance.bytes(NONCE_BYTES)).toString("hex")
  return new TextEncoder().encode([...facts, clock.now().toISOString(), nonce].join("\n"))
}

function certificateActs(
  parts: OfficerParts,
  account: AccountOf,
): Pick<OfficerDesk, "confirmation" | "confirm" | "revoke"> {
  const { people, clock } = parts
  return {
    confirmation: async (officer, which) => {
      only(officer, "officer")
      const person = await account(which.login)
      demandOthers(person, [witness(officer)])
      const binding = found(await bindingOf(people, which), "certificate")
      demandStanding(binding)
      return words(parts, "dokuei-confirm-v1", officer.login, which.login, binding.use, which.fingerprint)
    },
    confirm: async (officer, { login, fingerprint }, evidence) => {
      only(officer, "officer")
      const person = await account(login)
      const agreed = { by: [witness(officer)], evidence, at: clock.now() }
      await confirmBinding(people, { person, fingerprint }, agreed)
    },
    revoke: async (officer, { login, fingerprint }, reason) => {
      only(officer, "officer")
      const person = await account(login)
      const agreed = { by: [witness(officer)], reason, at: clock.now() }
      await revokeBinding(people, { person, fingerprint }, agreed)
    },
  }
}

function deviceActs(
  parts: OfficerParts,
  account: AccountOf,
): Pick<OfficerDesk, "deviceConfirmation" | "offerDevice" | "revokeDevice"> {
  const { people, clock, chance } = parts
  return {
    deviceConfirmation: async (officer, { label, owner, qualifiedUntil }) => {
      only(officer, "officer")
      if (owner !== null) await account(owner)
      return words(parts, "dokuei-offer-v1", officer.login, label, owner ?? "", qualifiedUntil ?? "")
    },
    offerDevice: async (officer, { owner, ...wanted }, evidence) => {
      only(officer, "officer")
      const person = owner === null ? null : await account(owner)
      const offer = { ...wanted, owner: person, by: witness(officer), at: clock.now(), evidence }
      return offerDevice({ devices: people, chance }, offer)
    },
    revokeDevice: async (officer, id, reason) => {
      only(officer, "officer")
      await revokeDevice(people, id, { by: witness(officer), reason, at: clock.now() })
    },
  }
}

const bindingOf = async (people: Pick<Bindings, "bindings">, { login, fingerprint }: NamedCertificate) =>
  (await people.bindings()).find((each) => each.person.login === login && each.fingerprint === fingerprint)
