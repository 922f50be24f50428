/** `package-lock.json` of npm (lockfileVersion 3): what is installed where, and what asks for it. */
import { z } from "zod"

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const needs = z.record(z.string(), z.string()).default({})

const lockedPackage = z.object({
  name: z.string().optional(),
  version: z.string(),
  /** `sha512-…` in base64: the digest of the package's archive. */
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().default(false),
  cpu: list.optional(),
  os: list.optional(),
  dependencies: needs,
  optionalDependencies: needs,
  peerDependencies: needs,
})
export type LockedPackage = z.infer<typeof lockedPackage>

const lockFile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), lockedPackage).refine((all) => "" in all, "the program itself is missing"),
})

/** Folder of a package (`node_modules/a/node_modules/b`; the program itself is "") → the package. */
export type Packages = ReadonlyMap<string, LockedPackage>

/** @throws SyntaxError, ZodError when it is not such a file. */
export function parseLockFile(text: string): Packages {
  return new Map(Object.entries(lockFile.parse(JSON.parse(text)).packages))
}

/** The name a package is installed by: what follows the last `node_modules/`. */
export const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf("node_modules/") + 13)

/** Names of what a package asks for, those it can do without too. */
export const neededBy = (locked: LockedPackage): readonly string[] => [
  ...new Set([
    ...Object.keys(locked.dependencies),
    ...Object.keys(locked.optionalDependencies),
    ...Object.keys(locked.peerDependencies),
  ]),
]

/** As Node resolves: the nearest `node_modules` up from the asking folder; undefined when none has it. */
export function resolveFrom(packages: Packages, folder: string, name: string): string | undefined {
  for (const at of upwards(folder)) {
    const found = `${at}node_modules/${name}`
    if (packages.has(found)) return found
  }
  return undefined
}

/** `node_modules/a/node_modules/b` → it, `node_modules/a`, and the program's own folder, each as a prefix. */
function upwards(folder: string): readonly string[] {
  const parts = folder === "" ? [] : folder.split("/node_modules/")
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join("/node_modules/")}/`), ""]
}

/** Folders of everything that `names` of the program need to run, in the lock's order. */
export function closure(packages: Packages, names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  const visit = (from: string, name: string): void => {
    const folder = resolveFrom(packages, from, name)
    const locked = folder === undefined ? undefined : packages.get(folder)
    if (folder === undefined || locked === undefined || seen.has(folder)) return
    seen.add(folder)
    for (const next of neededBy(locked)) visit(folder, next)
  }
  for (const name of names) visit("", name)
  return [...packages.keys()].filter((folder) => seen.has(folder))
}
