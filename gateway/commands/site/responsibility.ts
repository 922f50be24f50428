/** `dokuei site responsibility FILE`: the table of who answers for what, for the contract's annex. */
import { Command } from "commander"
import { responsibilityPage } from "../../site/responsibility.ts"
import { loadSite } from "./load-site.ts"

export const responsibilityCommand = (): Command =>
  new Command("responsibility")
    .description("print who answers for each segment of the way, and whom to call first")
    .argument("<file>", "site file")
    .action((file: string) => void process.stdout.write(responsibilityPage(loadSite(file))))
