/** `dokuei docs`: the pages of docs/ that are printed from the program, so that they cannot say something else. */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Command, Option } from "commander"
import { algorithmsPage } from "./docs/algorithms-page.ts"
import { auditPage } from "./docs/audit-page.ts"
import { conformancePage } from "./docs/conformance-page.ts"
import { errorsPage } from "./docs/errors-page.ts"
import { journeyPage } from "./docs/journey-page.ts"
import { malformedCodes } from "./docs/malformed-codes.ts"
import { metadataPage } from "./docs/metadata-page.ts"
import { requirementsPage } from "./docs/requirements-page.ts"
import { responsibilityExample } from "./docs/responsibility-page.ts"
import { settingsPage } from "./docs/settings-page.ts"
import { whatToDoPage } from "./docs/what-to-do-page.ts"
import { makeFolder } from "../storage/make-folder.ts"

const SOURCE = join(import.meta.dirname, "..")
const SITE_EXAMPLE = join(import.meta.dirname, "..", "..", "deploy", "site.example.yaml")
const DOCS = join(import.meta.dirname, "..", "..", "docs")

export const docsCommand = (): Command =>
  new Command("docs")
    .description(
      "print algorithms.md, requirements.md, settings.md, errors.md, journey.md, conformance-dicom.md, metadata.md, responsibility.md, what-to-do.md and audit.md",
    )
    .addOption(new Option("--out <dir>", "folder to write to").default(DOCS, "docs of this program"))
    .action(async ({ out }: { out: string }) => {
      await makeFolder(out)
      for (const [name, page] of Object.entries(await generatedPages()))
        await writeFile(join(out, name), page)
    })

/** File name → content of every generated page. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  return {
    "algorithms.md": algorithmsPage(),
    "audit.md": auditPage(),
    "requirements.md": requirementsPage(),
    "responsibility.md": responsibilityExample(SITE_EXAMPLE),
    "settings.md": settingsPage(),
    "errors.md": errorsPage(await malformedCodes(SOURCE)),
    "journey.md": journeyPage(),
    "conformance-dicom.md": conformancePage(),
    "metadata.md": metadataPage(),
    "what-to-do.md": whatToDoPage(),
  }
}
