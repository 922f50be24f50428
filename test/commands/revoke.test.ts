/** A reading centre renews certificates of its hospitals and takes them back; openssl reads the lists beside us. */
import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeAuthority, openAuthority, type OwnAuthorities } from "../../gateway/commands/join/authority.ts"
import { chainPem, issueFor, type IssuedChains } from "../../gateway/commands/join/issue.ts"
import { firstLists, readLists, renewLists, revoke } from "../../gateway/commands/join/lists.ts"
import { renewAll, renewed } from "../../gateway/commands/join/renew.ts"
import { issuerOf, newKey } from "../../gateway/commands/pki-authority.ts"
import { readCertificate } from "../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../gateway/standards/hpki/crl.ts"
import { writeName } from "../../gateway/standards/hpki/issue.ts"
import { listedAsRevoked } from "../../gateway/standards/hpki/revocation.ts"
import { writeCertificationRequest } from "../../gateway/standards/pkcs10/certification-request.ts"
import { dokuei } from "./command-line.ts"

const ENDED = { reason: "ended", since: null } as const

describe("renewing and taking back what a centre's authority has certified", function () {
  this.timeout(30_000)
  let folder = ""
  let authorities: OwnAuthorities
  let one: IssuedChains, other: IssuedChains
  const at = (name: string) => join(folder, name)
  const leaf = (chain: readonly Uint8Array[]) => chain[0] ?? new Uint8Array()
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dokuei-revoke-"))
    writeFileSync(at("passphrase"), "secret\n")
    await makeAuthority(folder, "架空読影センター", at("passphrase"))
    authorities = await openAuthority(folder, at("passphrase"))
    await firstLists(folder, authorities)
    ;[one, other] = [await certified(), await certified()]
  })
  /** All of one key. */
  async function certified(): Promise<IssuedChains> {
    const request = writeCertificationRequest(
      issuerOf(await newKey("p-256"), writeName(["C", "JP"], ["CN", "x"])),
    )
    const bytes = Uint8Array.from(request)
    const requests = { tls: bytes, seal: bytes, object: bytes, tunnel: bytes }
    return issueFor("みほん市民病院", requests, authorities, "gateway.mihon.example.jp", new Date())
  }
  after(() => rmSync(folder, { recursive: true }))

  const listed = (use: "tls" | "seal", certificate: Uint8Array) =>
    listedAsRevoked(
      readCertificate(certificate),
      readCertificate(authorities[use].certificate),
      [readCrl(readFileSync(at(`${use}-ca.crl`)))],
      new Date(),
    )
  /** What openssl says of a line's certificate beside the list. */
  const byOpenssl = (certificate: Uint8Array): string => {
    writeFileSync(at("leaf.pem"), chainPem([certificate]))
    execFileSync("openssl", ["crl", "-inform", "DER", "-in", at("tls-ca.crl"), "-out", at("tls-ca.crl.pem")])
    const args = ["verify", "-crl_check", "-CAfile", at("tls-ca.pem"), "-CRLfile", at("tls-ca.crl.pem")]
    const { stdout, stderr } = spawnSync("openssl", [...args, at("leaf.pem")], { encoding: "utf8" })
    return stdout + stderr
  }

  it("certifies the same keys for another year, for the same uses and under the same names", async () => {
    const lists = await readLists(folder, authorities)
    for (const use of ["tls", "seal", "object", "tunnel"] as const) {
      const [before, after] = [leaf(one[use]), renewed(leaf(one[use]), authorities, lists)].map((each) =>
        readCertificate(each),
      )
      assert.ok(before !== undefined && after !== undefined)
      assert.deepEqual([after.spki, after.subject.text], [before.spki, before.subject.text])
      assert.notDeepEqual(after.serial, before.serial)
      const said = ({ extensions }: typeof after) =>
        extensions.map(({ id, critical, value }) => [id, critical, Buffer.from(value).toString("hex")]).sort()
      assert.deepEqual(said(after), said(before))
    }
    assert.throws(() => renewed(authorities.tls.certificate, authorities, lists), /an authority's own/)
    assert.match(byOpenssl(renewed(leaf(one.tls), authorities, lists)), /: OK/)
  })

  it("puts each certificate on the list of its issuer, with its reason, and nobody else's", async () => {
    assert.match(byOpenssl(leaf(one.tls)), /: OK/)
    const since = new Date("2026-04-01T00:00:00Z")
    await revoke(folder, authorities, [leaf(one.tls), leaf(one.seal)], { reason: "key-compromise", since })
    assert.equal(listed("tls", leaf(one.tls))?.reason, 1)
    assert.deepEqual(listed("seal", leaf(one.seal))?.invalidityDate, since)
    assert.equal(listed("tls", leaf(other.tls)), null)
    assert.equal(listed("seal", leaf(one.object)), null)
    assert.match(byOpenssl(leaf(one.tls)), /certificate revoked/)
    assert.match(byOpenssl(leaf(other.tls)), /: OK/)
    const lists = await readLists(folder, authorities)
    assert.throws(() => renewed(leaf(one.tls), authorities, lists), /was taken back/)
  })

  it("takes back with one certificate what was renewed of it, and the other way round; then nothing of that key is renewed", async () => {
    const made = (chain: readonly Uint8Array[]) => renewAll(folder, authorities, [leaf(chain)])
    const [{ tunnel: first }, { object: before }] = [await certified(), await certified()]
    const [tunnel] = await made(first)
    await revoke(folder, authorities, [leaf(first)], ENDED)
    assert.equal(listed("tls", tunnel!)?.reason, 5, "the renewed one, which nobody named")
    const [object] = await made(before)
    const [next] = await made([object!])
    await revoke(folder, authorities, [next!], { reason: "superseded", since: null })
    assert.equal(listed("seal", object!), null)
    await made([object!])
    await revoke(folder, authorities, [object!], ENDED)
    assert.equal(listed("seal", leaf(before))?.reason, 5)
    await assert.rejects(made(before), /was taken back/)
    await assert.rejects(made(first), /was taken back/)
  })

  it("keeps what was taken back when lists are made anew, and when another goes", async () => {
    await renewLists(folder, authorities)
    await revoke(folder, authorities, [leaf(one.tls), leaf(other.tunnel)], ENDED)
    assert.equal(listed("tls", leaf(one.tls))?.reason, 1, "as it was named first")
    assert.equal(listed("tls", leaf(other.tunnel))?.reason, 5)
    assert.equal(readCrl(readFileSync(at("tls-ca.crl"))).revoked.length, 4)
  })

  it("refuses a certificate of another authority, and writes nothing then", async () => {
    const before = readFileSync(at("tls-ca.crl"))
    const foreign = authorities.tls.certificate.slice()
    foreign[foreign.length - 1]! ^= 1
    await assert.rejects(revoke(folder, authorities, [leaf(other.tls), foreign], ENDED), /neither of these/)
    assert.deepEqual(readFileSync(at("tls-ca.crl")), before)
  })

  it("makes no empty list in place of one that is gone or another's", async () => {
    copyFileSync(at("tls-ca.crl"), at("kept"))
    copyFileSync(at("seal-ca.crl"), at("tls-ca.crl"))
    await assert.rejects(renewLists(folder, authorities), /tls-ca.crl is not this authority's list/)
    rmSync(at("tls-ca.crl"))
    await assert.rejects(renewLists(folder, authorities), /put back the one that is in trust.crls/)
    copyFileSync(at("kept"), at("tls-ca.crl"))
    await renewLists(folder, authorities)
  })

  it("certifies nothing for two files of one name, or in the place of what is there", () => {
    const renew = (...files: readonly string[]) =>
      dokuei("pki", "renew", folder, ...files, "--passphrase-file", at("passphrase"), "--out", at("anew"))
    const kept = (): number => readdirSync(at("renewed")).length
    const before = kept()
    assert.match(renew(at("leaf.pem"), at("./leaf.pem")).stderr, /leaf.pem would be written twice/)
    mkdirSync(at("anew"))
    writeFileSync(at("anew/leaf.pem"), "")
    assert.match(renew(at("leaf.pem")).stderr, /is there already/)
    assert.equal(kept(), before)
  })

  it("is a command that takes no time that is still to come", () => {
    const command = (...more: readonly string[]) =>
      dokuei("pki", "revoke", folder, at("leaf.pem"), "--passphrase-file", at("passphrase"), ...more)
    assert.match(command("--reason", "ended", "--since", "2999-01-01").stderr, /a time that has been/)
    const { code, stdout, stderr } = command("--reason", "ended")
    assert.equal(code, 0, stderr)
    assert.match(stdout, /tls-ca.crl: for trust.crls/)
    assert.equal(listed("tls", leaf(other.tls))?.reason, 5)
  })
})
