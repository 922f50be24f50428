/**
 * A PKCS#11 module in a process of its own: `p11-kit remote MODULE` loads it and answers one call after the other over
 * its standard streams (docs/adr/0023). A module that crashes or hangs takes this process with it and nothing else.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { KeyError } from "../../../journey/errors.ts"
import { CryptokiError, type Call } from "./cryptoki.ts"
import { OctetReader, counted, u32 } from "./octets.ts"

/** The first version of the protocol: every p11-kit speaks it. */
const VERSION = 0
const HEADER_BYTES = 12
/** A chain of a token's largest attribute is far below. */
const MAX_ANSWER_BYTES = 65_536
/** What it says of itself on standard error is for the log's one line. */
const MAX_COMPLAINT = 300

interface Waiting {
  readonly call: Call | null
  readonly resolve: (answer: OctetReader) => void
  readonly reject: (error: Error) => void
}

export class ModuleProcess {
  readonly #child: ChildProcess
  readonly #limitMs: number
  #buffered = Buffer.alloc(0)
  #waiting: Waiting | null = null
  #serial = 0
  #complaint = ""
  #ended: KeyError | null = null

  /** @param limitMs one call may take so long; then the process is killed */
  constructor(module: string, limitMs: number) {
    this.#limitMs = limitMs
    this.#child = spawn("p11-kit", ["remote", module], { stdio: ["pipe", "pipe", "pipe"] })
    this.#child.on("error", (cause) =>
      this.#end("p11-kit cannot be started: install the package p11-kit", cause),
    )
    this.#child.on("close", () => this.#end(`the module's process ended${this.#said()}`))
    this.#child.stdout?.on("data", (piece: Buffer) => this.#hear(piece))
    this.#child.stderr?.on("data", (piece: Buffer) => {
      this.#complaint = (this.#complaint + piece.toString("utf8")).slice(0, MAX_COMPLAINT)
    })
    // A process that is gone takes no more: `close` tells it.
    this.#child.stdin?.on("error", () => undefined)
  }

  get isOver(): boolean {
    return this.#ended !== null
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Before the first call. */
  async greet(): Promise<void> {
    await this.#ask(null, Buffer.of(VERSION))
  }

  /** One at a time. Throws CryptokiError, or KeyError ERR_KEY_TOKEN when there is no answer. */
  call(call: Call, ...parts: readonly Uint8Array[]): Promise<OctetReader> {
    const body = Buffer.concat([u32(call.id), counted(Buffer.from(call.takes, "latin1")), ...parts])
    this.#serial += 1
    const message = Buffer.concat([u32(this.#serial), u32(0), u32(body.length), body])
    body.fill(0)
    return this.#ask(call, message)
  }

  kill(): void {
    this.#child.kill("SIGKILL")
  }

  #ask(call: Call | null, message: Buffer): Promise<OctetReader> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(`the module does not answer within ${this.#limitMs} ms`)
        this.kill()
      }, this.#limitMs)
      const settled =
        <Value>(tell: (value: Value) => void) =>
        (value: Value): void => {
          clearTimeout(timer)
          this.#waiting = null
          tell(value)
        }
      this.#waiting = { call, resolve: settled(resolve), reject: settled(reject) }
      // What is sent may hold the PIN.
      this.#child.stdin?.write(message, () => message.fill(0))
    })
  }

  #hear(piece: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, piece])
    piece.fill(0)
    const waiting = this.#waiting
    try {
      if (waiting === null) throw fault("it speaks unasked")
      const answer = waiting.call === null ? this.#version() : this.#answer(waiting.call)
      if (answer !== null) waiting.resolve(answer)
    } catch (error) {
      if (error instanceof CryptokiError) waiting?.reject(error)
      else {
        this.#end("the module's process does not speak as p11-kit does", error)
        this.kill()
      }
    }
  }

  #version(): OctetReader | null {
    if (this.#buffered.length < 1) return null
    return new OctetReader(this.#taken(1))
  }

  /** null = not whole yet. */
  #answer(call: Call): OctetReader | null {
    if (this.#buffered.length < HEADER_BYTES) return null
    const [serial, options, length] = [0, 4, 8].map((at) => this.#buffered.readUInt32BE(at))
    if (serial !== this.#serial || options !== 0 || length === undefined || length > MAX_ANSWER_BYTES)
      throw fault("an answer's head is not one of ours")
    if (this.#buffered.length < HEADER_BYTES + length) return null
    this.#taken(HEADER_BYTES)
    const answer = new OctetReader(this.#taken(length))
    const id = answer.u32()
    const letters = Buffer.from(answer.counted()).toString("latin1")
    if (id === 0) throw new CryptokiError(answer.ulong())
    if (id !== call.id || letters !== call.gives) throw fault("it answers another call")
    return answer
  }

  #taken(length: number): Buffer {
    const taken = this.#buffered.subarray(0, length)
    this.#buffered = this.#buffered.subarray(length)
    return taken
  }

  #end(why: string, cause?: unknown): void {
    this.#ended ??= new KeyError("ERR_KEY_TOKEN", why, { cause })
    this.#waiting?.reject(this.#ended)
  }

  #said(): string {
    const [line = ""] = this.#complaint.trim().split("\n", 1)
    return line === "" ? "" : `: ${line}`
  }
}

const fault = (what: string): KeyError => new KeyError("ERR_KEY_TOKEN", what)
