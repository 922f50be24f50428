import assert from "node:assert/strict"
import { createHash, verify, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { buildSignature } from "../../../gateway/standards/dsg/sign.ts"
import { TypedBridge } from "../../peers/card-bridge.ts"
import { missingSoftHsm, MODULE, PIN, SoftHsm, TOKEN } from "../../peers/softhsm.ts"
import { makeWorld, signatureInput, type World } from "../../standards/dsg/world.ts"
import { dokuei } from "../command-line.ts"

const ORIGIN = "https://reading.example.jp"

describe("dokuei bridge", function () {
  this.timeout(30_000)
  let hsm: SoftHsm
  let world: World
  let bridge: TypedBridge | undefined
  let toBeSigned: Uint8Array
  let parts: readonly Uint8Array[]
  let card: X509Certificate

  before(async function () {
    const missing = missingSoftHsm()
    if (missing !== null) {
      process.stdout.write(`    skipped: ${missing}\n`)
      this.skip()
    }
    world = await makeWorld()
    const unsigned = buildSignature(signatureInput(world.card))
    toBeSigned = unsigned.toBeSigned
    parts = unsigned.parts
    hsm = await SoftHsm.open()
    await hsm.addKey("sign", "01", "rsa")
    hsm.showCertificate("sign", "01")
    card = new X509Certificate(readFileSync(hsm.path("sign.pem")))
  })
  after(async () => {
    if (missingSoftHsm() !== null) return
    await bridge?.stop()
    await hsm.close()
    world.bench.remove()
  })

  const post = async (path: string, body: object, token = ""): Promise<Record<string, string>> => {
    const response = await fetch(`http://127.0.0.1:${bridge?.port}${path}`, {
      method: "POST",
      headers: { Origin: ORIGIN, "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Record<string, string>
  }

  it("prints the card's certificate for the reading centre when no desk is named", () => {
    const flags = ["--module", MODULE, "--token", TOKEN, "--key", "sign"]
    assert.equal(dokuei("bridge", ...flags).stdout, card.toString())
    assert.match(dokuei("bridge", ...flags, "--desk", "reading.example.jp").stderr, /no origin/)
    assert.match(dokuei("bridge", ...flags, "--desk", ORIGIN).stderr, /in a terminal/)
  })

  it("shows the case and the SHA-256 of each signed document in its window, takes the PIN there and shows nothing of it, and signs those octets", async () => {
    bridge = await TypedBridge.start(ORIGIN, "sign")
    // What comes too early is not shown either, and answers no later question.
    bridge.blurt(PIN)
    const { token } = await post("/pair", { code: bridge.code })
    const certificate = createHash("sha256").update(card.raw).digest("hex")
    assert.deepEqual(await post("/card", {}, token), { certificate })
    const asked = {
      caseNumber: "R-0042",
      certificate,
      toBeSigned: Buffer.from(toBeSigned).toString("base64"),
      parts: parts.map((each) => Buffer.from(each).toString("base64")),
    }

    // A wrong PIN is told, and not tried again by itself.
    let before = bridge.shown.length
    const refused = post("/sign", asked, token)
    await bridge.type("000111", before)
    assert.deepEqual(await refused, { refusal: "pin-wrong" })
    await bridge.shows(/refuses the PIN/, before)

    before = bridge.shown.length
    const signing = post("/sign", asked, token)
    await bridge.type(PIN, before)
    const { signature = "" } = await signing
    assert.ok(verify("sha256", toBeSigned, card.publicKey, Buffer.from(signature, "base64")))
    const seen = bridge.shown.slice(before)
    assert.ok(seen.includes("R-0042"))
    for (const { sha256 } of signatureInput(world.card).documents)
      assert.ok(
        seen.replace(/ /g, "").includes(Buffer.from(sha256).toString("hex")),
        "each document that is signed",
      )
    assert.doesNotMatch(bridge.shown, new RegExp(`${PIN}|000111`))

    // Not the card that was meant: nobody is asked for a PIN. Nothing typed: nothing signed.
    before = bridge.shown.length
    const other = { ...asked, certificate: "0".repeat(64) }
    assert.deepEqual(await post("/sign", other, token), { refusal: "other-card" })
    assert.doesNotMatch(bridge.shown.slice(before), /PIN of the card/)
    before = bridge.shown.length
    const empty = post("/sign", asked, token)
    await bridge.type("", before)
    assert.deepEqual(await empty, { refusal: "cancelled" })
  })
})
