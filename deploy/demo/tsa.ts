/**
 * A time-stamp authority for the demonstration: HTTP (RFC 3161 §3.4) in front of `openssl ts -reply`.
 * Its clock is this machine's and its key a file, so its stamps prove nothing to anybody else.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { type IncomingMessage, type ServerResponse, createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const MAX_REQUEST_LENGTH_BYTES = 4096

export interface Tsa {
  readonly url: string
  close(): Promise<void>
}

/**
 * @param directory the `tsa` folder that `dokuei pki` wrote: tsa.cnf, key, chain, serial
 * @param port 0 = any free one
 */
export async function startTsa(directory: string, port: number, host = "127.0.0.1"): Promise<Tsa> {
  // openssl counts in a file it does not lock: one reply at a time.
  let last: Promise<unknown> = Promise.resolve()
  const stamp = (query: Uint8Array) => {
    const reply = last.then(() => opensslReply(directory, query))
    last = reply.catch(() => undefined)
    return reply
  }
  const server = createServer((request, response) => void answer(request, response, stamp))
  server.listen(port, host)
  await once(server, "listening")
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://${host}:${actual}/`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, "close")
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  stamp: (query: Uint8Array) => Promise<Uint8Array>,
): Promise<void> {
  try {
    if (request.method !== "POST" || request.headers["content-type"] !== "application/timestamp-query") {
      response.writeHead(415).end()
      return
    }
    const reply = await stamp(await body(request))
    response.writeHead(200, { "content-type": "application/timestamp-reply" }).end(reply)
  } catch (problem) {
    response
      .writeHead(500, { "content-type": "text/plain" })
      .end(problem instanceof Error ? problem.message : "")
  }
}

async function body(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let lengthBytes = 0
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    lengthBytes += piece.length
    if (lengthBytes > MAX_REQUEST_LENGTH_BYTES) throw new Error("request is too long")
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function opensslReply(directory: string, query: Uint8Array): Promise<Uint8Array> {
  const work = await mkdtemp(join(tmpdir(), "dokuei-tsa-"))
  try {
    const [queryFile, replyFile] = [join(work, "query.tsq"), join(work, "reply.tsr")]
    await writeFile(queryFile, query)
    const options = ["-config", "tsa.cnf", "-section", "tsa", "-queryfile", queryFile, "-out", replyFile]
    await run(directory, ["ts", "-reply", ...options])
    return await readFile(replyFile)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function run(directory: string, options: readonly string[]): Promise<void> {
  const child = spawn("openssl", options, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] })
  let complaint = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text))
  const [status] = (await once(child, "close")) as [number | null]
  if (status !== 0) throw new Error(`openssl ts -reply: ${complaint.trim()}`)
}
