import assert from "node:assert/strict"
import { speak } from "../../../viewer/text/language.ts"
import { detailWords } from "../../../viewer/words/test-detail.ts"

describe("details of a test", () => {
  afterEach(() => speak("ja"))

  it("tell times by the hospital's clock", () => {
    assert.equal(detailWords("at 2026-11-25T19:07:05.897Z"), "2026-11-26 04:07:05 の時点")
    assert.equal(
      detailWords("CN=Seal CA: list of 2026-11-24T19:01:37.000Z"),
      "CN=Seal CA：2026-11-25 04:01:37 の失効リスト",
    )
  })

  it("speak the language of the page, and count as it does", () => {
    assert.equal(detailWords("2 documents"), "2文書")
    assert.equal(detailWords("1 steps to CN=Root"), "1段で CN=Root まで")
    speak("en")
    assert.equal(detailWords("1 steps to CN=Root"), "1 step to CN=Root")
    assert.equal(detailWords("2 documents"), "2 documents")
  })

  it("stay as they are when they are not ours", () => {
    assert.equal(detailWords("1.2.392.100495.1.5.1.1.0.1"), "1.2.392.100495.1.5.1.1.0.1")
  })
})
