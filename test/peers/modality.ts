/** A device that sends with DCMTK's storescu, keeps in mind which images were answered 0000H, and sends only the others again. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"

const PAUSE_MS = 100

export interface Modality {
  readonly port: number
  /** An association begins now. */
  readonly onSending: () => void
}

/**
 * Resolves with the files acknowledged when every one is.
 *
 * @param patienceMs rejects when it takes longer
 */
export async function sendUntilAcknowledged(
  modality: Modality,
  files: readonly string[],
  patienceMs: number,
): Promise<ReadonlySet<string>> {
  const acknowledged = new Set<string>()
  const deadline = Date.now() + patienceMs
  while (acknowledged.size < files.length) {
    if (Date.now() > deadline) throw new Error(`the modality could not send ${files.length} images`)
    const left = files.filter((file) => !acknowledged.has(file))
    modality.onSending()
    for (const file of await oneAssociation(modality.port, left)) acknowledged.add(file)
    if (acknowledged.size < files.length) await sleep(PAUSE_MS)
  }
  return acknowledged
}

/** The files whose C-STORE was answered with success before the association ended, however it ended. */
async function oneAssociation(port: number, files: readonly string[]): Promise<string[]> {
  const options = [
    "-v",
    "-aet",
    "MR1",
    "-aec",
    "DOKUEI",
    "-ta",
    "5",
    "-td",
    "5",
    "127.0.0.1",
    String(port),
    ...files,
  ]
  const env = { ...process.env, TCP_NODELAY: "1" }
  const child = spawn("storescu", options, { env, stdio: ["ignore", "ignore", "pipe"] })
  let told = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (told += text))
  await once(child, "close")
  return acknowledgedIn(told)
}

function acknowledgedIn(told: string): string[] {
  let sending = ""
  return told.split("\n").flatMap((line) => {
    sending = /^I: Sending file: (.+)$/.exec(line)?.[1] ?? sending
    return line.startsWith("I: Received Store Response (Success)") ? [sending] : []
  })
}
