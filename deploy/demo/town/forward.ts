/** `node forward.ts SOCKET ADDRESS PORT` on a host of the town: a desk of it, for people at this machine, by a socket in a folder. */
import { connect, createServer } from "node:net"

const [socket = "", address = "", port = ""] = process.argv.slice(2)
createServer((near) => {
  const far = connect(Number(port), address)
  for (const end of [near, far]) end.on("error", () => undefined)
  near.pipe(far)
  far.pipe(near)
}).listen(socket, () => process.stdout.write("ready\n"))
