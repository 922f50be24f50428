import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { after, before, describe, it } from "mocha"
import { Authority, days, keyPem, newKey, pem } from "../../../gateway/commands/pki-authority.ts"
import { DerParts, readDer } from "../../../gateway/standards/cms/der.ts"
import { der, integer } from "../../../gateway/standards/cms/der-write.ts"
import { readSignedData } from "../../../gateway/standards/cms/signed-data.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { writeTimeStampReq } from "../../../gateway/standards/tsp/request.ts"
import { readTimeStampResp } from "../../../gateway/standards/tsp/response.ts"
import { readTSTInfo } from "../../../gateway/standards/tsp/tst-info.ts"
import {
  type TimeStampTrust,
  type TokenCheck,
  verifyToken,
} from "../../../gateway/standards/tsp/verify-token.ts"
import { name } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"

const STAMPED = Buffer.from("<ds:SignatureValue>…</ds:SignatureValue>")
const IMPRINT = createHash("sha256").update(STAMPED).digest()
const KP_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
const POLICY = "1.3.6.1.4.1.99999.1"
/** openssl stamps with the machine's clock. */
const now = new Date()
const term = { notBefore: days(now, -2), notAfter: days(now, 300) }

const config = (who: string) => `[tsa]
serial = serial
signer_cert = ${who}.crt
signer_key = tsa.key
signer_digest = sha256
default_policy = ${POLICY}
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`

describe("a time-stamp token", () => {
  const bench = new Bench()
  let root: Authority
  let trust: TimeStampTrust
  let token: Uint8Array

  before(async () => {
    root = Authority.root(await newKey("rsa-2048"), name("TSA Root"), term, countedChance("tsa"))
    const key = await newKey("rsa-2048")
    const usage = issue.keyUsage("digitalSignature")
    const good = root.certify(key, name("TSA"), term, usage, issue.extKeyUsage(true, KP_TIME_STAMPING))
    const wide = root.certify(
      key,
      name("TSA wide"),
      term,
      usage,
      issue.extKeyUsage(true, KP_TIME_STAMPING, "1.3.6.1.5.5.7.3.1"),
    )
    const loose = root.certify(
      key,
      name("TSA loose"),
      term,
      usage,
      issue.extKeyUsage(false, KP_TIME_STAMPING),
    )
    bench.write("root.crt", pem("CERTIFICATE", root.certificate))
    bench.write("tsa.key", keyPem(key))
    bench.write("serial", "01\n")
    for (const [file, holder] of Object.entries({ good, wide, loose })) {
      bench.write(`${file}.crt`, pem("CERTIFICATE", holder.chain[0]!))
      bench.write(`${file}.cnf`, config(file))
    }
    trust = {
      anchors: [readCertificate(root.certificate)],
      intermediates: [],
      crls: [readCrl(root.crl(days(now, -1), days(now, 5)))],
      policies: [POLICY],
    }
    token = stamp()
  })
  after(() => bench.remove())

  function reply(query: Uint8Array, who = "good"): Uint8Array {
    bench.write("query", query)
    const run = bench.openssl(
      "ts",
      "-reply",
      "-config",
      `${who}.cnf`,
      "-section",
      "tsa",
      "-queryfile",
      "query",
      "-out",
      "reply",
    )
    assert.equal(run.status, 0, run.stderr)
    return bench.read("reply")
  }
  function stamp(who = "good"): Uint8Array {
    return readTimeStampResp(reply(writeTimeStampReq(IMPRINT, countedChance("nonce").bytes(8)), who))
  }
  const verify = (
    changed = token,
    changes: Partial<TimeStampTrust> = {},
    stamped: Uint8Array = STAMPED,
  ): TokenCheck =>
    verifyToken(changed, stamped, { ...trust, ...changes }, { now: new Date(), newerCrl: "preferred" })
  const outcomes = (check: TokenCheck, outcome: string) =>
    check.tests.filter((test) => test.outcome === outcome).map((test) => test.name)

  it("of openssl passes every test", () => {
    const check = verify()
    assert.deepEqual(outcomes(check, "fail"), [])
    assert.deepEqual(outcomes(check, "unknown"), [])
    assert(Math.abs(check.genTime!.getTime() - Date.now()) < 60_000)
    assert.equal(check.accuracyMs, 1000)
    assert.equal(check.tsa, "C=JP, O=Test, CN=TSA")
    assert.deepEqual(
      check.tests.map(({ name }) => name.replace("time-stamp-", "")),
      [
        "content-type",
        "message-digest",
        "signing-certificate",
        "signature-value",
        "imprint",
        "policy",
        "time",
        "extended-key-usage",
        "key-usage",
        "path",
        "key-strength",
        "validity",
        "basic-constraints",
        "critical-extensions",
        "revocation",
        "in-force",
      ],
    )
  })

  it("is accepted by openssl ts -verify as we took it out of the response", () => {
    bench.write("token", token)
    bench.write("stamped", STAMPED)
    const run = bench.openssl(
      "ts",
      "-verify",
      "-data",
      "stamped",
      "-in",
      "token",
      "-token_in",
      "-CAfile",
      "root.crt",
    )
    assert.equal(run.status, 0, run.stderr)
  })

  it("carries the nonce of the request back as the octets we sent", () => {
    const nonce = Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7)
    const { nonce: back } = verify(readTimeStampResp(reply(writeTimeStampReq(IMPRINT, nonce))))
    assert.deepEqual(Buffer.from(back!), Buffer.from(readDer(integer(nonce)).content))
  })

  it("may hold a negative nonce, which is read as octets", () => {
    const info = readSignedData(token).content
    const parts = new DerParts(readDer(info), "TSTInfo").rest()
    const changed = parts.map((part) =>
      part.tag === 0x02 && part.content.length > 4 ? der(0x02, Uint8Array.of(0xff, 0x01)) : part.encoded,
    )
    assert.deepEqual(Buffer.from(readTSTInfo(der(0x30, ...changed)).nonce!), Buffer.from([0xff, 0x01]))
  })

  it("fails for other octets than those stamped", () => {
    assert.deepEqual(outcomes(verify(token, {}, Buffer.from("other")), "fail"), ["time-stamp-imprint"])
  })

  it("fails wherever one octet of it is changed", () => {
    for (let at = 0; at < token.length; at += 37) {
      const changed = Buffer.from(token)
      changed[at]! ^= 0x01
      const check = verify(changed)
      // sid and the unsigned copy of the digest algorithms prove nothing and are not read
      const harmless = check.tests.every(({ outcome }) => outcome === "pass")
      assert(!harmless || isUnread(token, at), `octet ${at}`)
    }
  })

  it("fails under another anchor", async () => {
    const other = Authority.root(await newKey("p-256"), name("TSA Root"), term, countedChance("other"))
    assert.deepEqual(outcomes(verify(token, { anchors: [readCertificate(other.certificate)] }), "fail"), [
      "time-stamp-path",
    ])
  })

  it("fails under a policy that is not accepted", () => {
    assert.deepEqual(outcomes(verify(token, { policies: ["1.2.3"] }), "fail"), ["time-stamp-policy"])
  })

  for (const who of ["wide", "loose"]) {
    it(`fails when the authority's purpose is ${who}`, function () {
      // openssl itself refuses to stamp with such a certificate, so the token is made with openssl cms.
      const info = readSignedData(token).content
      bench.write("tstinfo", info)
      const run = bench.openssl(
        ...[
          "cms",
          "-sign",
          "-binary",
          "-nodetach",
          "-cades",
          "-md",
          "sha256",
          "-econtent_type",
          "1.2.840.113549.1.9.16.1.4",
        ],
        ...[
          "-in",
          "tstinfo",
          "-signer",
          `${who}.crt`,
          "-inkey",
          "tsa.key",
          "-outform",
          "DER",
          "-out",
          "forged",
        ],
      )
      assert.equal(run.status, 0, run.stderr)
      assert.deepEqual(outcomes(verify(bench.read("forged")), "fail"), ["time-stamp-extended-key-usage"])
    })
  }

  it("is undecided without a revocation list, and with one that is overdue", () => {
    const overdue = readCrl(root.crl(days(now, -9), days(now, -5)))
    for (const crls of [[], [overdue]]) {
      assert.deepEqual(outcomes(verify(token, { crls }), "unknown"), ["time-stamp-revocation"])
    }
  })

  it("fails when the authority was revoked before it stamped", () => {
    const { serial } = readSignedData(token).certificates[0]!
    const revoked = [{ serial, revocationDate: days(now, -1), reason: 4 }]
    const crls = [readCrl(root.crl(days(now, -1), days(now, 5), revoked))]
    assert.deepEqual(outcomes(verify(token, { crls }), "fail"), ["time-stamp-revocation"])
  })

  it("fails from the future", () => {
    const check = verifyToken(token, STAMPED, trust, { now: days(now, -0.5), newerCrl: "preferred" })
    assert.deepEqual(outcomes(check, "fail"), ["time-stamp-time"])
  })

  it("is not what a refused request gets", () => {
    const sha1 = Buffer.from(
      "3029020101302130090605" + "2b0e03021a05000414".padEnd(18, "0") + "00".repeat(20) + "0101ff",
      "hex",
    )
    assert.throws(
      () => readTimeStampResp(reply(sha1)),
      (error) =>
        error instanceof Malformed &&
        error.code === "TSP_REJECTED" &&
        /badAlg|badDataFormat/.test(error.message),
    )
  })
})

/** Octets of the token that carry no meaning for the verdict: SignerInfo.sid and SignedData.digestAlgorithms. */
function isUnread(token: Uint8Array, at: number): boolean {
  const signedData = new DerParts(
    new DerParts(readDer(token), "ContentInfo").rest()[1]!,
    "content",
    0xa0,
  ).take()
  const parts = new DerParts(signedData, "SignedData").rest()
  const signer = new DerParts(parts.at(-1)!, "signerInfos", 0x31).take()
  const [, sid] = new DerParts(signer, "SignerInfo").rest()
  const unread = [parts[0]!, parts[1]!, sid!, new DerParts(signer, "SignerInfo").take()]
  return unread.some(({ encoded }) => {
    const start = encoded.byteOffset - readDer(token).encoded.byteOffset
    return at >= start && at < start + encoded.length
  })
}
