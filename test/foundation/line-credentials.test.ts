import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect as connectTls, type TLSSocket } from "node:tls"
import { associate } from "../../gateway/actors/association-requestor/associate.ts"
import { echo } from "../../gateway/actors/association-requestor/operations.ts"
import { pinOf } from "../../gateway/actors/secure-node/pins.ts"
import { httpGuard } from "../../gateway/actors/secure-node/waiting-room.ts"
import { clientTls } from "../../gateway/actors/secure-node/tls.ts"
import { listen as listenStore } from "../../gateway/actors/stow-rs/listen.ts"
import { listen, type StorageScp } from "../../gateway/actors/storage-scp/listen.ts"
import { remoteOf, secureDoor, type DicomConfig } from "../../gateway/foundation/dicom-door.ts"
import { echoTo } from "../../gateway/foundation/echo.ts"
import { lineCredentials, type LineParts } from "../../gateway/foundation/line-credentials.ts"
import { LineKeys } from "../../gateway/storage/keys/line-key.ts"
import { Collector } from "../actors/storage-scp/collector.ts"
import type { TestCertificate } from "../actors/certificates.ts"
import { makePeople, type People } from "../actors/two-sides.ts"

class Noting extends Collector {
  readonly seen: (string | null)[] = []

  override associate(
    callingAE: string,
    calledAE: string,
    ...[, spkiSha256 = null]: readonly [remoteAddress?: string, spkiSha256?: string | null]
  ): { source: number; reason: number } | null {
    this.seen.push(spkiSha256)
    return super.associate(callingAE, calledAE)
  }
}

describe("a key that is shown on a line and renewed where it lies", () => {
  let people: People
  let folder: string
  let parts: LineParts
  before(() => {
    people = makePeople()
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-line-"))
    parts = { lists: { crls: () => [] }, lineKeys: new LineKeys() }
    await writeFile(join(folder, "ca.pem"), people.caPem)
    await put(people.center)
  })
  afterEach(() => rm(folder, { recursive: true }))

  const put = async ({ keyPem, chainPem }: TestCertificate): Promise<void> => {
    await writeFile(join(folder, "key.pem"), keyPem)
    await writeFile(join(folder, "chain.pem"), chainPem)
  }
  const files = () => ({
    key: join(folder, "key.pem"),
    chain: join(folder, "chain.pem"),
    ca: join(folder, "ca.pem"),
  })
  const dicomOf = () => ({ tls: { host: "127.0.0.1", port: 0, ...files() } }) as unknown as DicomConfig

  it("is taken up once key and certificate fit each other, and listeners are told", async () => {
    const credentials = await lineCredentials(parts, files())
    const options = clientTls(credentials, [])
    let told = 0
    credentials.onRenewed(() => (told += 1))
    assert.equal(await parts.lineKeys.renew(), false)
    await writeFile(files().key, people.hospital.keyPem)
    await assert.rejects(parts.lineKeys.renew(), { code: "ERR_KEY_MISMATCH" })
    assert.equal(await parts.lineKeys.renew(), false, "told once")
    assert.equal({ ...options }.key, people.center.keyPem, "the former pair stays")
    await writeFile(files().chain, people.hospital.chainPem)
    assert.equal(await parts.lineKeys.renew(), true)
    assert.equal(told, 1)
    assert.deepEqual(
      [{ ...options }.key, { ...options }.cert],
      [people.hospital.keyPem, people.hospital.chainPem],
      "whoever connects shows it",
    )
  })

  describe("on the DICOM port", () => {
    let scp: StorageScp
    let handler: Noting
    beforeEach(async () => {
      handler = new Noting()
      const secure = await secureDoor(dicomOf(), parts)
      assert.ok(secure)
      scp = await listen({ port: 0, host: "127.0.0.1", secure }, handler)
      secure.onRenewed((tls) => scp.renewTls(tls))
    })
    afterEach(() => scp.close(0))

    const remote = async (of: TestCertificate) => {
      const node = {
        aeTitle: "DOKUEI",
        host: "127.0.0.1",
        port: scp.securePort ?? 0,
        tlsPins: [pinOf(of.x509)],
      }
      const found = await remoteOf(dicomOf(), node, parts)
      assert.ok(found)
      return found
    }

    it("is shown by door and caller from then on, while an association that is open goes on", async () => {
      const before = await remote(people.center)
      const after = await remote(people.clinic)
      const open = await associate(
        before,
        [{ abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] }],
        { callingAE: "CT1" },
      )
      await put(people.clinic)
      assert.equal(await parts.lineKeys.renew(), true)
      await assert.rejects(echoTo(before, "CT1"), { code: "ERR_ASSOCIATION_TLS" })
      await echoTo(after, "CT1")
      await echo(open)
      await open.release()
      assert.deepEqual(handler.seen, [pinOf(people.center.x509), pinOf(people.clinic.x509)])
    })
  })

  it("is shown by the STOW-RS door from then on, while a connection that is open goes on", async () => {
    const secure = await secureDoor(dicomOf(), parts)
    assert.ok(secure)
    const origin = await listenStore(
      {
        host: "127.0.0.1",
        port: 0,
        tls: { options: secure.tls, pinOf, revoked: secure.revoked },
        guard: httpGuard(8),
        senders: [],
        onFault: (fault) => assert.fail(String(fault)),
        onTurnedAway: () => undefined,
      },
      { open: () => assert.fail("nobody is known") },
    )
    secure.onRenewed((tls) => origin.renewTls(tls))
    const open = await shakenHands(origin.port)
    await put(people.clinic)
    await parts.lineKeys.renew()
    const next = await shakenHands(origin.port)
    assert.deepEqual([shown(open), shown(next)], [pinOf(people.center.x509), pinOf(people.clinic.x509)])
    assert.equal(await statusOver(open), 401)
    next.destroy()
    open.destroy()
    await origin.close()
  })

  const shakenHands = (port: number): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({
        host: "127.0.0.1",
        port,
        ca: people.caPem,
        checkServerIdentity: () => undefined,
      })
      socket.once("secureConnect", () => resolve(socket))
      socket.once("error", reject)
    })
  const shown = (socket: TLSSocket): string => {
    const certificate = socket.getPeerX509Certificate()
    assert.ok(certificate)
    return pinOf(certificate)
  }
  const statusOver = (socket: TLSSocket): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request(
        { createConnection: () => socket, path: "/dicomweb/studies", method: "POST" },
        (response) => {
          response.resume()
          response.once("end", () => resolve(response.statusCode))
        },
      )
      asked.once("error", reject)
      asked.end()
    })
})
