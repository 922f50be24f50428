import assert from "node:assert/strict"
import {
  activationData,
  credentialIds,
  oauthBase,
  oneSignature,
  refusalWord,
  remoteCredential,
  serviceToken,
} from "../../../gateway/standards/csc/answers.ts"
import { authorizationUrl, challengeOf } from "../../../gateway/standards/csc/authorization.ts"

const CREDENTIAL = {
  key: { status: "enabled" },
  cert: { status: "valid", certificates: ["AQID"] },
  auth: { mode: "explicit", objects: [{ type: "Password", id: "PIN" }] },
}

describe("what a signing service says", () => {
  it("is asked with the challenge of RFC 7636 appendix B", () => {
    const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert.equal(challengeOf(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    const base = "https://sign.example.jp/csc/v2"
    const asked = { base, clientId: "a&b", redirectUri: "https://c.example.jp/", state: "s", verifier }
    const { searchParams, pathname } = new URL(authorizationUrl(asked))
    assert.equal(pathname, "/csc/v2/oauth2/authorize")
    assert.equal(searchParams.get("client_id"), "a&b")
    assert.equal(searchParams.get("code_challenge_method"), "S256")
  })

  it("is read for what one signature needs", () => {
    assert.equal(oauthBase({}), null)
    assert.equal(oauthBase({ oauth2: "https://sign.example.jp" }), "https://sign.example.jp")
    assert.deepEqual(serviceToken({ access_token: "t", token_type: "bearer", expires_in: 60 }), {
      accessToken: "t",
      expiresInS: 60,
    })
    assert.deepEqual(credentialIds({ credentialIDs: ["a", "b"] }), ["a", "b"])
    const read = remoteCredential("a", CREDENTIAL)
    assert.deepEqual([read.isUsable, read.authMode, read.authObject], [true, "explicit", "PIN"])
    assert.equal(remoteCredential("a", { ...CREDENTIAL, key: { status: "disabled" } }).isUsable, false)
    assert.equal(activationData({ SAD: "x" }), "x")
    assert.deepEqual(oneSignature({ signatures: ["AQID"] }), Uint8Array.of(1, 2, 3))
    assert.equal(refusalWord({ error: "invalid_pin" }), "invalid_pin")
    assert.equal(refusalWord({ error: "a sentence with sato@example.jp" }), "")
  })

  const many = Array.from({ length: 17 }, () => "a")
  const { cert, auth } = CREDENTIAL
  for (const [what, read] of [
    ["nothing", () => serviceToken(undefined)],
    ["a list for a group", () => oauthBase([])],
    ["a token of another kind", () => serviceToken({ access_token: "t", token_type: "mac" })],
    [
      "a term that has ended",
      () => serviceToken({ access_token: "t", token_type: "bearer", expires_in: -1 }),
    ],
    ["a text without end", () => activationData({ SAD: "x".repeat(20_000) })],
    ["too many credentials", () => credentialIds({ credentialIDs: many })],
    [
      "too many certificates",
      () => remoteCredential("a", { ...CREDENTIAL, cert: { ...cert, certificates: many } }),
    ],
    [
      "a certificate that is no base64",
      () => remoteCredential("a", { ...CREDENTIAL, cert: { certificates: ["-"] } }),
    ],
    ["a mode nobody knows", () => remoteCredential("a", { ...CREDENTIAL, auth: { ...auth, mode: "magic" } })],
    ["two signatures for one hash", () => oneSignature({ signatures: ["AQID", "AQID"] })],
    ["no signature", () => oneSignature({ signatures: [] })],
  ] as const)
    it(`is refused with ${what}`, () => assert.throws(read, { code: "CSC_ANSWER" }))
})
