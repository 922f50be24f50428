import assert from "node:assert/strict"
import { verify, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import {
  cardCertificate,
  signWithCard,
  type CardPlace,
} from "../../../../gateway/storage/keys/pkcs11/card.ts"
import { missingSoftHsm, MODULE, PIN, SoftHsm, TOKEN } from "../../../peers/softhsm.ts"

const MESSAGE = Buffer.from("所見")
const yes = (): void => undefined

describe("a person's card", function () {
  this.timeout(20_000)
  let hsm: SoftHsm
  let asked = 0
  const place = (key: string): CardPlace => ({ module: MODULE, token: TOKEN, key })
  const typing = (pin: string) => (): Promise<Uint8Array> => {
    asked += 1
    return Promise.resolve(Buffer.from(pin))
  }

  before(async function () {
    const missing = missingSoftHsm()
    if (missing !== null) {
      process.stdout.write(`    skipped: ${missing}\n`)
      this.skip()
    }
    hsm = await SoftHsm.open()
    for (const [label, id, kind] of [
      ["sign", "01", "rsa"],
      ["curve", "02", "ec"],
    ] as const) {
      await hsm.addKey(label, id, kind)
      hsm.showCertificate(label, id)
    }
  })
  beforeEach(() => (asked = 0))
  after(async () => {
    if (missingSoftHsm() === null) await hsm.close()
  })

  it("shows its certificate without a PIN", async () => {
    const { raw } = new X509Certificate(readFileSync(hsm.path("sign.pem")))
    assert.deepEqual(Buffer.from(await cardCertificate(place("sign"))), raw)
    assert.deepEqual(Buffer.from(await cardCertificate(place("id:01"))), raw)
    await assert.rejects(cardCertificate(place("other")), { code: "ERR_KEY_MISSING" })
    await assert.rejects(cardCertificate({ ...place("sign"), token: "gone" }), { code: "ERR_KEY_TOKEN" })
  })

  it("signs with an RSA key and with an EC key, by a PIN that is typed for this once", async () => {
    for (const key of ["id:01", "curve"]) {
      const signature = await signWithCard(place(key), MESSAGE, yes, typing(PIN))
      const { publicKey } = new X509Certificate(await cardCertificate(place(key)))
      assert.ok(verify("sha256", MESSAGE, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature))
    }
    assert.equal(asked, 2)
  })

  it("is not asked again by itself when the PIN is wrong", async () => {
    await assert.rejects(signWithCard(place("sign"), MESSAGE, yes, typing("0000")), {
      code: "ERR_KEY_PASSPHRASE",
    })
    assert.equal(asked, 1)
  })

  it("asks for no PIN when it is not the card that was meant", async () => {
    const judge = (): void => {
      throw new Error("another card")
    }
    await assert.rejects(signWithCard(place("sign"), MESSAGE, judge, typing(PIN)), /another card/)
    assert.equal(asked, 0)
  })
})
