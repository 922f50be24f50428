/** `dokuei pki authority`, `lists`, `renew`, `revoke`, `tunnel`: what a reading centre does with authorities of its own. */
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { systemClock } from "../../clock.ts"
import { ConfigError } from "../../journey/errors.ts"
import { certificateChain, readKeyFile } from "../../storage/keys/pem-files.ts"
import { makeFolder } from "../../storage/make-folder.ts"
import { makeAuthority, openAuthority } from "./authority.ts"
import { chainPem } from "./issue.ts"
import { firstLists, renewLists, REVOCATION_REASONS, revoke, type Revocation } from "./lists.ts"
import { makeOwnTunnel, type OwnTunnelOptions } from "./own-tunnel.ts"
import { renewAll } from "./renew.ts"

export const authorityCommands = (): readonly Command[] => [
  authorityCommand(),
  listsCommand(),
  renewCommand(),
  revokeCommand(),
  tunnelCommand(),
]

const authorityCommand = (): Command =>
  new Command("authority")
    .description(
      "at a reading centre: make the authorities that certify hospitals it invites (`dokuei invite`)",
    )
    .argument("<dir>", "folder, made when it is not there")
    .requiredOption("--name <name>", "the reading centre, as certificates are to name it")
    .requiredOption("--passphrase-file <file>", "one line; closes both keys")
    .action(async (dir: string, { name, passphraseFile }: { name: string; passphraseFile: string }) => {
      await makeAuthority(dir, name, passphraseFile)
      tellLists(await firstLists(dir, await openAuthority(dir, passphraseFile)))
      process.stdout.write(
        `${dir}: made; add tls-ca.pem to the file of trust.tlsCa and seal-ca.pem to that of trust.sealCa\n`,
      )
    })

const listsCommand = (): Command =>
  new Command("lists")
    .description("make the revocation lists of those authorities anew; they are good for 30 days")
    .argument("<dir>", "folder of `pki authority`")
    .requiredOption("--passphrase-file <file>", "one line; opens both keys")
    .action(async (dir: string, { passphraseFile }: { passphraseFile: string }) => {
      tellLists(await renewLists(dir, await openAuthority(dir, passphraseFile)))
    })

interface RenewOptions {
  readonly passphraseFile: string
  readonly out: string
}

const renewCommand = (): Command =>
  new Command("renew")
    .description("certify the same keys of a hospital for another year; what comes out is no secret")
    .argument("<dir>", "folder of `pki authority`")
    .argument("<certificates...>", "PEM; of a hospital they lie in the folder of its invitation")
    .requiredOption("--passphrase-file <file>", "one line; opens both keys")
    .requiredOption("--out <dir>", "new folder; each by the name it had")
    .action(async (dir: string, files: readonly string[], { passphraseFile, out }: RenewOptions) => {
      const places = placesIn(out, files)
      const authorities = await openAuthority(dir, passphraseFile)
      const leaves = await renewAll(dir, authorities, await Promise.all(files.map(leafOf)))
      await makeFolder(out)
      for (const [index, leaf] of leaves.entries())
        await writeFile(places[index] ?? out, chainPem([leaf]), { flag: "wx" })
      process.stdout.write(`${out}: ${leaves.length} certificates for the hospital\n`)
    })

/** Looked at before anything is certified. Throws ConfigError for two of one name, or one that is there already. */
function placesIn(folder: string, files: readonly string[]): readonly string[] {
  const places = files.map((file) => join(folder, basename(file)))
  const taken = places.find((place, index) => places.indexOf(place) !== index || existsSync(place))
  if (taken !== undefined)
    throw new ConfigError(
      "ERR_CONFIG_INVALID",
      `${taken} would be written twice, or is there already: another --out, or one hospital at a time`,
    )
  return places
}

interface RevokeOptions extends Revocation {
  readonly passphraseFile: string
}

const revokeCommand = (): Command =>
  new Command("revoke")
    .description("put certificates of those authorities on their revocation lists, for good")
    .argument("<dir>", "folder of `pki authority`")
    .argument("<certificates...>", "PEM; of a hospital they lie in the folder of its invitation")
    .addOption(
      new Option("--reason <reason>", "why").choices(Object.keys(REVOCATION_REASONS)).makeOptionMandatory(),
    )
    .addOption(
      new Option("--since <time>", "since when the key is in other hands, e.g. 2026-04-01T09:00:00+09:00")
        .argParser(instant)
        .default(null),
    )
    .requiredOption("--passphrase-file <file>", "one line; opens both keys")
    .action(async (dir: string, files: readonly string[], options: RevokeOptions) => {
      const authorities = await openAuthority(dir, options.passphraseFile)
      const leaves = await Promise.all(files.map(leafOf))
      tellLists(await revoke(dir, authorities, leaves, options))
    })

const tunnelCommand = (): Command =>
  new Command("tunnel")
    .description("make our own key and certificate for tunnels by that authority, for /etc/swanctl")
    .argument("<dir>", "folder of `pki authority`")
    .requiredOption("--name <name>", "the reading centre, as the certificate is to name it")
    .requiredOption("--identity <dns>", "tunnel.identity of our site file")
    .requiredOption("--passphrase-file <file>", "one line; opens the authority's keys")
    .requiredOption("--out <dir>", "folder for the files; no key in it is overwritten")
    .action(async (dir: string, options: OwnTunnelOptions & { readonly passphraseFile: string }) => {
      await makeOwnTunnel(await openAuthority(dir, options.passphraseFile), options)
      process.stdout.write(`${options.out}: made; its folders go into /etc/swanctl\n`)
    })

function instant(text: string): Date {
  const read = new Date(text)
  if (Number.isNaN(read.getTime()) || read > systemClock.now())
    throw new InvalidArgumentError("Must be a time that has been, e.g. 2026-04-01T09:00:00+09:00.")
  return read
}

const leafOf = async (file: string): Promise<Uint8Array> =>
  certificateChain(await readKeyFile(file), null, file)[0] ?? new Uint8Array()

const tellLists = (paths: readonly string[]): void =>
  void process.stdout.write(
    paths.map((path) => `${path}: for trust.crls, here and at each hospital\n`).join(""),
  )
