/** node-forge as a second reader of our RSA certificates; it reads no EC keys and decides nothing here. */
import assert from "node:assert/strict"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import forge from "node-forge"
import { pkiDemo } from "../../../gateway/commands/pki.ts"
import { readCertificate, serialText } from "../../../gateway/standards/hpki/certificate.ts"
import { attributeOf } from "../../../gateway/standards/hpki/name.ts"

describe("an HPKI-shaped signing certificate, read by node-forge", () => {
  let folder: string
  let pem: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "forge-"))
    await pkiDemo(folder, {
      pin: "forge-pin",
      now: new Date(),
      chance: { bytes: (length) => Buffer.alloc(length, 7) },
    })
    pem = await readFile(join(folder, "readers", "reader1.chain.pem"), "utf8")
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it("has the same subject, serial number and key usage as we read", () => {
    const theirs = forge.pki.certificateFromPem(pem)
    const ours = readCertificate(
      Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(theirs)).getBytes(), "latin1"),
    )
    assert.equal(theirs.subject.getField("CN").value, attributeOf(ours.subject, "CN"))
    assert.equal(
      BigInt(`0x${theirs.serialNumber}`),
      BigInt(`0x${serialText(ours).replace(/[^0-9a-f]/gi, "")}`),
    )
    const usage = theirs.getExtension("keyUsage") as {
      nonRepudiation: boolean
      digitalSignature: boolean
      critical: boolean
    }
    assert.deepEqual([usage.nonRepudiation, usage.digitalSignature, usage.critical], [true, false, true])
    assert.deepEqual(ours.keyUsage, ["nonRepudiation"])
  })

  it("opens with the reader's PIN and with no other", async () => {
    const key = await readFile(join(folder, "readers", "reader1.key.pem"), "utf8")
    const opened = forge.pki.decryptRsaPrivateKey(key, "forge-pin") as forge.pki.rsa.PrivateKey | null
    assert.equal(opened?.n.bitLength(), 2048)
    assert.equal(forge.pki.decryptRsaPrivateKey(key, "other"), null)
  })
})
