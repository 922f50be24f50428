/**
 * A gateway's host and a device's, or a partner's, on one machine: two networks of their own, joined by a cable (veth(4)).
 * Whoever calls `layCable` must be in a network of its own already; it is the gateway's.
 */
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, readlinkSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/** Of the range for benchmarks (RFC 2544). */
const NETWORK = "198.18.0.0/30"
const GATEWAY = "198.18.0.1"
const DEVICE = "198.18.0.2"
const SCRIPT = join(import.meta.dirname, "..", "..", "deploy", "quickack-route.sh")
const POLL_MS = 5
/** One of the largest pieces a kernel hands to a cable at once; a router's queue of some packets. */
const TOKEN_BUCKET = "burst 64kb latency 50ms"

export interface Cable {
  /** The gateway's address. */
  readonly gateway: string
  /** The other host's. */
  readonly device: string
  /** What a command is started with to run on the device's host. */
  readonly onDevice: readonly string[]
  /** The route to the device as the kernel makes it, or as `deploy/quickack-route.sh` leaves it. */
  route(kind: "plain" | "quickack"): void
  /** How often the gateway's kernel has waited with an acknowledgement until its timer sent it. */
  delayedAcks(): number
  /** Makes it a line of so many Mbit/s each way (tc-tbf(8)); as fast as the machine is when null. */
  shape(mbitPerSecond: number | null): void
  end(): Promise<void>
}

export async function layCable(): Promise<Cable> {
  // The device's network lasts as long as this process, which waits for the end of its input: for ours at the latest.
  const holder = spawn("unshare", ["--net", "cat"], { stdio: ["pipe", "ignore", "ignore"] })
  const ended = once(holder, "exit")
  await Promise.race([apart(holder.pid ?? 0), ended.then(neverApart)])
  const onDevice = ["nsenter", "--target", String(holder.pid), "--net"]
  ip("link set lo up")
  ip(`link add near type veth peer name far netns ${String(holder.pid)}`)
  ip(`address add ${GATEWAY}/30 dev near`)
  ip("link set near up")
  for (const line of ["link set lo up", `address add ${DEVICE}/30 dev far`, "link set far up"])
    run([...onDevice, "ip", ...line.split(" ")])
  const shaped = new Set<string>()
  return {
    gateway: GATEWAY,
    device: DEVICE,
    onDevice,
    route: (kind) => {
      if (kind === "quickack") run(["sh", SCRIPT, NETWORK])
      else ip(`route replace ${NETWORK} dev near proto kernel scope link src ${GATEWAY}`)
    },
    delayedAcks: () => Number(tcpCounters().get("DelayedACKs") ?? Number.NaN),
    shape: (mbitPerSecond) => {
      for (const [end, where] of [["near", []] as const, ["far", onDevice] as const]) {
        const qdisc = (line: string): void => run([...where, "tc", "qdisc", ...line.split(" ")])
        if (shaped.delete(end)) qdisc(`del dev ${end} root`)
        if (mbitPerSecond === null) continue
        qdisc(`add dev ${end} root tbf rate ${mbitPerSecond}mbit ${TOKEN_BUCKET}`)
        shaped.add(end)
      }
    },
    end: async () => {
      holder.stdin.end()
      await ended
    },
  }
}

/** Of this network alone, by the names of proc_net_netstat(5): a line of names, a line of values. */
function tcpCounters(): ReadonlyMap<string, string> {
  const [names = [], values = []] = readFileSync("/proc/self/net/netstat", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"))
    .map((line) => line.split(" "))
  return new Map(names.map((name, at) => [name, values[at] ?? ""]))
}

/** `unshare` leaves our network before it becomes the command. */
async function apart(pid: number): Promise<void> {
  while (networkOf(String(pid)) === networkOf("self")) await sleep(POLL_MS)
}

const networkOf = (process: string): string => readlinkSync(`/proc/${process}/ns/net`)

function neverApart(): never {
  throw new Error("the device's network could not be made")
}

const ip = (line: string): void => run(["ip", ...line.split(" ")])

function run([command = "", ...args]: readonly string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] })
}
