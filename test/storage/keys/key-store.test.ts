import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  constants,
  verify,
  X509Certificate,
} from "node:crypto"
import { readFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { keyStore } from "../../../gateway/storage/keys/key-store.ts"

const MESSAGE = Buffer.from("送信要素")

describe("gateway keys from files", () => {
  let folder: string
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): Buffer =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dokuei-keys-"))
    await writeFile(at("pass"), "correct horse\n")
    await writeFile(at("wrong"), "battery staple\n")
    await writeFile(at("empty"), "\n")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem")
    openssl(
      "pkcs8",
      "-topk8",
      "-in",
      "ec.pem",
      "-v2",
      "aes-256-cbc",
      "-iter",
      "1000",
      "-passout",
      "file:pass",
      "-out",
      "ec.enc.pem",
    )
    openssl(
      "pkcs8",
      "-topk8",
      "-in",
      "ec.pem",
      "-scrypt",
      "-scrypt_N",
      "1024",
      "-passout",
      "file:pass",
      "-out",
      "ec.scrypt.pem",
    )
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.pem")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521", "-out", "p521.pem")
    for (const name of ["ec", "rsa", "p521"]) {
      openssl("req", "-new", "-x509", "-key", `${name}.pem`, "-subj", `/CN=${name}`, "-out", `${name}.crt`)
    }
    await writeFile(
      at("chain.crt"),
      openssl("x509", "-in", "ec.crt").toString() + openssl("x509", "-in", "rsa.crt").toString(),
    )
  })
  after(() => rm(folder, { recursive: true }))

  const seal = (keyFile: string, chainFile: string, passphrase?: string): ReturnType<typeof keyStore> =>
    keyStore({
      seal: {
        keyFile: at(keyFile),
        chainFile: at(chainFile),
        ...(passphrase === undefined ? {} : { passphraseFile: at(passphrase) }),
      },
    })

  for (const [keyFile, passphrase] of [
    ["ec.pem"],
    ["ec.enc.pem", "pass"],
    ["ec.scrypt.pem", "pass"],
  ] as const)
    it(`sign as r‖s with the EC key of ${keyFile}`, async () => {
      const keys = await seal(keyFile, "chain.crt", passphrase)
      const signature = await keys.sign("seal", MESSAGE)
      assert.equal(signature.length, 64)
      const [leaf, issuer] = keys.chain("seal").map((der) => new X509Certificate(der))
      assert.deepEqual([leaf?.subject, issuer?.subject], ["CN=ec", "CN=rsa"])
      assert.ok(verify("sha256", MESSAGE, { key: leaf!.publicKey, dsaEncoding: "ieee-p1363" }, signature))
    })

  it("sign with an RSA key what openssl verifies", async () => {
    const keys = await seal("rsa.pem", "rsa.crt")
    await writeFile(at("message"), MESSAGE)
    await writeFile(at("signature"), await keys.sign("seal", MESSAGE))
    openssl("x509", "-in", "rsa.crt", "-noout", "-pubkey", "-out", "rsa.pub")
    assert.match(
      openssl("dgst", "-sha256", "-verify", "rsa.pub", "-signature", "signature", "message").toString(),
      /Verified OK/,
    )
  })

  it("agree on the secret openssl derives", async () => {
    const keys = await keyStore({ object: { keyFile: at("ec.pem"), chainFile: at("ec.crt") } })
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "peer.pem")
    openssl("pkey", "-in", "peer.pem", "-pubout", "-outform", "DER", "-out", "peer.der")
    openssl("pkey", "-in", "ec.pem", "-pubout", "-out", "ec.pub")
    const theirs = openssl("pkeyutl", "-derive", "-inkey", "peer.pem", "-peerkey", "ec.pub")
    const spki = createPublicKey({ key: openssl("pkey", "-in", "peer.pem", "-pubout"), format: "pem" })
    const ours = await keys.agree("object", spki.export({ format: "der", type: "spki" }))
    assert.deepEqual(Buffer.from(ours), theirs)
  })

  it("agree with nobody whose point is of another curve, is no point, or is no key", async () => {
    const keys = await keyStore({ object: { keyFile: at("ec.pem"), chainFile: at("ec.crt") } })
    const foreign = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({
      format: "der",
      type: "spki",
    })
    const off = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
      format: "der",
      type: "spki",
    })
    off[off.length - 1]! ^= 1
    for (const spki of [foreign, off, Buffer.alloc(5), Buffer.alloc(0)])
      await assert.rejects(keys.agree("object", spki), { code: "ERR_KEY_UNFIT" })
    await assert.rejects(keys.decryptOaep("object", Buffer.alloc(256)), { code: "ERR_KEY_UNFIT" })
  })

  it("open what was encrypted with RSAES-OAEP and SHA-256, and nothing else", async () => {
    const keys = await keyStore({ object: { keyFile: at("rsa.pem"), chainFile: at("rsa.crt") } })
    const key = new X509Certificate(keys.chain("object")[0]!).publicKey
    const cek = Buffer.alloc(32, 9)
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const good = publicEncrypt({ key, padding, oaepHash: "sha256" }, cek)
    assert.deepEqual(Buffer.from(await keys.decryptOaep("object", good)), cek)
    const sha1 = publicEncrypt({ key, padding, oaepHash: "sha1" }, cek)
    const pkcs1 = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, cek)
    for (const bad of [sha1, pkcs1, good.subarray(1), Buffer.alloc(0)])
      await assert.rejects(keys.decryptOaep("object", bad), { code: "ERR_KEY_UNFIT" })
  })

  const refusals: readonly (readonly [string, string, string, string | undefined, string])[] = [
    ["a wrong passphrase", "ec.enc.pem", "ec.crt", "wrong", "ERR_KEY_PASSPHRASE"],
    ["no passphrase", "ec.enc.pem", "ec.crt", undefined, "ERR_KEY_PASSPHRASE"],
    ["an empty passphrase file", "ec.enc.pem", "ec.crt", "empty", "ERR_KEY_MISSING"],
    ["a passphrase file that is missing", "ec.enc.pem", "ec.crt", "nowhere", "ERR_KEY_MISSING"],
    ["a key that is missing", "nowhere", "ec.crt", undefined, "ERR_KEY_MISSING"],
    ["a certificate in the place of a key", "ec.crt", "ec.crt", undefined, "ERR_KEY_MISSING"],
    ["a key in the place of a chain", "ec.pem", "ec.pem", undefined, "ERR_KEY_MISSING"],
    ["the certificate of another key", "ec.pem", "rsa.crt", undefined, "ERR_KEY_MISMATCH"],
    ["a curve that is not agreed", "p521.pem", "p521.crt", undefined, "ERR_KEY_MISSING"],
  ]
  for (const [what, keyFile, chainFile, passphrase, code] of refusals)
    it(`refuse ${what}`, async () => {
      await assert.rejects(seal(keyFile, chainFile, passphrase), { code })
    })

  it("refuse a use nobody configured", async () => {
    const keys = await seal("ec.pem", "ec.crt")
    assert.throws(() => keys.chain("tls"), { code: "ERR_KEY_MISSING" })
    await assert.rejects(keys.sign("tls", MESSAGE), { code: "ERR_KEY_MISSING" })
  })

  describe("while they are changed", () => {
    const place = (name: string) => ({ keyFile: at(`${name}.pem`), chainFile: at(`${name}.crt`) })
    const copy = async (from: string, to: string): Promise<void> => {
      for (const end of ["pem", "crt"])
        await writeFile(at(`${to}.${end}`), readFileSync(at(`${from}.${end}`)))
    }

    it("open what was made for a retired key, and name the one in use first", async () => {
      const keys = await keyStore({ object: place("ec"), retired: [place("rsa")] })
      const [current, retired] = keys.decryptionKeys()
      assert.deepEqual(
        [current, retired].map((key) => new X509Certificate(key!.certificate).subject),
        ["CN=ec", "CN=rsa"],
      )
      const secret = Buffer.from("a content key")
      const key = { key: new X509Certificate(retired!.certificate).publicKey, oaepHash: "sha256" }
      const sealed = publicEncrypt({ ...key, padding: constants.RSA_PKCS1_OAEP_PADDING }, secret)
      assert.deepEqual(Buffer.from(await retired!.decryptOaep(sealed)), secret)
    })

    it("are taken up from their files without a start, once key and certificate fit each other", async () => {
      await copy("ec", "live")
      const keys = await keyStore({ seal: place("live"), object: place("ec"), tls: place("ec") })
      assert.equal(await keys.renew(), false)
      await writeFile(at("live.pem"), readFileSync(at("rsa.pem")))
      await assert.rejects(keys.renew(), { code: "ERR_KEY_MISMATCH" })
      assert.equal((await keys.sign("seal", MESSAGE)).length, 64, "the former key stays")
      assert.equal(await keys.renew(), false, "told once")
      await writeFile(at("live.crt"), readFileSync(at("rsa.crt")))
      assert.equal(await keys.renew(), true)
      assert.equal((await keys.sign("seal", MESSAGE)).length, 256)
      assert.equal(keys.chain("tls").length, 1)
    })
  })
})
