import assert from "node:assert/strict"
import { diffieHellman, generateKeyPairSync, verify, X509Certificate } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import {
  keyStore,
  type OpenKeyStore,
  type TokenKeyFiles,
} from "../../../../gateway/storage/keys/key-store.ts"
import { refusedPins } from "../../../../gateway/storage/keys/pkcs11/refused-pins.ts"
import { Token } from "../../../../gateway/storage/keys/pkcs11/token.ts"
import { missingSoftHsm, MODULE, PIN, SoftHsm, TOKEN } from "../../../peers/softhsm.ts"

const MESSAGE = Buffer.from("送信要素")

describe("gateway keys in a PKCS#11 token", function () {
  this.timeout(20_000)
  let hsm: SoftHsm
  const nothing = (): Promise<void> => Promise.resolve()
  const place = (key: string, certificate = key): TokenKeyFiles => ({
    module: MODULE,
    token: TOKEN,
    pinFile: hsm.path("pin"),
    key,
    chainFile: hsm.path(`${certificate}.pem`),
  })
  const using = async <Answer>(
    places: Parameters<typeof keyStore>[0],
    work: (keys: OpenKeyStore) => Promise<Answer>,
  ): Promise<Answer> => {
    const keys = await keyStore(places, hsm.folder)
    try {
      return await work(keys)
    } finally {
      keys.close()
    }
  }

  before(async function () {
    const missing = missingSoftHsm()
    if (missing !== null) {
      process.stdout.write(`    skipped: ${missing}\n`)
      this.skip()
    }
    hsm = await SoftHsm.open()
    await hsm.addKey("seal", "01", "ec")
    await hsm.addKey("object", "02", "ec")
    await hsm.addKey("old", "03", "rsa")
  })
  after(async () => {
    if (missingSoftHsm() === null) await hsm.close()
  })

  it("sign as r‖s with an EC key found by its label", () =>
    using({ seal: place("seal") }, async (keys) => {
      const signature = await keys.sign("seal", MESSAGE)
      const { publicKey } = new X509Certificate(keys.chain("seal")[0]!)
      assert.ok(verify("sha256", MESSAGE, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature))
    }))

  it("sign by PKCS #1 with an RSA key found by its CKA_ID", () =>
    using({ seal: place("id:03", "old") }, async (keys) => {
      const { publicKey } = new X509Certificate(keys.chain("seal")[0]!)
      assert.ok(verify("sha256", MESSAGE, publicKey, await keys.sign("seal", MESSAGE)))
    }))

  it("agree on the secret that the other side derives, and refuse what is no point of the curve", () =>
    using({ object: place("object") }, async (keys) => {
      const peer = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
      const { publicKey } = new X509Certificate(keys.chain("object")[0]!)
      const spki = peer.publicKey.export({ format: "der", type: "spki" })
      const ours = await keys.agree("object", spki)
      assert.deepEqual(Buffer.from(ours), diffieHellman({ privateKey: peer.privateKey, publicKey }))
      const bent = Buffer.from(spki)
      bent[bent.length - 1]! ^= 1
      await assert.rejects(keys.agree("object", bent), { code: "ERR_KEY_UNFIT" })
      assert.deepEqual(Buffer.from(await keys.agree("object", spki)), Buffer.from(ours))
    }))

  it("say that a token without RSA-OAEP needs an EC key for decryption", () =>
    assert.rejects(using({ object: place("old") }, nothing), {
      code: "ERR_KEY_UNFIT",
      message: /use an EC object key/,
    }))

  it("answer many at once, one after the other, by one process and one login", () =>
    using({ seal: place("seal"), object: place("object") }, async (keys) => {
      const { publicKey } = new X509Certificate(keys.chain("seal")[0]!)
      const signatures = await Promise.all(
        Array.from({ length: 40 }, (_, index) => keys.sign("seal", Buffer.from(String(index)))),
      )
      for (const [index, signature] of signatures.entries())
        assert.ok(
          verify(
            "sha256",
            Buffer.from(String(index)),
            { key: publicKey, dsaEncoding: "ieee-p1363" },
            signature,
          ),
        )
    }))

  for (const [what, wrong, code] of [
    ["a key the token does not hold", { key: "nobody" }, "ERR_KEY_MISSING"],
    ["a certificate of another key", { key: "object" }, "ERR_KEY_MISMATCH"],
    ["a token that is not there", { token: "elsewhere" }, "ERR_KEY_TOKEN"],
    ["a module that is none", { module: "/etc/hostname" }, "ERR_KEY_TOKEN"],
    ["a PIN file that is not there", { pinFile: "/nowhere" }, "ERR_KEY_MISSING"],
  ] as const)
    it(`are refused with ${what}`, () =>
      assert.rejects(using({ seal: { ...place("seal"), ...wrong } }, nothing), { code }))

  describe("whose PIN is refused", () => {
    const tries = (): Promise<void> => using({ seal: place("seal") }, nothing)
    /** The token's own count of wrong PINs is not shown by SoftHSM: whether it was asked is seen by what it is told. */
    afterEach(async () => {
      await hsm.setPinFile(PIN)
      await refusedPins(hsm.folder).forget(place("seal"))
    })

    it("do not try it again, also after a restart, until the file holds another one", async () => {
      await hsm.setPinFile("999999")
      await assert.rejects(tries(), { code: "ERR_KEY_PIN", message: /CKR_PIN_INCORRECT/ })
      await assert.rejects(tries(), { code: "ERR_KEY_PIN", message: /not tried again/ })
      await hsm.setPinFile(PIN)
      await tries()
    })

    it("try it again once an operator says so", async () => {
      await hsm.setPinFile("999999")
      await assert.rejects(tries(), { message: /CKR_PIN_INCORRECT/ })
      assert.equal(await refusedPins(hsm.folder).forget(place("seal")), true)
      assert.equal(await refusedPins(hsm.folder).forget(place("seal")), false)
      await assert.rejects(tries(), { message: /CKR_PIN_INCORRECT/ })
    })

    it("keep no PIN in what they remember", async () => {
      await hsm.setPinFile("888888")
      await assert.rejects(tries(), { code: "ERR_KEY_PIN" })
      const kept = readdirSync(hsm.folder).filter((name) => name.startsWith("refused-pin-"))
      assert.equal(kept.length, 1)
      assert.equal(readFileSync(join(hsm.folder, kept[0]!)).includes("888888"), false)
    })
  })

  describe("whose module", () => {
    const open = (limitMs?: number): Token =>
      new Token(place("seal"), {
        refused: refusedPins(hsm.folder),
        ...(limitMs === undefined ? {} : { limitMs }),
      })
    const digest = Buffer.alloc(32, 7)
    const signs = (token: Token): Promise<Uint8Array> =>
      token.use(async (session) => session.signEcdsa(await session.privateKey("seal"), digest))

    it("is killed in the middle fail that operation as one that may pass, and the next one works", async () => {
      const token = open()
      try {
        assert.equal((await signs(token)).length, 64)
        const midway = token.use(async (session) => {
          const key = await session.privateKey("seal")
          process.kill(token.pid!, "SIGKILL")
          return session.signEcdsa(key, digest)
        })
        await assert.rejects(midway, { code: "ERR_KEY_TOKEN", failure: "transient" })
        assert.equal((await signs(token)).length, 64)
      } finally {
        token.close()
      }
    })

    it("hangs fail within the time limit, and the next one works", async () => {
      const token = open(400)
      try {
        await signs(token)
        process.kill(token.pid!, "SIGSTOP")
        await assert.rejects(signs(token), {
          code: "ERR_KEY_TOKEN",
          message: /does not answer within 400 ms/,
        })
        assert.equal((await signs(token)).length, 64)
      } finally {
        token.close()
      }
    })

    it("loses its session log in anew", async () => {
      const token = open()
      try {
        await assert.rejects(
          token.use((session) => session.signEcdsa(99n, digest)),
          { code: "ERR_KEY_TOKEN" },
        )
        assert.equal((await signs(token)).length, 64)
      } finally {
        token.close()
      }
    })
  })
})
