import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { connect, type ConnectionOptions, createServer, type TlsOptions } from "node:tls"
import type { AddressInfo } from "node:net"
import { identifyBy, pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import {
  clientTls,
  clientTlsByName,
  type NodeCredentials,
  serverTls,
} from "../../../gateway/actors/secure-node/tls.ts"
import { profileOptions } from "../../../gateway/actors/secure-node/profile.ts"
import { chainOf, revokedBy } from "../../../gateway/actors/secure-node/revoked.ts"
import { type Certificate, readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { derOf, type TestCertificate, withCa } from "../certificates.ts"

/** One handshake and one byte from the server: only then has the server judged the client (TLS 1.3). */
async function shake(
  server: TlsOptions,
  client: ConnectionOptions,
): Promise<{ protocol: string; cipher: string }> {
  const listener = createServer(server, (socket) => {
    socket.on("error", () => undefined)
    socket.end("!")
  })
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve))
  const { port } = listener.address() as AddressInfo
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect({ ...client, port, host: "127.0.0.1" })
      socket.on("error", reject)
      socket.on("close", () => reject(new Error("closed")))
      socket.on("data", () =>
        resolve({ protocol: socket.getProtocol() ?? "", cipher: socket.getCipher().standardName }),
      )
    })
  } finally {
    listener.close()
  }
}

describe("Secure Node", () => {
  let one: TestCertificate
  let two: TestCertificate
  let rsa: TestCertificate
  let revoked: TestCertificate
  let foreign: TestCertificate
  let trustedPem: string
  let ca: Certificate
  let list: Uint8Array
  let overdue: Uint8Array
  before(() => {
    foreign = withCa("Other", (ca) => ca.issue("foreign"))
    withCa("Own", (own) => {
      one = own.issue("one")
      two = own.issue("two")
      rsa = own.issue("rsa", { rsa: true })
      revoked = own.issue("revoked")
      trustedPem = own.pem
      ca = readCertificate(new X509Certificate(own.pem).raw)
      overdue = derOf(own.overdueCrl(revoked))
      list = derOf(own.crl())
    })
  })
  const node = (
    { chainPem, keyPem }: TestCertificate,
    more: Partial<NodeCredentials> = {},
  ): NodeCredentials => ({
    chainPem,
    keyPem,
    trustedPem,
    ...more,
  })
  const pin = (certificate: TestCertificate): string => pinOf(certificate.x509)

  it("speaks TLS 1.3 with both certificates", async () => {
    const { protocol } = await shake(serverTls(node(one)), clientTls(node(two), [pin(one)]))
    assert.equal(protocol, "TLSv1.3")
  })

  it("does not go below TLS 1.3 unless the agreement says so", async () => {
    const old = { maxVersion: "TLSv1.2", minVersion: "TLSv1.2", ciphers: "DEFAULT" } as const
    await assert.rejects(shake(serverTls(node(one)), { ...clientTls(node(two), [pin(one)]), ...old }))
    await assert.rejects(shake({ ...serverTls(node(one)), ...old }, clientTls(node(two), [pin(one)])))
  })

  const suites = [
    "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  ]
  const opensslName = (suite: string): string =>
    suite.replace("TLS_", "").replace("_WITH_AES_", "-AES").replaceAll("_", "-")
  for (const suite of suites)
    it(`offers ${suite} of the STX option as server and as client`, async () => {
      const server = serverTls(node(rsa, { profile: "ihe-stx" }))
      const client = clientTls(node(two, { profile: "ihe-stx" }), [pin(rsa)])
      const only = { maxVersion: "TLSv1.2", ciphers: opensslName(suite) } as const
      assert.equal((await shake(server, { ...client, ...only })).cipher, suite)
      assert.equal((await shake({ ...server, ...only }, client)).cipher, suite)
    })

  it("refuses CBC, RSA key exchange and TLS 1.1 even with the STX option", async () => {
    const server = serverTls(node(rsa, { profile: "ihe-stx" }))
    const client = clientTls(node(two, { profile: "ihe-stx" }), [pin(rsa)])
    for (const ciphers of ["ECDHE-RSA-AES128-SHA256", "AES128-GCM-SHA256"])
      await assert.rejects(shake(server, { ...client, maxVersion: "TLSv1.2", ciphers }))
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const
    await assert.rejects(shake(server, { ...client, ...old }))
  })

  it("offers in TLS 1.2 what BCP 195 recommends and the option demands, and nothing else", async () => {
    const names = profileOptions("ihe-stx").ciphers?.split(":") ?? []
    const offered = (name: string) => names.includes(name)
    const all = execFileSync("openssl", ["ciphers", "-s", "-tls1_2", "ALL"]).toString().trim().split(":")
    assert.deepEqual(all.filter(offered).sort(), [
      "DHE-RSA-AES128-GCM-SHA256",
      "DHE-RSA-AES256-GCM-SHA384",
      "ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES128-GCM-SHA256",
      "ECDHE-RSA-AES256-GCM-SHA384",
    ])
    const server = serverTls(node(rsa, { profile: "ihe-stx" }))
    const client = clientTls(node(two, { profile: "ihe-stx" }), [pin(rsa)])
    for (const ciphers of all.filter((name) => !offered(name) && /^(ECDHE|DHE)-RSA/.test(name)))
      await assert.rejects(
        shake(server, { ...client, maxVersion: "TLSv1.2", ciphers: `${ciphers}:@SECLEVEL=0` }),
        ciphers,
      )
  })

  it("refuses a client without certificate and one of another CA", async () => {
    const server = serverTls(node(one))
    const client = clientTls(node(two), [pin(one)])
    await shake(server, client)
    const { ca, checkServerIdentity } = client
    await assert.rejects(shake(server, { ca, checkServerIdentity: checkServerIdentity ?? (() => undefined) }))
    await assert.rejects(shake(server, clientTls(node(foreign), [pin(one)])))
  })

  it("refuses a server with another key, of another CA, and a revoked one", async () => {
    const revokedOf = revokedBy(
      [ca],
      () => [readCrl(overdue)],
      () => new Date(),
    )
    const client = clientTls(node(two, { revoked: revokedOf }), [pin(one), pin(revoked), pin(foreign)])
    await shake(serverTls(node(one)), client)
    await assert.rejects(shake(serverTls(node(rsa)), client), { code: "ERR_TLS_PIN_MISMATCH" })
    await assert.rejects(shake(serverTls(node(foreign)), client))
    await assert.rejects(shake(serverTls(node(revoked)), client), { code: "ERR_TLS_REVOKED" })
  })

  it("where no key is agreed, takes a server by its name alone, and still no revoked one", async () => {
    const revokedOf = revokedBy(
      [ca],
      () => [readCrl(overdue)],
      () => new Date(),
    )
    const client = clientTlsByName(node(two, { revoked: revokedOf }))
    await shake(serverTls(node(one)), { ...client, servername: "one" })
    await assert.rejects(shake(serverTls(node(one)), { ...client, servername: "two" }), {
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    })
    await assert.rejects(shake(serverTls(node(foreign)), { ...client, servername: "foreign" }))
    await assert.rejects(shake(serverTls(node(revoked)), { ...client, servername: "revoked" }), {
      code: "ERR_TLS_REVOKED",
    })
  })

  describe("revocation of a peer", () => {
    const judge = (...lists: readonly Uint8Array[]) =>
      revokedBy(
        [ca],
        () => lists.map(readCrl),
        () => new Date(),
      )
    const chain = (certificate: TestCertificate) => chainOf(certificate.x509)

    it("is believed from a list that is overdue, and such a list stops nobody else", () => {
      assert.match(judge(overdue)(chain(revoked)) ?? "", /CN=revoked .* is revoked/)
      assert.equal(judge(overdue)(chain(one)), null)
    })
    it("is not invented where there is no list", () => assert.equal(judge()(chain(revoked)), null))
    it("is not believed from a list that another authority signed under the same name", () => {
      const other = withCa("Own", (own) => derOf(own.crl()))
      const forged = withCa("Own", (own) => derOf(own.crl(own.issue("x"))))
      assert.equal(judge(other, forged)(chain(one)), null)
    })
    it("is told by the newest list alone", () => {
      assert.notEqual(judge(overdue, list)(chain(revoked)), null)
      const since = withCa("Own", (own) => derOf(own.crl()))
      assert.notEqual(judge(list, since)(chain(revoked)), null)
    })
    it("is not asked of what cannot be read: that is refused", () => {
      assert.equal(judge()([Buffer.from("x")]), "a certificate that cannot be read")
    })
  })

  it("pins what openssl calls the digest of the public key", () => {
    const spki = execFileSync("openssl", ["x509", "-pubkey", "-noout"], { input: one.chainPem })
    const der = execFileSync("openssl", ["pkey", "-pubin", "-outform", "DER"], { input: spki })
    const digest = execFileSync("openssl", ["dgst", "-sha256", "-r"], { input: der }).toString()
    assert.equal(pin(one), digest.slice(0, 64))
  })

  it("knows an agreement by each of its pins, in either case, and nobody else", () => {
    const identify = identifyBy({ a: [pin(one).toUpperCase(), pin(two)], b: [pin(rsa)] })
    assert.deepEqual(identify(one.x509), { agreement: "a", spkiSha256: pin(one) })
    assert.equal(identify(two.x509).agreement, "a")
    assert.equal(identify(rsa.x509).agreement, "b")
    assert.equal(identify(foreign.x509).agreement, null)
    assert.throws(() => identifyBy({ a: [pin(one)], b: [pin(one)] }), RangeError)
  })
})
