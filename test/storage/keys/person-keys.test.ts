import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { X509Certificate, verify } from "node:crypto"
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { personKeys } from "../../../gateway/storage/keys/person-keys.ts"

describe("signing keys of persons", () => {
  let folder: string
  const openssl = (...args: string[]): Buffer =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-persons-"))
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "clear.key.pem")
    openssl("req", "-new", "-x509", "-key", "clear.key.pem", "-subj", "/CN=reader", "-out", "r1.chain.pem")
    openssl(
      "pkcs8",
      "-topk8",
      "-in",
      "clear.key.pem",
      "-scrypt",
      "-scrypt_N",
      "1024",
      "-passout",
      "pass:1234",
      "-out",
      "r1.key.pem",
    )
    await copyFile(join(folder, "r1.chain.pem"), join(folder, "clear.chain.pem"))
  })
  after(() => rm(folder, { recursive: true }))

  it("sign under the PIN", async () => {
    const keys = personKeys(folder)
    const [leaf] = await keys.chain("r1")
    const bytes = Buffer.from("所見")
    assert.ok(
      verify("sha256", bytes, new X509Certificate(leaf!).publicKey, await keys.sign("r1", "1234", bytes)),
    )
  })

  it("do not sign under another PIN, however often it is guessed", async () => {
    const keys = personKeys(folder)
    for (let pin = 0; pin < 300; pin += 1)
      await assert.rejects(keys.sign("r1", String(pin), Buffer.of(1)), { code: "ERR_KEY_PASSPHRASE" })
    await assert.rejects(keys.sign("r1", "", Buffer.of(1)), { code: "ERR_KEY_PASSPHRASE" })
  })

  it("do not sign with a key that lies there in clear, since any PIN would do", async () => {
    await assert.rejects(personKeys(folder).sign("clear", "1234", Buffer.of(1)), { code: "ERR_KEY_MISSING" })
  })

  it("are looked for in their folder only", async () => {
    const keys = personKeys(join(folder, "below"))
    await mkdir(join(folder, "below"))
    await copyFile(join(folder, "r1.chain.pem"), join(folder, "below", "r2.chain.pem"))
    for (const id of ["../r1", "r1/../r1", "", ".", "..", "a\0b", "x".repeat(65), "nobody"]) {
      await assert.rejects(keys.sign(id, "1234", Buffer.of(1)), { code: "ERR_KEY_MISSING" })
      await assert.rejects(keys.chain(id), { code: "ERR_KEY_MISSING" })
    }
  })

  it("are away with their folder, which is told as that and not as a lost key", async () => {
    const keys = personKeys(join(folder, "share"))
    await assert.rejects(keys.sign("r1", "1234", Buffer.of(1)), { code: "ERR_KEY_FOLDER" })
    await assert.rejects(keys.needs("r1"), { code: "ERR_KEY_FOLDER" })
  })
})
