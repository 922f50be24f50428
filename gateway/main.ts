/**
 * `dokuei COMMAND …`: argv → command → exit code. What a command prints for a person goes to stdout, faults to
 * stderr; a command tells its verdict by returning an exit code, a failure by throwing.
 */
import { Command, CommanderError } from "commander"
import { auditCommand } from "./commands/audit.ts"
import { checkConfigCommand } from "./commands/check-config.ts"
import { docsCommand } from "./commands/docs.ts"
import { doctorCommand } from "./commands/doctor/doctor.ts"
import { echoCommand } from "./commands/echo.ts"
import { enrolCommand } from "./commands/enrol.ts"
import { importCommand } from "./commands/import/import.ts"
import { keysCommand } from "./commands/keys.ts"
import { evidenceCommand } from "./commands/evidence/evidence.ts"
import { verifyCommand } from "./commands/evidence/verify.ts"
import { mediaCommand } from "./commands/media/media.ts"
import { pkiCommand } from "./commands/pki-command.ts"
import { recoverCommand } from "./commands/recover.ts"
import { printableLines } from "./commands/printable.ts"
import { runCommand } from "./commands/run.ts"
import { siteCommand } from "./commands/site/site.ts"
import { xdrCommand } from "./commands/xdr/xdr.ts"
import { VERSION } from "./version.ts"
import { EXIT, exitCode, type Finish } from "./exit.ts"
import { DokueiError } from "./journey/errors.ts"

function program(finish: Finish): Command {
  const dokuei = new Command("dokuei")
    .description("A teleradiology gateway between hospitals and reading centres")
    .version(VERSION)
  for (const command of [
    runCommand,
    checkConfigCommand,
    enrolCommand,
    keysCommand,
    recoverCommand,
    auditCommand,
    pkiCommand,
    docsCommand,
    echoCommand,
    importCommand,
    mediaCommand,
    xdrCommand,
    evidenceCommand,
    verifyCommand,
    siteCommand,
    doctorCommand,
  ])
    dokuei.addCommand(command(finish))
  return throwing(dokuei)
}

/** Commander ends the process by itself unless every command, the nested ones too, is told to throw. */
function throwing(command: Command): Command {
  command.commands.forEach(throwing)
  return command.exitOverride()
}

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
