import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { Pairing } from "../../../gateway/actors/card-bridge/pairing.ts"

describe("pairing a page with the bridge", () => {
  let shown: string[]
  let pairing: Pairing
  beforeEach(() => {
    shown = []
    pairing = new Pairing({ bytes: (length) => randomBytes(length) }, (code) => shown.push(code))
  })
  const paired = (): string => {
    const answer = pairing.pair(shown.at(-1)!)
    assert.ok(typeof answer === "object")
    return answer.token
  }

  it("takes the shown code once, and shows another", () => {
    const [first] = shown
    assert.match(first!, /^\d{8}$/)
    const token = paired()
    assert.ok(pairing.isPaired(token))
    assert.equal(shown.length, 2)
    assert.equal(pairing.pair(first!), "code")
    assert.equal(pairing.isPaired(""), false)
    assert.equal(pairing.isPaired(`${token.slice(0, -1)}*`), false)
  })

  it("closes after five wrong codes, to the right one too; who is paired stays", () => {
    const token = paired()
    const answers = ["", "0", "000000000", "abcdefgh", "１２３４５６７８"].map((code) => pairing.pair(code))
    assert.deepEqual(answers, ["code", "code", "code", "code", "closed"])
    assert.equal(pairing.pair(shown.at(-1)!), "closed")
    assert.ok(pairing.isPaired(token))
  })

  it("forgets the oldest of nine pages", () => {
    const tokens = Array.from({ length: 9 }, paired)
    assert.deepEqual(
      tokens.map((token) => pairing.isPaired(token)),
      [false, ...Array.from({ length: 8 }, () => true)],
    )
  })
})
