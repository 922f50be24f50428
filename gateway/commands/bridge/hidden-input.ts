/** What is typed in this window is never shown: neither a PIN nor what was meant as one and came too early. */
import type { ReadStream } from "node:tty"

const ENTER = new Set([0x0a, 0x0d])
const ERASE = new Set([0x08, 0x7f])
const INTERRUPT = 0x03
const ESCAPE = 0x1b
/** Longer than the PIN of any card. */
const MAX_BYTES = 64

/**
 * The terminal echoes nothing from here to `close`, not only while a line is asked for: who types before the prompt is there, or
 * faster than it, would show their PIN. What was typed before it was asked for is no answer. Ctrl-C ends the program as it does elsewhere.
 */
export class HiddenInput {
  readonly #input: ReadStream
  /** Takes each octet while a line is asked for. */
  #asking: ((byte: number) => void) | null = null

  constructor(input: ReadStream) {
    this.#input = input
    input.setRawMode(true)
    input.on("data", this.#hear)
  }

  /** Bytes up to Enter, without it; null = nothing was typed, Escape, Ctrl-C, or `signal` came first. One at a time. */
  line(signal: AbortSignal): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      const typed = Buffer.alloc(MAX_BYTES)
      let length = 0
      const end = (line: Uint8Array | null): void => {
        this.#asking = null
        signal.removeEventListener("abort", abort)
        typed.fill(0)
        resolve(line)
      }
      const abort = (): void => end(null)
      if (signal.aborted) return abort()
      signal.addEventListener("abort", abort)
      this.#asking = (byte) => {
        if (byte === ESCAPE || byte === INTERRUPT) end(null)
        else if (ENTER.has(byte)) end(length === 0 ? null : Uint8Array.from(typed.subarray(0, length)))
        else if (ERASE.has(byte)) length = Math.max(0, length - 1)
        else if (length < MAX_BYTES) typed[length++] = byte
      }
    })
  }

  close(): void {
    this.#input.off("data", this.#hear)
    this.#input.setRawMode(false)
    this.#input.pause()
  }

  readonly #hear = (piece: Buffer): void => {
    for (const byte of piece) {
      if (byte === INTERRUPT) process.kill(process.pid, "SIGINT")
      this.#asking?.(byte)
    }
    piece.fill(0)
  }
}
