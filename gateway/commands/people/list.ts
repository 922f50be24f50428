/** `dokuei people list`: every account, its passkeys and certificates, and how each stands. */
import type { Config } from "../../config/schema.ts"
import { certificateFacts } from "../../journey/people/certificate-facts.ts"
import type { Passkey } from "../../journey/ports/accounts.ts"
import type { Binding } from "../../journey/ports/bindings.ts"
import { printable } from "../printable.ts"
import { certificateLines } from "./printed-certificate.ts"
import { withPeople } from "./store.ts"

export const listPeople = (config: Config): Promise<string> =>
  withPeople(config, async (people) => {
    const bindings = await people.bindings()
    const lines: string[] = []
    for (const { id, login, name, role } of await people.persons()) {
      const own = bindings.filter(({ person }) => person.login === login)
      const passkeys = await people.passkeys(id)
      lines.push(
        `${login}  ${printable(name)}  ${role}`,
        ...passkeys.map(passkeyLine),
        ...own.flatMap(bindingLines),
      )
    }
    return lines.length === 0 ? "no accounts\n" : `${lines.join("\n")}\n`
  })

const SHOWN = 12

const passkeyLine = ({ id, addedAt, usedAt }: Passkey): string =>
  `  passkey: ${id.slice(0, SHOWN)} added ${addedAt.toISOString()}, ${usedAt === null ? "not used since" : `used ${usedAt.toISOString()}`}`

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
