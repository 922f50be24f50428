/**
 * For hosts of a test: `node knock.ts listen PORT…` answers on each of its addresses; `node knock.ts knock ADDRESS,… PORT…`
 * prints for each address and port what a caller meets: `open`, `refused`, `silent`.
 */
import { connect, createServer } from "node:net"

const SILENT_AFTER_MS = 1_000

const [verb, ...rest] = process.argv.slice(2)
if (verb === "listen")
  for (const port of rest.map(Number)) createServer((socket) => socket.end("here")).listen(port, "0.0.0.0")
else {
  const [addresses = "", ...ports] = rest
  const doors = addresses
    .split(",")
    .flatMap((address) => ports.map((port) => ({ address, port: Number(port) })))
  const met = await Promise.all(doors.map(({ address, port }) => knock(address, port)))
  process.stdout.write(`${met.join(" ")}\n`)
}

function knock(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const tell = (what: string): void => {
      socket.destroy()
      resolve(what)
    }
    socket.setTimeout(SILENT_AFTER_MS, () => {
      tell("silent")
    })
    socket.once("data", () => {
      tell("open")
    })
    socket.once("error", () => {
      tell("refused")
    })
  })
}
