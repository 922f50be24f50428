import assert from "node:assert/strict"
import { before, describe, it } from "mocha"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { verifyAssertion } from "../../../gateway/standards/saml/verify-assertion.ts"
import { EnvelopeReader } from "../../../gateway/standards/soap/envelope-reader.ts"
import { writeRequest } from "../../../gateway/standards/soap/envelope-writer.ts"
import { SecurityFault, writeFault } from "../../../gateway/standards/soap/fault.ts"
import { XML_LIMITS } from "../../../gateway/standards/xml/limits.ts"
import { XmlStream } from "../../../gateway/standards/xml/stream.ts"
import { element, verbatim } from "../../../gateway/standards/xml/writer.ts"
import { assertion, header, institution, type Institution, NOW, SAID } from "./world.ts"

const REQUEST = { action: "urn:action", messageId: "urn:uuid:1", to: "https://x/" }

/** Security headers of an envelope that comes in pieces of so many bytes. */
function securityIn(envelope: string, pieceBytes = 7): readonly string[] {
  let told: readonly string[] = []
  const reader = new EnvelopeReader({
    headers: (_headers, security) => {
      told = security
    },
    body: { open: () => undefined, text: () => undefined, close: () => undefined },
  })
  const stream = new XmlStream(XML_LIMITS, reader)
  const bytes = Buffer.from(envelope)
  for (let at = 0; at < bytes.length; at += pieceBytes) stream.write(bytes.subarray(at, at + pieceBytes))
  stream.end()
  return told
}

describe("The Security header of a message", () => {
  let center: Institution
  before(async () => {
    center = await institution()
  })

  it("is read as it was written, and its assertion holds", () => {
    const security = header(assertion(center))
    const envelope = writeRequest(REQUEST, element("x"), [verbatim(security)])
    const [read, ...others] = securityIn(envelope)
    assert.deepEqual(others, [])
    assert.deepEqual(verifyAssertion(read!, center.trust, NOW), SAID)
  })

  it("holds with prefixes that are declared at Envelope and Header, comments and CDATA", () => {
    const signed = assertion(center)
      .replace(/ xmlns:saml2="[^"]*"/, "")
      .replace("<saml2:Conditions", "<!-- good for minutes --><saml2:Conditions")
      .replace("試験 太郎", "<![CDATA[試験]]> 太郎")
    const envelope = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:unused="urn:x">
      <e:Header xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
        <w:Security>${signed}</w:Security>
      </e:Header><e:Body><x/></e:Body></e:Envelope>`
    assert.deepEqual(verifyAssertion(securityIn(envelope)[0]!, center.trust, NOW), SAID)
  })

  it("is counted, and others are not taken for it", () => {
    const security = header(assertion(center))
    const twice = writeRequest(REQUEST, element("x"), [verbatim(security), verbatim(security)])
    assert.equal(securityIn(twice).length, 2)
    assert.deepEqual(securityIn(writeRequest(REQUEST, element("x"))), [])
  })

  it("is refused when it is far larger than any", () => {
    const bloated = header(assertion(center, { personName: "x".repeat(300_000) }))
    const envelope = writeRequest(REQUEST, element("x"), [verbatim(bloated)])
    assert.throws(
      () => securityIn(envelope, 4096),
      (error) => error instanceof Malformed && error.code === "XML_TOO_LONG",
    )
  })

  it("is refused in the words of WS-Security, and in no others", () => {
    const fault = writeFault(new SecurityFault("FailedCheck", "the key is another one")).text
    assert.match(fault, /<soap12:Value xmlns:wsse="[^"]+">wsse:FailedCheck</)
    assert.match(fault, /The signature or decryption was invalid/)
    assert.doesNotMatch(fault, /another one/)
  })
})
