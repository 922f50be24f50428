/**
 * In a network of its own (`OWN_NETWORK`): a sender here, a partner behind a long line, and how much of the line TCP fills.
 * `node long-line-inside.ts SCRIPT SECONDS`; SCRIPT "" leaves the route as the kernel makes it. Prints Mbit/s of payload.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readlinkSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const LINE = { mbitPerSecond: 10, oneWayMs: 100, loss: 0.01, queueKB: 250 }
const PARTNER = "198.18.1.2"
const PORT = 9000
/** Until the sender has found out what the line carries. */
const WARM_MS = 4_000

async function send(script: string, seconds: string): Promise<void> {
  execFileSync("ip", ["link", "set", "lo", "up"])
  // The partner's network lasts as long as this process, which waits for the end of its input: for ours at the latest.
  const holder = spawn("unshare", ["--net", "cat"], { stdio: ["pipe", "ignore", "inherit"] })
  while (networkOf(String(holder.pid)) === networkOf("self")) await sleep(5)
  const { mbitPerSecond, oneWayMs, loss, queueKB } = LINE
  const terms = [mbitPerSecond, oneWayMs, loss, queueKB].map(String)
  const line = spawn("python3", [join(import.meta.dirname, "long-line.py"), String(holder.pid), ...terms], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  await firstWord(line)
  if (script !== "") execFileSync("sh", [script, PARTNER], { stdio: ["ignore", "ignore", "inherit"] })
  const there = ["--target", String(holder.pid), "--net"]
  const sink = spawn("nsenter", [...there, process.execPath, import.meta.filename, "--partner", seconds], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  await firstWord(sink)
  const socket = connect(PORT, PARTNER).on("error", () => undefined)
  const piece = Buffer.alloc(64 * 1024)
  const fill = (): void => {
    while (socket.write(piece));
  }
  socket.on("connect", fill).on("drain", fill)
  sink.stdout.pipe(process.stdout)
  await once(sink, "exit")
  socket.destroy()
  line.stdin.end()
  holder.stdin.end()
}

const networkOf = (pid: string): string => readlinkSync(`/proc/${pid}/ns/net`)

async function firstWord(child: ChildProcess): Promise<void> {
  const said = child.stdout === null ? Promise.reject(new Error("no output")) : once(child.stdout, "data")
  await Promise.race([said, once(child, "exit").then(() => Promise.reject(new Error("it ended at once")))])
}

/** Reads for so long, and says how much came per second once the line was full. */
function partner(forMs: number): void {
  let bytes = 0
  let countedFrom = Infinity
  const server = createServer((socket) => {
    const began = Date.now()
    socket
      .on("error", () => undefined)
      .on("data", (piece) => {
        const now = Date.now()
        if (countedFrom === Infinity && now - began > WARM_MS) countedFrom = now
        else if (countedFrom < now) bytes += piece.length
      })
  })
  server.listen(PORT, PARTNER, () => console.log("ready"))
  setTimeout(() => {
    console.log((bytes * 8) / 1e6 / ((Date.now() - countedFrom) / 1000))
    process.exit()
  }, forMs)
}

const [role = "", seconds = "20"] = process.argv.slice(2)
if (role === "--partner") partner(Number(seconds) * 1000)
else await send(role, seconds)
