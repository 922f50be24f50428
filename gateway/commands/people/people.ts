/** `dokuei people …`: who has an account here, and which certificates count for whom. */
import { Command, InvalidArgumentError, Option } from "commander"
import { loadConfig } from "../../config/load.ts"
import { confirmByTwo, revokeAtMachine } from "./certificates.ts"
import { listPeople } from "./list.ts"
import { lostDevice, type Lost } from "./lost.ts"

interface Named {
  readonly login: string
  readonly fingerprint: string
  readonly operator: string
}
type Confirmed = Named & Pick<Parameters<typeof confirmByTwo>[1], "witness" | "certificate" | "use">

export const peopleCommand = (): Command =>
  new Command("people")
    .description("accounts, their passkeys, and the certificates that count for them")
    .addCommand(listCommand())
    .addCommand(confirmCommand())
    .addCommand(revokeCommand())
    .addCommand(lostCommand())

const listCommand = (): Command =>
  new Command("list")
    .description("every account, with its certificates and who confirmed them")
    .argument("<file>", "configuration")
    .action(async (file: string) => {
      process.stdout.write(await listPeople(loadConfig(file, "unseen")))
    })

/** The two at the machine name themselves; neither may be whose certificate it is. */
const confirmCommand = (): Command =>
  new Command("confirm")
    .description(
      "a certificate is this account's: two people, of whom neither is its holder, have compared it",
    )
    .argument("<file>", "configuration")
    .requiredOption("--login <login>", "whose certificate it is")
    .requiredOption("--fingerprint <sha256>", "as the holder's card or letter has it", sha256Hex)
    .requiredOption("--operator <name>", "who types this", name)
    .requiredOption("--witness <name>", "who compared it with the card or letter", name)
    .option("--certificate <pem>", "the certificate, where the key is in no file of this gateway")
    .addOption(
      new Option("--use <use>", "what --certificate is for").choices(["signing", "login"]).default("signing"),
    )
    .action(async (file: string, named: Confirmed) => {
      process.stdout.write(await confirmByTwo(loadConfig(file, "unseen"), named))
    })

const revokeCommand = (): Command =>
  new Command("revoke")
    .description("a certificate counts for this account no more, from this moment on")
    .argument("<file>", "configuration")
    .requiredOption("--login <login>", "whose certificate it was")
    .requiredOption("--fingerprint <sha256>", "as `dokuei people list` prints it", sha256Hex)
    .requiredOption("--operator <name>", "who types this", name)
    .requiredOption("--reason <text>", "why, in a few words", name)
    .action(async (file: string, named: Named & { readonly reason: string }) => {
      process.stdout.write(await revokeAtMachine(loadConfig(file, "unseen"), named))
    })

const lostCommand = (): Command =>
  new Command("lost")
    .description(
      "a device is lost: its passkey opens nothing more, and every session of the account ends at once",
    )
    .argument("<file>", "configuration")
    .requiredOption("--login <login>", "whose device it was")
    .option(
      "--passkey <id>",
      "the beginning of its id, as `dokuei people list` prints it; default: all",
      name,
    )
    .requiredOption("--operator <name>", "who types this", name)
    .requiredOption("--reason <text>", "why, in a few words", name)
    .action(async (file: string, lost: Lost) => {
      process.stdout.write(await lostDevice(loadConfig(file, "unseen"), lost))
    })

/** With or without the colons openssl prints. */
function sha256Hex(text: string): string {
  const hex = text.replaceAll(":", "").toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new InvalidArgumentError("Not a SHA-256 in hex: 64 digits.")
  return hex
}

function name(text: string): string {
  const trimmed = text.trim()
  if (trimmed === "" || trimmed.length > 200 || /\p{Cc}/u.test(trimmed))
    throw new InvalidArgumentError("Must have 1 to 200 characters, on one line.")
  return trimmed
}
