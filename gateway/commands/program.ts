/** The command line as a tree: `main.ts` runs it; the man page and the shell's completion are printed from it. */
import { Command } from "commander"
import { auditCommand } from "./audit.ts"
import { bridgeCommand } from "./bridge/bridge.ts"
import { checkConfigCommand } from "./check-config.ts"
import { docsCommand } from "./docs.ts"
import { doctorCommand } from "./doctor/doctor.ts"
import { echoCommand } from "./echo.ts"
import { enrolCommand } from "./enrol.ts"
import { evidenceCommand } from "./evidence/evidence.ts"
import { importCommand } from "./import/import.ts"
import { incidentCommand } from "./incident/bundle.ts"
import { freezeCommand, isolateCommand } from "./incident/levers.ts"
import { inviteCommand } from "./join/invite.ts"
import { joinCommand } from "./join/join.ts"
import { keysCommand } from "./keys.ts"
import { mediaCommand } from "./media/media.ts"
import { peopleCommand } from "./people/people.ts"
import { pkiCommand } from "./pki-command.ts"
import { backupCommand } from "./backup/backup.ts"
import { restoreCommand } from "./backup/restore.ts"
import { recoverCommand } from "./recover.ts"
import { runCommand } from "./run.ts"
import { sbomCommand } from "./sbom/sbom.ts"
import { selfTestCommand } from "./self-test/self-test.ts"
import { siteCommand } from "./site/site.ts"
import { verifyCommand } from "./evidence/verify.ts"
import { xdrCommand } from "./xdr/xdr.ts"
import type { Finish } from "../exit.ts"
import { VERSION } from "../version.ts"

/** Every command of `dokuei`; a verdict is told to `finish`, and commander throws instead of ending the process. */
export function program(finish: Finish): Command {
  const dokuei = new Command("dokuei")
    .description("A teleradiology gateway between hospitals and reading centres")
    .version(VERSION)
  for (const command of [
    runCommand,
    checkConfigCommand,
    enrolCommand,
    peopleCommand,
    inviteCommand,
    joinCommand,
    selfTestCommand,
    keysCommand,
    bridgeCommand,
    recoverCommand,
    backupCommand,
    restoreCommand,
    isolateCommand,
    freezeCommand,
    incidentCommand,
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
    sbomCommand,
  ])
    dokuei.addCommand(command(finish))
  return throwing(dokuei)
}

/** Commander ends the process by itself unless every command, the nested ones too, is told to throw. */
function throwing(command: Command): Command {
  command.commands.forEach(throwing)
  return command.exitOverride()
}
