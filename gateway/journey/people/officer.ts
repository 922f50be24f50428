/**
 * The officer's desk: accounts, their passkeys and certificates, and devices. An officer confirms what others hold, registers
 * devices, takes away what is lost, and comes near no patient.
 */
import { Malformed } from "../../standards/malformed.ts"
import { found, only } from "../desk-guards.ts"
import type { Accounts, NamedCertificate, OfficerDesk } from "../ports/accounts.ts"
import type { Binding, Bindings } from "../ports/bindings.ts"
import type { Devices } from "../ports/devices.ts"
import type { People, Person } from "../ports/person.ts"
import type { Chance, Clock } from "../ports/time.ts"
import type { AccountsView, CertificateFacts, CertificateView } from "../views/account.ts"
import { confirmBinding, demandOthers, demandStanding, revokeBinding, type Witness } from "./bind.ts"
import { certificateFacts } from "./certificate-facts.ts"
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

export function officerDesk({ people, clock, chance }: OfficerParts): OfficerDesk {
  const account = async (login: string): Promise<Person> =>
    found(
      (await people.persons()).find((each) => each.login === login),
      "account",
    )
  /** Of one moment, for one gesture. None of the facts can hold a line break. */
  const words = (...facts: readonly string[]): Uint8Array => {
    const nonce = Buffer.from(chance.bytes(NONCE_BYTES)).toString("hex")
    return new TextEncoder().encode([...facts, clock.now().toISOString(), nonce].join("\n"))
  }
  return {
    accounts: async (officer) => {
      only(officer, "officer")
      return accountsView(people, clock.now())
    },
    confirmation: async (officer, which) => {
      only(officer, "officer")
      const person = await account(which.login)
      demandOthers(person, [witness(officer)])
      const binding = found(await bindingOf(people, which), "certificate")
      demandStanding(binding)
      return words("dokuei-confirm-v1", officer.login, which.login, binding.use, which.fingerprint)
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
    lost: async (officer, { login, passkey }, reason) => {
      only(officer, "officer")
      const person = await account(login)
      await loseDevice(people, person, { passkey, by: witness(officer), reason, at: clock.now() })
    },
    deviceWords: async (officer, { label, owner, qualifiedUntil }) => {
      only(officer, "officer")
      if (owner !== null) await account(owner)
      return words("dokuei-device-v1", officer.login, label, owner ?? "", qualifiedUntil ?? "")
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

async function accountsView(people: OfficerParts["people"], now: Date): Promise<AccountsView> {
  const bindings = await people.bindings()
  const accounts = (await people.persons()).map(async ({ id, login, name, role }) => ({
    login,
    name,
    role,
    passkeys: (await people.passkeys(id)).map((passkey) => ({
      id: passkey.id,
      addedAt: passkey.addedAt.toISOString(),
      usedAt: passkey.usedAt?.toISOString() ?? null,
    })),
    certificates: bindings.filter(({ person }) => person.login === login).flatMap(certificateView),
  }))
  return {
    accounts: await Promise.all(accounts),
    devices: await people.devices(),
    registeredDevices: people.deviceRule === "registered",
    serverTime: now.toISOString(),
  }
}

/** One that cannot be read signs nothing and opens nothing: there is nothing to decide about it. */
function certificateView(binding: Binding): readonly CertificateView[] {
  const { use, seenAt, confirmed, revoked } = binding
  const facts = readable(binding.certificate)
  return facts === null ? [] : [{ ...facts, use, seenAt, confirmed, revoked }]
}

function readable(certificate: Uint8Array): CertificateFacts | null {
  try {
    return certificateFacts(certificate)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}
