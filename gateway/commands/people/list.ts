/** `dokuei people list`: every account, its certificates, and how each stands. */
import type { Config } from "../../config/schema.ts"
import { certificateFacts } from "../../journey/people/certificate-facts.ts"
import type { Binding } from "../../journey/ports.ts"
import { printable } from "../printable.ts"
import { certificateLines } from "./printed-certificate.ts"
import { withPeople } from "./store.ts"

export const listPeople = (config: Config): Promise<string> =>
  withPeople(config, async (people) => {
    const bindings = await people.bindings()
    const accounts = (await people.persons()).map(({ login, name, role }) => {
      const own = bindings.filter(({ person }) => person.login === login)
      return [`${login}  ${printable(name)}  ${role}`, ...own.flatMap(bindingLines)]
    })
    return accounts.length === 0 ? "no accounts\n" : `${accounts.flat().join("\n")}\n`
  })

const bindingLines = (binding: Binding): readonly string[] => [
  `  ${binding.use}: ${standing(binding)}`,
  ...certificateLines(certificateFacts(binding.certificate)).map((line) => `  ${line}`),
]

function standing({ confirmed, revoked, seenAt }: Binding): string {
  if (revoked !== null) return printable(`revoked ${revoked.at} by ${revoked.by}: ${revoked.reason}`)
  return confirmed === null
    ? `not confirmed, seen ${seenAt}`
    : printable(`confirmed ${confirmed.at} by ${confirmed.by}`)
}
