/** Which packages of npm are in a machine's installation: what the gateway runs, and what is bundled for browsers. */
import { closure, type LockedPackage, type Packages } from "./lock-file.ts"

/**
 * Dependencies that no gateway loads: they are in `viewer/dist` already. One that is forgotten here is installed for
 * nothing, no more; a test finds one that is here and loaded.
 */
export const VIEWER_ONLY: ReadonlySet<string> = new Set([
  "@cornerstonejs/core",
  "@cornerstonejs/metadata",
  "@cornerstonejs/utils",
  "@noble/curves",
  "@noble/hashes",
  "@simplewebauthn/browser",
  "buffer",
  "events",
  "lit",
  "url",
])

/** The machine an installation is for, in npm's words. */
export interface Platform {
  readonly cpu: "x64" | "arm64"
  readonly os: "linux"
}

export interface Parts {
  /** Folders of what is installed and run. */
  readonly gateway: readonly string[]
  /** Folders of what is only in the bundle. */
  readonly viewer: readonly string[]
}

/** Folders in the lock's order; what is for other machines is left out. */
export function partsOf(packages: Packages, platform: Platform): Parts {
  const program = packages.get("")
  const direct = Object.keys({ ...program?.dependencies, ...program?.optionalDependencies })
  const here = (folder: string): boolean => fits(packages.get(folder), platform)
  const all = closure(packages, direct).filter(here)
  const gateway = new Set(
    closure(
      packages,
      direct.filter((name) => !VIEWER_ONLY.has(name)),
    ).filter(here),
  )
  return {
    gateway: all.filter((folder) => gateway.has(folder)),
    viewer: all.filter((folder) => !gateway.has(folder)),
  }
}

function fits(locked: LockedPackage | undefined, { cpu, os }: Platform): boolean {
  return (locked?.cpu?.includes(cpu) ?? true) && (locked?.os?.includes(os) ?? true)
}
