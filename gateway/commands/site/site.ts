/** `dokuei site …`: what the site file says, printed, compared with the machine, installed. */
import { Command } from "commander"
import type { Finish } from "../../exit.ts"
import { applyCommand, confirmCommand, rollBackCommand } from "./apply.ts"
import { renderCommand } from "./render.ts"
import { responsibilityCommand } from "./responsibility.ts"

export const siteCommand = (finish: Finish): Command =>
  new Command("site")
    .description("the site file: zones, contracts, tunnels, and who answers for what")
    .addCommand(renderCommand(finish))
    .addCommand(applyCommand())
    .addCommand(confirmCommand())
    .addCommand(rollBackCommand())
    .addCommand(responsibilityCommand())
