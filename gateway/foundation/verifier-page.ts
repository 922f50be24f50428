/** The verifier page as the viewer's build leaves it, beside what the desks serve. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { DeskError } from "../journey/errors.ts"
import type { VerifierPage } from "../journey/ports/evidence.ts"

const PAGE = join(import.meta.dirname, "..", "..", "viewer", "dist", "verifier.html")

/** Read at each export: a gateway without a built viewer runs, and says what is missing when somebody asks. */
export const verifierPage: VerifierPage = async () => {
  try {
    return await readFile(PAGE)
  } catch (cause) {
    throw new DeskError("ERR_NOT_FOUND", "the verifier page is not built: npm run build", { cause })
  }
}
