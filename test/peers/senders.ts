/**
 * Programs that send DICOM files, and what each says of every file: not sent when it does not take the file itself, else
 * how the receiver answered.
 */
import { execFile, fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { importAll } from "../../gateway/commands/import/import.ts"
import { lookAt } from "../../gateway/commands/import/medium.ts"
import { dataSetStart } from "../../gateway/standards/dicom/part10.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import type { Errand, Word } from "./dcmjs-dimse-child.ts"
import { Orthanc } from "./orthanc.ts"
import type { Told } from "./told.ts"

export type Sent = ReadonlyMap<string, Told>

/** Where the files go. */
export interface Receiver {
  readonly port: number
  readonly aeTitle: string
}

const SUCCESS: Told = { kind: "success" }
const notSent = (reason: string): Told => ({ kind: "not sent", reason })

/** What a program writes to both outputs, whatever its exit code. */
function output(command: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, TCP_NODELAY: "1" }
  return new Promise((resolve) => {
    execFile(command, [...args], { env, maxBuffer: 1024 ** 3 }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    )
  })
}

/** storescu speaks one transfer syntax a run, by option. */
const STORESCU_OPTIONS: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2": "-xi",
  "1.2.840.10008.1.2.1": "-xe",
  "1.2.840.10008.1.2.2": "-xb",
  "1.2.840.10008.1.2.1.99": "-xd",
  "1.2.840.10008.1.2.4.50": "-xy",
  "1.2.840.10008.1.2.4.51": "-xx",
  "1.2.840.10008.1.2.4.70": "-xs",
  "1.2.840.10008.1.2.4.80": "-xt",
  "1.2.840.10008.1.2.4.81": "-xu",
  "1.2.840.10008.1.2.4.90": "-xv",
  "1.2.840.10008.1.2.4.91": "-xw",
  "1.2.840.10008.1.2.4.102": "-xn",
  "1.2.840.10008.1.2.5": "-xr",
}

export async function storescu(files: readonly string[], to: Receiver): Promise<Sent> {
  const told = new Map<string, Told>(files.map((file) => [file, notSent("storescu does not take the file")]))
  for (const [syntax, group] of groupedBySyntax(files)) {
    const option = STORESCU_OPTIONS[syntax]
    if (option === undefined) {
      for (const file of group) told.set(file, notSent(`storescu cannot propose ${syntax}`))
      continue
    }
    const args = ["-v", "-nh", "-R", option, "-aet", "SCU", "-aec", to.aeTitle, "127.0.0.1", String(to.port)]
    readStorescu(await output("storescu", [...args, ...group]), told)
  }
  return told
}

function groupedBySyntax(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const file of files) {
    const syntax = syntaxOf(file)
    groups.set(syntax, [...(groups.get(syntax) ?? []), file])
  }
  return groups
}

/** Of what has no header DCMTK guesses: explicit little endian is offered. */
function syntaxOf(file: string): string {
  try {
    return dataSetStart(readFileSync(file))?.TransferSyntaxUID ?? "1.2.840.10008.1.2.1"
  } catch (error) {
    if (error instanceof Malformed) return "1.2.840.10008.1.2.1"
    throw error
  }
}

function readStorescu(text: string, told: Map<string, Told>): void {
  let file = ""
  for (const line of text.split("\n")) {
    file = /^I: Sending file: (.+)$/.exec(line)?.[1] ?? file
    const response = /^I: Received Store Response \((.+)\)$/.exec(line)?.[1]
    if (response !== undefined)
      told.set(file, response === "Success" ? SUCCESS : { kind: "refused", reason: response })
    const fault = /^E: (No presentation context .*|Store Failed.*|bad DICOM file.*)$/.exec(line)?.[1]
    if (fault !== undefined && file !== "") told.set(file, notSent(fault))
  }
}

export async function dcmsend(files: readonly string[], to: Receiver): Promise<Sent> {
  const told = new Map<string, Told>(files.map((file) => [file, notSent("dcmsend does not take the file")]))
  const folder = mkdtempSync(join(tmpdir(), "dokuei-dcmsend-"))
  const report = join(folder, "report.txt")
  try {
    const ends = ["-aet", "DCMSEND", "-aec", to.aeTitle, "127.0.0.1", String(to.port)]
    await output("dcmsend", ["-nh", "-dn", "+crf", report, ...ends, ...files])
    for (const part of readFileSync(report, "latin1")
      .split(/^Number {8}: /m)
      .slice(1)) {
      const field = (name: string): string => new RegExp(`^${name} *: (.*)$`, "m").exec(part)?.[1] ?? ""
      const status = field("DIMSE Status")
      const isSuccess = status.startsWith("0x0000")
      const refused = status.startsWith("0x")
        ? ({ kind: "refused", reason: status } as const)
        : notSent(status)
      told.set(field("Filename"), isSuccess ? SUCCESS : refused)
    }
    return told
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** An object of odd length ends Orthanc at times, and at times does not: that alone is no word about who receives it. */
const TRIES_AT_ONE_FILE = 4

/** Takes files over REST and sends each for itself: the answer to a list does not say which failed. */
export async function orthanc(files: readonly string[], to: Receiver): Promise<Sent> {
  const open = (): Promise<Orthanc> =>
    Orthanc.open({
      aeTitle: "ORTHANC",
      modalities: { receiver: [to.aeTitle, to.port] },
      config: { TranscodeDicomProtocol: false, OverwriteInstances: true, SyncStorageArea: false },
    })
  let peer = await open()
  const told = new Map<string, Told>()
  try {
    for (const file of files) {
      for (let tries = 0; tries < TRIES_AT_ONE_FILE; tries++) {
        const each = await throughOrthanc(peer, file)
        told.set(file, peer.isAlive ? each : notSent("Orthanc ends at it"))
        if (peer.isAlive) break
        await peer.close()
        peer = await open()
      }
    }
    return told
  } finally {
    await peer.close()
  }
}

async function throughOrthanc(peer: Orthanc, file: string): Promise<Told> {
  let id: string
  try {
    id = (await peer.post<{ ID: string }>("/instances", readFileSync(file))).ID
  } catch (error) {
    return notSent(`Orthanc does not take the file: ${error instanceof Error ? short(error.message) : ""}`)
  }
  try {
    await peer.post("/modalities/receiver/store", { Resources: [id], Synchronous: true })
    return SUCCESS
  } catch (error) {
    const reason = error instanceof Error ? short(error.message) : ""
    // What it could not write to the line never came to us.
    return /DIMSE status|presentation context/.test(reason) ? { kind: "refused", reason } : notSent(reason)
  }
}

const short = (text: string): string =>
  (/"Details" *: *"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.split("\n")[0] ?? "").slice(0, 160)

/** Longer than it takes for any file it takes. */
const PATIENCE_MS = 15_000
/** It never comes to the end of the one, and inflates the other to 200 MB and writes it anew. */
const TOO_MUCH_FOR_DCMJS = /\/(struct_vl_past_eof|bomb_deflate_200mb)\.dcm$/

/** Where dcmjs-dimse ends or hangs at a file, the file counts as not taken, and a new process goes on behind it. */
export async function dcmjsDimse(files: readonly string[], to: Receiver): Promise<Sent> {
  const told = new Map<string, Told>()
  for (const file of files)
    if (TOO_MUCH_FOR_DCMJS.test(file)) told.set(file, notSent("dcmjs would hang at it"))
  for (let left = files.filter((file) => !told.has(file)); left.length > 0;) {
    for (const { file, told: each } of await toldByChild({ files: left, ...to })) told.set(file, each)
    const [next] = left.filter((file) => !told.has(file))
    if (next !== undefined) told.set(next, notSent("dcmjs-dimse ends or hangs at it"))
    left = left.filter((file) => !told.has(file))
  }
  return told
}

/** What one process says of files from the first on, until its end. */
async function toldByChild(errand: Errand): Promise<readonly Word[]> {
  const child = fork(join(import.meta.dirname, "dcmjs-dimse-child.ts"), [], {
    stdio: "ignore",
    execArgv: ["--disable-warning=ExperimentalWarning"],
  })
  const words: Word[] = []
  const impatient = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
  child.on("message", (word: Word) => {
    words.push(word)
    impatient.refresh()
  })
  const ended = once(child, "exit")
  child.send(errand)
  await ended
  clearTimeout(impatient)
  return words
}

/** `dokuei import`: STOW-RS. @param root folder that the files are in */
export async function stow(
  root: string,
  files: readonly string[],
  to: { readonly port: number; readonly token: string },
): Promise<Sent> {
  const medium = await lookAt(root)
  const wanted = new Set(files)
  const chosen = medium.files.filter(({ name }) => wanted.has(join(root, name)))
  const target = { host: "127.0.0.1", servicePath: "/dicomweb", chainPem: null, ...to }
  const quiet = { write: () => true }
  const imported = await importAll(target, root, { ...medium, files: chosen }, quiet)
  const told = new Map<string, Told>(files.map((file) => [file, notSent("no Part 10 file")]))
  for (const { name, status, comment } of imported) {
    const reason = `${status.toString(16).toUpperCase().padStart(4, "0")}H ${comment}`
    told.set(join(root, name), status === 0 ? SUCCESS : { kind: "refused", reason })
  }
  return told
}
