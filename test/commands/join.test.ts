import assert from "node:assert/strict"
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  existsSync,
  appendFileSync,
} from "node:fs"
import { connect, createServer } from "node:tls"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, afterEach, before, describe, it } from "mocha"
import { parse, stringify } from "yaml"
import { clientTls, serverTls } from "../../gateway/actors/secure-node/tls.ts"
import type { AddressInfo } from "node:net"
import { dokuei, makeSites, MAIN } from "./command-line.ts"

const OID = "1.2.392.100495.20.3.999.1"

/** A command that talks with people: waits for what it prints. */
class Talk {
  readonly process: ChildProcess
  #text = ""
  readonly ended: Promise<unknown>
  static readonly all: Talk[] = []
  constructor(...args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args])
    for (const stream of [this.process.stdout, this.process.stderr])
      stream!.on("data", (piece: Buffer) => (this.#text += piece.toString()))
    this.ended = once(this.process, "close")
    Talk.all.push(this)
  }
  get text(): string {
    return this.#text
  }
  async says(what: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = what.exec(this.#text)
      if (match !== null) return match
      if (this.process.exitCode !== null) throw new Error(`ended without ${what}: ${this.#text}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

describe("joining a reading centre", function () {
  this.timeout(180_000)
  let folder: string
  const at = (name: string) => join(folder, name)
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-join-"))
    await makeSites(folder)
    const made = dokuei(
      "pki",
      "authority",
      at("authority"),
      "--name",
      "架空読影センター",
      "--passphrase-file",
      at("passphrase"),
    )
    assert.equal(made.code, 0, made.stderr)
    const [agreement] = parse(readFileSync(at("edge.yaml"), "utf8")).agreements
    const { retention, urgency, validFrom, validUntil, demarcation, firstResponder } = agreement
    const terms = { retention, urgency, validFrom, validUntil, demarcation, firstResponder }
    writeFileSync(
      at("invitation.yaml"),
      stringify({
        hospital: { id: "mihon", name: "みほん市民病院", oid: OID, institutionCode: "1311234567" },
        centerId: "kakuu-center",
        endpoint: "https://xdr.kakuu-center.example.jp:8443/xdr/recipient",
        authority: { folder: "authority", passphraseFile: "passphrase" },
        terms,
        contract: { id: "reading-center", peer: { address: "198.51.100.7" } },
      }),
    )
  })
  // A test that failed leaves nobody talking.
  afterEach(() => {
    for (const { process } of Talk.all.splice(0)) process.kill()
  })
  after(() => rmSync(folder, { recursive: true }))

  const invite = async (out: string) => {
    const center = new Talk(
      "invite",
      at("center.yaml"),
      at("invitation.yaml"),
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--out",
      at(out),
    )
    const [, port = "", code = ""] = await center.says(/port (\d+),.*\n([0-9A-Z-]{95})\n/)
    return { center, url: `https://127.0.0.1:${port}`, code }
  }

  it("is refused to a centre whose own gateway would not let the hospital in", () => {
    const { code, stderr } = dokuei(
      "invite",
      at("center.yaml"),
      at("invitation.yaml"),
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--out",
      at("none"),
    )
    assert.equal(code, 2)
    assert.match(stderr, /tls-ca.pem does not hold the authority/)
    for (const name of ["tls-ca.pem", "seal-ca.pem"])
      appendFileSync(at(`trust/${name}`), readFileSync(at(`authority/${name}`)))
  })

  it("ends with certificates for keys made at the hospital, and a configuration without faults", async () => {
    // A centre that runs has one.
    mkdirSync(at("center-data"), { recursive: true })
    writeFileSync(at("center-data/ledger.sqlite"), "")
    const { center, url, code } = await invite("joined")
    const edge = new Talk("join", url, code, "--oid", OID, "--out", at("new"))
    const [digits = ""] = await edge.says(/(\d{4} ){7}\d{4}/)
    await center.says(/Type what you hear/)
    assert(!center.text.includes(digits))
    center.process.stdin!.write("0000 0000\n")
    await center.says(/2 more/)
    center.process.stdin!.write(`${digits}\n`)
    await Promise.all([edge.ended, center.ended])
    assert.equal(edge.process.exitCode, 0, edge.text)
    assert.equal(center.process.exitCode, 0, center.text)

    const checked = dokuei("check-config", at("new/edge.yaml"))
    assert.equal(checked.code, 0, checked.stderr)
    const draft = parse(readFileSync(at("new/edge.yaml"), "utf8"))
    assert.equal(draft.agreements[0].roadHome, "held")
    assert.equal(statSync(at("new/edge/seal.key.pem")).mode & 0o077, 0)
    assert.match(readFileSync(at("new/site-contract.yaml"), "utf8"), /198\.51\.100\.7/)
    const [half] = parse(readFileSync(at("joined/agreement.yaml"), "utf8"))
    await meet(half.tlsPins, draft.agreements[0].tlsPins)
    const told = readFileSync(at("joined/joining.log"), "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { what: string }).what)
    const notes = readdirSync(at("center-data/audit-used")).map(
      (name) => JSON.parse(readFileSync(at(`center-data/audit-used/${name}`), "utf8")) as { deed: string },
    )
    const deeds = notes.map(({ deed }) => /^joining of mihon: ([a-z-]+) \(.+\)$/.exec(deed)?.[1])
    assert.deepEqual(deeds.sort(), [...told].sort(), "for the chained audit trail")
    assert.deepEqual(told, ["invited", "asked", "digits-refused", "signed", "fetched", "confirmed"])
  })

  it("leaves the centre with a half of the agreement that its configuration takes", () => {
    const center = parse(readFileSync(at("center.yaml"), "utf8"))
    const [half] = parse(readFileSync(at("joined/agreement.yaml"), "utf8"))
    center.agreements = [{ ...half, objectCertificate: `joined/${half.objectCertificate}` }]
    writeFileSync(at("center-with.yaml"), stringify(center))
    const checked = dokuei("check-config", at("center-with.yaml"))
    assert.equal(checked.code, 0, checked.stderr)
  })

  it("signs nothing when the digits do not fit three times, and leaves nothing at the hospital", async () => {
    const { center, url, code } = await invite("refused")
    const edge = new Talk("join", url, code, "--oid", OID, "--out", at("not-new"))
    await center.says(/Type what you hear/)
    center.process.stdin!.write("1\n")
    await center.says(/2 more/)
    center.process.stdin!.write("2\n")
    await center.says(/1 more/)
    center.process.stdin!.write("3\n")
    await Promise.all([edge.ended, center.ended])
    assert.match(center.text, /ERR_JOIN_REFUSED/)
    assert.match(edge.text, /ERR_JOIN_(REFUSED|LINE)/)
    assert.equal(existsSync(at("not-new")), false)
    assert.equal(existsSync(at("refused/agreement.yaml")), false)
  })

  /** The new line by mutual TLS as gateways have it: authority and pin at both ends. */
  async function meet(hospitalPins: readonly string[], centerPins: readonly string[]): Promise<void> {
    const pem = (name: string) => readFileSync(at(name), "latin1")
    const credentials = (base: string) => ({
      chainPem: pem(`${base}.chain.pem`),
      keyPem: pem(`${base}.key.pem`),
      trustedPem: pem("new/trust/tls-ca.pem"),
    })
    const server = createServer(serverTls(credentials("center/tls")))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const seen = once(server, "secureConnection")
    const socket = connect({
      host: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      ...clientTls(credentials("new/edge/tls"), centerPins),
    })
    const [peer] = await seen
    assert.equal(peer.authorized, true)
    const { pinOf } = await import("../../gateway/actors/secure-node/pins.ts")
    assert.deepEqual([pinOf(peer.getPeerX509Certificate())], hospitalPins)
    socket.destroy()
    server.close()
  }
})
