import assert from "node:assert/strict"
import { sentences } from "../../../viewer/words/sentences.ts"

describe("sentences", () => {
  it("ends every field of a Japanese request as a sentence", () => {
    assert.equal(
      sentences(["頭痛", "", "高血圧で加療中。", "占拠性病変は？"]),
      "頭痛。高血圧で加療中。占拠性病変は？",
    )
  })
  it("sets Latin fields apart by a space", () => {
    assert.equal(sentences(["Headache", "r/o mass "]), "Headache. r/o mass.")
    assert.equal(sentences(["頭痛", "CT"]), "頭痛。CT.")
  })
  it("of nothing is nothing", () => {
    assert.equal(sentences(["", " "]), "")
  })
})
