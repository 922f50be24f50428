import assert from "node:assert/strict"
import { after, before, describe, it } from "mocha"
import {
  type Authority,
  type Holder,
  days,
  keyPem,
  newKey,
  pem,
} from "../../../gateway/commands/pki-authority.ts"
import { NULL, octetString, sequence } from "../../../gateway/standards/cms/der-write.ts"
import { type Certificate, readCertificate, serialText } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { EXTENSION } from "../../../gateway/standards/hpki/extensions.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { responderFault } from "../../../gateway/standards/hpki/ocsp-evidence.ts"
import { nonceValue, writeOcspRequest } from "../../../gateway/standards/hpki/ocsp-request.ts"
import { type OcspResponse, readOcspResponse } from "../../../gateway/standards/hpki/ocsp.ts"
import { checkRevocation } from "../../../gateway/standards/hpki/revocation.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"
import { name, root } from "../../peers/authorities.ts"

const KP_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
const NOW = new Date()
const TERM = { notBefore: days(NOW, -30), notAfter: days(NOW, 300) }
const NO_CHECK = issue.extension(EXTENSION.ocspNoCheck, false, NULL)

describe("an OCSP answer, with openssl as the responder", () => {
  const bench = new Bench()
  let ca: Authority
  let other: Authority
  let issuer: Certificate
  let person: Holder
  let leaf: Certificate
  let delegate: Holder
  before(async () => {
    ca = await root("p-256", "CA", TERM)
    other = await root("p-256", "Other CA", TERM)
    issuer = readCertificate(ca.certificate)
    person = ca.certify(await newKey("p-256"), name("Person"), TERM, issue.keyUsage("nonRepudiation"))
    leaf = readCertificate(person.chain[0]!)
    delegate = ca.certify(
      await newKey("p-256"),
      name("Responder"),
      TERM,
      issue.keyUsage("digitalSignature"),
      issue.extKeyUsage(false, KP_OCSP_SIGNING),
      NO_CHECK,
    )
    bench.write("ca.pem", pem("CERTIFICATE", ca.certificate))
  })
  after(() => bench.remove())

  /** One line of openssl's index.txt. */
  const row = (state: "V" | "R", certificate: Certificate, revoked = ""): string =>
    `${state}\t${utc(TERM.notAfter)}\t${revoked}\t${serialText(certificate)}\tunknown\t/CN=x\n`
  const digits = (at: Date): string => at.toISOString().replace(/[-:T]|\.\d+/g, "")
  const utc = (at: Date): string => digits(at).slice(2)

  interface Asked {
    readonly index?: string
    readonly responder?: Holder
    readonly more?: readonly string[]
    readonly about?: Certificate
  }

  /** Answered by `openssl ocsp` from files; the wire is the revocation client's test. */
  function answered({
    index = row("V", leaf),
    responder = delegate,
    more = [],
    about = leaf,
  }: Asked = {}): Buffer {
    bench.write("index.txt", index)
    bench.write("responder.pem", pem("CERTIFICATE", responder.chain[0]!))
    bench.write("responder.key", keyPem(responder.key))
    bench.write("request", writeOcspRequest(about, issuer, countedChance("nonce").bytes(32)))
    const files = [
      "-index",
      "index.txt",
      "-CA",
      "ca.pem",
      "-rsigner",
      "responder.pem",
      "-rkey",
      "responder.key",
    ]
    const run = bench.openssl(
      "ocsp",
      ...files,
      "-reqin",
      "request",
      "-respout",
      "reply",
      "-ndays",
      "1",
      ...more,
    )
    assert.equal(run.status, 0, run.stderr)
    return bench.read("reply")
  }

  const judge = (
    responses: readonly OcspResponse[],
    at = NOW,
    now = days(NOW, 0.1),
    crls: Uint8Array[] = [],
  ) =>
    checkRevocation(leaf, issuer, crls.map(readCrl), at, { now, newerCrl: "required", ocsp: responses }).map(
      (test) => `${test.name} ${test.outcome}`,
    )

  it("gives back our nonce, and says that nothing is known against the certificate", () => {
    const response = readOcspResponse(answered())
    assert.deepEqual(response.nonce, Buffer.from(nonceValue(countedChance("nonce").bytes(32))))
    assert.deepEqual(
      response.answers.map(({ status }) => status),
      ["good"],
    )
    assert.equal(responderFault(response, issuer, []), null)
    assert.deepEqual(judge([response], days(NOW, -0.1)), ["revocation pass"])
  })

  it("is understood by openssl as we wrote the request", () => {
    bench.write("request", writeOcspRequest(leaf, issuer, countedChance("nonce").bytes(32)))
    const text = bench.openssl("ocsp", "-reqin", "request", "-req_text").stdout.toString()
    assert.match(text, new RegExp(`Serial Number: 0?${serialText(leaf)}`))
    assert.match(text, /OCSP Nonce/)
  })

  it("tells when and why a certificate was revoked, and since when its key is in other hands", () => {
    const revoked = (words: string) =>
      readOcspResponse(answered({ index: row("R", leaf, `${utc(days(NOW, -2))},${words}`) }))
    const response = revoked(
      `keyTime,${days(NOW, -5)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, "")}`,
    )
    const [answer] = response.answers
    assert.equal(answer?.status, "revoked")
    assert.equal(answer.revoked?.reason, 1)
    assert.equal(answer.revoked.invalidityDate?.getTime(), Math.floor(days(NOW, -5).getTime() / 1000) * 1000)
    assert.deepEqual(judge([response]), ["revocation fail"])
    assert.deepEqual(judge([response], days(NOW, -4)), ["revocation fail"])
    assert.deepEqual(judge([response], days(NOW, -6)), ["revocation pass"])
    assert.deepEqual(judge([revoked("superseded")], days(NOW, -4)), ["revocation pass"])
    assert.deepEqual(judge([revoked("keyCompromise")], days(NOW, -4)), ["revocation unknown"])
    assert.deepEqual(judge([revoked("certificateHold")]), ["revocation unknown"])
  })

  it("decides nothing when the responder does not know the certificate, or speaks of another", () => {
    assert.deepEqual(judge([readOcspResponse(answered({ index: "" }))]), ["revocation unknown"])
    const another = readCertificate(delegate.chain[0]!)
    const response = readOcspResponse(answered({ about: another, index: row("V", another) }))
    assert.deepEqual(judge([response]), ["revocation unknown"])
  })

  it("is good for its time only", () => {
    const response = readOcspResponse(answered())
    assert.deepEqual(judge([response], days(NOW, 2), days(NOW, 2)), ["revocation unknown"])
    assert.deepEqual(judge([response], days(NOW, 0.5), days(NOW, 0.6)), [
      "revocation pass",
      "newer-crl unknown",
    ])
    assert.deepEqual(judge([response], days(NOW, -1), days(NOW, -0.5)), ["revocation unknown"])
    // Issued after the time in question: for ever.
    assert.deepEqual(judge([response], days(NOW, -1), days(NOW, 200)), ["revocation pass"])
  })

  it("may be signed by the issuer itself, named by its name or by its key", () => {
    for (const by of [[], ["-resp_key_id"]]) {
      const self = { key: ca.key, chain: [ca.certificate] }
      const response = readOcspResponse(answered({ responder: self, more: by }))
      assert.equal(response.responder.by, by.length === 0 ? "name" : "key")
      assert.equal(responderFault(response, issuer, []), null)
      const delegated = readOcspResponse(answered({ more: by }))
      assert.equal(responderFault(delegated, issuer, []), null)
    }
  })

  it("is refused of a responder whom the certificate's issuer has not appointed", async () => {
    const key = await newKey("p-256")
    const signs = issue.keyUsage("digitalSignature")
    const purpose = issue.extKeyUsage(false, KP_OCSP_SIGNING)
    const fault = (responder: Holder) => responderFault(readOcspResponse(answered({ responder })), issuer, [])
    const by = (authority: Authority, ...extensions: Uint8Array[]) =>
      authority.certify(key, name("Responder"), TERM, ...extensions)
    assert.match(fault(by(other, signs, purpose, NO_CHECK)) ?? "", /of another issuer/)
    assert.match(fault(by(ca, signs, NO_CHECK)) ?? "", /may not sign answers/)
    assert.match(fault(by(ca, issue.keyUsage("keyAgreement"), purpose, NO_CHECK)) ?? "", /may not sign/)
    const foreign = issue.extension("1.2.3.4", true, octetString(new Uint8Array(1)))
    assert.match(fault(by(ca, signs, purpose, NO_CHECK, foreign)) ?? "", /critical extension/)
    const past = ca.certify(
      key,
      name("Responder"),
      { notBefore: days(NOW, -20), notAfter: days(NOW, -10) },
      signs,
      purpose,
      NO_CHECK,
    )
    assert.match(fault(past) ?? "", /not valid then/)
    assert.match(fault(person) ?? "", /may not sign answers/)
  })

  it("is refused when it speaks of a time after it was made: whoever has an ended responder's key dates that back", () => {
    const response = readOcspResponse(answered())
    const backdated = { ...response, producedAt: days(NOW, -10) }
    assert.match(responderFault(backdated, issuer, []) ?? "", /after it was made/)
    assert.deepEqual(judge([backdated], days(NOW, -0.1)), ["revocation unknown"])
  })

  it("needs a list about its responder where the issuer has not waived that", async () => {
    const checked = ca.certify(
      await newKey("p-256"),
      name("Responder"),
      TERM,
      issue.keyUsage("digitalSignature"),
      issue.extKeyUsage(false, KP_OCSP_SIGNING),
    )
    const response = readOcspResponse(answered({ responder: checked }))
    assert.match(responderFault(response, issuer, []) ?? "", /no list says/)
    const clear = readCrl(ca.crl(days(NOW, -1), days(NOW, 3)))
    assert.equal(responderFault(response, issuer, [clear]), null)
    const { serial } = readCertificate(checked.chain[0]!)
    const revoked = [{ serial, reason: 1, revocationDate: days(NOW, -1) }]
    const naming = readCrl(ca.crl(days(NOW, -0.5), days(NOW, 3), revoked))
    assert.match(responderFault(response, issuer, [clear, naming]) ?? "", /no list says/)
  })

  it("counts against a certificate beside a list that does not name it yet", () => {
    const response = readOcspResponse(answered({ index: row("R", leaf, `${utc(days(NOW, -1))},superseded`) }))
    const list = ca.crl(days(NOW, 0.05), days(NOW, 3))
    assert.deepEqual(judge([response], NOW, days(NOW, 0.1), [list]), ["revocation fail"])
  })

  it("whose octets changed proves nothing, wherever the change is", () => {
    const octets = answered()
    for (let at = 0; at < octets.length; at += 5) {
      const changed = Buffer.from(octets)
      changed[at]! ^= 1
      try {
        const outcome = judge([readOcspResponse(changed)])
        // Unsigned framing and the delegate's own unused certificate fields may differ; "good" then still is the responder's word.
        if (outcome[0] === "revocation pass")
          assert.deepEqual(readOcspResponse(changed).tbs, readOcspResponse(octets).tbs)
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
      }
    }
  })

  it("that is none is refused by its status", () => {
    for (const [status, words] of [
      [1, "malformedRequest"],
      [3, "tryLater"],
      [6, "unauthorized"],
    ] as const) {
      const refused = sequence(Uint8Array.of(0x0a, 1, status))
      assert.throws(
        () => readOcspResponse(refused),
        (error) =>
          error instanceof Malformed && error.code === "OCSP_REFUSED" && error.message.includes(words),
      )
    }
    assert.throws(() => readOcspResponse(Buffer.alloc(1 << 17)), Malformed)
    assert.throws(() => readOcspResponse(Buffer.from("<html>")), Malformed)
  })
})
