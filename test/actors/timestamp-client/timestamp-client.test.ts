import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { X509Certificate } from "node:crypto"
import { after, before, describe, it } from "mocha"
import { type Tsa, startTsa } from "../../../deploy/demo/tsa.ts"
import { timeStampClient } from "../../../gateway/actors/timestamp-client/timestamp-client.ts"
import { DEMO_TSA_POLICY } from "../../../gateway/commands/pki-files.ts"
import { pkiDemo } from "../../../gateway/commands/pki.ts"
import { TimeStampError } from "../../../gateway/journey/errors.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { type TimeStampTrust, verifyToken } from "../../../gateway/standards/tsp/verify-token.ts"

const BYTES = Buffer.from("what is stamped")
const clock = { now: () => new Date() }
const chance = { bytes: (length: number) => randomBytes(length) }

describe("the time-stamp client", () => {
  let directory: string
  let tsa: Tsa
  let trust: TimeStampTrust

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dokuei-tsa-test-"))
    await pkiDemo(directory, { pin: "1234", now: new Date(), chance })
    tsa = await startTsa(join(directory, "tsa"), 0)
    const root = new X509Certificate(await readFile(join(directory, "trust/tsa-root.pem")))
    trust = {
      anchors: [readCertificate(root.raw)],
      intermediates: [],
      crls: [readCrl(await readFile(join(directory, "trust/crls/tsa-root.crl")))],
      policies: [DEMO_TSA_POLICY],
    }
  })
  after(async () => {
    await tsa.close()
    await rm(directory, { recursive: true })
  })

  const client = (url: string, changes: Partial<TimeStampTrust> = {}, at = clock) =>
    timeStampClient({ url, timeoutMs: 2000, trust: () => ({ ...trust, ...changes }), chance, clock: at })
  const failsWith = (code: string) => (error: unknown) =>
    error instanceof TimeStampError && error.code === code

  /** Answers every request alike and runs `use` against it. */
  async function withServer(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
    const server = createServer(listener).listen(0, "127.0.0.1")
    await once(server, "listening")
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }

  it("gets tokens that verify, several at once from one authority", async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => client(tsa.url).stamp(BYTES)))
    for (const token of tokens) {
      const { tests } = verifyToken(token, BYTES, trust, { now: new Date(), newerCrl: "preferred" })
      assert(tests.every(({ outcome }) => outcome === "pass"))
    }
    assert.equal(new Set(tokens.map((token) => Buffer.from(token).toString("hex"))).size, 3)
  })

  it("finds nobody on a closed port", async () => {
    await assert.rejects(client("http://127.0.0.1:1/").stamp(BYTES), failsWith("ERR_TIMESTAMP_UNAVAILABLE"))
  })

  it("does not wait for ever", async () => {
    await withServer(
      () => undefined,
      async (url) => {
        const hasty = timeStampClient({ url, timeoutMs: 50, trust: () => trust, chance, clock })
        await assert.rejects(hasty.stamp(BYTES), failsWith("ERR_TIMESTAMP_UNAVAILABLE"))
      },
    )
  })

  it("takes an HTTP error or a redirect for no answer", async () => {
    for (const status of [500, 302]) {
      await withServer(
        (_, response) => response.writeHead(status, { location: tsa.url }).end(),
        async (url) => {
          await assert.rejects(client(url).stamp(BYTES), failsWith("ERR_TIMESTAMP_UNAVAILABLE"))
        },
      )
    }
  })

  it("refuses an answer that is not DER, or endless", async () => {
    for (const answer of [Buffer.from("<html>"), Buffer.alloc(1 << 20)]) {
      await withServer(
        (_, response) => response.end(answer),
        async (url) => {
          await assert.rejects(client(url).stamp(BYTES), failsWith("ERR_TIMESTAMP_INVALID"))
        },
      )
    }
  })

  it("refuses the token of another request", async () => {
    const replay: { answer?: Buffer } = {}
    const relay: RequestListener = (request, response) =>
      void (async () => {
        const query: Buffer[] = []
        for await (const piece of request) query.push(piece)
        const headers = { "content-type": "application/timestamp-query" }
        replay.answer ??= Buffer.from(
          await (await fetch(tsa.url, { method: "POST", headers, body: Buffer.concat(query) })).arrayBuffer(),
        )
        response.end(replay.answer)
      })()
    await withServer(relay, async (url) => {
      await client(url).stamp(BYTES)
      await assert.rejects(client(url).stamp(BYTES), /nonce/)
      await assert.rejects(client(url).stamp(Buffer.from("other")), /imprint/)
    })
  })

  it("refuses a token from an authority it does not know", async () => {
    await assert.rejects(client(tsa.url, { anchors: [] }).stamp(BYTES), failsWith("ERR_TIMESTAMP_INVALID"))
    await assert.rejects(
      client(tsa.url, { policies: ["1.2.3"] }).stamp(BYTES),
      failsWith("ERR_TIMESTAMP_INVALID"),
    )
  })

  it("refuses a time far from its own clock", async () => {
    const slow = { now: () => new Date(Date.now() + 3_600_000) }
    await assert.rejects(client(tsa.url, {}, slow).stamp(BYTES), /far from our clock/)
  })

  it("takes a token although no revocation list is at hand", async () => {
    assert((await client(tsa.url, { crls: [] }).stamp(BYTES)).length > 1000)
  })
})
