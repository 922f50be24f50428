/** `dokuei bridge` in a terminal of its own (util-linux `script` gives it one), with a person who types. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { MAIN } from "../commands/command-line.ts"
import { MODULE, TOKEN } from "./softhsm.ts"

export class TypedBridge {
  readonly #child: ChildProcess
  #shown = ""
  #hear: () => void = () => undefined

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stdout?.on("data", (piece: Buffer) => {
      this.#shown += piece.toString()
      this.#hear()
    })
  }

  /** @param key of the card; its module finds the card by the environment, see `SoftHsm` */
  static async start(origin: string, key: string, port = 0): Promise<TypedBridge> {
    const flags = [
      "--module",
      MODULE,
      "--token",
      TOKEN,
      "--key",
      key,
      "--desk",
      origin,
      "--port",
      String(port),
    ]
    const command = [process.execPath, MAIN, "bridge", ...flags].join(" ")
    const child = spawn("script", ["-qfec", command, "/dev/null"], {
      env: { ...process.env, LC_ALL: "C", NODE_NO_WARNINGS: "1" },
    })
    const bridge = new TypedBridge(child)
    await bridge.shows(/Ctrl-C/)
    return bridge
  }

  /** Everything in the window. */
  get shown(): string {
    return this.#shown
  }

  get port(): number {
    return Number(/127\.0\.0\.1:(\d+)/.exec(this.#shown)?.[1])
  }

  /** The newest. */
  get code(): string {
    return [...this.#shown.matchAll(/signing page: (\d{8})/g)].at(-1)?.[1] ?? ""
  }

  /** Until the window shows it, from `after` on. */
  async shows(what: RegExp, after = 0): Promise<void> {
    const exited = once(this.#child, "exit").then(() => {
      throw new Error(`the bridge ended: ${this.#shown}`)
    })
    exited.catch(() => undefined)
    const seen = new Promise<void>((resolve) => {
      this.#hear = () => {
        if (what.test(this.#shown.slice(after))) resolve()
      }
      this.#hear()
    })
    await Promise.race([seen, exited])
  }

  /** At the newest question for a PIN. */
  async type(line: string, after = 0): Promise<void> {
    await this.shows(/PIN of the card: $/, after)
    this.#child.stdin?.write(`${line}\r`)
  }

  /** Before anybody asks. */
  blurt(line: string): void {
    this.#child.stdin?.write(`${line}\r`)
  }

  /** Ctrl-C. */
  async stop(): Promise<void> {
    const ended = once(this.#child, "exit")
    this.#child.stdin?.write("\x03")
    await ended
  }
}
