import assert from "node:assert/strict"
import { X509Certificate, createHash, createPrivateKey, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { spawnSync } from "node:child_process"
import { after, before, describe, it } from "mocha"
import { READER } from "../../gateway/commands/pki-holders.ts"
import { type PkiSummary, pkiDemo } from "../../gateway/commands/pki.ts"
import { readCertificate } from "../../gateway/standards/hpki/certificate.ts"
import { japaneseName } from "../../gateway/standards/hpki/extensions.ts"
import { checkHpkiProfile } from "../../gateway/standards/hpki/profile.ts"

const OPTIONS = { pin: "24680", now: new Date(), chance: { bytes: (length: number) => randomBytes(length) } }

describe("the demonstration PKI", () => {
  let directory: string
  let summary: PkiSummary
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "dokuei-pki-"))
    summary = await pkiDemo(directory, OPTIONS)
  })
  after(() => rmSync(directory, { recursive: true }))

  const read = (path: string) => readFileSync(join(directory, path))
  const openssl = (...options: string[]) =>
    spawnSync("openssl", options, { cwd: directory, encoding: "utf8" })

  for (const [chain, root, crls, options] of [
    [
      "readers/reader1",
      "hpki-root",
      ["hpki-root", "hpki-signature"],
      ["-untrusted", "trust/hpki-intermediates.pem"],
    ],
    ["edge/tls", "tls-ca", ["tls-ca"], ["-purpose", "sslserver", "-verify_hostname", "edge.localhost"]],
    ["center/tls", "tls-ca", ["tls-ca"], ["-purpose", "sslclient", "-verify_ip", "127.0.0.1"]],
    ["edge/seal", "seal-ca", ["seal-ca"], []],
    ["center/seal", "seal-ca", ["seal-ca"], []],
    ["edge/object", "seal-ca", ["seal-ca"], []],
    ["center/object", "seal-ca", ["seal-ca"], []],
    ["tsa/tsa", "tsa-root", ["tsa-root"], ["-purpose", "timestampsign"]],
  ] as const) {
    it(`has a chain openssl accepts for ${chain}, revocation lists included`, () => {
      const lists = crls.flatMap((crl) => ["-CRLfile", `trust/crls/${crl}.crl`])
      const run = openssl(
        "verify",
        "-x509_strict",
        "-crl_check_all",
        ...lists,
        ...options,
        "-CAfile",
        `trust/${root}.pem`,
        `${chain}.chain.pem`,
      )
      assert.equal(run.status, 0, run.stdout + run.stderr)
    })
  }

  it("gives the radiologist a card of the exact HPKI shape, at the test level", () => {
    const [leaf, authority] = read("readers/reader1.chain.pem")
      .toString()
      .split(/(?<=END CERTIFICATE-----\n)/)
      .map((pem) => readCertificate(new X509Certificate(pem).raw))
    const anchor = readCertificate(new X509Certificate(read("trust/hpki-root.pem")).raw)
    const tests = checkHpkiProfile([leaf!, authority!, anchor], {
      use: "signature",
      allowTestPolicies: true,
      roles: ["Medical Doctor"],
    })
    assert(
      tests.every(({ outcome }) => outcome === "pass"),
      JSON.stringify(tests),
    )
    assert.equal(japaneseName(leaf!), READER.japaneseName)
    assert.deepEqual(
      leaf!.extensions.filter(({ critical }) => critical).map(({ id }) => id),
      ["2.5.29.15", "2.5.29.32"],
    )
    assert(leaf!.serial.length <= 8)
  })

  it("opens the signing key with the PIN only", () => {
    const key = read("readers/reader1.key.pem").toString()
    assert.throws(() => createPrivateKey({ key, passphrase: "0" }))
    assert.equal(createPrivateKey({ key, passphrase: OPTIONS.pin }).asymmetricKeyType, "rsa")
  })

  it("keeps keys to their owner", () => {
    for (const path of [
      "edge/tls.key.pem",
      "center/object.key.pem",
      "readers/reader1.key.pem",
      "tsa/tsa.key.pem",
    ]) {
      assert.equal(statSync(join(directory, path)).mode & 0o077, 0)
    }
  })

  it("summarises paths and pins in pki.json", () => {
    assert.deepEqual(JSON.parse(read("pki.json").toString()), summary)
    for (const [path, pin] of Object.entries(summary.spkiSha256)) {
      const { publicKey } = new X509Certificate(read(`${path}.chain.pem`))
      assert.equal(
        createHash("sha256")
          .update(publicKey.export({ format: "der", type: "spki" }))
          .digest("hex"),
        pin,
      )
    }
  })

  it("never overwrites a key", async () => {
    await assert.rejects(pkiDemo(directory, OPTIONS), { code: "EEXIST" })
  })
})
