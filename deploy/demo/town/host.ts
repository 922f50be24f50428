/**
 * A machine for tests and demonstrations of the network: namespaces of its own for network and mounts, with an /etc and a /run of its own, gone
 * with the process that holds them. Needs root; nothing of the machine it runs on is changed.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/** What programs here read of /etc. */
const COPIED = [
  "strongswan.conf",
  "strongswan.d",
  "swanctl",
  "ssl",
  "passwd",
  "group",
  "nsswitch.conf",
  "protocols",
  "services",
]
const POLL_MS = 5

/** Why there are none here, in words; null when there are. */
export function whyNoHosts(): string | null {
  if (process.getuid?.() !== 0) return "namespaces with mounts of their own need root"
  const tried = spawnSync("unshare", ["--net", "--mount", "ip", "link", "add", "near", "type", "veth"], {
    encoding: "utf8",
  })
  return tried.status === 0 ? null : `no namespaces can be made here: ${tried.stderr.trim()}`
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Host {
  readonly folder: string
  readonly #holder: ChildProcess
  readonly #children: ChildProcess[] = []

  private constructor(folder: string, holder: ChildProcess) {
    this.folder = folder
    this.#holder = holder
  }

  static async make(): Promise<Host> {
    const folder = mkdtempSync(join(tmpdir(), "dokuei-host-"))
    const etc = join(folder, "etc")
    mkdirSync(etc)
    for (const name of COPIED) cpSync(join("/etc", name), join(etc, name), { recursive: true, force: false })
    const script = `mount -t tmpfs run /run && mount --bind ${etc} /etc && ip link set lo up && echo ready && exec cat`
    const holder = spawn("unshare", ["--net", "--mount", "--propagation", "private", "sh", "-ec", script], {
      stdio: ["pipe", "pipe", "inherit"],
    })
    await Promise.race([once(holder.stdout, "data"), once(holder, "exit").then(neverReady)])
    return new Host(folder, holder)
  }

  get pid(): number {
    return this.#holder.pid ?? 0
  }

  /** By its path on this machine. */
  write(path: string, text: string, mode = 0o644): void {
    const target = join(this.folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text, { mode })
  }

  /** What starts a command here. */
  get inside(): readonly string[] {
    return ["nsenter", "--target", String(this.pid), "--net", "--mount"]
  }

  run(line: string): Ended {
    const [command = "", ...options] = this.inside
    return spawnSync(command, [...options, "sh", "-c", line], { encoding: "utf8" })
  }

  /** @throws what it printed, when it does not end with 0 */
  do(line: string): string {
    const { status, stdout, stderr } = this.run(line)
    if (status !== 0) throw new Error(`${line}: ${stderr}${stdout}`)
    return stdout
  }

  /** A program that stays; ended with the host. */
  start(command: readonly string[]): ChildProcess {
    const [program = "", ...options] = [...this.inside, ...command]
    const child = spawn(program, options, { stdio: ["ignore", "pipe", "pipe"] })
    this.#children.push(child)
    return child
  }

  async close(): Promise<void> {
    const network = networkOf(this.pid)
    const all = [...this.#children, this.#holder].filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )
    await Promise.all(
      all.map(async (child) => {
        const gone = once(child, "exit")
        child.kill("SIGTERM")
        const timer = setTimeout(() => child.kill("SIGKILL"), 3_000)
        await gone
        clearTimeout(timer)
      }),
    )
    for (const pid of processesOf(network)) endLeft(pid)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function endLeft(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch (error) {
    // It has ended since it was looked for.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error
  }
}

const networkOf = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/net`)

/** What was left behind by those that were started there and have ended. */
const processesOf = (network: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return networkOf(pid) === network
      } catch (error) {
        // It has ended meanwhile.
        if (error instanceof Error && "code" in error) return false
        throw error
      }
    })
    .map(Number)

function neverReady(): never {
  throw new Error("the host was never ready")
}

/** `192.0.2.1/24` on the first's interface, the other address on the second's. */
export interface End {
  readonly host: Host
  readonly interface: string
  readonly address: string
}

export function cable(one: End, other: End): void {
  one.host.do(`ip link add ${one.interface} type veth peer name ${other.interface} netns ${other.host.pid}`)
  for (const { host, interface: name, address } of [one, other]) {
    host.do(`ip address add ${address} dev ${name}`)
    host.do(`ip link set dev ${name} up`)
  }
}

/** Until the check holds; @throws what it was waited for when it does not within the time. */
export async function until(what: string, withinMs: number, check: () => boolean): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!check()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`)
    await sleep(POLL_MS * 20)
  }
}
