import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { request } from "node:https"
import { connect } from "node:tls"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SoftwareAuthenticator } from "../../../deploy/demo/authenticator.ts"
import { openHarness, READER, type Harness } from "./harness.ts"

const HOST = "reading.localhost"

describe("a desk that ends TLS itself", () => {
  let desk: Harness
  let folder: string
  let cert: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "desk-tls-"))
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")]
    const subject = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=DNS:${HOST}`]
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile]
    execFileSync("openssl", ["req", "-x509", ...key, "-out", certFile, ...subject], { stdio: "pipe" })
    cert = await readFile(certFile, "utf8")
    const tls = { cert, key: await readFile(keyFile, "utf8") }
    desk = await openHarness("reading", { tls, origin: `https://${HOST}:0`, rpId: HOST })
  })
  after(async () => {
    await desk.close()
    await rm(folder, { recursive: true })
  })

  const post = (
    path: string,
    body: object,
  ): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; value: { options: never } }> =>
    new Promise((resolve, reject) => {
      const headers = {
        Host: new URL(desk.desk.origin).host,
        Origin: desk.desk.origin,
        "X-Requested-By": "viewer",
        "Content-Type": "application/json",
      }
      const options = {
        host: "127.0.0.1",
        port: desk.desk.port,
        servername: HOST,
        ca: cert,
        method: "POST",
        path,
        headers,
      }
      request(options, (incoming) => {
        let text = ""
        incoming.setEncoding("utf8").on("data", (part: string) => (text += part))
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            value: JSON.parse(text) as { options: never },
          }),
        )
      })
        .on("error", reject)
        .end(JSON.stringify(body))
    })

  it("gives a __Host- cookie that never goes out in clear, and asks for https from now on", async () => {
    const code = await desk.invite(READER)
    const asked = await post("/api/enrol/options", { code })
    const response = new SoftwareAuthenticator().create(asked.value.options, desk.desk.origin)
    const { status, headers } = await post("/api/enrol", { code, response })
    assert.equal(status, 200)
    assert.match(
      String(headers["set-cookie"]),
      /^__Host-sid=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    )
    assert.equal(headers["strict-transport-security"], "max-age=31536000")
  })

  it("speaks no TLS before 1.2", async () => {
    const options = { host: "127.0.0.1", port: desk.desk.port, servername: HOST, ca: cert }
    const socket = connect({
      ...options,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL:@SECLEVEL=0",
    })
    const outcome = await new Promise((resolve) => {
      socket.once("secureConnect", () => resolve("connected"))
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code))
    })
    socket.destroy()
    assert.match(String(outcome), /PROTOCOL_VERSION/)
  })
})
