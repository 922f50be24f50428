/** `dokuei people confirm` and `revoke`: what two people at the machine say about a certificate. */
import { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import { systemClock } from "../../clock.ts"
import type { Config } from "../../config/schema.ts"
import { personKeysOf } from "../../foundation/person-keys.ts"
import { found } from "../../journey/desk-guards.ts"
import { DeskError, KeyError } from "../../journey/errors.ts"
import { confirmBinding, revokeBinding } from "../../journey/people/bind.ts"
import { certificateFacts } from "../../journey/people/certificate-facts.ts"
import type { BindingUse } from "../../journey/ports/bindings.ts"
import type { Person } from "../../journey/ports/person.ts"
import type { PeopleStore } from "../../storage/people/people.ts"
import { caller } from "../caller.ts"
import { certificateLines } from "./printed-certificate.ts"
import { withPeople } from "./store.ts"

interface Which {
  readonly login: string
  readonly fingerprint: string
  readonly operator: string
}

export const confirmByTwo = (
  config: Config,
  {
    login,
    fingerprint,
    operator,
    witness,
    certificate,
    use = "signing",
  }: Which & { readonly witness: string; readonly certificate?: string; readonly use?: BindingUse },
): Promise<string> =>
  withPeople(config, async (people) => {
    const at = systemClock.now()
    const person = await accountOf(people, login)
    for (const leaf of await certificatesAtHand(config, login, use, certificate))
      await people.saw(login, use, leaf, at)
    await demandUse(people, { login, fingerprint, use })
    const by = [
      { login: null, name: operator },
      { login: null, name: witness },
    ]
    const evidence = `dokuei people confirm, called by ${caller()}`
    await confirmBinding(people, { person, fingerprint }, { by, evidence, at })
    const { certificate: kept } = found(
      (await people.bindings()).find((each) => each.fingerprint === fingerprint),
      "certificate",
    )
    const lines = certificateLines(certificateFacts(kept))
    return `confirmed for ${login} by ${operator} and ${witness}:\n${lines.join("\n")}\n`
  })

/** @throws DeskError ERR_NOT_ALLOWED: what two people agree to is the use they have named */
async function demandUse(
  people: PeopleStore,
  { login, fingerprint, use }: Omit<Which, "operator"> & { readonly use: BindingUse },
): Promise<void> {
  const seen = (await people.bindings()).find(
    (each) => each.person.login === login && each.fingerprint === fingerprint,
  )
  if (seen === undefined || seen.use === use) return
  const counts = seen.confirmed !== null && seen.revoked === null
  throw new DeskError(
    "ERR_NOT_ALLOWED",
    counts
      ? `this certificate counts for ${seen.use}: revoke it first`
      : `this certificate was shown for ${seen.use}: say --use ${seen.use}, or bring it with --certificate`,
  )
}

export const revokeAtMachine = (
  config: Config,
  { login, fingerprint, operator, reason }: Which & { readonly reason: string },
): Promise<string> =>
  withPeople(config, async (people) => {
    const person = await accountOf(people, login)
    const by = [{ login: null, name: operator }]
    await revokeBinding(people, { person, fingerprint }, { by, reason, at: systemClock.now() })
    return `${fingerprint} counts for ${login} no more\n`
  })

async function accountOf(people: PeopleStore, login: string): Promise<Person> {
  const known = (await people.persons()).find((each) => each.login === login)
  return found(known, `account: enrol it first (dokuei enrol --login ${login})`)
}

/** What was named, or what lies beside the reader's key file; of a key elsewhere the gateway has seen it. */
async function certificatesAtHand(
  config: Config,
  login: string,
  use: BindingUse,
  path: string | undefined,
): Promise<readonly Uint8Array[]> {
  if (path !== undefined) return [certificateIn(await readFile(path), path)]
  if (use === "login") return []
  try {
    return (await personKeysOf(config, null, null).chain(login)).slice(0, 1)
  } catch (error) {
    if (error instanceof KeyError) return []
    throw error
  }
}

function certificateIn(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return new Uint8Array(new X509Certificate(bytes).raw)
  } catch (cause) {
    throw new KeyError("ERR_KEY_MISSING", `${path} holds no certificate`, { cause })
  }
}
