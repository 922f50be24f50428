/**
 * Reads a directory from its first page to its last (LDAP v3, simple paged results of RFC 2696), answers, and ends. In a
 * process of its own: there are answers that the LDAP library turns over without an end, heaping up memory.
 */
import { isIP } from "node:net"
import { Client, MessageParserError, ResultCodeError, type Entry } from "ldapts"
import {
  readPerson,
  type DirectoryEntry,
  type DirectoryPerson,
} from "../../standards/pwp/directory-person.ts"
import { countedConnections, type Counted } from "./counted-connection.ts"
import type { DirectoryServer, ReadingAnswer, ReadingLimits, ReadingTask } from "./reading-task.ts"

type Failed = Extract<ReadingAnswer, { kind: "failed" }>

/** The server sends more than any hospital's directory has. */
class TooMuch extends Error {}

async function answer({ server, limits }: ReadingTask): Promise<ReadingAnswer> {
  const lines = countedConnections(limits.octets)
  try {
    const client = await loggedIn(server, limits, lines)
    try {
      return await readAll(client, server, limits)
    } finally {
      // What was read is read, whether or not the server hears that we go.
      await client.unbind().catch(() => undefined)
    }
  } catch (error) {
    return failureOf(error, lines.isExceeded())
  }
}

async function loggedIn(server: DirectoryServer, limits: ReadingLimits, lines: Counted): Promise<Client> {
  const { url, tls, trustedPem, login } = server
  const { protocol, hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, "")
  const isSecure = protocol === "ldaps:"
  const trusted = {
    ca: trustedPem ?? "",
    minVersion: "TLSv1.2" as const,
    // Of the certificate this name is asked, of an address there is none to ask by (RFC 6066 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
  }
  const client = new Client({
    url,
    timeout: limits.silenceMs,
    connectTimeout: limits.silenceMs,
    ...(isSecure ? { tlsOptions: trusted } : {}),
    createConnection: lines.createConnection,
    createSecureConnection: lines.createSecureConnection,
  })
  if (!isSecure && tls === "starttls") await client.startTLS({ ...trusted, host })
  if (login !== null) await client.bind(login.dn, login.password)
  return client
}

async function readAll(
  client: Client,
  server: DirectoryServer,
  limits: ReadingLimits,
): Promise<ReadingAnswer> {
  const wanted = [...new Set(Object.values(server.attributes).flat())]
  const people: DirectoryPerson[] = []
  let [pages, entries, referrals] = [0, 0, 0]
  const found = client.searchPaginated(server.base, {
    scope: "sub",
    derefAliases: "never",
    filter: server.filter,
    attributes: wanted,
    paged: { pageSize: limits.pageSize },
  })
  for await (const { searchEntries, searchReferences } of found) {
    pages += 1
    entries += searchEntries.length
    referrals += searchReferences.length
    if (entries > limits.people) throw new TooMuch(`more than ${limits.people} entries`)
    if (pages > limits.pages) throw new TooMuch(`more than ${limits.pages} pages`)
    for (const entry of searchEntries) {
      const person = readPerson(textsOf(entry), server.attributes)
      if (person !== null) people.push(person)
    }
  }
  return { kind: "read", people, leftOut: entries - people.length, referrals }
}

/** Attribute descriptions are the same in any case (RFC 4512 2.5); values that are no text are none. */
function textsOf(entry: Entry): DirectoryEntry {
  return new Map(
    Object.entries(entry).map(([attribute, values]) => [
      attribute.toLowerCase(),
      [values].flat().filter((value) => typeof value === "string"),
    ]),
  )
}

function failureOf(error: unknown, isExceeded: boolean): Failed {
  const failed = (code: Failed["code"], why: string): Failed => ({ kind: "failed", code, why })
  if (isExceeded) return failed("ERR_DIRECTORY_UNREADABLE", "it sends more octets than any directory has")
  if (error instanceof TooMuch) return failed("ERR_DIRECTORY_UNREADABLE", error.message)
  if (error instanceof ResultCodeError)
    return failed(
      BUSY.has(error.code) ? "ERR_DIRECTORY_UNREACHABLE" : "ERR_DIRECTORY_REFUSED",
      `result ${error.code} (${error.name})`,
    )
  const isOfTheLine = error instanceof Error && !(error instanceof MessageParserError) && isOfSocket(error)
  return isOfTheLine
    ? failed("ERR_DIRECTORY_UNREACHABLE", error.message.split("\n").at(-1) ?? "")
    : failed("ERR_DIRECTORY_UNREADABLE", `it does not answer in LDAP (${nameOf(error)})`)
}

/** busy, unavailable (RFC 4511 4.1.9): it may be back in a moment. */
const BUSY: ReadonlySet<number> = new Set([51, 52])

/** Node's own faults carry a code; the library's of the line are told by their words. */
const isOfSocket = (error: Error): boolean =>
  "code" in error || /^(Connection |Socket |.*timed out)/i.test(error.message)
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)

process.once("message", (task: ReadingTask) => {
  void answer(task).then((told) => process.send?.(told, () => process.disconnect()))
})
process.once("disconnect", () => process.exit())
