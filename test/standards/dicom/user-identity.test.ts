import assert from "node:assert/strict"
import { claimedUser } from "../../../gateway/standards/dicom/user-identity.ts"

const identity = (type: number, primary: string | Uint8Array) => ({
  type,
  positiveResponseRequested: false,
  primaryField: Buffer.from(primary),
  secondaryField: Buffer.from("geheim"),
})

describe("user identity, PS3.7 D.3.3.7", () => {
  it("is a name, and never the passcode", () => {
    assert.deepEqual(claimedUser(identity(1, "技師")), { kind: "user name", name: "技師" })
    assert.deepEqual(claimedUser(identity(2, "tech")), { kind: "user name and passcode", name: "tech" })
  })
  it("has no name in a ticket, an assertion or a token: they are secrets themselves", () => {
    for (const type of [0, 3, 4, 5, 255]) assert.equal(claimedUser(identity(type, "secret")).name, null)
    assert.equal(claimedUser(identity(9, "")).kind, "type 9")
  })
  it("breaks no line, whatever bytes it is made of, and is as long as a line takes", () => {
    assert.equal(claimedUser(identity(1, "a\r\nlevel: error\u001b[31m")).name, "a��level: error�[31m")
    assert.equal(claimedUser(identity(1, Uint8Array.of(0xff, 0x41))).name, "�A")
    assert.equal(claimedUser(identity(1, "x".repeat(60_000))).name?.length, 64)
  })
})
