import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Center, makePeople, openCenter, type People } from "../two-sides.ts"

/** One listener, two agreements: hospital-a speaks TLS 1.3, clinic-b may speak 1.2. */
describe("Document Recipient: TLS by agreement", () => {
  let people: People
  let center: Center
  let folder: string
  before(async () => {
    people = makePeople()
    folder = await mkdtemp(join(tmpdir(), "dokuei-tls-profile-"))
    await writeFile(join(folder, "ca.pem"), people.caPem)
    for (const name of ["hospital", "clinic", "revoked"] as const) {
      await writeFile(join(folder, `${name}.key`), people[name].keyPem)
      await writeFile(join(folder, `${name}.pem`), people[name].chainPem)
    }
    center = await openCenter(people, { profile: "ihe-stx", lists: [people.crl] })
  })
  after(async () => {
    await center.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => (center.turnedAway.length = 0))

  /** openssl as the partner: what it negotiated, and the status line of the answer to a GET, if any came. */
  function call(who: "hospital" | "clinic" | "revoked", ...args: readonly string[]) {
    const own = ["-cert", join(folder, `${who}.pem`), "-key", join(folder, `${who}.key`)]
    const trust = ["-CAfile", join(folder, "ca.pem"), "-verify_return_error"]
    const line = ["s_client", "-connect", `127.0.0.1:${center.port}`, "-ign_eof", ...own, ...trust, ...args]
    return new Promise<{ cipher: string; status: string }>((resolve) => {
      const child = execFile("openssl", line, { timeout: 5_000 }, (_error, stdout) => {
        const cipher = /Cipher is (\S+)/.exec(stdout)?.[1] ?? ""
        resolve({ cipher, status: /HTTP\/1\.1 \d+/.exec(stdout)?.[0] ?? "" })
      })
      child.stdin?.on("error", () => undefined)
      child.stdin?.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    })
  }

  it("lets the partner of a 1.2 agreement speak TLS 1.2, with the suites of BCP 195", async () => {
    for (const suite of ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"]) {
      const { cipher, status } = await call("clinic", "-tls1_2", "-cipher", suite)
      assert.equal(cipher, suite)
      assert.match(status, /HTTP/)
    }
    assert.deepEqual(center.turnedAway, [])
  })

  it("has no other suite for it", async () => {
    for (const suite of ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA256"])
      assert.equal((await call("clinic", "-tls1_2", "-cipher", suite)).status, "")
  })

  it("closes the connection of a partner whose agreement says 1.3 when it comes with 1.2", async () => {
    assert.equal((await call("hospital", "-tls1_2")).status, "")
    assert.deepEqual(
      center.turnedAway.map(({ reason, detail }) => [reason, detail]),
      [["tls-version", "agreement hospital-a is for a newer TLS than TLSv1.2"]],
    )
    assert.match(center.turnedAway[0]?.spkiSha256 ?? "", /^[0-9a-f]{64}$/)
  })

  it("serves both in TLS 1.3", async () => {
    for (const who of ["hospital", "clinic"] as const)
      assert.match((await call(who, "-tls1_3")).status, /HTTP/)
  })

  it("closes the connection of a pinned key whose certificate is revoked", async () => {
    assert.equal((await call("revoked", "-tls1_3")).status, "")
    assert.deepEqual(
      center.turnedAway.map(({ reason }) => reason),
      ["revoked"],
    )
  })
})
