import assert from "node:assert/strict"
import { isNotSent, noticeWords } from "../../../viewer/parts/notices.ts"
import { speak } from "../../../viewer/text/language.ts"

describe("a notice", () => {
  afterEach(() => speak("ja"))

  it("is one sentence, and a second one for the reason", () => {
    assert.equal(noticeWords({ code: "images-gone", reason: null }), "画像は期限により消去済みです。")
    const delayed = noticeWords({ code: "delayed", reason: "ERR_TIMESTAMP_UNAVAILABLE" })
    assert.ok(delayed.startsWith("繰り返し失敗しています。自動で続けます。"))
    assert.ok(delayed.endsWith("タイムスタンプを待っています。"))
  })

  it("names the day on which something ends, on the hospital's clock", () => {
    const near = noticeWords({ code: "term-near", reason: null, at: "2026-11-25T15:00:00.000Z" })
    assert.match(near, /2026-11-26 00:00/)
  })

  it("keeps what the other side answered, and a code it has no words for", () => {
    speak("en")
    const refused = noticeWords({ code: "not-sent", reason: "ERR_SUBMISSION_REFUSED XDSRepositoryError" })
    assert.ok(refused.endsWith("XDSRepositoryError"))
    assert.ok(!refused.includes("ERR_SUBMISSION_REFUSED"))
    assert.ok(noticeWords({ code: "delayed", reason: "UNEXPECTED" }).endsWith("UNEXPECTED"))
  })

  it("says whether anything may be sent again", () => {
    assert.equal(isNotSent([{ code: "not-sent", reason: null }]), true)
    assert.equal(isNotSent([{ code: "seal-failed", reason: null }]), false)
  })
})
