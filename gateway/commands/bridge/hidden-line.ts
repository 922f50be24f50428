/** A line that is typed and not shown. */
import type { ReadStream } from "node:tty"

const ENTER = new Set([0x0a, 0x0d])
const ERASE = new Set([0x08, 0x7f])
const INTERRUPT = 0x03
const ESCAPE = 0x1b
/** Longer than the PIN of any card. */
const MAX_BYTES = 64

/**
 * Bytes up to Enter, without it; null = nothing was typed, Escape, or `signal` came first. Ctrl-C ends the program as it does elsewhere. What
 * was typed before it was asked for is no answer.
 */
export function hiddenLine(input: ReadStream, signal: AbortSignal): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const typed = Buffer.alloc(MAX_BYTES)
    let length = 0
    const end = (line: Uint8Array | null): void => {
      input.off("data", hear)
      signal.removeEventListener("abort", abort)
      input.setRawMode(false)
      input.pause()
      typed.fill(0)
      resolve(line)
    }
    const abort = (): void => end(null)
    const hear = (piece: Buffer): void => {
      for (const byte of piece) {
        if (byte === INTERRUPT) process.kill(process.pid, "SIGINT")
        if (byte === ESCAPE || byte === INTERRUPT) return end(null)
        if (ENTER.has(byte)) return end(length === 0 ? null : Uint8Array.from(typed.subarray(0, length)))
        if (ERASE.has(byte)) length = Math.max(0, length - 1)
        else if (length < MAX_BYTES) typed[length++] = byte
      }
    }
    if (signal.aborted) {
      resolve(null)
      return
    }
    signal.addEventListener("abort", abort)
    input.setRawMode(true)
    input.on("data", hear)
    input.resume()
  })
}
