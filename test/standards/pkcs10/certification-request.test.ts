import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { describe, it } from "mocha"
import { issuerOf, newKey } from "../../../gateway/commands/pki-authority.ts"
import { writeName } from "../../../gateway/standards/hpki/issue.ts"
import {
  readCertificationRequest,
  writeCertificationRequest,
} from "../../../gateway/standards/pkcs10/certification-request.ts"

const NAME = writeName(["C", "JP"], ["CN", "みほん"])
const openssl = (args: readonly string[], input?: Uint8Array): Buffer => {
  const run = spawnSync("openssl", args, { input })
  assert.equal(run.status, 0, run.stderr.toString())
  return run.stdout
}
const byOpenssl = (...extra: readonly string[]): Buffer =>
  openssl([
    "req",
    "-new",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "/dev/null",
    "-subj",
    "/C=JP/CN=x",
    "-outform",
    "DER",
    ...extra,
  ])
const refused = { code: "CERTIFICATION_REQUEST" }

describe("certification requests", () => {
  it("are what openssl verifies, and are read back", async () => {
    const key = await newKey("p-256")
    const request = writeCertificationRequest(issuerOf(key, NAME))
    openssl(["req", "-inform", "DER", "-verify", "-noout"], request)
    const read = readCertificationRequest(request)
    assert.deepEqual(Buffer.from(read.spki), Buffer.from(key.spki))
  })

  it("of openssl without attributes are read", () => {
    assert.doesNotThrow(() => readCertificationRequest(byOpenssl()))
  })

  it("that ask for a CA's extensions are refused", () => {
    const request = byOpenssl("-addext", "basicConstraints=critical,CA:TRUE")
    assert.throws(() => readCertificationRequest(request), refused)
  })

  it("of who does not hold the key are refused", async () => {
    const [own, stolen] = [await newKey("p-256"), await newKey("p-256")]
    const request = writeCertificationRequest({
      ...issuerOf(own, NAME),
      spki: stolen.spki,
    })
    assert.throws(() => readCertificationRequest(request), refused)
  })

  it("of a giant, of a weak key and of noise are refused", () => {
    assert.throws(() => readCertificationRequest(randomBytes(5000)), refused)
    assert.throws(() => readCertificationRequest(randomBytes(300)), { name: "Malformed" })
    const weak = openssl([
      "req",
      "-new",
      "-newkey",
      "rsa:1024",
      "-nodes",
      "-keyout",
      "/dev/null",
      "-subj",
      "/CN=x",
      "-outform",
      "DER",
    ])
    assert.throws(() => readCertificationRequest(weak), refused)
  })
})
