import assert from "node:assert/strict"
import { protocolOf } from "../../../gateway/standards/dicom/first-octets.ts"

describe("the first octets of a connection", () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ["an A-ASSOCIATE-RQ", Uint8Array.of(1, 0, 0, 0, 0, 200), "dicom"],
    ["one octet of an A-ASSOCIATE-RQ", Uint8Array.of(1), "dicom"],
    ["a ClientHello", Uint8Array.of(0x16, 3, 1, 2, 0), "tls"],
    ["one octet of a ClientHello", Uint8Array.of(0x16), "tls"],
    ["a TLS record of no known version", Uint8Array.of(0x16, 9), "unknown"],
    ["a GET", Buffer.from("GET / HTTP/1.1\r\n"), "http"],
    ["an OPTIONS", Buffer.from("OPTIONS * HTTP/1.1\r\n"), "http"],
    ["an HL7 message", Buffer.from("\x0bMSH|^~\\&|"), "unknown"],
    ["nothing", new Uint8Array(0), "unknown"],
  ]
  for (const [what, bytes, protocol] of cases)
    it(`tell ${what} as ${protocol}`, () => {
      assert.equal(protocolOf(bytes), protocol)
    })
})
