import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { request } from "node:http"
import { openBridge, type Announced } from "../../../gateway/actors/card-bridge/door.ts"
import { Pairing } from "../../../gateway/actors/card-bridge/pairing.ts"
import { BridgeRefused } from "../../../gateway/actors/card-bridge/refusal.ts"
import type { OpenDoor } from "../../../gateway/actors/http-door/open.ts"
import { KeyError, type CodesOf } from "../../../gateway/journey/errors.ts"
import { buildSignature } from "../../../gateway/standards/dsg/sign.ts"
import { makeWorld, signatureInput, type World } from "../../standards/dsg/world.ts"

const ORIGIN = "https://reading.example.jp"
const CERTIFICATE = Buffer.from("certificate")
const hex = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

describe("the bridge to a card", () => {
  let world: World
  let toBeSigned: string
  let parts: readonly string[]
  let door: OpenDoor
  let code = ""
  let announced: Announced[]
  let act: (signal: AbortSignal) => Promise<Uint8Array>
  let certificate: () => Promise<Uint8Array>

  before(async () => {
    world = await makeWorld()
    const unsigned = buildSignature(signatureInput(world.card))
    toBeSigned = Buffer.from(unsigned.toBeSigned).toString("base64")
    parts = unsigned.parts.map((each) => Buffer.from(each).toString("base64"))
  })
  after(() => world.bench.remove())
  beforeEach(async () => {
    announced = []
    act = () => Promise.resolve(Buffer.from("signature"))
    certificate = () => Promise.resolve(CERTIFICATE)
    door = await openBridge({
      port: 0,
      origin: ORIGIN,
      pairing: new Pairing({ bytes: (length) => randomBytes(length) }, (shown) => (code = shown)),
      certificate: () => certificate(),
      sign: (one, signal) => {
        announced.push(one)
        return act(signal)
      },
    })
  })
  afterEach(() => door.close())

  /** As a browser, or whoever else is on the PC. A header of "" is not sent. */
  function ask(
    path: string,
    { method = "POST", headers = {}, body = "" }: { method?: string; headers?: object; body?: string } = {},
  ): Promise<Answer> {
    const all: Record<string, string> = {
      Host: `127.0.0.1:${door.port}`,
      Origin: ORIGIN,
      "Content-Type": "application/json",
      ...headers,
    }
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""))
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port: door.port, path, method, headers: sent },
        (response) => {
          let text = ""
          response.on("data", (piece: Buffer) => (text += piece.toString()))
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          )
        },
      )
      asked.on("error", reject)
      asked.end(body)
    })
  }
  const pair = async (): Promise<{ Authorization: string }> => {
    const { body } = await ask("/pair", { body: JSON.stringify({ code }) })
    return { Authorization: `Bearer ${(JSON.parse(body) as { token: string }).token}` }
  }
  const question = (changes: object = {}): string =>
    JSON.stringify({ caseNumber: "R-0042", certificate: hex(CERTIFICATE), toBeSigned, parts, ...changes })
  const told = ({ status, body }: Answer): unknown => [
    status,
    (JSON.parse(body) as { refusal: string }).refusal,
  ]

  it("answers the preflight of the desk's page, for a place on this PC too", async () => {
    const headers = {
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,content-type",
      "Access-Control-Request-Private-Network": "true",
      "Content-Type": "",
    }
    const answer = await ask("/sign", { method: "OPTIONS", headers })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers["access-control-allow-origin"], ORIGIN)
    assert.equal(answer.headers["access-control-allow-private-network"], "true")
    assert.equal(answer.headers["access-control-allow-headers"], "authorization, content-type")
    assert.equal(answer.headers["access-control-allow-credentials"], undefined)
  })

  it("says nothing to a page of another origin, or of none, paired or not, nor to its preflight", async () => {
    const authorization = await pair()
    for (const Origin of [
      "https://evil.example",
      "null",
      "",
      `${ORIGIN}.evil.example`,
      ORIGIN.replace("s:", ":"),
    ])
      for (const [method, path] of [
        ["POST", "/sign"],
        ["POST", "/card"],
        ["POST", "/pair"],
        ["OPTIONS", "/sign"],
        ["GET", "/"],
      ] as const) {
        const answer = await ask(path, { method, headers: { ...authorization, Origin }, body: question() })
        assert.deepEqual([answer.status, answer.body], [403, ""])
        assert.equal(answer.headers["access-control-allow-origin"], undefined)
      }
    assert.equal(announced.length, 0)
  })

  it("says nothing to a site whose name was made to point here", async () => {
    const authorization = await pair()
    for (const Host of ["evil.example", `evil.example:${door.port}`, "127.0.0.1", `localhost:${door.port}`]) {
      const answer = await ask("/sign", { headers: { ...authorization, Host }, body: question() })
      assert.deepEqual([answer.status, answer.body], [421, ""])
    }
    assert.equal(announced.length, 0)
  })

  it("has nothing done for a page that is not paired", async () => {
    for (const Authorization of ["", "Bearer ", "Bearer x", `Bearer ${"x".repeat(500)}`, "Basic eDp4"])
      for (const path of ["/card", "/sign", "/else"])
        assert.deepEqual(told(await ask(path, { headers: { Authorization }, body: question() })), [
          401,
          "unpaired",
        ])
    assert.deepEqual(told(await ask("/pair", { body: `{"code":"1"}` })), [403, "code"])
    assert.deepEqual(told(await ask("/pair", { body: `{"code":1}` })), [400, "request"])
    assert.equal(announced.length, 0)
  })

  it("tells which card is there, and signs what was announced", async () => {
    const headers = await pair()
    assert.deepEqual(JSON.parse((await ask("/card", { headers })).body), { certificate: hex(CERTIFICATE) })
    const answer = await ask("/sign", { headers, body: question() })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers["cache-control"], "no-store")
    assert.deepEqual(JSON.parse(answer.body), { signature: Buffer.from("signature").toString("base64") })
    const [{ caseNumber, octets, documents }] = announced as [Announced]
    const signed = signatureInput(world.card).documents.map(({ sha256 }) =>
      Buffer.from(sha256).toString("hex"),
    )
    assert.deepEqual([caseNumber, documents], ["R-0042", signed], "read from what is signed")
    assert.equal(Buffer.from(octets).toString("base64"), toBeSigned)
  })

  it("takes nothing that a card does not sign here, and no question in another form", async () => {
    const headers = await pair()
    const other = (text: string): string => Buffer.from(text).toString("base64")
    const bodies = [
      question({ toBeSigned: other("anything") }),
      question({ toBeSigned: other(Buffer.from(toBeSigned, "base64").toString().replace("ds:", "dz:")) }),
      question({ toBeSigned: "***" }),
      question({ toBeSigned: "" }),
      question({ parts: [] }),
      question({ parts: parts.slice(1) }),
      question({ parts: [...parts, other("<Manifest/>")] }),
      question({
        parts: parts.map((each) => other(Buffer.from(each, "base64").toString().replace("urn:", "urn :"))),
      }),
      question({ parts: ["***"] }),
      question({ caseNumber: "R\u001b[2J" }),
      question({ caseNumber: "" }),
      question({ caseNumber: "x".repeat(65) }),
      question({ certificate: "x" }),
      question({ pin: "1234" }),
      "[]",
      "{",
      "",
    ]
    for (const body of bodies)
      assert.deepEqual(told(await ask("/sign", { headers, body })), [400, "request"], body)
    const plain = { ...headers, "Content-Type": "text/plain" }
    assert.deepEqual(told(await ask("/sign", { headers: plain, body: question() })), [400, "request"])
    const long = await ask("/sign", { headers, body: question({ toBeSigned: "A".repeat(200_000) }) })
    assert.equal(long.status, 413)
    assert.equal((await ask("/sign", { method: "GET", headers })).status, 405)
    assert.equal((await ask("/else", { headers })).status, 404)
    assert.equal(announced.length, 0)
  })

  it("tells what the card said, in words and without its driver's own", async () => {
    const headers = await pair()
    const codes: readonly (readonly [CodesOf<"KeyError">, string])[] = [
      ["ERR_KEY_TOKEN", "no-card"],
      ["ERR_KEY_MISMATCH", "other-card"],
      ["ERR_KEY_MISSING", "no-certificate"],
      ["ERR_KEY_PASSPHRASE", "pin-wrong"],
      ["ERR_KEY_PIN", "pin-blocked"],
      ["ERR_KEY_UNFIT", "card"],
    ]
    for (const [thrown, refusal] of codes) {
      act = () => Promise.reject(new KeyError(thrown, "a path of the PC"))
      const { body } = await ask("/sign", { headers, body: question() })
      assert.deepEqual(JSON.parse(body), { refusal })
    }
    act = () => Promise.reject(new Error("unforeseen"))
    assert.deepEqual(told(await ask("/sign", { headers, body: question() })), [502, "card"])
    certificate = () => Promise.reject(new KeyError("ERR_KEY_TOKEN", "no token"))
    assert.deepEqual(told(await ask("/card", { headers })), [409, "no-card"])
  })

  it("signs one thing at a time, and stops asking when the page has gone", async () => {
    const headers = await pair()
    let hasGone: () => void = () => undefined
    const gone = new Promise<void>((resolve) => (hasGone = resolve))
    const isAsking = new Promise<void>((resolve) => {
      act = (signal) =>
        new Promise((_, reject) => {
          resolve()
          signal.addEventListener("abort", () => {
            hasGone()
            reject(new BridgeRefused("cancelled"))
          })
        })
    })
    const page = request({
      host: "127.0.0.1",
      port: door.port,
      path: "/sign",
      method: "POST",
      headers: {
        ...headers,
        Origin: ORIGIN,
        Host: `127.0.0.1:${door.port}`,
        "Content-Type": "application/json",
      },
    })
    page.on("error", () => undefined)
    page.end(question())
    await isAsking
    assert.deepEqual(told(await ask("/sign", { headers, body: question() })), [409, "busy"])
    page.destroy()
    await gone
    act = () => Promise.resolve(Buffer.from("signature"))
    assert.equal((await ask("/sign", { headers, body: question() })).status, 200)
  })
})
