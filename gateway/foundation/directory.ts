/** The hospital's directory, where one is configured: read at the start and at intervals. */
import { readFile } from "node:fs/promises"
import type { EdgeConfig } from "../config/schema.ts"
import { ConfigError } from "../journey/errors.ts"
import { AddressBook } from "../journey/directory/address-book.ts"
import { errorFields } from "../log.ts"
import { addressBookFile, forgetAddressBook } from "../storage/address-book/address-book-file.ts"
import { readKeyFile } from "../storage/keys/pem-files.ts"
import type { Foundation } from "./foundation.ts"

/** After a failure; or as often as configured, if that is oftener. */
const AGAIN_MS = 5 * 60_000

export interface KeptDirectory {
  readonly book: AddressBook
  stop(): void
}

/** null = people are entered as text. */
export async function keepDirectory(config: EdgeConfig, base: Foundation): Promise<KeptDirectory | null> {
  const { directory, dataDir } = config
  if (directory === undefined) {
    await forgetAddressBook(dataDir)
    return null
  }
  // Loaded where it is used.
  const { directoryClient } = await import("../actors/directory-client/directory-client.ts")
  const { url, tls, ca, base: searchBase, filter, attributes, every } = directory
  const source = directoryClient({
    url,
    tls,
    trustedPem: ca === undefined ? null : await readKeyFile(ca),
    login: await loginOf(directory),
    base: searchBase,
    filter,
    attributes,
  })
  const { contacts, clock } = base
  const book = new AddressBook({
    name: new URL(url).host,
    source,
    keep: addressBookFile(dataDir),
    contacts,
    clock,
  })
  await book.load()
  return { book, stop: readAtIntervals(book, every, base) }
}

/** An empty password is no login: the server would let us in as nobody (RFC 4513 5.1.2). */
async function loginOf({
  bindDn,
  passwordFile,
}: NonNullable<EdgeConfig["directory"]>): Promise<{ dn: string; password: string } | null> {
  if (bindDn === undefined || passwordFile === undefined) return null
  const password = (await readFile(passwordFile, "utf8")).replace(/\r?\n$/, "")
  if (password === "") throw new ConfigError("ERR_CONFIG_INVALID", "directory.passwordFile is empty")
  return { dn: bindDn, password }
}

/** The gateway does not wait for the first reading. */
function readAtIntervals(book: AddressBook, everyMs: number, { log }: Foundation): () => void {
  let timer: NodeJS.Timeout | null = null
  let stopped = false
  const look = async (): Promise<void> => {
    let nextMs = everyMs
    try {
      const { people, leftOut } = await book.refresh()
      log("info", "directory-read", { people: people.length, leftOut })
    } catch (error) {
      nextMs = Math.min(everyMs, AGAIN_MS)
      log("warn", "directory-not-read", errorFields(error))
    }
    if (!stopped) timer = setTimeout(() => void look(), nextMs)
    timer?.unref()
  }
  void look()
  return () => {
    stopped = true
    clearTimeout(timer ?? undefined)
  }
}
