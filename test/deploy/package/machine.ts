/**
 * A bare Debian 12 of its own, with systemd as its first process and no network but its loop: what docs/install.md,
 * docs/operation.md and the package's life are tried on. Made by mmdebstrap from Debian's mirror, run by systemd-nspawn, removed at the end.
 */
import assert from "node:assert/strict"
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const MIRROR = "http://deb.debian.org/debian"
/** Debian's smallest, and what every machine has that was installed from its medium. */
const BARE = ["ca-certificates", "systemd", "systemd-sysv", "dbus"]
const BOOT_MS = 60_000
const LOOK_MS = 200
const CLEAN = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8" }

/** Why there can be no such machine here; null when there can. */
export function whyNoMachine(): string | null {
  if (process.getuid?.() !== 0) return "not root"
  for (const program of ["/usr/bin/mmdebstrap", "/usr/bin/systemd-nspawn", "/usr/bin/nsenter"])
    if (!existsSync(program)) return `${program} is not there`
  const asked = spawnSync("curl", ["-fsI", "--max-time", "10", `${MIRROR}/dists/bookworm/InRelease`])
  return asked.status === 0 ? null : `${MIRROR} does not answer`
}

interface Done {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Machine {
  readonly #folder: string
  readonly #container: ChildProcess
  readonly #leader: string

  private constructor(folder: string, container: ChildProcess, leader: string) {
    this.#folder = folder
    this.#container = container
    this.#leader = leader
  }

  /** @param later Debian packages that will be installed in it: fetched now, for it has no network */
  static async boot(debs: readonly string[], later: readonly string[]): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), "machine-"))
    try {
      const root = join(folder, "root")
      const bare = ["--variant=minbase", `--include=${BARE.join()}`, "bookworm", root, MIRROR]
      execFileSync("mmdebstrap", ["--quiet", ...bare], { stdio: ["ignore", "ignore", "inherit"] })
      for (const deb of debs) copyFileSync(deb, join(root, "root", basename(deb)))
      copyFileSync("/etc/resolv.conf", join(root, "etc/resolv.conf"))
      const names = [...debs.slice(0, 1).map((deb) => `/root/${basename(deb)}`), ...later]
      for (const args of [
        ["update"],
        ["install", "-y", "--no-install-recommends", "--download-only", ...names],
      ])
        execFileSync("chroot", [root, "apt-get", "-q", ...args], { stdio: "ignore", env: CLEAN })
      const container = spawn(
        "setpriv",
        [
          "--pdeathsig",
          "TERM",
          "systemd-nspawn",
          "-D",
          root,
          "--boot",
          "--register=no",
          "--keep-unit",
          "--private-network",
          "--console=pipe",
          "--quiet",
        ],
        { stdio: "ignore" },
      )
      return new Machine(folder, container, await booted(container))
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Copies a file or folder of ours to `to`. */
  bring(from: string, to: string): void {
    cpSync(from, join(this.#folder, "root", to), { recursive: true })
  }

  /** As root, in bash, which stops at the first command that fails. */
  run(script: string, env: Readonly<Record<string, string>> = {}): Done {
    const inside = ["-t", this.#leader, "-a", "--", "bash", "-euo", "pipefail", "-s"]
    return spawnSync("nsenter", inside, {
      input: `cd /root\n${script}`,
      encoding: "utf8",
      env: { ...CLEAN, DEBIAN_FRONTEND: "noninteractive", ...env },
      maxBuffer: 1 << 26,
      timeout: 300_000,
    })
  }

  /** What it printed; it must end well. */
  done(script: string, env: Readonly<Record<string, string>> = {}): string {
    const { status, stdout, stderr } = this.run(script, env)
    assert.equal(status, 0, `${script}\n${stdout}${stderr}`)
    return stdout
  }

  /** Runs it again until it succeeds. */
  async until(script: string, patienceMs = 90_000): Promise<string> {
    const end = Date.now() + patienceMs
    for (;;) {
      const { status, stdout, stderr } = this.run(script)
      if (status === 0) return stdout
      await sleep(LOOK_MS)
      if (Date.now() > end) throw new Error(`never: ${script}\n${stdout}${stderr}`)
    }
  }

  async remove(): Promise<void> {
    const ended = once(this.#container, "exit")
    this.#container.kill("SIGTERM")
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The first process of the container, once its systemd has started everything. */
async function booted(container: ChildProcess): Promise<string> {
  const end = Date.now() + BOOT_MS
  while (Date.now() < end && container.exitCode === null) {
    await sleep(LOOK_MS)
    const children = readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, "utf8")
    const leader = children.trim().split(" ").at(-1) ?? ""
    if (leader === "") continue
    const asked = spawnSync("nsenter", ["-t", leader, "-a", "--", "systemctl", "is-system-running"], {
      encoding: "utf8",
      env: CLEAN,
    })
    if (/^(running|degraded)$/.test(asked.stdout.trim())) return leader
  }
  container.kill("SIGKILL")
  throw new Error("the machine does not start")
}
