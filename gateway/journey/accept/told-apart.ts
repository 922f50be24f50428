/**
 * Told apart: which of the key object selections of an unmarked study is its manifest. A single one is; of several the one
 * that is titled so (113030), and the others are the study's own.
 */
import { readManifest } from "../../standards/dicom/kos.ts"
import { Malformed } from "../../standards/malformed.ts"
import { MAX_WHOLE_BYTES, readWhole } from "../read-whole.ts"
import type { World } from "../world.ts"
import { contentFault } from "./content-fault.ts"
import type { Received } from "./custody.ts"

const MANIFEST_TITLE = "113030"

/** Throws AcceptanceError InvalidDocumentContent unless one of them is. */
export async function toldApart(world: World, received: readonly Received[]): Promise<readonly Received[]> {
  const candidates = received.filter(({ role }) => role === "manifest")
  if (candidates.length < 2) return received
  const titled: Received[] = []
  for (const each of candidates) if ((await titleOf(world, each)) === MANIFEST_TITLE) titled.push(each)
  const [manifest] = titled
  if (manifest === undefined || titled.length > 1)
    throw contentFault(candidates[0]?.entry.uniqueId ?? "", `${titled.length} manifests in one submission`)
  return received.map((each) =>
    each.role === "manifest" && each !== manifest ? { ...each, role: "instance" as const } : each,
  )
}

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
