/**
 * Where one submission of a test day is kept: the request as it came, its documents, what was told. Made when its first octet
 * comes; no name in it is the sender's.
 */
import { createHash } from "node:crypto"
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs"
import { open, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { SpoolError } from "../../journey/errors.ts"
import { documentFile } from "../../standards/xdm/layout.ts"
import type { DocumentEntry } from "../../standards/xds/submission.ts"
import { makeFolderSync } from "../../storage/make-folder.ts"

/** Of a request so much is kept as it came: what two stacks disagree about stands at its beginning. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024
const DOCUMENTS = "documents"
const OWNER_ONLY = 0o700
const PRIVATE = 0o600

/** One document as it came, whether or not it was what it should be. */
export interface DocumentKept {
  readonly entry: DocumentEntry
  /** Relative to the folder. */
  readonly file: string
  readonly lengthBytes: number
  readonly sha1: string
}

export class TrialFolder {
  readonly #make: () => string
  #path: string | null = null
  #request: number | null = null
  #requestBytes = 0
  #documents = 0
  /** Why the request is not kept whole; null = it is. */
  #requestFault: string | null = null

  /** @param make `foldersIn(…)` */
  constructor(make: () => string) {
    this.#make = make
  }

  /** null while nothing was kept. */
  get path(): string | null {
    return this.#path
  }

  get requestFault(): string | null {
    return this.#requestFault
  }

  /** The next octets of the request. Written at once: whoever sends waits for it. Never throws: documents matter more. */
  keep(head: () => string, octets: Uint8Array): void {
    if (this.#requestFault !== null) return
    try {
      if (this.#request === null) {
        this.#request = openSync(join(this.#made(), "request.http"), "wx", PRIVATE)
        writeSync(this.#request, head())
      }
      const left = MAX_REQUEST_BYTES - this.#requestBytes
      writeSync(this.#request, octets.subarray(0, left))
      this.#requestBytes += octets.length
      if (octets.length > left) this.#requestFault = `only its first ${MAX_REQUEST_BYTES} octets are kept`
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error
      this.#requestFault = `it could not be kept (${String(error.code)})`
    }
  }

  /** @throws SpoolError when it cannot be written; what the octets throw comes through, after `told` */
  async document(
    entry: DocumentEntry,
    octets: AsyncIterable<Uint8Array>,
    told: (kept: DocumentKept) => void,
  ): Promise<void> {
    const file = await written(() => this.#next(entry))
    const handle = await written(() => open(join(this.#made(), file), "wx", PRIVATE))
    const sha1 = createHash("sha1")
    let lengthBytes = 0
    try {
      for await (const piece of octets) {
        sha1.update(piece)
        lengthBytes += piece.length
        await written(() => handle.writeFile(piece))
      }
      await written(() => handle.sync())
    } finally {
      await handle.close()
      told({ entry, file, lengthBytes, sha1: sha1.digest("hex") })
    }
  }

  /** Of what is refused no document is kept. */
  async dropDocuments(): Promise<void> {
    if (this.#path !== null) await rm(join(this.#path, DOCUMENTS), { recursive: true, force: true })
  }

  /** Ends it. */
  async close(report: string): Promise<void> {
    if (this.#request !== null) closeSync(this.#request)
    this.#request = null
    if (this.#path !== null)
      await writeFile(join(this.#path, "report.txt"), report, { flag: "wx", mode: PRIVATE })
  }

  #next({ mimeType }: DocumentEntry): string {
    makeFolderSync(join(this.#made(), DOCUMENTS), OWNER_ONLY)
    this.#documents += 1
    return `${DOCUMENTS}/${documentFile(this.#documents, mimeType)}`
  }

  #made(): string {
    this.#path ??= this.#make()
    return this.#path
  }
}

/** New folders, one at each call: `0001` and so on, past those of earlier runs. They throw the system's error. */
export function foldersIn(parent: string): () => string {
  let number = 0
  return () => {
    for (;;) {
      number += 1
      const path = join(parent, String(number).padStart(4, "0"))
      if (isMade(path)) return path
    }
  }
}

function isMade(path: string): boolean {
  try {
    mkdirSync(path, { mode: OWNER_ONLY })
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  }
}

/** Answered as the gateway answers when its disk is full. */
async function written<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause
    throw new SpoolError("ERR_SPOOL_WRITE", `a document could not be written (${String(cause.code)})`, {
      cause,
    })
  }
}
