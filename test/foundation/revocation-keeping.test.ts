import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { type Server, createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, afterEach, before, beforeEach, describe, it } from "mocha"
import { revocationClient } from "../../gateway/actors/revocation-client/revocation-client.ts"
import {
  type Authority,
  type Holder,
  days,
  keyPem,
  newKey,
  pem,
} from "../../gateway/commands/pki-authority.ts"
import { type RevocationKeeping, keepRevocation } from "../../gateway/foundation/revocation-keeping.ts"
import { contextPrimitive, oid, sequence } from "../../gateway/standards/cms/der-write.ts"
import { type Certificate, readCertificate, serialText } from "../../gateway/standards/hpki/certificate.ts"
import { EXTENSION } from "../../gateway/standards/hpki/extensions.ts"
import * as issue from "../../gateway/standards/hpki/issue.ts"
import { writeOcspRequest } from "../../gateway/standards/hpki/ocsp-request.ts"
import { checkRevocation } from "../../gateway/standards/hpki/revocation.ts"
import { name, root } from "../peers/authorities.ts"
import { countedChance } from "../peers/chance.ts"
import { Bench } from "../peers/openssl.ts"
import { freePort } from "../peers/storescp.ts"

const START = new Date()
const TERM = { notBefore: days(START, -30), notAfter: days(START, 300) }
const HOUR = 1 / 24

describe("revocation evidence that is fetched", () => {
  let ca: Authority
  let other: Authority
  let folder: string
  let now: Date
  /** What the authority's server gives; null = it is away. */
  let served: Uint8Array | null
  let asked: number
  let server: Server
  let origin: string
  const told: string[] = []
  const open: RevocationKeeping[] = []
  before(async () => {
    ca = await root("p-256", "CA", TERM)
    other = await root("p-256", "Other CA", TERM)
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-revocation-"))
    now = START
    asked = 0
    told.length = 0
    server = createServer((_, response) => {
      asked += 1
      if (served === null) response.writeHead(503).end()
      else response.end(served)
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    served = ca.crl(days(START, -HOUR), days(START, 4))
  })
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop()
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function keeping(maxAgeMs = 7 * 86_400_000, origins = [origin]): RevocationKeeping {
    const kept = keepRevocation({
      folder,
      client: revocationClient(origins),
      maxAgeMs,
      clock: { now: () => now },
      chance: countedChance("nonce"),
      otherLists: () => [],
      onNews: () => told.push("news"),
      onFault: (_, error) => told.push(error === null ? "recovered" : `fault: ${error.message}`),
      onUnreadable: (file) => told.push(`unreadable ${file}`),
    })
    open.push(kept)
    return kept
  }

  async function person(...extensions: Uint8Array[]): Promise<{ holder: Holder; chain: Certificate[] }> {
    const point = issue.crlDistributionPoint(`${origin}/sign.crl`)
    const usages = [issue.keyUsage("nonRepudiation"), ...(extensions.length > 0 ? extensions : [point])]
    const holder = ca.certify(await newKey("p-256"), name("Person"), TERM, ...usages)
    return { holder, chain: [readCertificate(holder.chain[0]!), readCertificate(ca.certificate)] }
  }
  const judge = (kept: RevocationKeeping, [leaf, issuer]: Certificate[], at = now) =>
    checkRevocation(leaf!, issuer!, kept.crls(), at, { now, newerCrl: "preferred", ocsp: kept.ocsp() }).map(
      (test) => `${test.name} ${test.outcome}`,
    )

  it("is wanted by a verdict that has none, comes by itself, and is told", async () => {
    const kept = keeping()
    const { chain } = await person()
    assert.deepEqual(judge(kept, chain), ["revocation unknown"])
    kept.want([chain])
    await kept.look()
    assert.deepEqual(judge(kept, chain), ["revocation pass"])
    assert.deepEqual(told, ["news"])
    kept.want([chain])
    await kept.look()
    assert.equal(asked, 1)
  })

  it("is asked for again before it ends, and is there after a restart without a network", async () => {
    const kept = keeping()
    const { chain } = await person()
    kept.want([chain])
    await kept.look()
    now = days(START, 13 * HOUR)
    served = ca.crl(days(now, -HOUR), days(now, 4))
    await kept.look()
    assert.equal(asked, 2)
    await kept.stop()
    served = null
    const again = keeping()
    assert.deepEqual(judge(again, chain), ["revocation pass"])
    assert.equal(again.crls()[0]?.thisUpdate.getTime(), Math.floor(days(now, -HOUR).getTime() / 1000) * 1000)
    // Nobody has to say again what is wanted.
    now = days(now, 1)
    await again.look()
    assert.equal(asked, 3)
    assert.match(again.states()[0]?.fault ?? "", /HTTP 503/)
  })

  it("expires hard: by its own end, and by the configured age", async () => {
    const kept = keeping(86_400_000)
    const { chain } = await person()
    kept.want([chain])
    await kept.look()
    served = null
    assert.deepEqual(judge(kept, chain, days(START, 0.9)), ["revocation pass"])
    now = days(START, 1.1)
    await kept.look()
    assert.deepEqual(judge(kept, chain), ["revocation unknown"])
    const older = keeping(30 * 86_400_000)
    now = days(START, 3.9)
    assert.deepEqual(judge(older, chain), ["revocation pass"])
    now = days(START, 4.1)
    assert.deepEqual(judge(older, chain), ["revocation unknown"])
  })

  it("is not replaced by an older list, another authority's, one that is over, or by no list at all", async () => {
    const kept = keeping()
    const { chain } = await person()
    kept.want([chain])
    await kept.look()
    const bad: [Uint8Array, RegExp][] = [
      [ca.crl(days(START, -2), days(START, 3)), /older than the one at hand/],
      [other.crl(days(START, 0), days(START, 9)), /no list of C=JP, O=Test, CN=CA/],
      [ca.crl(days(START, 0.4), days(START, 0.5)), /was over/],
      [ca.crl(days(START, 5), days(START, 9)), /in the future/],
      [Buffer.from("<html>captive portal</html>"), /DER|tag|value/],
    ]
    for (const [octets, words] of bad) {
      now = days(now, 0.6)
      served = octets
      await kept.look()
      assert.match(kept.states()[0]?.fault ?? "", words)
      assert.deepEqual(judge(kept, chain, START), ["revocation pass"])
    }
    // Told once, and once more when it is well again.
    assert.equal(told.filter((each) => each.startsWith("fault")).length, 1)
    served = ca.crl(now, days(now, 4))
    now = days(now, 0.2)
    await kept.look()
    assert.deepEqual(told.slice(-2), ["recovered", "news"])
  })

  it("is fetched from no server that the configuration does not name, and that is told", async () => {
    const kept = keeping(86_400_000, ["http://crl.example.org"])
    const { chain } = await person()
    kept.want([chain])
    await kept.look()
    assert.equal(asked, 0)
    assert.deepEqual(kept.uncalled(), [origin])
    assert.deepEqual(kept.states(), [])
  })

  it("is dropped from the disk when its file is broken", async () => {
    const kept = keeping()
    const { chain } = await person()
    kept.want([chain])
    await kept.look()
    await kept.stop()
    for (const text of ["", "{}", '{"kind":"crl","octets":""}']) {
      const [file] = readdirSync(folder).filter((each) => each.endsWith(".json"))
      writeFileSync(join(folder, file ?? "x.json"), text)
      assert.deepEqual(keeping().crls(), [])
      assert.deepEqual(readdirSync(folder), [])
    }
  })

  describe("of an OCSP responder (openssl)", () => {
    const bench = new Bench()
    let responder: ChildProcess | null = null
    afterEach(() => responder?.kill())
    after(() => bench.remove())

    /** authorityInfoAccess with one responder. */
    const namedAt = (url: string): Uint8Array => {
      const description = sequence(oid("1.3.6.1.5.5.7.48.1"), contextPrimitive(6, Buffer.from(url)))
      return issue.extension(EXTENSION.authorityInfoAccess, false, sequence(description))
    }

    async function answering(port: number, leaf: Certificate, revoked: boolean): Promise<void> {
      const digits = (at: Date) =>
        at
          .toISOString()
          .replace(/[-:T]|\.\d+/g, "")
          .slice(2)
      const state = revoked
        ? `R\t${digits(TERM.notAfter)}\t${digits(days(START, -1))},superseded`
        : `V\t${digits(TERM.notAfter)}\t`
      bench.write("index.txt", `${state}\t${serialText(leaf)}\tunknown\t/CN=x\n`)
      bench.write("ca.pem", pem("CERTIFICATE", ca.certificate))
      bench.write("ca.key", keyPem(ca.key))
      const files = ["-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key"]
      responder = spawn("openssl", ["ocsp", "-port", String(port), ...files, "-ndays", "1"], {
        cwd: bench.directory,
        stdio: ["ignore", "pipe", "pipe"],
      })
      // It takes one connection at a time, so that knocking to see whether it is there would be in the way.
      let said = ""
      for (const stream of [responder.stdout!, responder.stderr!])
        stream.on("data", (text: Buffer) => (said += text.toString()))
      while (!said.includes("waiting for OCSP client connections")) {
        assert.equal(responder.exitCode, null, said)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }

    it("says over the wire whether a certificate still holds", async () => {
      for (const revoked of [false, true]) {
        const port = await freePort()
        const at = `http://127.0.0.1:${port}`
        const { chain } = await person(namedAt(`${at}/`))
        await answering(port, chain[0]!, revoked)
        const kept = keeping(86_400_000, [at])
        kept.want([chain])
        await kept.look()
        assert.deepEqual(
          kept.states().map(({ fault }) => fault),
          [null],
        )
        now = new Date(Date.now() + 1_000)
        assert.deepEqual(judge(kept, chain), [revoked ? "revocation fail" : "revocation pass"])
        responder?.kill()
      }
    })

    it("that gives back another nonce is not believed", async () => {
      const port = await freePort()
      const { chain } = await person(namedAt(`http://127.0.0.1:${port}/`))
      await answering(port, chain[0]!, false)
      const real = revocationClient([`http://127.0.0.1:${port}`])
      const request = writeOcspRequest(chain[0]!, chain[1]!, countedChance("replayed").bytes(32))
      const first = await real.answer(`http://127.0.0.1:${port}/`, request)
      const kept = keepRevocation({
        folder,
        client: { ...real, answer: () => Promise.resolve(first) },
        maxAgeMs: 86_400_000,
        clock: { now: () => now },
        chance: countedChance("another"),
        otherLists: () => [],
        onNews: () => told.push("news"),
        onFault: () => told.push("fault"),
        onUnreadable: () => undefined,
      })
      open.push(kept)
      kept.want([chain])
      await kept.look()
      assert.match(kept.states()[0]?.fault ?? "", /answers another request/)
      assert.deepEqual(kept.ocsp(), [])
    })
  })
})
