import assert from "node:assert/strict"
import { randomBytes, verify, X509Certificate } from "node:crypto"
import { RemoteKeys } from "../../../gateway/actors/signing-service/signing-service.ts"
import { CLIENT, CscService, holderOf, REMOTE_PIN } from "../../peers/csc-service.ts"

const SATO = { login: "sato" }
const MESSAGE = Buffer.from("署名の対象")

describe("keys at a signing service", function () {
  this.timeout(20_000)
  let service: CscService
  let keys: RemoteKeys
  let nowMs: number
  const holders = { rsa: holderOf("rsa", "nonRepudiation"), ec: holderOf("ec", "nonRepudiation") }
  const authentication = holderOf("rsa", "digitalSignature")

  beforeEach(async () => {
    service = new CscService()
    await service.open()
    service.holders.set("card-auth", authentication)
    service.holders.set("card-sign", holders.rsa)
    nowMs = Date.UTC(2026, 3, 1)
    keys = new RemoteKeys({
      ...CLIENT,
      url: service.url,
      trustedPem: service.caPem,
      timeoutMs: 2_000,
      redirectUri: "https://center.example.jp/",
      clock: { now: () => new Date(nowMs) },
      chance: { bytes: (length) => randomBytes(length) },
    })
  })
  afterEach(() => service.close())

  const logIn = async (): Promise<void> => {
    const { url } = await keys.begin(SATO)
    await keys.finish(SATO, service.visit(url))
  }

  for (const kind of ["rsa", "ec"] as const)
    it(`sign with the ${kind} key of the person who logged in there, by their PIN`, async () => {
      service.holders.set("card-sign", holders[kind])
      await logIn()
      const [leaf] = await keys.chain("sato")
      const { publicKey } = new X509Certificate(leaf!)
      assert.equal(Buffer.from(leaf!).toString("base64"), holders[kind].certificate)
      for (const message of [MESSAGE, Buffer.from("次")]) {
        const signature = await keys.sign("sato", REMOTE_PIN, message)
        const key = { key: publicKey, dsaEncoding: "ieee-p1363" as const }
        assert.ok(verify("sha256", message, kind === "ec" ? key : publicKey, signature))
      }
    })

  it("ask for consent to one hash, then for its signature, and send no PIN to a credential that wants none", async () => {
    service.authMode = "implicit"
    await logIn()
    await keys.sign("sato", "whatever", MESSAGE)
    assert.deepEqual(service.asked.slice(-2), ["credentials/authorize", "signatures/signHash"])
  })

  it("are nobody's before that person has logged in, when the login is over, and when the service says so", async () => {
    await assert.rejects(keys.chain("sato"), { code: "ERR_KEY_LOGIN", failure: "transient" })
    await logIn()
    await assert.rejects(keys.chain("tanaka"), { code: "ERR_KEY_LOGIN" })
    service.logEverybodyOut()
    await assert.rejects(keys.sign("sato", REMOTE_PIN, MESSAGE), { code: "ERR_KEY_LOGIN" })
    await assert.rejects(keys.chain("sato"), { code: "ERR_KEY_LOGIN" })
    await logIn()
    nowMs += 3_600_000
    await assert.rejects(keys.chain("sato"), { code: "ERR_KEY_LOGIN" })
  })

  it("tell a wrong PIN from everything else", async () => {
    await logIn()
    await assert.rejects(keys.sign("sato", "0000", MESSAGE), { code: "ERR_KEY_PASSPHRASE" })
    await keys.sign("sato", REMOTE_PIN, MESSAGE)
  })

  it("are got by the answer to one's own question alone, once, and in time", async () => {
    const { url } = await keys.begin(SATO)
    const answer = service.visit(url)
    await assert.rejects(keys.finish({ login: "tanaka" }, answer), { code: "ERR_KEY_LOGIN" })
    await assert.rejects(keys.finish(SATO, { ...answer, state: "another" }), { code: "ERR_KEY_LOGIN" })
    await assert.rejects(keys.finish(SATO, answer), { code: "ERR_KEY_LOGIN" }, "one try for each question")
    const again = await keys.begin(SATO)
    nowMs += 11 * 60_000
    await assert.rejects(keys.finish(SATO, service.visit(again.url)), { code: "ERR_KEY_LOGIN" })
  })

  it("are not got with a code that another verifier belongs to (PKCE)", async () => {
    const { code } = service.visit((await keys.begin(SATO)).url)
    const { state } = service.visit((await keys.begin(SATO)).url)
    await assert.rejects(keys.finish(SATO, { state, code }), { code: "ERR_KEY_LOGIN" })
  })

  it("are none where the person has a certificate for authentication only", async () => {
    service.holders.delete("card-sign")
    await assert.rejects(logIn(), { code: "ERR_KEY_SERVICE", message: /no key of this person/ })
  })

  it("are none where the service's certificate cannot be read", async () => {
    const { certificate } = holders.rsa
    const der = Buffer.from(certificate, "base64")
    const junk = [Buffer.from("no certificate"), der.subarray(0, der.length - 20), Buffer.alloc(64, 0x30)]
    for (const octets of junk) {
      service.holders.set("card-sign", { ...holders.rsa, certificate: octets.toString("base64") })
      await assert.rejects(logIn(), { code: "ERR_KEY_SERVICE", message: /cannot be read/ })
    }
  })

  it("sign nothing when the service is silent, says no JSON, or signs something else", async () => {
    await logIn()
    for (const trouble of ["not-json", "another-signature", "silent"] as const) {
      service.trouble = trouble
      await assert.rejects(keys.sign("sato", REMOTE_PIN, MESSAGE), {
        code: "ERR_KEY_SERVICE",
        failure: "transient",
      })
    }
  })

  it("are not asked for where the service sends browsers to another host", async () => {
    service.trouble = "another-host"
    await assert.rejects(keys.begin(SATO), { code: "ERR_KEY_SERVICE" })
  })

  it("say nothing of tokens, PINs or secrets in what fails", async () => {
    await logIn()
    service.trouble = "not-json"
    const told = await keys.sign("sato", REMOTE_PIN, MESSAGE).catch((error: unknown) => String(error))
    assert.equal(/314159|between us/.test(String(told)), false)
  })
})
