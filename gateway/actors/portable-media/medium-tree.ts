/**
 * Names on a medium, whatever the case of their letters: media are copied between file systems that know capitals only and
 * such that tell them apart. No link is followed. Each folder is listed once, or again where a
 * medium has more names than are kept.
 */
import { opendir } from "node:fs/promises"
import { join } from "node:path"
import { comparable } from "../../standards/dicom/dicomdir.ts"
import { lstatOf, readable, unfit } from "./read-file.ts"

/** More in one folder is not looked at: 4,000 documents, and as much as anybody puts beside them. */
const MAX_ENTRIES = 200_000
/** Of all folders: what is more is listed again when it is asked for. */
const MAX_HELD_ENTRIES = 2 * MAX_ENTRIES

export class MediumTree {
  readonly root: string
  /** By folder: the names in it, by what they are compared as. */
  readonly #folders = new Map<string, ReadonlyMap<string, readonly string[]>>()
  #held = 0

  constructor(root: string) {
    this.root = root
  }

  /** Names in a folder, in their order. @throws MediumError when it cannot be read */
  async namesIn(folder: string): Promise<readonly string[]> {
    return [...(await this.#listed(folder)).values()].flat().sort()
  }

  /**
   * The path of what these steps name below a folder.
   *
   * @returns null when there is no such thing
   * @throws MediumError when a step is a link, or could be several names of which none is as written
   */
  async find(folder: string, steps: readonly string[]): Promise<string | null> {
    let path = folder
    for (const step of steps) {
      const alike = (await this.#listed(path)).get(comparable([step])) ?? []
      const [name] = alike.includes(step) ? [step] : alike
      if (name === undefined) return null
      if (name !== step && alike.length > 1) throw unfit(`${step} could be ${alike.join(" or ")}`)
      path = join(path, name)
      if ((await lstatOf(path)).isSymbolicLink()) throw unfit(`${step} is a link`)
    }
    return path
  }

  async #listed(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const listed = await list(folder)
    const entries = [...listed.values()].reduce((sum, { length }) => sum + length, 0)
    if (this.#held + entries > MAX_HELD_ENTRIES) {
      this.#folders.clear()
      this.#held = 0
    }
    this.#held += entries
    this.#folders.set(folder, listed)
    return listed
  }
}

async function list(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, string[]>()
  let count = 0
  try {
    for await (const { name } of await opendir(folder)) {
      count += 1
      if (count > MAX_ENTRIES) throw unfit(`${folder} holds too many files`)
      const key = comparable([name])
      const alike = names.get(key)
      if (alike === undefined) names.set(key, [name])
      else alike.push(name)
    }
  } catch (error) {
    throw readable(error, folder)
  }
  return names
}
