/** `dokuei bridge …`: at the reader's own PC, between the signing page of one desk and the card in its reader (docs/card-bridge.md). */
import { X509Certificate } from "node:crypto"
import { ReadStream } from "node:tty"
import { Command } from "commander"
import { openBridge, type Announced } from "../../actors/card-bridge/door.ts"
import { Pairing } from "../../actors/card-bridge/pairing.ts"
import { BridgeRefused, refusalOf } from "../../actors/card-bridge/refusal.ts"
import { systemChance } from "../../clock.ts"
import { ConfigError, KeyError } from "../../journey/errors.ts"
import { cardCertificate, signWithCard, type CardPlace } from "../../storage/keys/pkcs11/card.ts"
import { HiddenInput } from "./hidden-input.ts"
import { wordsFor, type BridgeWord } from "./words.ts"
import { sha256Hex } from "../../standards/sha256.ts"

/** The centre waits a little longer for the signature. */
const PIN_MS = 90_000
const DEFAULT_PORT = "8976"

interface BridgeFlags extends CardPlace {
  readonly desk?: string
  readonly port: string
}

export const bridgeCommand = (): Command =>
  new Command("bridge")
    .description(
      "a reader's card at their own PC: signs for the page of one desk, asks for the PIN in this window",
    )
    .requiredOption("--module <path>", "PKCS#11 library of the card's maker")
    .requiredOption("--token <label>", "label of the card in it (`pkcs11-tool --module PATH -L`)")
    .requiredOption("--key <name>", "label of the signing key and its certificate, or id: and CKA_ID in hex")
    .option(
      "--desk <origin>",
      "desk.origin of the reading centre; without it the card's certificate is printed, as PEM",
    )
    .option("--port <number>", "as keys.cardBridge of the reading centre says", DEFAULT_PORT)
    .action(async (flags: BridgeFlags) => {
      if (flags.desk === undefined) await printCertificate(flags)
      else await serve(flags, originOf(flags.desk), portOf(flags.port))
    })

async function printCertificate(place: CardPlace): Promise<void> {
  process.stdout.write(new X509Certificate(await cardCertificate(place)).toString())
}

/** Until a person ends it. */
async function serve(place: CardPlace, origin: string, port: number): Promise<void> {
  const { stdin } = process
  if (!(stdin instanceof ReadStream))
    throw new ConfigError(
      "ERR_CONFIG_INVALID",
      "the bridge asks for the PIN in its own window: start it in a terminal",
    )
  const words = wordsFor(process.env)
  const say = (...said: Parameters<typeof words>): void => void process.stdout.write(`${words(...said)}\n`)
  const pinFor = (signal: AbortSignal) => async (): Promise<Uint8Array> => {
    process.stdout.write(words("pin"))
    const pin = await hidden.line(AbortSignal.any([signal, AbortSignal.timeout(PIN_MS)]))
    process.stdout.write("\n")
    if (pin === null) throw new BridgeRefused("cancelled")
    return pin
  }
  const sign = async (announced: Announced, signal: AbortSignal): Promise<Uint8Array> => {
    tell(announced, say)
    try {
      const judge = (certificate: Uint8Array): void => demandCard(certificate, announced.certificate)
      const signature = await signWithCard(place, announced.octets, judge, pinFor(signal))
      say("signed")
      return signature
    } catch (error) {
      say(wordOf(error), { why: error instanceof Error ? error.message : "" })
      throw error
    }
  }
  const hidden = new HiddenInput(stdin)
  try {
    const pairing = new Pairing(systemChance, (code) => say("code", { code }))
    const door = await openBridge({ port, origin, pairing, certificate: () => cardCertificate(place), sign })
    say("ready", { origin, port: door.port })
    await ended()
    await door.close()
  } finally {
    hidden.close()
  }
}

/** Before a PIN is asked for. */
function demandCard(certificate: Uint8Array, wanted: string): void {
  if (sha256Hex(certificate) !== wanted) throw new KeyError("ERR_KEY_MISMATCH", "the card is another one")
}

/** No name, no text: what a window on a desk may show to whoever passes. */
function tell(
  { caseNumber, documents }: Announced,
  say: (...said: Parameters<ReturnType<typeof wordsFor>>) => void,
): void {
  say("asked", { time: new Date().toLocaleTimeString("sv-SE") })
  say("case", { caseNumber })
  for (const sha256 of documents) say("sha256", { sha256: (sha256.match(/.{4}/g) ?? []).join(" ") })
  say("compare")
}

const TOLD: ReadonlySet<string> = new Set<BridgeWord>([
  "cancelled",
  "pin-wrong",
  "pin-blocked",
  "other-card",
  "no-card",
])
const isTold = (refusal: string | null): refusal is BridgeWord => refusal !== null && TOLD.has(refusal)

function wordOf(error: unknown): BridgeWord {
  const refusal = refusalOf(error)
  return isTold(refusal) ? refusal : "failed"
}

const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve())
  })

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.origin !== text || !/^https?:$/.test(url.protocol))
    throw new ConfigError("ERR_CONFIG_INVALID", "--desk is no origin, e.g. https://reading.example.jp")
  return text
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new ConfigError("ERR_CONFIG_INVALID", "--port is no number up to 65535")
  return port
}
