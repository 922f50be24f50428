/**
 * Told apart: which of the key object selections of an unmarked study is its manifest. A single one is; of several the one
 * that is titled so (113030), and the others are the study's own. What lies in a ZIP may be its manifest only by its title, and
 * only where none stands beside the ZIP.
 */
import { readManifest } from "../../standards/dicom/kos.ts"
import { Malformed } from "../../standards/malformed.ts"
import { MAX_WHOLE_BYTES, readWhole } from "../read-whole.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"
import type { Received } from "./custody.ts"

const MANIFEST_TITLE = "113030"

/** Throws AcceptanceError InvalidDocumentContent where none of several is, or more than one; in a ZIP there may be none. */
export async function toldApart(world: World, received: readonly Received[]): Promise<readonly Received[]> {
  const all = received.filter(({ role }) => role === "manifest")
  const beside = all.filter(({ within }) => within === undefined)
  const candidates = beside.length > 0 ? beside : all
  if (beside.length === 1) return named(received, beside[0])
  const titled: Received[] = []
  for (const each of candidates) if ((await titleOf(world, each)) === MANIFEST_TITLE) titled.push(each)
  const [manifest] = titled
  if (titled.length > 1 || (manifest === undefined && beside.length > 0))
    throw contentFault(candidates[0]?.entry.uniqueId ?? "", `${titled.length} manifests in one submission`)
  return named(received, manifest)
}

/** The others are the study's own, but for a copy of the manifest in the ZIP beside it. */
const named = (received: readonly Received[], manifest: Received | undefined): readonly Received[] =>
  received.map((each) => {
    if (each.role !== "manifest" || each === manifest) return each
    const isCopy = each.entry.uniqueId === manifest?.entry.uniqueId
    return { ...each, role: isCopy ? ("attachment" as const) : ("instance" as const) }
  })

async function titleOf(world: World, { entry, object }: Received): Promise<string> {
  if (object.facts.clearLengthBytes > MAX_WHOLE_BYTES)
    throw contentFault(entry.uniqueId, "no key object selection is that large")
  try {
    return readManifest(await readWhole(world.spool, object.place)).title.code
  } catch (error) {
    if (error instanceof Malformed) throw contentFault(entry.uniqueId, error)
    throw error
  }
}
