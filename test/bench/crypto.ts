/**
 * One large file into a CMS envelope and out of it again, beside `openssl cms -encrypt -stream` and `-decrypt`: CPU, memory and
 * rate of one process each, its start included. Nothing of a gateway is in it but its CMS; `package` has the whole.
 */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { open, rm, stat } from "node:fs/promises"
import { freemem } from "node:os"
import { join } from "node:path"
import { randomBytes } from "node:crypto"
import type { Asked } from "./asked.ts"
import { figure, type Figure } from "./figure.ts"
import { inFolder, settleDisk } from "./folder.ts"
import { endedChildrenCpuMs, peakRssMiB } from "./process-usage.ts"
import { alternate } from "./rounds.ts"

const IMAGE_BYTES = 512 * 1024
const BLOCK_BYTES = 1 << 20
const LOOK_EVERY_MS = 20
/** `openssl cms -decrypt` holds the message about three times, and reads none of more octets than an `int` counts. */
const OPENSSL_HOLDS = 3.5
const OPENSSL_READS_BYTES = 2 ** 31 - 1
const INSIDE = join(import.meta.dirname, "crypto-inside.ts")
const CRYPTO = ["cms", "-binary"]

interface Cost {
  readonly cpuMs: number
  readonly peakMiB: number
  readonly rateMBs: number
}

type Verb = "encrypt" | "decrypt"

export function crypto(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    makeKeys(folder)
    const found: Figure[] = []
    for (const images of [asked.instances, asked.largeInstances])
      if (images > 0) found.push(...(await ofSize(folder, images * IMAGE_BYTES, asked)))
    return found
  })
}

function makeKeys(folder: string): void {
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
  const names = ["-subj", "/CN=bench", "-days", "30", "-keyout", "key.pem", "-out", "crt.pem"]
  execFileSync("openssl", ["req", "-x509", ...kind, ...names], { cwd: folder, stdio: "ignore" })
}

async function ofSize(folder: string, bytes: number, { rounds, say }: Asked): Promise<Figure[]> {
  const size = `${Math.round(bytes / 1e6)}MB`
  await writeClear(join(folder, "clear"), bytes)
  const why = whyNoOpenssl(bytes)
  if (why !== null) say(`  ${size}: openssl cms -decrypt ${why}, and is not taken`)
  const found: Figure[] = []
  for (const verb of ["encrypt", "decrypt"] as const) {
    const isAlone = verb === "decrypt" && why !== null
    const run = (out: string, command: readonly string[]) => () => measured(folder, command, out, bytes)
    const runners = [
      {
        name: "dokuei",
        run: run(OUT[verb], [process.execPath, INSIDE, verb, ...files(verb), "key.pem", "crt.pem"]),
      },
      ...(isAlone ? [] : [{ name: "openssl", run: run(`${OUT[verb]}.openssl`, openssl(verb)) }]),
    ]
    const costs = await alternate<string, Cost>(runners, rounds)
    found.push(...figuresOf(`cms-${verb}`, size, costs))
  }
  for (const name of ["clear", ...Object.values(OUT)])
    for (const file of [name, `${name}.openssl`]) await rm(join(folder, file), { force: true })
  return found
}

/** What keeps it from decrypting a message of this size; null = nothing. */
function whyNoOpenssl(bytes: number): string | null {
  if (bytes > OPENSSL_READS_BYTES) return "reads nothing of more than 2 GiB"
  return freemem() < bytes * OPENSSL_HOLDS ? "would need more memory than is free" : null
}

/** Both decrypt what we encrypted: openssl writes its stream in segments of a few KiB, which is another matter. */
const OUT: Readonly<Record<Verb, string>> = { encrypt: "sealed", decrypt: "opened" }
const files = (verb: Verb): readonly [string, string] => [
  verb === "encrypt" ? "clear" : OUT.encrypt,
  OUT[verb],
]

function openssl(verb: Verb): readonly string[] {
  const [from, to] = files(verb)
  const io = ["-in", from, "-out", `${to}.openssl`]
  return verb === "encrypt"
    ? [
        "openssl",
        ...CRYPTO,
        "-encrypt",
        "-aes-256-gcm",
        "-stream",
        "-outform",
        "DER",
        ...io,
        "-recip",
        "crt.pem",
        "-keyopt",
        "ecdh_kdf_md:sha256",
      ]
    : ["openssl", ...CRYPTO, "-decrypt", "-inform", "DER", ...io, "-inkey", "key.pem", "-recip", "crt.pem"]
}

async function writeClear(path: string, bytes: number): Promise<void> {
  const block = randomBytes(BLOCK_BYTES)
  const file = await open(path, "w")
  for (let left = bytes; left > 0; left -= BLOCK_BYTES) await file.writeFile(block.subarray(0, left))
  await file.close()
}

/** One process from its start to its end. Throws when it fails, or when nothing came of it. */
async function measured(
  folder: string,
  [program = "", ...args]: readonly string[],
  out: string,
  bytes: number,
): Promise<Cost> {
  await settleDisk(folder)
  const before = await endedChildrenCpuMs()
  const began = performance.now()
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
  const ended = once(child, "exit")
  let peakMiB = 0
  const timer = setInterval(() => {
    // The last look before its end is its peak but for what 20 ms add.
    peakRssMiB(child.pid ?? 0).then(
      (peak) => (peakMiB = Number.isNaN(peak) ? peakMiB : peak),
      () => undefined,
    )
  }, LOOK_EVERY_MS)
  const [status] = (await ended) as [number | null]
  const seconds = (performance.now() - began) / 1000
  clearInterval(timer)
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${status}`)
  if ((await stat(join(folder, out))).size < bytes) throw new Error(`${program}: ${out} is too short`)
  return { cpuMs: (await endedChildrenCpuMs()) - before, peakMiB, rateMBs: bytes / 1e6 / seconds }
}

function figuresOf(name: string, size: string, costs: ReadonlyMap<string, readonly Cost[]>): Figure[] {
  const of = (who: string, what: keyof Cost): number[] => (costs.get(who) ?? []).map((each) => each[what])
  const made = (what: keyof Cost, kind: string, unit: string): Figure => {
    const peer = of("openssl", what)
    const told = { figure: `${name}-${kind}/${size}`, unit, peerName: "openssl cms" }
    return figure(told, of("dokuei", what), peer.length === 0 ? null : peer)
  }
  return [
    made("cpuMs", "cpu", "ms CPU"),
    made("peakMiB", "memory", "MiB peak RSS"),
    made("rateMBs", "rate", "MB/s"),
  ]
}
