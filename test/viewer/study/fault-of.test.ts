import assert from "node:assert/strict"
import { ApiError } from "../../../viewer/api.ts"
import { FrameFault } from "../../../viewer/image/frame-body.ts"
import { faultOf } from "../../../viewer/screens/study/fault-of.ts"
import { studyEn } from "../../../viewer/text/study.en.ts"

describe("in the place of an image that cannot be shown", () => {
  it("stands that its encoding is not shown here, when the gateway has no picture of it to give", () => {
    const { code } = faultOf(new ApiError(406, "ERR_FRAME_UNSUITABLE", "pixels of a maker's own", null))
    assert.equal(code, "encoding")
    assert.match(studyEn[`frame.fault.${code}`], /encoding .* original is kept/)
  })

  it("stands that it could not be fetched, for every other refusal", () => {
    assert.equal(faultOf(new ApiError(500, "HTTP_500", "a fault", null)).code, "http")
    assert.equal(faultOf(new ApiError(0, "ERR_OFFLINE", "no line", null)).code, "http")
  })

  it("stands what decoding found, as it is", () => {
    assert.equal(faultOf(new FrameFault("size", "other size")).code, "size")
  })
})
