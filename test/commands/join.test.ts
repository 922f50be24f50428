import assert from "node:assert/strict"
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
import { parse, parseDocument, stringify } from "yaml"
import { clientTls, serverTls } from "../../gateway/actors/secure-node/tls.ts"
import type { AddressInfo } from "node:net"
import { loadConfig } from "../../gateway/config/load.ts"
import { openAuthority } from "../../gateway/commands/join/authority.ts"
import { readInvitation } from "../../gateway/commands/join/invitation.ts"
import { makeOwnTunnel } from "../../gateway/commands/join/own-tunnel.ts"
import { offeredTunnel } from "../../gateway/commands/join/tunnel.ts"
import { dokuei, makeSites } from "./command-line.ts"
import { CENTER_IDENTITY, CENTER_INNER, centersSite, HOSPITALS_OWN } from "./centers-site.ts"
import { Talk } from "./talk.ts"

const OID = "1.2.392.100495.20.3.999.1"

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
    writeFileSync(at("site.yaml"), centersSite(at("swanctl")))
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
        tunnel: {
          site: "site.yaml",
          number: "2026-契-0123",
          inner: "10.90.1.1",
          identity: "edge.mihon-hospital.example.jp",
        },
      }),
    )
  })
  // A test that failed leaves nobody talking.
  afterEach(() => {
    for (const { process } of Talk.all.splice(0)) process.kill()
  })
  after(() => rmSync(folder, { recursive: true }))

  const invite = async (out: string) => {
    const center = new Talk([
      "invite",
      at("center.yaml"),
      at("invitation.yaml"),
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--out",
      at(out),
    ])
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

  it("is refused while the tunnel's two ends would not believe each other, or our site file had faults", async () => {
    const center = loadConfig(at("center.yaml"), "unseen")
    assert.ok(center.role === "center")
    const authorities = await openAuthority(at("authority"), at("passphrase"))
    const refused = async (what: RegExp, change: (invitation: string) => string = (text) => text) => {
      const file = at("invitation-bent.yaml")
      writeFileSync(file, change(readFileSync(at("invitation.yaml"), "utf8")))
      const invitation = await readInvitation(file, center)
      await assert.rejects(offeredTunnel(invitation, center.site, authorities), what)
    }
    const made = async (identity: string) => {
      rmSync(at("swanctl"), { recursive: true, force: true })
      await makeOwnTunnel(authorities, { name: "架空読影センター", identity, out: at("swanctl") })
    }
    await refused(/swanctl\/x509ca/)
    await made("another.example.jp")
    await refused(/is not for center.reading-center.example.jp/)
    await made(CENTER_IDENTITY)
    const believed = "swanctl/x509ca/dokuei.pem"
    writeFileSync(at(believed), readFileSync(at("authority/seal-ca.pem")))
    await refused(/is not the authority of the invitation/)
    writeFileSync(at(believed), readFileSync(at("authority/tls-ca.pem")))
    await refused(/site.yaml with mihon[^]*inner: is ours/, (text) => text.replace("10.90.1.1", CENTER_INNER))
    await refused(/10.90.0.2 is not our address inside/, (text) =>
      text.replace("xdr.kakuu-center.example.jp", "10.90.0.2"),
    )
    await assert.rejects(
      refused(/./, (text) => text.replace("edge.mihon", "Edge.mihon")),
      /tunnel.identity: must be a DNS name/,
    )
  })

  it("ends with certificates for keys made at the hospital, and a configuration without faults", async () => {
    // A centre that runs has one.
    mkdirSync(at("center-data"), { recursive: true })
    writeFileSync(at("center-data/ledger.sqlite"), "")
    const { center, url, code } = await invite("joined")
    const edge = new Talk(["join", url, code, "--oid", OID, "--out", at("new")])
    const [digits = ""] = await edge.says(/(\d{4} ){7}\d{4}/)
    await center.says(/Type what you hear/)
    assert(!center.text.includes(digits))
    center.process.stdin!.write("0000 0000\n")
    await center.says(/2 more/)
    center.process.stdin!.write(`${digits}\n`)
    await edge.ended
    assert.equal(edge.process.exitCode, 0, edge.text)
    await center.ended
    assert.equal(center.process.exitCode, 0, center.text)

    const checked = dokuei("check-config", at("new/edge.yaml"))
    assert.equal(checked.code, 0, checked.stderr)
    const draft = parse(readFileSync(at("new/edge.yaml"), "utf8"))
    assert.equal(draft.agreements[0].roadHome, "held")
    assert.equal(statSync(at("new/edge/seal.key.pem")).mode & 0o077, 0)
    const [half] = parse(readFileSync(at("joined/agreement.yaml"), "utf8"))
    await meet(half.tlsPins, draft.agreements[0].tlsPins)
    const own = readFileSync(at("new/joining.log"), "utf8").trim().split("\n")
    assert.deepEqual(
      own.map((each) => (JSON.parse(each) as { what: string }).what),
      ["asked", "fetched", "confirmed"],
    )
    assert.equal(draft.audit.joining, "joining.log")
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

  it("hands over the tunnel: a site file that lacks only what the hospital knows, and the centre's part of it", () => {
    const draft = readFileSync(at("new/site.yaml"), "utf8")
    const blank = dokuei("site", "render", at("new/site.yaml"))
    assert.equal(blank.code, 2)
    const named = Object.keys(HOSPITALS_OWN).filter((path) => !blank.stderr.includes(`${path}:`))
    assert.deepEqual(named, [], blank.stderr)
    const filled = parseDocument(draft)
    for (const [path, value] of Object.entries(HOSPITALS_OWN)) filled.setIn(path.split("."), value)
    writeFileSync(at("new/site.yaml"), String(filled))
    const edge = dokuei("site", "render", at("new/site.yaml"))
    assert.equal(edge.code, 0, edge.stderr)
    assert.match(edge.stdout, /remote_addrs = 198\.51\.100\.7\n/)
    assert.match(edge.stdout, /remote_ts = 10\.90\.0\.1\[tcp\/8443\]/)
    assert.equal(statSync(at("new/swanctl/private/dokuei.pem")).mode & 0o077, 0)

    const site = parse(readFileSync(at("site.yaml"), "utf8"))
    site.contracts = parse(readFileSync(at("joined/site-contract.yaml"), "utf8"))
    writeFileSync(at("site-with.yaml"), stringify(site))
    const center = dokuei("site", "render", at("site-with.yaml"))
    assert.equal(center.code, 0, center.stderr)
    assert.match(center.stdout, /remote_addrs = %any\n/)
    assert.match(center.stdout, /id = edge\.mihon-hospital\.example\.jp/)
    const annex = dokuei("site", "responsibility", at("new/site.yaml"))
    assert.match(annex.stdout, /画像読影センター/)
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
    const edge = new Talk(["join", url, code, "--oid", OID, "--out", at("not-new")])
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
