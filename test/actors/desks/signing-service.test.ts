import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { RemoteKeys } from "../../../gateway/actors/signing-service/signing-service.ts"
import { KeyError } from "../../../gateway/journey/errors.ts"
import { CLIENT, CscService, holderOf, REMOTE_PIN } from "../../peers/csc-service.ts"
import { enrolled, openHarness, READER, type Harness } from "./harness.ts"

describe("a reading desk with a signing service", function () {
  this.timeout(20_000)
  let service: CscService
  let keys: RemoteKeys
  let desk: Harness
  before(async () => {
    service = new CscService()
    await service.open()
    service.holders.set("one", holderOf("rsa", "nonRepudiation"))
  })
  after(() => service.close())
  beforeEach(async () => {
    keys = new RemoteKeys({
      ...CLIENT,
      url: service.url,
      trustedPem: service.caPem,
      timeoutMs: 5_000,
      redirectUri: "https://center.example.jp/",
      clock: { now: () => new Date() },
      chance: { bytes: (length) => randomBytes(length) },
    })
    desk = await openHarness("reading", { signingService: keys })
  })
  afterEach(() => desk.close())

  it("sends the reader's browser there, takes what it comes back with, and signs as that reader", async () => {
    const client = await enrolled(desk, READER)
    const { url } = await client.post<{ url: string }>("/api/signing-service")
    assert.ok(url.startsWith(service.url))
    assert.deepEqual(await client.post("/api/signing-service/return", service.visit(url)), {})
    assert.ok((await keys.sign(READER.login, REMOTE_PIN, Buffer.from("x"))).length > 0)
    await assert.rejects(client.post("/api/signing-service/return", { state: "s", code: "c" }), {
      status: 409,
      code: "ERR_KEY_LOGIN",
    })
    await assert.rejects(client.post("/api/signing-service/return", { state: "s" }), { code: "ERR_INPUT" })
    assert.equal(/state|code=|bearer/i.test(desk.log.join()), false, "nothing of it is logged")
  })

  it("tells who is not logged in there to do so, and takes the same frozen report again", async () => {
    const client = await enrolled(desk, READER)
    desk.recorder.fails.set("sign", new KeyError("ERR_KEY_LOGIN", "sato is not logged in"))
    type Prepared = Parameters<typeof desk.authenticator.get>[0] extends infer Options
      ? { prepareId: string; passkey: Options }
      : never
    const prepared = await client.post<Prepared>("/api/cases/req-1/prepare", { expectedVersion: 1 })
    const sign = (): Promise<unknown> =>
      client.post(`/api/prepared/${prepared.prepareId}/sign`, {
        response: desk.authenticator.get(prepared.passkey, desk.desk.origin),
        pin: "4711",
      })
    await assert.rejects(sign(), { status: 409, code: "ERR_KEY_LOGIN" })
    await sign()
  })

  it("signs what was approved with a PIN alone; wrong ones count, and one that nobody could try forgives none", async () => {
    const client = await enrolled(desk, READER)
    const sign = (pin: string): Promise<unknown> => client.post("/api/cases/req-1/sign", { pin })
    const wrong = { status: 422, code: "ERR_KEY_PASSPHRASE" }
    for (const pin of ["0", "1", "2"]) await assert.rejects(sign(pin), wrong)
    Object.assign(desk.recorder.reading, {
      signApproved: () => Promise.resolve({ reportId: "1.2.3", version: 1, awaitsSignature: true }),
    })
    assert.deepEqual(await sign("0"), { reportId: "1.2.3", version: 1, awaitsSignature: true })
    Object.assign(desk.recorder.reading, {
      signApproved: () => Promise.reject(new KeyError("ERR_KEY_PASSPHRASE", "the PIN is wrong")),
    })
    for (const pin of ["3", "4"]) await assert.rejects(sign(pin), wrong)
    await assert.rejects(sign("5"), { code: "ERR_TOO_MANY_ATTEMPTS" })
    await assert.rejects(client.post("/api/cases/req-1/sign", {}), { code: "ERR_INPUT" })
    assert.deepEqual(await client.post("/api/cases/req-1/take-back"), { requestId: "req-1" })
  })

  it("is asked by nobody who is not logged in here", async () => {
    const response = await fetch(`http://127.0.0.1:${desk.desk.port}/api/signing-service`, { method: "POST" })
    assert.ok(response.status >= 400)
  })
})
