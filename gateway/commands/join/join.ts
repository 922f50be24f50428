/**
 * `dokuei join URL CODE`: a hospital's fresh gateway joins a reading centre. Keys are made here and stay here; what comes
 * back is written into a new folder as drafts for a person to read. (`dokuei enrol` is for persons.)
 */
import { mkdir, rename, rm, rmdir } from "node:fs/promises"
import { join } from "node:path"
import { Command } from "commander"
import { fingerprint } from "../../actors/joining/fingerprint.ts"
import { readJoinCode } from "../../actors/joining/join-code.ts"
import { JoiningClient } from "../../actors/joining/joining-client.ts"
import { type Answer, REQUESTED, type Requests, USES } from "../../actors/joining/messages.ts"
import { systemClock } from "../../clock.ts"
import { ConfigError, JoinError } from "../../journey/errors.ts"
import { certificatesOf } from "../../standards/hpki/certificate-file.ts"
import { writeName } from "../../standards/hpki/issue.ts"
import { Malformed } from "../../standards/malformed.ts"
import { writeCertificationRequest } from "../../standards/pkcs10/certification-request.ts"
import { appendJoining } from "../../storage/trail/joining-log.ts"
import { VERSION } from "../../version.ts"
import { caller } from "../caller.ts"
import { printable } from "../printable.ts"
import { type Key, issuerOf, keyPem, newKey } from "../pki-authority.ts"
import { JOINING_LOG, type Keys, writeDrafts } from "./drafts.ts"

/** As long as the centre's people take at most. */
const ANSWER_MS = 75 * 60_000

export const joinCommand = (): Command =>
  new Command("join")
    .description(
      "at a hospital: join a reading centre that has invited us; writes a configuration to be read",
    )
    .argument("<url>", "address of the centre's door, e.g. https://203.0.113.20:8444")
    .argument("<code>", "code of the invitation; works once")
    .requiredOption("--oid <oid>", "OID of our institution; the code holds for it alone")
    .requiredOption("--out <dir>", "new folder for keys, certificates and drafts")
    .action(joinCenter)

async function joinCenter(
  address: string,
  typed: string,
  { oid, out }: { oid: string; out: string },
): Promise<void> {
  const code = readJoinCode(typed)
  const client = new JoiningClient(urlOf(address), code)
  // Beside it until all is there: a folder with this name is whole.
  const folder = `${out}.part`
  await newFolder(out)
  await mkdir(folder, { mode: 0o700 })
  const note = noteIn(join(folder, JOINING_LOG), urlOf(address).host)
  try {
    const keys = await newKeys()
    const requests = requestsFor(oid, keys)
    const ticket = await client.ask({ oid, version: VERSION, requests })
    const digits = fingerprint(code.pin, requests)
    note("asked", `four keys made here; digits ${digits}`)
    say("Read these digits to the reading centre, by telephone and at a number you know:")
    say(`  ${digits}`)
    say("Waiting until they have heard them …")
    const now = () => systemClock.now()
    const answer = await client.answer(ticket, new Date(now().getTime() + ANSWER_MS), now)
    demandFit(answer, oid, keys)
    demandPinned(answer, code.pin)
    note("fetched", "certificates for the keys made here, and the agreement")
    await writeDrafts(folder, answer, keys)
    await client.confirm(ticket, { cert: answer.chains.tls, key: keyPem(keys.tls) })
    note("confirmed", "the line was tried with the new certificate")
    await rename(folder, out)
    tell(answer, out)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    await rmdir(out)
    throw error
  }
}

/** For the trail of a gateway that does not run yet. Who the centre is the agreement says; here it is an address. */
const noteIn =
  (path: string, partner: string) =>
  (what: string, detail: string): void =>
    appendJoining(path, { at: systemClock.now().toISOString(), user: caller(), partner, what, detail })

const newKeys = async (): Promise<Keys> => ({
  tls: await newKey("p-256"),
  seal: await newKey("p-256"),
  object: await newKey("p-256"),
  // As strong as the tunnel's groups (site/swanctl.ts).
  tunnel: await newKey("p-384"),
})

/** What is left to do, in its order; the last of it shows that all of it holds. */
function tell({ hospital, center, tunnel }: Answer, out: string): void {
  const left = [
    `Read ${out}/edge.yaml and put your devices and addresses in; timeStamp.url is the centre's: can you call it? dokuei check-config ${out}/edge.yaml.`,
    ...(tunnel === null
      ? []
      : [
          `${out}/swanctl goes into /etc, and ${out}/site.yaml where it is blank lacks what only you know; dokuei site apply.`,
        ]),
    "Start the service.",
    `${center.name} puts its half of the agreement in force; then: dokuei self-test, with --sheet for the paper to sign.`,
  ]
  say(`${hospital.name} has joined ${center.name}; the line was tried with the new certificate.`)
  for (const [index, line] of left.entries()) say(`${index + 1}. ${line}`)
}

function requestsFor(oid: string, keys: Keys): Requests {
  const requestOf = (use: keyof Keys): Uint8Array<ArrayBuffer> => {
    const requester = issuerOf(keys[use], writeName(["C", "JP"], ["CN", `${oid} ${use}`]))
    return Uint8Array.from(writeCertificationRequest(requester))
  }
  const [tls, seal, object, tunnel] = REQUESTED
  return {
    tls: requestOf(tls),
    seal: requestOf(seal),
    object: requestOf(object),
    tunnel: requestOf(tunnel),
  }
}

/** The centre is believed in what concerns it; that these are our keys and our name is looked at here. */
function demandFit(answer: Answer, oid: string, keys: Keys): void {
  if (answer.hospital.oid !== oid)
    throw new JoinError("ERR_JOIN_ANSWER", `the centre has invited ${answer.hospital.oid}, not ${oid}`)
  for (const use of USES)
    if (!isFor(answer.chains[use], keys[use]))
      throw new JoinError("ERR_JOIN_ANSWER", `the certificate for ${use} is not for the key made here`)
  if (answer.tunnel !== null && !isFor(answer.tunnel.certificate, keys.tunnel))
    throw new JoinError("ERR_JOIN_ANSWER", "the certificate for the tunnel is not for the key made here")
}

/** The key that the code names is the centre's on the line, from now on too. */
function demandPinned({ agreement }: Answer, pin: Uint8Array): void {
  const { tlsPins } = agreement
  if (!Array.isArray(tlsPins) || !tlsPins.includes(Buffer.from(pin).toString("hex")))
    throw new JoinError("ERR_JOIN_ANSWER", "the agreement does not pin the key of the centre's door")
}

function isFor(chainPem: string, { spki }: Key): boolean {
  try {
    const [leaf] = certificatesOf(Buffer.from(chainPem, "latin1"))
    return leaf !== undefined && Buffer.compare(leaf.spki, spki) === 0
  } catch (cause) {
    if (cause instanceof Malformed) return false
    throw cause
  }
}

function urlOf(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text)
    if (url.protocol === "https:" && url.pathname === "/" && url.username === "") return url
  }
  throw new ConfigError("ERR_CONFIG_INVALID", "the address must be https://, a host and a port")
}

async function newFolder(path: string): Promise<void> {
  try {
    // An empty folder in place of it: `rename` takes its place, and two joinings do not.
    await mkdir(path, { mode: 0o700 })
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "-"
    throw new ConfigError("ERR_CONFIG_INVALID", `${path} cannot be made new (${why})`, { cause })
  }
}

/** Names in it came over the line. */
const say = (line: string): void => void process.stdout.write(`${printable(line)}\n`)
