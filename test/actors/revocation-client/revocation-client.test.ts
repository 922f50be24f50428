import assert from "node:assert/strict"
import { once } from "node:events"
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, it } from "mocha"
import { revocationClient } from "../../../gateway/actors/revocation-client/revocation-client.ts"
import { RevocationError } from "../../../gateway/journey/errors.ts"

type Answer = (request: IncomingMessage, response: ServerResponse) => void

describe("the revocation client", () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function serving(answer: Answer): Promise<string> {
    const server = createServer(answer).listen(0, "127.0.0.1")
    servers.push(server)
    await once(server, "listening")
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const fails = (asked: Promise<unknown>, code: string, words: RegExp) =>
    assert.rejects(asked, (error) => {
      assert(error instanceof RevocationError)
      assert.equal(error.code, code)
      assert.match(error.message, words)
      return true
    })

  it("gets a list, and posts an OCSP request as such", async () => {
    const seen: string[] = []
    const origin = await serving((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers["content-type"] ?? "-"}`)
      request.pipe(response)
    })
    const client = revocationClient([origin])
    assert.equal((await client.list(`${origin}/sign.crl`)).length, 0)
    assert.deepEqual(
      Buffer.from(await client.answer(`${origin}/ocsp`, Buffer.from("asked"))),
      Buffer.from("asked"),
    )
    assert.deepEqual(seen, ["GET /sign.crl -", "POST /ocsp application/ocsp-request"])
  })

  it("calls nobody whom the configuration does not name, whatever a certificate says", async () => {
    let calls = 0
    const origin = await serving((_, response) => {
      calls += 1
      response.end()
    })
    const client = revocationClient(["http://crl.example.org"])
    for (const url of [
      `${origin}/a.crl`,
      "http://crl.example.org.evil.example/a",
      "http://crl.example.org@127.0.0.1/a",
      "https://crl.example.org/a",
      "http://crl.example.org:81/a",
      "file:///etc/passwd",
      "ldap://crl.example.org/cn=a",
      "nonsense",
    ]) {
      assert.equal(client.mayCall(url), false, url)
      await fails(client.list(url), "ERR_REVOCATION_UNAVAILABLE", /none of trust\.revocation\.fetchFrom/)
    }
    assert.equal(calls, 0)
  })

  it("follows a redirect on the same server, and none to another or without end", async () => {
    let elsewhere = 0
    const other = await serving((_, response) => {
      elsewhere += 1
      response.end()
    })
    const origin = await serving(({ url }, response) => {
      const to: Record<string, string> = {
        "/a": "/b",
        "/away": `${other}/x`,
        "/file": "file:///etc/passwd",
        "/round": "/round",
      }
      const location = to[url ?? ""]
      if (location === undefined) response.end("list")
      else response.writeHead(302, { location }).end()
    })
    const client = revocationClient([origin, other])
    assert.equal(Buffer.from(await client.list(`${origin}/a`)).toString(), "list")
    for (const path of ["/away", "/file"])
      await fails(
        client.list(`${origin}${path}`),
        "ERR_REVOCATION_UNAVAILABLE",
        /redirects to another server/,
      )
    await fails(client.list(`${origin}/round`), "ERR_REVOCATION_UNAVAILABLE", /without end/)
    assert.equal(elsewhere, 0)
  })

  it("gives up an answer that is too long, too late, or an error", async () => {
    const origin = await serving(({ url }, response) => {
      if (url === "/error") response.writeHead(500).end()
      else if (url === "/long") endless(response)
    })
    await fails(revocationClient([origin]).list(`${origin}/error`), "ERR_REVOCATION_UNAVAILABLE", /HTTP 500/)
    await fails(
      revocationClient([origin], 100).list(`${origin}/silent`),
      "ERR_REVOCATION_UNAVAILABLE",
      /no answer/,
    )
    const long = revocationClient([origin]).answer(`${origin}/long`, new Uint8Array())
    await fails(long, "ERR_REVOCATION_INVALID", /longer than/)
    await fails(
      revocationClient(["http://127.0.0.1:9"]).list("http://127.0.0.1:9/a"),
      "ERR_REVOCATION_UNAVAILABLE",
      /no answer/,
    )
  })

  /** Until the client hangs up. */
  function endless(response: ServerResponse): void {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 14)));
    }
    response.on("drain", more)
    more()
  }
})
