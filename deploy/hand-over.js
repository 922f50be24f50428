// Hands over to another program: its exit code becomes ours, and a signal for us is a signal for it.
import { spawn } from "node:child_process"
import { constants } from "node:os"

/** Resolves with the exit code; 128 + number when a signal ended the program, as shells say it. */
export function handOver(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options })
    const pass = (signal) => child.kill(signal)
    // A terminal sends SIGINT to the child as well: a second one would tell it to hurry.
    const wait = () => undefined
    process.on("SIGTERM", pass).on("SIGHUP", pass).on("SIGINT", wait)
    child.once("error", reject)
    child.once("exit", (code, signal) => {
      process.off("SIGTERM", pass).off("SIGHUP", pass).off("SIGINT", wait)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}
