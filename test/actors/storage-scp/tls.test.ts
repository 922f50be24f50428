import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { chainOf } from "../../../gateway/actors/secure-node/revoked.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { listen, type StorageScp } from "../../../gateway/actors/storage-scp/listen.ts"
import type { Stranger } from "../../../gateway/actors/storage-scp/listener.ts"
import { makePeople, revokedOf, type People } from "../two-sides.ts"
import { Collector } from "./collector.ts"
import { RawPeer } from "./raw-peer.ts"

const run = promisify(execFile)
const env = { ...process.env, TCP_NODELAY: "1" }

/** Only the device whose key is pinned may call itself CT1. */
class Pinned extends Collector {
  readonly seen: (string | null)[] = []
  pin = ""

  override associate(
    callingAE: string,
    calledAE: string,
    remoteAddress = "",
    spkiSha256: string | null = null,
  ): { source: number; reason: number } | null {
    assert.equal(remoteAddress, "127.0.0.1")
    this.seen.push(spkiSha256)
    if (callingAE === "CT1" && spkiSha256 !== this.pin) return { source: 1, reason: 3 }
    return super.associate(callingAE, calledAE)
  }
}

describe("storage SCP in TLS (PS3.15 B.13)", () => {
  let people: People
  let folder: string
  let scp: StorageScp
  let handler: Pinned
  let strangers: Stranger[]
  let handshakeFaults: string[]

  before(async () => {
    people = makePeople()
    folder = await mkdtemp(join(tmpdir(), "dokuei-dicom-tls-"))
    await writeFile(join(folder, "ca.pem"), people.caPem)
    for (const name of ["hospital", "center", "foreigner", "revoked"] as const) {
      await writeFile(join(folder, `${name}.key`), people[name].keyPem)
      await writeFile(join(folder, `${name}.pem`), people[name].chainPem)
    }
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(async () => {
    handler = new Pinned()
    handler.pin = pinOf(people.hospital.x509)
    strangers = []
    handshakeFaults = []
    scp = await listen(
      {
        port: 0,
        host: "127.0.0.1",
        artimMs: 300,
        secure: {
          port: 0,
          host: "127.0.0.1",
          tls: serverTls({ ...people.center, trustedPem: people.caPem, profile: "dicom-b13" }),
          revoked: (certificate) => revokedOf(people, [people.crl])(chainOf(certificate)),
        },
        onWrongProtocol: (stranger) => strangers.push(stranger),
        onHandshakeFault: ({ detail }) => handshakeFaults.push(detail),
      },
      handler,
    )
  })
  afterEach(() => scp.close(500))

  const echo = (who: "hospital" | "center" | "foreigner" | "revoked", ...args: string[]) =>
    run(
      "echoscu",
      [
        ...["+tls", join(folder, `${who}.key`), join(folder, `${who}.pem`), "+cf", join(folder, "ca.pem")],
        ...["-aec", "DOKUEI", ...args, "127.0.0.1", String(scp.securePort)],
      ],
      { env },
    )

  it("answers a device that shows a certificate of a trusted CA", async () => {
    await echo("hospital", "-aet", "MR1")
    assert.deepEqual(handler.seen, [pinOf(people.hospital.x509)])
    assert.equal(scp.stats.released, 1)
  })

  it("refuses a device whose certificate is revoked, and says so", async () => {
    await assert.rejects(echo("revoked", "-aet", "MR1"))
    assert.match(handshakeFaults.join(), /CN=revoked .* is revoked/)
    assert.deepEqual(handler.seen, [])
  })

  it("knows a device by its key, not by what it calls itself", async () => {
    await echo("hospital", "-aet", "CT1")
    await assert.rejects(echo("center", "-aet", "CT1", "-v"), /Calling AE Title Not Recognized/)
  })

  it("speaks TLS 1.2 with the suites of BCP 195, and no older version", async () => {
    for (const suite of ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"]) {
      const socket = connectTls({
        port: scp.securePort!,
        host: "127.0.0.1",
        ca: people.caPem,
        cert: people.hospital.chainPem,
        key: people.hospital.keyPem,
        maxVersion: "TLSv1.2",
        ciphers: suite,
        checkServerIdentity: () => undefined,
      })
      await once(socket, "secureConnect")
      assert.equal(socket.getCipher().name, suite)
      socket.destroy()
    }
    const old = connectTls({
      port: scp.securePort!,
      host: "127.0.0.1",
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
      rejectUnauthorized: false,
    })
    const [error] = (await once(old, "error")) as [Error]
    assert.match(error.message, /alert|version|reset/i)
  })

  it("refuses a certificate of another CA and tells it", async () => {
    await assert.rejects(echo("foreigner"))
    assert.equal(handler.seen.length, 0)
    assert.equal(handshakeFaults.length, 1)
  })

  it("names a device that speaks DICOM in the clear, and answers it in DICOM", async () => {
    const peer = await RawPeer.connect(scp.securePort!)
    assert.deepEqual(await peer.associate(), { type: "A-ABORT", source: 2, reason: 0 })
    assert.deepEqual(strangers, [{ expected: "tls", met: "dicom", remoteAddress: "127.0.0.1" }])
    assert.equal(await peer.next(), null)
  })

  it("closes on anything else without a word", async () => {
    const socket = connect(scp.securePort!, "127.0.0.1")
    socket.write("MSH|^~\\&|")
    await once(socket.resume(), "close")
    assert.deepEqual(
      strangers.map(({ met }) => met),
      ["unknown"],
    )
  })

  it("closes on a peer that says nothing", async () => {
    const socket = connect(scp.securePort!, "127.0.0.1")
    const started = Date.now()
    await once(socket.resume(), "close")
    assert.ok(Date.now() - started < 2000)
  })
})

describe("storage SCP in the clear", () => {
  it("names a device that begins with a TLS handshake", async () => {
    const strangers: Stranger[] = []
    const scp = await listen(
      { port: 0, host: "127.0.0.1", onWrongProtocol: (stranger) => strangers.push(stranger) },
      new Collector(),
    )
    const socket = connectTls({ port: scp.port, host: "127.0.0.1", rejectUnauthorized: false })
    await once(socket, "error")
    assert.deepEqual(strangers, [{ expected: "dicom", met: "tls", remoteAddress: "127.0.0.1" }])
    await scp.close(100)
  })
})
