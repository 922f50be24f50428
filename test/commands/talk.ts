/** A command that talks with people, as `invite` and `join` do. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { MAIN } from "./command-line.ts"

/** Waits for what it prints. */
export class Talk {
  readonly process: ChildProcess
  #text = ""
  readonly ended: Promise<unknown>
  static readonly all: Talk[] = []
  /** @param inside what starts it in another place, such as a host of the town */
  constructor(args: readonly string[], inside: readonly string[] = []) {
    const [program = "", ...rest] = [...inside, process.execPath, MAIN, ...args]
    this.process = spawn(program, rest)
    for (const stream of [this.process.stdout, this.process.stderr])
      stream!.on("data", (piece: Buffer) => (this.#text += piece.toString()))
    this.ended = once(this.process, "close")
    Talk.all.push(this)
  }
  get text(): string {
    return this.#text
  }
  async says(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = what.exec(this.#text)
      if (match !== null) return match
      if (this.process.exitCode !== null) throw new Error(`ended without ${what}: ${this.#text}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
