import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { connect as connectTcp } from "node:net"
import { once } from "node:events"
import { connect } from "node:tls"
import { afterEach, before, describe, it } from "mocha"
import { fingerprint, isHeard } from "../../../gateway/actors/joining/fingerprint.ts"
import { keyDigest, readJoinCode, writeJoinCode } from "../../../gateway/actors/joining/join-code.ts"
import { JoiningClient } from "../../../gateway/actors/joining/joining-client.ts"
import { openJoiningDoor } from "../../../gateway/actors/joining/joining-door.ts"
import { Joining, type Told } from "../../../gateway/actors/joining/joining.ts"
import type { OpenDoor } from "../../../gateway/actors/http-door/open.ts"
import { chainPem } from "../../../gateway/commands/join/issue.ts"
import {
  Authority,
  days,
  issuerOf,
  type Key,
  keyPem,
  newKey,
} from "../../../gateway/commands/pki-authority.ts"
import { writeName } from "../../../gateway/standards/hpki/issue.ts"
import { writeCertificationRequest } from "../../../gateway/standards/pkcs10/certification-request.ts"

const OID = "1.2.392.100495.20.3.999.1"
const NAME = writeName(["C", "JP"], ["CN", "door"])
const NOW = new Date()
const chance = { bytes: (length: number) => randomBytes(length) }

describe("the door of a joining", () => {
  let center: { key: Key; certificate: Uint8Array }
  let other: { key: Key; certificate: Uint8Array }
  let requests: {
    tls: Uint8Array<ArrayBuffer>
    seal: Uint8Array<ArrayBuffer>
    object: Uint8Array<ArrayBuffer>
    tunnel: Uint8Array<ArrayBuffer>
  }
  let door: OpenDoor | null = null
  let told: Told[] = []
  const secret = randomBytes(16)

  before(async () => {
    const term = { notBefore: days(NOW, -1), notAfter: days(NOW, 1) }
    const made = async () => {
      const key = await newKey("p-256")
      return { key, certificate: Authority.root(key, NAME, term, chance).certificate }
    }
    ;[center, other] = [await made(), await made()]
    const request = Uint8Array.from(writeCertificationRequest(issuerOf(await newKey("p-256"), NAME)))
    requests = { tls: request, seal: request, object: request, tunnel: request }
  })
  afterEach(() => door?.close())

  const opened = async (holder = center, expiresAt = days(NOW, 1)): Promise<Joining> => {
    told = []
    const joining = new Joining(
      { secret, oid: OID, expiresAt },
      () => NOW,
      () => "ticket",
      (what) => told.push(what),
    )
    const chain = chainPem([holder.certificate])
    door = await openJoiningDoor(
      joining,
      { chainPem: chain, keyPem: keyPem(holder.key), authorityPem: chain },
      { host: "127.0.0.1", port: 0 },
    )
    return joining
  }
  const client = (of: Uint8Array = secret) =>
    new JoiningClient(new URL(`https://127.0.0.1:${door!.port}`), {
      secret: of,
      pin: keyDigest(center.certificate),
    })
  const ask = (of?: Uint8Array, oid = OID) => client(of).ask({ oid, version: "0", requests })
  const refused = { code: "ERR_JOIN_REFUSED" }

  it("lets in who knows the code, once", async () => {
    const joining = await opened()
    assert.equal(await ask(), "ticket")
    assert.deepEqual((await joining.asked).requests.tls, requests.tls)
    await assert.rejects(ask(), refused)
    assert.deepEqual(told, ["asked", "wrong-code"])
  })

  it("is shut after five wrong codes, for the right one too", async () => {
    const joining = await opened()
    for (let i = 0; i < 5; i++) await assert.rejects(ask(randomBytes(16)), refused)
    await assert.rejects(joining.asked, refused)
    await assert.rejects(ask(), refused)
  })

  it("refuses the code of another hospital, and one that is over", async () => {
    await opened()
    await assert.rejects(ask(secret, "1.2.3"), refused)
    assert.deepEqual(told, ["other-hospital"])
    await door!.close()
    await opened(center, NOW)
    await assert.rejects(ask(), refused)
  })

  it("is told nothing when it holds another key than the code names", async () => {
    await opened(other)
    await assert.rejects(ask(), { code: "ERR_JOIN_CENTER" })
    assert.deepEqual(told, [])
  })

  it("gives an answer to its ticket alone, and confirms no certificate but the issued one", async () => {
    const joining = await opened()
    const ticket = await ask()
    joining.end("no")
    await assert.rejects(
      client().answer("guess", days(NOW, 1), () => NOW),
      refused,
    )
    await assert.rejects(
      client().answer(ticket, days(NOW, 1), () => NOW),
      refused,
    )
    await assert.rejects(client().confirm(ticket, {}), refused)
    const foreign = { cert: chainPem([other.certificate]), key: keyPem(other.key) }
    await assert.rejects(client().confirm(ticket, foreign), refused)
  })

  it("refuses a giant request and one with too large a body", async () => {
    await opened()
    const giant = { ...requests, tls: Uint8Array.from(randomBytes(5000)) }
    await assert.rejects(client().ask({ oid: OID, version: "0", requests: giant }), {
      code: "ERR_JOIN_ANSWER",
    })
    assert.deepEqual(told, ["unfit-request"])
    const larger = { ...requests, tls: Uint8Array.from(randomBytes(50_000)) }
    await assert.rejects(client().ask({ oid: OID, version: "0", requests: larger }), {
      code: /ERR_JOIN_(ANSWER|LINE)/,
    })
    assert.equal(await ask(), "ticket")
  })

  it("speaks TLS 1.3 alone and cuts who says nothing", async function () {
    this.timeout(20_000)
    await opened()
    const old = connect({
      port: door!.port,
      host: "127.0.0.1",
      maxVersion: "TLSv1.2",
      rejectUnauthorized: false,
    })
    await once(old, "error")
    const silent = connectTcp(door!.port, "127.0.0.1")
    const slow = connect({ port: door!.port, host: "127.0.0.1", rejectUnauthorized: false })
    await once(slow, "secureConnect")
    slow.write("POST /join HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    slow.resume()
    silent.resume()
    silent.on("error", () => undefined)
    slow.on("error", () => undefined)
    await Promise.all([once(slow, "close"), once(silent, "close")])
  })
})

describe("code and digits of a joining", () => {
  const secret = randomBytes(16)
  const pin = randomBytes(32)
  it("are read as people type them", () => {
    const code = writeJoinCode({ secret, pin })
    assert.match(code, /^([0-9A-HJKMNP-TV-Z]{5}-){15}[0-9A-HJKMNP-TV-Z]{5}$/)
    const read = readJoinCode(
      ` ${code.toLowerCase().replace(/-/g, " ").replace(/0/g, "o").replace(/1/g, "l")} `,
    )
    assert.deepEqual([Buffer.from(read.secret), Buffer.from(read.pin)], [secret, pin])
  })

  it("tell a slip of the pen", () => {
    const code = writeJoinCode({ secret, pin })
    const bent = `${code.startsWith("7") ? "8" : "7"}${code.slice(1)}`
    for (const wrong of [bent, code.slice(1), `${code}0`, "x".repeat(10_000), ""])
      assert.throws(() => readJoinCode(wrong), { code: "ERR_JOIN_CODE" })
  })

  it("change with the key of the door and with each request", () => {
    const one = Uint8Array.of(1)
    const requests = { tls: one, seal: one, object: one, tunnel: one }
    const digits = fingerprint(pin, requests)
    assert.match(digits, /^(\d{4} ){7}\d{4}$/)
    assert.notEqual(digits, fingerprint(secret, requests))
    for (const use of ["tls", "seal", "object", "tunnel"])
      assert.notEqual(digits, fingerprint(pin, { ...requests, [use]: Uint8Array.of(2) }))
    const fullWidth = digits.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))
    assert(isHeard(fullWidth, digits))
    assert(!isHeard(digits.slice(1), digits))
    assert(!isHeard("", digits))
  })
})
