/** What an officer sees: every account with its passkeys and certificates, and every device. */
import { Malformed } from "../../standards/malformed.ts"
import type { Accounts } from "../ports/accounts.ts"
import type { Binding, Bindings } from "../ports/bindings.ts"
import type { Devices } from "../ports/devices.ts"
import type { People } from "../ports/person.ts"
import type { AccountsView, CertificateFacts, CertificateView } from "../views/account.ts"
import { certificateFacts } from "./certificate-facts.ts"

type Known = Pick<Accounts, "persons" | "passkeys"> &
  Pick<Bindings, "bindings"> &
  Pick<Devices, "devices"> &
  Pick<People, "deviceRule">

export async function accountsView(people: Known, now: Date): Promise<AccountsView> {
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
