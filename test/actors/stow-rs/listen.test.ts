import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { after, before, describe, it } from "mocha"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import { serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { listen, type StoreOrigin } from "../../../gateway/actors/stow-rs/listen.ts"
import type { StoreOptions, TurnedAway } from "../../../gateway/actors/stow-rs/options.ts"
import type { FileHandler } from "../../../gateway/journey/ports/inbound.ts"
import { study } from "../../journey/people.ts"
import { TwoSides } from "../../journey/world.ts"
import { withCa, type TestCertificate } from "../certificates.ts"
import { BOUNDARY, multipart, part10, send, type Answer, type StoreRequest } from "./store-request.ts"

const TOKEN = "a-token-for-storing"
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

describe("the STOW-RS origin server", () => {
  let sides: TwoSides
  const turnedAway: TurnedAway[] = []
  const faults: unknown[] = []
  const open: StoreOrigin[] = []
  let port = 0

  before(async () => {
    sides = await TwoSides.open()
    port = (await origin()).port
  })
  after(async () => {
    await Promise.all(open.map((each) => each.close()))
    sides.close()
    assert.deepEqual(faults, [])
  })

  async function origin(more: Partial<StoreOptions> = {}, handler?: FileHandler): Promise<StoreOrigin> {
    const options: StoreOptions = {
      host: "127.0.0.1",
      port: 0,
      tls: null,
      senders: [{ aeTitle: "WEB1", tokenSha256: sha256(TOKEN), pins: [] }],
      onTurnedAway: (whom) => void turnedAway.push(whom),
      onFault: (error) => void faults.push(error),
      ...more,
    }
    const opened = await listen(options, handler ?? { open: (sender) => sides.edge.files.open(sender) })
    open.push(opened)
    return opened
  }
  const store = (asked: Omit<StoreRequest, "port">): Promise<Answer> => send({ port, token: TOKEN, ...asked })

  it("stores the parts of a request and tells of each", async () => {
    const { instances, StudyInstanceUID } = study("P-STOW", 3)
    const answer = await store({ body: multipart(instances.map((each) => part10(each))) })
    assert.equal(answer.status, 200)
    assert.deepEqual(
      answer.parts.map(({ part, became, instance }) => [part, became, instance?.SOPInstanceUID]),
      instances.map(({ SOPInstanceUID }, index) => [index + 1, "new", SOPInstanceUID]),
    )
    const json = JSON.parse(answer.body) as Record<string, { vr: string; Value?: unknown[] }>
    assert.equal(json["00081199"]?.Value?.length, 3)
    assert.equal(json["00081198"], undefined)
    await sides.edge.runDue()
    const [record] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    assert.deepEqual([record?.instances, record?.callingAE], [3, "WEB1"])
  })

  it("says the same of the same object, and keeps two that differ", async () => {
    const [image] = study("P-AGAIN", 1).instances
    const other = part10(image!)
    other[other.length - 1]! ^= 1
    const answer = await store({ body: multipart([part10(image!), part10(image!), other]) })
    assert.deepEqual(
      [answer.status, answer.parts.map(({ became }) => became)],
      [200, ["new", "same", "conflict"]],
    )
  })

  it("says which were not stored, and why", async () => {
    const [image, another] = study("P-SOME", 2).instances
    const cut = part10(another!).subarray(0, -4)
    const answer = await store({ body: multipart([part10(image!), Buffer.from("no object"), cut]) })
    assert.equal(answer.status, 202)
    assert.deepEqual(
      answer.parts.map(({ status, became }) => `${became} ${status.toString(16)}`),
      ["new 0", "cut c000", "cut c000"],
    )
    assert.match(answer.parts[2]!.comment, /ends inside an element/)
    const json = JSON.parse(answer.body) as Record<string, unknown>
    assert.ok("0008119A" in json)
  })

  it("answers 409 when nothing could be stored, and takes no object of another study than the address names", async () => {
    const { instances, StudyInstanceUID } = study("P-STUDY", 1)
    const body = multipart([part10(instances[0]!)])
    const other = await store({ body, path: "/dicomweb/studies/1.2.3" })
    assert.deepEqual([other.status, other.parts[0]?.status], [409, 0xa900])
    const own = await store({ body, path: `/dicomweb/studies/${StudyInstanceUID}` })
    assert.equal(own.status, 200)
  })

  it("refuses what is no such request before it is sent, by the standard's statuses", async () => {
    const body = multipart([part10(study("P-HEAD", 1).instances[0]!)])
    const statusOf = async (asked: Partial<StoreRequest>): Promise<number> =>
      (await store({ body, ...asked })).status
    assert.equal(await statusOf({ path: "/dicomweb/series" }), 404)
    assert.equal(await statusOf({ path: "/dicomweb/studies/../x" }), 404)
    assert.equal(await statusOf({ path: "/dicomweb/studies/%2e%2e" }), 400)
    assert.equal(await statusOf({ method: "GET", body: Buffer.alloc(0) }), 405)
    assert.equal(await statusOf({ headers: { "Content-Type": "application/dicom" } }), 415)
    const xml = `multipart/related; type="application/dicom+xml"; boundary=${BOUNDARY}`
    assert.equal(await statusOf({ headers: { "Content-Type": xml } }), 415)
    assert.equal(await statusOf({ headers: { "Content-Encoding": "gzip" } }), 415)
    assert.equal(await statusOf({ headers: { Accept: "application/dicom+xml" } }), 406)
    assert.equal(await statusOf({ headers: { "Content-Type": "multipart/related" } }), 400)
    assert.equal(await statusOf({ body: Buffer.from("no parts") }), 400)
    assert.equal(await statusOf({ body: Buffer.from(`--${BOUNDARY}--\r\n`) }), 400)
  })

  it("takes no more than its limits", async () => {
    const limited = await origin({ limits: { maxRequestBytes: 20_000, maxParts: 2 } })
    const { instances } = study("P-LIMIT", 3)
    const files = instances.map((each) => part10(each))
    const big = await send({ port: limited.port, token: TOKEN, body: Buffer.alloc(30_000) })
    assert.equal(big.status, 413)
    async function* slowly(): AsyncGenerator<Uint8Array> {
      const body = multipart(files)
      for (let at = 0; at < body.length; at += 700) {
        yield body.subarray(at, at + 700)
        await sleep(5)
      }
    }
    const many = await send({ port: limited.port, token: TOKEN, body: slowly() })
    // The first two are stored and told of; what is beyond is a failure of the request.
    assert.equal(many.status, 202)
    assert.deepEqual(
      many.parts.map(({ status }) => status),
      [0, 0, 0x0110],
    )
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        await sleep(1)
        yield Buffer.alloc(8_000)
      }
    }
    const chunked = send({ port: limited.port, token: TOKEN, body: endless() })
    assert.equal((await chunked).status, 413)
  })

  it("keeps what was stored when the line breaks, and nothing of the object that was on it", async () => {
    const { instances, StudyInstanceUID } = study("P-BROKEN", 2)
    const whole = multipart(instances.map((each) => part10(each)))
    const head = `POST /dicomweb/studies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: multipart/related; type="application/dicom"; boundary=${BOUNDARY}\r\nContent-Length: ${whole.length}\r\n\r\n`
    const socket = connect(port, "127.0.0.1")
    socket.write(head)
    await new Promise((resolve) => socket.write(whole.subarray(0, whole.length - 300), () => resolve(null)))
    await sleep(200)
    socket.destroy()
    await sleep(200)
    await sides.edge.runDue()
    const [record] = await sides.edge.ledger.studiesByUid(StudyInstanceUID)
    assert.equal(record?.instances, 1)
  })

  it("cuts a second request that stands still, also when it came behind a first that was answered", async () => {
    const { port: limited } = await origin({ limits: { idleTimeoutMs: 300 } })
    const whole = multipart(study("P-BEHIND", 1).instances.map((each) => part10(each)))
    const head = `POST /dicomweb/studies HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: multipart/related; type="application/dicom"; boundary=${BOUNDARY}\r\nContent-Length: ${whole.length}\r\n\r\n`
    const socket = connect(limited, "127.0.0.1")
    const pieces: Buffer[] = []
    socket.on("data", (piece: Buffer) => pieces.push(piece))
    socket.write(Buffer.concat([Buffer.from(head), whole, Buffer.from(head), whole.subarray(0, 500)]))
    const cut = new Promise((resolve) => socket.once("close", () => resolve("cut")))
    assert.equal(await Promise.race([cut, sleep(5_000)]), "cut")
    assert.match(Buffer.concat(pieces).toString(), /^HTTP\/1\.1 200 /)
  }).timeout(10_000)

  it("asks who is there before anything else, and tells of whom it turned away", async () => {
    turnedAway.length = 0
    const body = multipart([part10(study("P-WHO", 1).instances[0]!)])
    const none = await send({ port, body })
    assert.deepEqual([none.status, none.headers["www-authenticate"]], [401, 'Bearer realm="dicomweb"'])
    assert.equal((await send({ port, body, token: "another-token" })).status, 401)
    assert.deepEqual(
      turnedAway.map(({ detail }) => detail),
      ["neither token nor certificate was shown", "the token shown may not store"],
    )
  })

  it("is spoken to by curl, which waits for leave to send", async () => {
    const { instances } = study("P-CURL", 2)
    const body = multipart(instances.map((each) => part10(each)))
    const url = `http://127.0.0.1:${port}/dicomweb/studies`
    const headers = [
      `Authorization: Bearer ${TOKEN}`,
      `Content-Type: multipart/related; type="application/dicom"; boundary=${BOUNDARY}`,
      "Expect: 100-continue",
    ]
    const args = [
      "-s",
      "-o",
      "-",
      "-w",
      "%{http_code}",
      "--data-binary",
      "@-",
      ...headers.flatMap((each) => ["-H", each]),
      url,
    ]
    const told = await new Promise<string>((resolve, reject) => {
      const child = execFile("curl", args, (error, stdout) =>
        error === null ? resolve(stdout) : reject(new Error(error.message)),
      )
      child.stdin?.end(body)
    })
    assert.match(told, /200$/)
  })

  describe("in TLS", () => {
    let ours: TestCertificate, device: TestCertificate, stranger: TestCertificate, ca: string
    before(() => {
      withCa("device authority", (authority) => {
        ours = authority.issue("edge")
        device = authority.issue("ct9")
        stranger = authority.issue("other")
        ca = authority.pem
      })
    })

    it("knows a sender by its key, by its token, or by both where both are asked for", async () => {
      const tls = serverTls({ ...ours, trustedPem: ca, profile: "dicom-b13" })
      let revoked = ""
      const { port: securePort } = await origin({
        tls: { options: tls, pinOf, revoked: (each) => (pinOf(each) === revoked ? "it is revoked" : null) },
        senders: [
          { aeTitle: "BYKEY", tokenSha256: null, pins: [pinOf(device.x509)] },
          { aeTitle: "BYTOKEN", tokenSha256: sha256(TOKEN), pins: [] },
          { aeTitle: "BYBOTH", tokenSha256: sha256("both"), pins: [pinOf(stranger.x509)] },
        ],
      })
      const body = multipart([part10(study("P-TLS", 1).instances[0]!)])
      const statusOf = async (certificate: TestCertificate | null, token?: string): Promise<number> => {
        const shown = certificate === null ? {} : { cert: certificate.chainPem, key: certificate.keyPem }
        const client = { ca, ...shown, checkServerIdentity: () => undefined }
        return (
          await send({ port: securePort, body, tls: client, ...(token === undefined ? {} : { token }) })
        ).status
      }
      assert.equal(await statusOf(device), 200)
      assert.equal(await statusOf(null, TOKEN), 200)
      assert.equal(await statusOf(null), 401)
      assert.equal(await statusOf(stranger), 401)
      assert.equal(await statusOf(null, "both"), 401)
      assert.equal(await statusOf(stranger, "both"), 200)
      revoked = pinOf(device.x509)
      assert.equal(await statusOf(device), 401)
    })
  })

  it("does not hold what passes through it", async function () {
    this.timeout(60_000)
    const [image] = study("P-BIG", 1).instances
    const start = part10(image!)
    // Pixel Data of 256 MiB: its length stands four bytes before its value.
    const pixelBytes = 256 * 1024 * 1024
    const headBytes = start.length - 512
    start.writeUInt32LE(pixelBytes, headBytes - 4)
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n`)
      yield start.subarray(0, headBytes)
      const piece = Buffer.alloc(64 * 1024, 7)
      for (let sent = 0; sent < pixelBytes; sent += piece.length) {
        await Promise.resolve()
        yield piece
      }
      yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
    }
    let lengthBytes = 0
    let most = 0
    const counting: FileHandler = {
      open: () => ({
        begin: () => ({
          write: (bytes) => {
            lengthBytes += bytes.length
            most = Math.max(most, bytes.length)
            return Promise.resolve()
          },
          finish: () => Promise.resolve({ status: 0, comment: "", became: "new", instance: null }),
          abort: () => Promise.resolve(),
        }),
        end: () => Promise.resolve(),
      }),
    }
    const { port: big } = await origin({}, counting)
    const before = process.memoryUsage().rss
    assert.equal((await send({ port: big, token: TOKEN, body: body() })).status, 200)
    assert.equal(lengthBytes, headBytes + pixelBytes)
    assert.ok(most <= 1024 * 1024, `pieces of ${most}`)
    assert.ok(process.memoryUsage().rss - before < 160 * 1024 * 1024)
  })
})
