/** Where a file goes when it is dealt with. Nothing there is overwritten, and no link leads out. */
import { realpath, rename, unlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { StoreOutcome } from "../../journey/ports/inbound.ts"
import { isUnchanged, signatureOf, type Candidate, type Signature } from "./candidates.ts"
import { DONE, REFUSED, type FolderOptions } from "./options.ts"
import { makeFolder } from "../../storage/make-folder.ts"

/** A link stands where a folder of ours should. */
export class Elsewhere extends Error {
  readonly code = "ELOOP"
}

/** The object is durable here. @param root real path of the folder */
export async function putDone(
  root: string,
  { name, signature }: Candidate,
  after: FolderOptions["after"],
): Promise<void> {
  if (after === "delete") {
    const now = await signatureOf(join(root, name))
    if (now !== null && isUnchanged(now, signature)) await unlink(join(root, name))
  } else await move(root, name, signature, DONE)
}

/** With its reason beside it, for the person who looks. */
export async function putRefused(
  root: string,
  { name, signature }: Candidate,
  { status, comment }: StoreOutcome,
): Promise<void> {
  const moved = await move(root, name, signature, REFUSED)
  if (moved === null) return
  const reason = `${status.toString(16).toUpperCase().padStart(4, "0")}H ${comment}\n`
  await writeFile(`${moved}.txt`, reason, { flag: "wx", mode: 0o640 })
}

/** Returns where it is now; null when it was another file by then, which stays where it is. */
async function move(root: string, name: string, signature: Signature, to: string): Promise<string | null> {
  const now = await signatureOf(join(root, name))
  if (now === null || !isUnchanged(now, signature)) return null
  const folder = dirname(join(root, to, name))
  await makeFolder(folder, 0o750)
  if ((await realpath(folder)) !== folder) throw new Elsewhere(`${to} holds a link where a folder should be`)
  const target = await freeName(join(root, to, name))
  await rename(join(root, name), target)
  return target
}

/** `name`, `name.1`, `name.2` …, free with its reason's name. */
async function freeName(path: string): Promise<string> {
  for (let count = 0; ; count++) {
    const name = count === 0 ? path : `${path}.${count}`
    const taken = (await signatureOf(name)) ?? (await signatureOf(`${name}.txt`))
    if (taken === null) return name
  }
}
