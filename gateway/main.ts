/**
 * `dokuei COMMAND …`: argv → command → exit code. What a command prints for a person goes to stdout, faults to
 * stderr; a command tells its verdict by returning an exit code, a failure by throwing.
 */
import { CommanderError } from "commander"
import { printableLines } from "./commands/printable.ts"
import { program } from "./commands/program.ts"
import { EXIT, exitCode } from "./exit.ts"
import { DokueiError } from "./journey/errors.ts"

async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok.code
  try {
    await program((told) => (code = told)).parseAsync(argv)
    return code
  } catch (error) {
    // Commander has printed its own sentence; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok.code : EXIT.usage.code
    process.stderr.write(`${printableLines(sentence(error))}\n`)
    return exitCode(error)
  }
}

/** Our own sentences and the system's hold no patient data; any other message might, so its stack has to do. */
function sentence(error: unknown): string {
  if (error instanceof DokueiError) return `${error.code}: ${error.message}`
  if (!(error instanceof Error)) return "something was thrown that is not an Error"
  if ("syscall" in error) return error.message
  const frames = error.stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? []
  return [error.name, ...frames].join("\n")
}

const code = await main(process.argv)
// A start that failed may have left doors open behind it: whatever it was, nothing of it goes on.
process.exit(code)
