/**
 * `dokuei invite FILE INVITATION`: a reading centre lets a hospital join. It prints a code that works once, opens a door
 * for as long as the joining takes, and signs the hospital's keys once a person has typed the digits that the hospital
 * read out by telephone. (`dokuei enrol` is for persons.)
 */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline/promises"
import { Command, InvalidArgumentError } from "commander"
import { stringify } from "yaml"
import { fingerprint, isHeard } from "../../actors/joining/fingerprint.ts"
import { SECRET_LENGTH_BYTES, keyDigest, writeJoinCode } from "../../actors/joining/join-code.ts"
import { openJoiningDoor } from "../../actors/joining/joining-door.ts"
import { Joining } from "../../actors/joining/joining.ts"
import { systemChance, systemClock } from "../../clock.ts"
import { loadConfig } from "../../config/load.ts"
import type { CenterConfig } from "../../config/schema.ts"
import { certificates } from "../../foundation/trust-store.ts"
import { ConfigError, JoinError } from "../../journey/errors.ts"
import { certificateChain, readKeyFile } from "../../storage/keys/pem-files.ts"
import { appendJoining, deedOf } from "../../storage/trail/joining-log.ts"
import { leaveNote } from "../../storage/trail/used-notes.ts"
import { caller } from "../caller.ts"
import { printableLines } from "../printable.ts"
import { answerOf, type Inviting } from "./answer.ts"
import { openAuthority, type OwnAuthorities } from "./authority.ts"
import { JOINING_LOG } from "./drafts.ts"
import { centersHalf, readInvitation } from "./invitation.ts"
import { chainPem, issueFor, type IssuedChains } from "./issue.ts"
import { offeredTunnel } from "./tunnel.ts"

const MINUTE_MS = 60_000
/** Time on the telephone, after the hospital has asked. */
const DECIDE_MS = 60 * MINUTE_MS
/** From the answer to the hospital's call with its new certificate. */
const CONFIRM_MS = 10 * MINUTE_MS
const GOOD_BYE_MS = 5_000
const MAX_HEARD = 3
const TICKET_LENGTH_BYTES = 24

interface InviteOptions {
  readonly host: string
  readonly port: number
  readonly minutes: number
  readonly out: string
}

export const inviteCommand = (): Command =>
  new Command("invite")
    .description("at a reading centre: let a hospital's gateway join; prints a code that works once")
    .argument("<file>", "configuration of the centre")
    .argument("<invitation>", "whom, and on which terms (docs/joining.md)")
    .requiredOption("--host <address>", "our address that the hospital can call")
    .requiredOption("--port <port>", "TCP port of the door", whole(0, 65_535))
    .requiredOption("--out <dir>", "new folder for the record and our half of the agreement")
    .option("--minutes <minutes>", "how long the code works, 15 to 60", whole(15, 60), 30)
    .action(async (file: string, invitationFile: string, options: InviteOptions) => {
      const config = loadConfig(file, "unseen")
      if (config.role !== "center") throw new ConfigError("ERR_CONFIG_INVALID", `${file} is not of a centre`)
      const invitation = await readInvitation(invitationFile, config)
      const authorities = await openAuthority(
        invitation.authority.folder,
        invitation.authority.passphraseFile,
      )
      await demandTrust(config, authorities)
      const tunnel = await offeredTunnel(invitation, config.site, authorities)
      await newFolder(options.out)
      await invite({ config, invitation, authorities, tunnel, options, notes: [] })
    })

interface Host extends Inviting {
  readonly options: InviteOptions
  /** Of the audit trail, on their way to the disk. */
  readonly notes: Promise<boolean>[]
}

async function invite(host: Host): Promise<void> {
  const { config, invitation, authorities, options } = host
  const chain = await readKeyFile(config.keys.tls.chain)
  const pin = keyDigest(certificateChain(chain, null, config.keys.tls.chain)[0] ?? new Uint8Array())
  const secret = systemChance.bytes(SECRET_LENGTH_BYTES)
  const expiresAt = new Date(systemClock.now().getTime() + options.minutes * MINUTE_MS)
  const joining = new Joining(
    { secret, oid: invitation.hospital.oid, expiresAt },
    () => systemClock.now(),
    () => Buffer.from(systemChance.bytes(TICKET_LENGTH_BYTES)).toString("base64url"),
    (what, from) => record(host, what, from),
  )
  const keyPem = await readKeyFile(config.keys.tls.key)
  const authorityPem = chainPem([authorities.tls.certificate])
  const door = await openJoiningDoor(joining, { chainPem: chain, keyPem, authorityPem }, options)
  const people = createInterface({ input: process.stdin, terminal: false })
  try {
    record(host, "invited", `until ${expiresAt.toISOString()}`)
    say(
      `port ${door.port}, code for ${invitation.hospital.name}, works once until ${expiresAt.toISOString()}:`,
    )
    say(writeJoinCode({ secret, pin }))
    await admit(host, joining, pin, people)
  } catch (error) {
    joining.end("the reading centre has ended this joining")
    await goodBye(joining)
    throw error
  } finally {
    people.close()
    await door.close()
    await Promise.all(host.notes)
  }
}

async function admit(host: Host, joining: Joining, pin: Uint8Array, people: Interface): Promise<void> {
  const { invitation, options, authorities } = host
  const question = await within(joining, options.minutes * MINUTE_MS, joining.asked)
  say(
    `${invitation.hospital.name} has asked (dokuei ${printableLines(question.version)}). Call them at a number you know; they read out 32 digits. Type what you hear:`,
  )
  await within(joining, DECIDE_MS, heard(host, fingerprint(pin, question.requests), people))
  const identity = host.tunnel?.identity ?? null
  const now = systemClock.now()
  const chains = issueFor(invitation.hospital.name, question.requests, authorities, identity, now)
  await keepHalf(host, chains)
  record(host, "signed", "the digits were heard by telephone")
  joining.answer(await answerOf(host, chains), chains.tls[0] ?? new Uint8Array())
  say("signed; the hospital fetches its certificates now")
  await within(joining, CONFIRM_MS, joining.confirmed)
  say(
    `${invitation.hospital.name} has called with its new certificate. Read ${join(options.out, "agreement.yaml")},`,
  )
  say("put it into the configuration and start the service anew.")
  if (host.tunnel !== null)
    say(
      `${join(options.out, "site-contract.yaml")} goes into ${invitation.tunnel?.site ?? ""}, under contracts: dokuei site apply.`,
    )
}

/** A hospital between two calls still hears the refusal at the door, instead of finding none. */
async function goodBye(joining: Joining): Promise<void> {
  if (joining.isAsked) await new Promise((resolve) => setTimeout(resolve, GOOD_BYE_MS))
}

/** The digits are never shown here: who sits here can only have heard them. */
async function heard(host: Host, expected: string, people: Interface): Promise<void> {
  let left = MAX_HEARD
  for await (const line of people) {
    if (isHeard(line, expected)) return
    left -= 1
    record(host, "digits-refused", `${left} tries left`)
    if (left === 0) break
    say(`These are not the digits of what we were sent; ${left} more. Let them be read again:`)
  }
  throw new JoinError("ERR_JOIN_REFUSED", "the digits did not fit: nothing was signed")
}

async function within<Value>(joining: Joining, limitMs: number, comes: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    joining.end("the time of this joining is over")
    reject(new JoinError("ERR_JOIN_REFUSED", "the time of this joining is over"))
  }, limitMs)
  try {
    return await Promise.race([comes, promise])
  } finally {
    clearTimeout(timer)
  }
}

async function keepHalf({ invitation, tunnel, options }: Host, chains: IssuedChains): Promise<void> {
  const digest = (chain: readonly Uint8Array[]): string[] =>
    chain.slice(0, 1).map((leaf) => keyDigest(leaf).toString("hex"))
  const fileOf = (use: keyof IssuedChains): string => `${invitation.hospital.id}.${use}.chain.pem`
  const objectCertificate = fileOf("object")
  const pins = { tlsPins: digest(chains.tls), sealPins: digest(chains.seal), objectCertificate }
  // All of them: who is to take one back one day (`dokuei pki revoke`) needs it.
  for (const use of ["tls", "seal", "object", "tunnel"] as const)
    if (chains[use].length > 0) await writeFile(join(options.out, fileOf(use)), chainPem(chains[use]))
  await writeFile(join(options.out, "agreement.yaml"), stringify([centersHalf(invitation, pins)]))
  if (tunnel !== null) await writeFile(join(options.out, "site-contract.yaml"), stringify([tunnel.contract]))
}

/** Nobody is certified whom our own gateway would not let in. */
async function demandTrust({ trust }: CenterConfig, { tls, seal }: OwnAuthorities): Promise<void> {
  for (const [file, authority] of [
    [trust.tlsCa, tls],
    [trust.sealCa, seal],
  ] as const) {
    const known = await certificates(file)
    if (!known.some(({ encoded }) => Buffer.compare(encoded, authority.certificate) === 0))
      throw new ConfigError("ERR_CONFIG_INVALID", `${file} does not hold the authority of the invitation`)
  }
}

async function newFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "-"
    throw new ConfigError("ERR_CONFIG_INVALID", `${path} cannot be made new (${why})`, { cause })
  }
}

/** What happened, when and from where: a line each, never changed, and a note that the gateway takes into its chained trail. */
function record({ config, options, invitation, notes }: Host, what: string, detail: string): void {
  const at = systemClock.now().toISOString()
  const line = { at, user: caller(), partner: invitation.hospital.id, what, detail }
  appendJoining(join(options.out, JOINING_LOG), line)
  const noted = leaveNote(join(config.dataDir, "audit.jsonl"), { at, user: line.user, deed: deedOf(line) })
  // Awaited at the end: until then nobody hears of a failure.
  noted.catch(() => undefined)
  notes.push(noted)
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`Must be a whole number from ${least} to ${most}.`)
    return value
  }
}
