import assert from "node:assert/strict"
import { frameForm } from "../../../gateway/actors/desks/accept.ts"

const RPCL = "1.2.840.10008.1.2.4.202"
const form = (accept: string | undefined): string | null => frameForm(accept, "image/jphc", RPCL)

describe("Accept of a frame (PS3.18 8.7.3)", () => {
  it("gives a multipart to whoever asks in the standard's words", () => {
    assert.equal(form(`multipart/related; type="image/jphc"; transfer-syntax=${RPCL}`), "multipart")
    assert.equal(form('multipart/related;type="image/jphc"'), "multipart")
    assert.equal(form("multipart/related"), "multipart")
    assert.equal(form('multipart/related; type="image/*"; transfer-syntax=*'), "multipart")
  })

  it("gives the frame alone to whoever asks for it, or for anything", () => {
    for (const accept of ["image/jphc", `image/jphc; transfer-syntax=${RPCL}`, "image/*", "*/*", undefined])
      assert.equal(form(accept), "single", accept)
  })

  it("takes the first that fits", () => {
    assert.equal(form('multipart/related; type="image/jls", image/jphc;q=0.5'), "single")
    assert.equal(
      form('multipart/related; type="application/octet-stream", multipart/related; type="image/jphc"'),
      "multipart",
    )
  })

  it("gives nothing to whoever wants another coding", () => {
    for (const accept of [
      "image/png",
      "application/octet-stream",
      'multipart/related; type="image/jls"',
      "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201",
      "image/jphc;q=0",
      "",
      '"',
    ])
      assert.equal(form(accept), null, accept)
  })
})
