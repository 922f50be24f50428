/** What an agreement lets both sides negotiate, with openssl as the partner at either end of the connection. */
import assert from "node:assert/strict"
import { execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { connect, createServer } from "node:tls"
import { pinOf } from "../../../gateway/actors/secure-node/pins.ts"
import type { TlsProfile } from "../../../gateway/actors/secure-node/profile.ts"
import { clientTls, serverTls } from "../../../gateway/actors/secure-node/tls.ts"
import { type TestCertificate, withCa } from "../certificates.ts"

type Key = "rsa" | "ec"
const KEYS: readonly Key[] = ["rsa", "ec"]
/** What openssl would send in its ClientHello, or take from one: nothing is left to its own idea of what is safe. */
const only = (suite: string): readonly string[] => ["-tls1_2", "-cipher", `${suite}:@SECLEVEL=0`]

/** ITI TF-2 3.19: the four of "STX: TLS 1.2 floor using BCP195". All of them name RSA as the server's key. */
const STX = [
  "DHE-RSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "DHE-RSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
]
/** The same exchange and ciphers for a server whose key is on a curve (RFC 9325 4.2): no DHE is among them. */
const WITH_EC = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"]
const TAKEN: Readonly<Record<Key, readonly string[]>> = { rsa: STX, ec: WITH_EC }
/** AEAD and forward secret, or merely usual; none of them is in the option's list or in BCP 195's. */
const REFUSED: Readonly<Record<Key, readonly string[]>> = {
  rsa: [
    "ECDHE-RSA-CHACHA20-POLY1305",
    "DHE-RSA-AES128-CCM",
    "ECDHE-RSA-AES256-SHA384",
    "DHE-RSA-AES128-SHA256",
    "AES256-GCM-SHA384",
  ],
  ec: ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-CCM8", "ECDHE-ECDSA-AES128-SHA"],
}
const OLD = [
  ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"],
  ["-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"],
]
const NOTHING = ""

/** Whose certificate the caller shows, and what is agreed; RSA and the option by default. */
interface Caller {
  readonly by?: Key
  readonly profile?: TlsProfile
}

describe("Secure Node with openssl", () => {
  const certificates: Record<string, TestCertificate> = {}
  let trustedPem: string
  let folder: string
  before(async () => {
    withCa("Own", (ca) => {
      trustedPem = ca.pem
      for (const side of ["ours", "theirs"]) {
        certificates[`${side} rsa`] = ca.issue(`${side} rsa`, { rsa: true })
        certificates[`${side} ec`] = ca.issue(`${side} ec`)
      }
    })
    folder = await mkdtemp(join(tmpdir(), "dokuei-openssl-"))
    await writeFile(join(folder, "ca.pem"), trustedPem)
    for (const key of KEYS) {
      const { chainPem, keyPem } = certificates[`theirs ${key}`]!
      await writeFile(join(folder, `${key}.pem`), chainPem + keyPem)
    }
    const group = ["-algorithm", "DH", "-pkeyopt", "dh_rfc5114:1", "-out", join(folder, "short.pem")]
    execFileSync("openssl", ["genpkey", "-genparam", ...group])
  })
  after(() => rm(folder, { recursive: true }))

  const credentials = (key: Key, profile: TlsProfile) => ({
    ...certificates[`ours ${key}`]!,
    trustedPem,
    profile,
  })
  const theirs = (key: Key): readonly string[] => [
    "-cert",
    join(folder, `${key}.pem`),
    "-CAfile",
    join(folder, "ca.pem"),
  ]

  /** openssl calls us: what it tells of the connection and of our answer. */
  async function answerTo(
    ours: Key,
    args: readonly string[],
    { by = "rsa", profile = "ihe-stx" }: Caller = {},
  ) {
    const server = createServer(serverTls(credentials(ours, profile)), (socket) => socket.end("taken\n"))
    server.on("tlsClientError", () => undefined)
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    const line = ["s_client", "-connect", `127.0.0.1:${port}`, ...theirs(by), "-verify_return_error", ...args]
    const said = await new Promise<string>((resolve) => {
      const child = execFile("openssl", line, { timeout: 20_000 }, (_error, stdout) => resolve(stdout))
      child.stdin?.on("error", () => undefined)
    })
    server.close()
    return said
  }
  /** The suite over which openssl had an answer from us. */
  async function called(...call: Parameters<typeof answerTo>) {
    const said = await answerTo(...call)
    return said.includes("taken") ? (/Cipher is (\S+)/.exec(said)?.[1] ?? NOTHING) : NOTHING
  }

  /** We call openssl: the suite over which it took our certificate and sent something. */
  async function calling(
    their: Key,
    args: readonly string[],
    { by = "rsa", profile = "ihe-stx" }: Caller = {},
  ) {
    const line = [
      "s_server",
      "-accept",
      "127.0.0.1:0",
      "-naccept",
      "1",
      "-Verify",
      "1",
      "-verify_return_error",
    ]
    const server = spawn("openssl", [...line, ...theirs(their), ...args], {
      stdio: ["pipe", "pipe", "ignore"],
    })
    const ended = once(server, "close")
    const port = await portOf(server.stdout)
    server.stdin.write("taken\n")
    const options = clientTls(credentials(by, profile), [pinOf(certificates[`theirs ${their}`]!.x509)])
    const socket = connect({ ...options, port, host: "127.0.0.1" })
    const suite = await new Promise<string>((resolve) => {
      socket.on("error", () => resolve(NOTHING)).on("close", () => resolve(NOTHING))
      socket.on("data", () => resolve(socket.getCipher().name))
    })
    socket.destroy()
    server.kill()
    await ended
    return suite
  }

  for (const key of KEYS) {
    for (const suite of TAKEN[key])
      it(`speaks ${suite} as server and as client, whichever key the other side's certificate holds`, async () => {
        for (const other of KEYS) {
          assert.equal(await called(key, only(suite), { by: other }), suite, `called, openssl with ${other}`)
          assert.equal(await calling(key, only(suite), { by: other }), suite, `calling, we with ${other}`)
        }
      })

    it(`takes no other suite of TLS 1.2 with a certificate for ${key}`, async () => {
      for (const suite of REFUSED[key]) {
        assert.equal(await called(key, only(suite)), NOTHING, `called with ${suite}`)
        assert.equal(await calling(key, only(suite)), NOTHING, `calling with ${suite}`)
      }
    })

    it(`takes nothing older than TLS 1.2 with a certificate for ${key}, and 1.3 where both have it`, async () => {
      for (const args of OLD) {
        assert.equal(await called(key, args), NOTHING)
        assert.equal(await calling(key, args), NOTHING)
      }
      assert.match(await called(key, []), /^TLS_/)
      assert.match(await calling(key, []), /^TLS_/)
    })

    it(`speaks TLS 1.3 alone where the agreement says nothing, with a certificate for ${key}`, async () => {
      const profile = "1.3"
      assert.match(await called(key, ["-tls1_3"], { profile }), /^TLS_/)
      assert.match(await calling(key, ["-tls1_3"], { profile }), /^TLS_/)
      for (const args of [["-tls1_2"], ...OLD]) {
        assert.equal(await called(key, args, { profile }), NOTHING)
        assert.equal(await calling(key, args, { profile }), NOTHING)
      }
    })
  }

  it("offers DHE a group of 3072 bits as server, and takes none of 1024 as client", async () => {
    const [suite = ""] = STX
    assert.match(await answerTo("rsa", only(suite)), /^Server Temp Key: DH, 3072 bits$/m)
    assert.equal(await calling("rsa", [...only(suite), "-dhparam", join(folder, "short.pem")]), NOTHING)
  })
})

const portOf = (stdout: Readable): Promise<number> =>
  new Promise((resolve) => {
    let said = ""
    stdout.on("data", (piece: Buffer) => {
      said += piece.toString()
      const port = /ACCEPT \S*:(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
