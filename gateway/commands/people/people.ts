/** `dokuei people …`: who has an account here, which certificates count for whom, and on which devices people log in. */
import { Command, Option } from "commander"
import { loadConfig } from "../../config/load.ts"
import { CODE_MINUTES } from "../../journey/people/device.ts"
import { day, deviceStart, label, minutes, name, fingerprint } from "./arguments.ts"
import { confirmByTwo, revokeAtMachine } from "./certificates.ts"
import { listDevices, newDevice, type WantedDevice } from "./device.ts"
import { listPeople } from "./list.ts"
import { lostPasskeys, lostRegistered, type Lost, type LostDevice } from "./lost.ts"

interface Named {
  readonly login: string
  readonly fingerprint: string
  readonly operator: string
}
type Confirmed = Named & Pick<Parameters<typeof confirmByTwo>[1], "witness" | "certificate" | "use">

export const peopleCommand = (): Command =>
  new Command("people")
    .description("accounts, their passkeys and devices, and the certificates that count for them")
    .addCommand(listCommand())
    .addCommand(confirmCommand())
    .addCommand(revokeCommand())
    .addCommand(deviceCommand())
    .addCommand(devicesCommand())
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
    .requiredOption("--fingerprint <sha256>", "as the holder's card or letter has it", fingerprint)
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
    .requiredOption("--fingerprint <sha256>", "as `dokuei people list` prints it", fingerprint)
    .requiredOption("--operator <name>", "who types this", name)
    .requiredOption("--reason <text>", "why, in a few words", name)
    .action(async (file: string, named: Named & { readonly reason: string }) => {
      process.stdout.write(await revokeAtMachine(loadConfig(file, "unseen"), named))
    })

const deviceCommand = (): Command =>
  new Command("device")
    .description("make a code that registers one device: a tablet, or the browser of a PC")
    .argument("<file>", "configuration")
    .requiredOption("--label <label>", "what people call it, e.g. what its sticker says", label)
    .option("--owner <login>", "who alone may log in on it; default: it is shared")
    .option(
      "--qualified-until <date>",
      "last day (YYYY-MM-DD) of the check of its display for diagnosis",
      day,
    )
    .option("--minutes <minutes>", "how long the code works", minutes, CODE_MINUTES)
    .requiredOption("--operator <name>", "who types this", name)
    .action(async (file: string, wanted: WantedDevice) => {
      process.stdout.write(await newDevice(loadConfig(file, "unseen"), wanted))
    })

const devicesCommand = (): Command =>
  new Command("devices")
    .description("every device that was registered or waits for its code, with whose it is")
    .argument("<file>", "configuration")
    .action(async (file: string) => {
      process.stdout.write(await listDevices(loadConfig(file, "unseen")))
    })

const lostCommand = (): Command =>
  new Command("lost")
    .description(
      "a device is lost: it, or the passkey on it, opens nothing more, and the sessions end at once",
    )
    .argument("<file>", "configuration")
    .addOption(
      new Option(
        "--device <id>",
        "a registered device: the beginning of its id, as `dokuei people devices` prints it",
      )
        .argParser(deviceStart)
        .conflicts(["login", "passkey"]),
    )
    .option("--login <login>", "an account whose passkeys were on it")
    .option(
      "--passkey <id>",
      "the beginning of its id, as `dokuei people list` prints it; default: all of the account",
      name,
    )
    .requiredOption("--operator <name>", "who types this", name)
    .requiredOption("--reason <text>", "why, in a few words", name)
    .action(async (file: string, lost: Partial<Lost & LostDevice>, command: Command) => {
      const { device, login, operator = "", reason = "" } = lost
      if (device !== undefined)
        process.stdout.write(await lostRegistered(loadConfig(file, "unseen"), { device, operator, reason }))
      else if (login !== undefined)
        process.stdout.write(
          await lostPasskeys(loadConfig(file, "unseen"), { ...lost, login, operator, reason }),
        )
      else command.error("error: name what is lost by --device or --login")
    })
