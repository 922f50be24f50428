/** The program as a person or systemd starts it, and a folder with everything a gateway's configuration names. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { pkiDemo } from "../../gateway/commands/pki.ts"

const ROOT = join(import.meta.dirname, "../..")
export const MAIN = join(ROOT, "gateway/main.ts")

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function dokuei(...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" })
  return { code: status, stdout, stderr }
}

/** The same, while this process goes on. */
export async function running(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args])
  let [stdout, stderr] = ["", ""]
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, "close")) as [number | null]
  return { code, stdout, stderr }
}

/** Writes `edge.yaml` and `center.yaml` (from the examples, on free ports) and all they name. */
export async function makeSites(folder: string): Promise<void> {
  const { spkiSha256 } = await pkiDemo(folder, {
    pin: "1234",
    now: new Date(),
    chance: { bytes: (length) => randomBytes(length) },
  })
  for (const name of ["passphrase", "ris.token"]) await writeFile(join(folder, name), "secret\n")
  for (const role of ["edge", "center"] as const) {
    const raw: ReturnType<typeof parse> = parse(
      await readFile(join(ROOT, `deploy/${role}.example.yaml`), "utf8"),
    )
    for (const name of ["dicom", "xdr", "desk", "health"])
      if (name in raw) Object.assign(raw[name], { host: "127.0.0.1", port: 0 })
    Object.assign(raw.desk, { origin: `http://${role}.localhost:8080`, rpId: `${role}.localhost` })
    Object.assign(raw.keys, { passphraseFile: "passphrase" })
    const partner = role === "edge" ? "center" : "edge"
    for (const agreement of raw.agreements)
      Object.assign(agreement, {
        tlsPins: [spkiSha256[`${partner}/tls`]],
        sealPins: [spkiSha256[`${partner}/seal`]],
      })
    Object.assign(raw, { dataDir: `${role}-data`, disk: { reserveMiB: 1 } })
    // Where tests run nobody need keep the clock.
    raw.time = { check: "none" }
    await writeFile(join(folder, `${role}.yaml`), stringify(raw))
  }
}

export interface Started {
  readonly process: ChildProcess
  /** Ports by name, from the log line that says `ready`. */
  readonly ports: Readonly<Record<string, number>>
  ended(): Promise<Ended>
}

/** `dokuei run`, up to its `ready`. Rejects when it ends before. */
export async function startDokuei(config: string, env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, "run", config], { env: { ...process.env, ...env } })
  let stdout = ""
  let stderr = ""
  const exited = once(child, "exit")
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = async (): Promise<Ended> => {
    await exited
    return { code: child.exitCode, stdout, stderr }
  }
  const ready = new Promise<Readonly<Record<string, number>>>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString()
      const line = stdout.split("\n").find((each) => each.includes('"message":"ready"'))
      if (line !== undefined) resolve(JSON.parse(line) as Record<string, number>)
    })
  })
  const early = exited.then(() => Promise.reject(new Error(`ended before it was ready: ${stderr}`)))
  return { process: child, ports: await Promise.race([ready, early]), ended }
}
