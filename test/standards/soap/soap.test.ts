import assert from "node:assert/strict"
import fc from "fast-check"
import { checkRequest, checkUnderstood, readAddressing } from "../../../gateway/standards/soap/addressing.ts"
import { contentIdsOf } from "../../../gateway/standards/soap/content-id.ts"
import { readEnvelope } from "../../../gateway/standards/soap/envelope-reader.ts"
import { writeRequest, writeResponse } from "../../../gateway/standards/soap/envelope-writer.ts"
import { isFault, readFault, SoapFault, writeFault } from "../../../gateway/standards/soap/fault.ts"
import { formatMediaType, parseMediaType } from "../../../gateway/standards/soap/media-type.ts"
import { attachmentContentId, mtomFrame } from "../../../gateway/standards/soap/mtom-writer.ts"
import { MultipartReader } from "../../../gateway/standards/soap/multipart-reader.ts"
import { ANONYMOUS, FAULT_ACTION } from "../../../gateway/standards/soap/namespaces.ts"
import { Base64Decoder, transferDecoder } from "../../../gateway/standards/soap/transfer-encoding.ts"
import { XML_LIMITS } from "../../../gateway/standards/xml/limits.ts"
import { element } from "../../../gateway/standards/xml/writer.ts"

const envelope = (text: string) => readEnvelope(Buffer.from(text), XML_LIMITS)
const request = writeRequest({ action: "urn:a", messageId: "urn:uuid:1", to: "https://x/" }, element("b"))

describe("SOAP envelope", () => {
  it("reads back what it wrote", () => {
    const { headers, body } = envelope(request)
    assert.equal(body.name, "b")
    assert.deepEqual(readAddressing(headers), {
      action: "urn:a",
      messageId: "urn:uuid:1",
      to: "https://x/",
      replyTo: ANONYMOUS,
      relatesTo: "",
      lacks: [],
    })
    assert.equal(
      readAddressing(envelope(writeResponse("urn:a", "urn:uuid:1", element("b"))).headers).relatesTo,
      "urn:uuid:1",
    )
  })

  it("accepts absent ReplyTo and mustUnderstand, and both spellings of true", () => {
    const lenient = request
      .replace(/<wsa:ReplyTo>.*<\/wsa:ReplyTo>/, "")
      .replace(' soap12:mustUnderstand="true"', "")
    const addressing = readAddressing(envelope(lenient).headers)
    checkRequest(addressing, "urn:a")
    assert.deepEqual(addressing.lacks, ["mustUnderstand on wsa:Action", "wsa:ReplyTo"])
    for (const truth of ["1", "true"]) {
      const strange = request.replace("</soap12:Header>", `<c soap12:mustUnderstand="${truth}"/>$&`)
      assert.throws(() => checkUnderstood(envelope(strange).headers), { code: "SOAP_MustUnderstand" })
    }
    const elsewhere = `<c soap12:mustUnderstand="1" soap12:role="http://www.w3.org/2003/05/soap-envelope/role/none"/>`
    checkUnderstood(
      envelope(request.replace("</soap12:Header>", `${elsewhere}<d soap12:mustUnderstand="0"/>$&`)).headers,
    )
  })

  it("refuses a header given twice and an answer that would go elsewhere", () => {
    const twice = request.replace("<wsa:To>", "<wsa:To>https://y/</wsa:To>$&")
    assert.throws(() => readAddressing(envelope(twice).headers), { code: "SOAP_InvalidCardinality" })
    const faultTo = request.replace(
      "<wsa:To>",
      "<wsa:FaultTo><wsa:Address>https://y/</wsa:Address></wsa:FaultTo>$&",
    )
    assert.throws(() => checkRequest(readAddressing(envelope(faultTo).headers), "urn:a"), {
      code: "SOAP_OnlyAnonymousAddressSupported",
    })
  })

  it("refuses a frame that is not Header, then Body", () => {
    const frames: readonly (readonly [string, string])[] = [
      ["SOAP_VersionMismatch", request.replace("2003/05/soap-envelope", "2003/06/soap-envelope")],
      ["SOAP_Sender", request.replace("<soap12:Body>", "<soap12:Header/>$&")],
      ["SOAP_Sender", request.replace("</soap12:Body>", "$&<soap12:Body/>")],
      ["SOAP_EMPTY", request.replace("<b/>", "")],
    ]
    for (const [code, text] of frames) assert.throws(() => envelope(text), { code }, text)
  })

  it("reads back faults, and unknown ones as the receiver's", () => {
    const fault = new SoapFault("Sender", "x < y", "ActionNotSupported")
    const { body } = envelope(writeResponse(FAULT_ACTION, "", writeFault(fault)))
    assert.ok(isFault(body))
    const read = readFault(body)
    assert.deepEqual(
      [read.value, read.subcode, read.message, read.httpStatus],
      ["Sender", "ActionNotSupported", "x < y", 400],
    )
    const refined = new SoapFault("Sender", "elsewhere", "OnlyAnonymousAddressSupported")
    const nested = writeResponse(FAULT_ACTION, "", writeFault(refined))
    assert.ok(
      nested.indexOf("wsa:InvalidAddressingHeader") < nested.indexOf("wsa:OnlyAnonymousAddressSupported"),
    )
    assert.equal(readFault(envelope(nested).body).subcode, "OnlyAnonymousAddressSupported")
    const strange = writeResponse(FAULT_ACTION, "", writeFault(fault)).replace("soap12:Sender", "x:Y")
    assert.equal(readFault(envelope(strange).body).value, "Receiver")
  })
})

describe("media type", () => {
  it("reads back what it wrote", () => {
    const value = fc.string({
      unit: fc.constantFrom("a", '"', "\\", ";", "=", " ", "+", ":", "/"),
      minLength: 1,
    })
    fc.assert(
      fc.property(value, value, (a, b) => {
        const { essence, parameters } = parseMediaType(formatMediaType("multipart/related", { a, b }))
        assert.deepEqual([essence, parameters.get("a"), parameters.get("b")], ["multipart/related", a, b])
      }),
    )
  })

  it("reads what stacks write", () => {
    const net = parseMediaType(
      'Multipart/Related; type="application/xop+xml";start="<http://tempuri.org/0>";boundary="uuid:376733a6-0+id=17";start-info="application/soap+xml"',
    )
    assert.equal(net.essence, "multipart/related")
    assert.equal(net.parameters.get("boundary"), "uuid:376733a6-0+id=17")
    const axis = parseMediaType(
      'multipart/related; boundary=MIMEBoundaryurn_uuid_1; type="application/xop+xml"; start="0.urn:uuid:A@apache.org" ; ',
    )
    assert.equal(axis.parameters.get("boundary"), "MIMEBoundaryurn_uuid_1")
    assert.equal(axis.parameters.get("start"), "0.urn:uuid:A@apache.org")
  })

  it("refuses what is none", () => {
    for (const value of ["", "multipart", "a/b; c", "a/b; c=d; C=e", "a/b; =c"])
      assert.throws(() => parseMediaType(value), { code: "MEDIA_TYPE" }, value)
  })
})

describe("Content-ID", () => {
  it("means what is written and what is encoded", () => {
    assert.deepEqual(contentIdsOf("cid:a@b"), ["a@b"])
    assert.deepEqual(contentIdsOf("cid:a@urn%3Aihe"), ["a@urn%3Aihe", "a@urn:ihe"])
    assert.deepEqual(contentIdsOf("CID:100%@b"), ["100%@b"])
  })
  it("is never a way out of the message", () => {
    for (const href of ["", "http://x/", "file:///etc/passwd", "a@b"])
      assert.throws(() => contentIdsOf(href), { code: "XOP_HREF" })
  })
})

describe("transfer encoding", () => {
  const cutting = (encoding: string, encoded: string, cuts: readonly number[]): Buffer => {
    const decoder = transferDecoder(encoding)
    const ends = [...cuts.filter((cut) => cut < encoded.length).toSorted((a, b) => a - b), encoded.length]
    const pieces = ends.map((end, n) =>
      decoder.write(Buffer.from(encoded.slice(n === 0 ? 0 : ends[n - 1], end))),
    )
    return Buffer.concat([...pieces, decoder.end()])
  }

  it("is undone however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(600)), (octets, cuts) => {
        const base64 = Buffer.from(octets).toString("base64").replace(/.{10}/g, "$&\r\n")
        assert.deepEqual(cutting("base64", base64, cuts), Buffer.from(octets))
        const quoted = Array.from(
          octets,
          (octet) => `=${octet.toString(16).padStart(2, "0").toUpperCase()}`,
        ).join("=  \r\n")
        assert.deepEqual(cutting("quoted-printable", quoted, cuts), Buffer.from(octets))
        for (const encoding of ["binary", "8bit", "7bit"])
          assert.equal(cutting(encoding, base64, cuts).toString(), base64)
      }),
    )
  })

  it("refuses what is not of the encoding", () => {
    for (const wrong of ["A", "AA", "AAA", "A===", "AA==AAAA", "AA=A", "AA-_", "é"])
      assert.throws(
        () => {
          const decoder = new Base64Decoder()
          decoder.writeText(wrong)
          decoder.end()
        },
        { code: "TRANSFER_ENCODING" },
        wrong,
      )
    assert.throws(() => cutting("quoted-printable", "=X0", []), { code: "TRANSFER_ENCODING" })
    assert.throws(() => transferDecoder("gzip"), { code: "TRANSFER_ENCODING" })
  })
})

describe("MTOM writer", () => {
  const octets = [Buffer.from("one"), Buffer.alloc(0), Buffer.from("\r\n--three")]
  const attachments = octets.map(({ length }) => ({ contentType: "application/dicom", lengthBytes: length }))

  it("states the length and is read back", () => {
    const frame = mtomFrame("seed", "urn:a", Buffer.from("<root/>"), attachments)
    const message = Buffer.concat([
      frame.head,
      ...octets.flatMap((part, n) => [frame.partHeads[n]!, part]),
      frame.tail,
    ])
    assert.equal(message.length, frame.lengthBytes)
    const { essence, parameters } = parseMediaType(frame.contentType)
    assert.deepEqual(
      [essence, parameters.get("type"), parameters.get("action")],
      ["multipart/related", "application/xop+xml", "urn:a"],
    )
    const reader = new MultipartReader(parameters.get("boundary")!, { maxParts: 9, maxHeaderBytes: 1000 })
    const events = [...reader.write(message), ...reader.end()]
    const ids = events.flatMap((event) => (event.kind === "part" ? [event.headers.contentId] : []))
    assert.deepEqual(
      ids.slice(1),
      [0, 1, 2].map((n) => attachmentContentId("seed", n)),
    )
    assert.equal(`<${ids[0] ?? ""}>`, parameters.get("start"))
    const read = events.flatMap((event) =>
      event.kind === "octets" ? [Buffer.from(event.bytes).toString()] : [],
    )
    assert.deepEqual(read, ["<root/>", "one", "\r\n--three"])
  })

  it("gives the same frame for the same seed only", () => {
    const frame = (seed: string) => mtomFrame(seed, "urn:a", Buffer.from("<root/>"), attachments)
    assert.deepEqual(frame("a"), frame("a"))
    assert.notEqual(frame("a").contentType, frame("b").contentType)
  })
})
