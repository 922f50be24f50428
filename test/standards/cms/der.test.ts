import assert from "node:assert/strict"
import { describe, it } from "mocha"
import fc from "fast-check"
import { derFromBer } from "../../../gateway/standards/cms/ber.ts"
import { MAX_DEPTH, childrenOf, readDer } from "../../../gateway/standards/cms/der.ts"
import {
  bitStringOctets,
  booleanOf,
  integerOctets,
  namedBits,
  oidOf,
  smallInteger,
  textOf,
  timeOf,
} from "../../../gateway/standards/cms/der-values.ts"
import {
  der,
  derHeader,
  integer,
  namedBitString,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from "../../../gateway/standards/cms/der-write.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"))
const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex")
const isMalformed = (error: unknown) => error instanceof Malformed

describe("DER", () => {
  for (const [what, encoded] of Object.entries({
    "an indefinite length": "30800000",
    "a length that is not minimal": "04810100",
    "a length with a leading zero": "0482000100",
    "a length of five octets": "04850000000001ff",
    "a value longer than its bytes": "0405aabb",
    "bytes behind the value": "050000",
    "nothing at all": "",
    "a lone tag": "30",
    "a length cut short": "3082",
    "a tag number above 30": "1f810000",
    "a child longer than its parent": "30030405aa",
    "an indefinite length further in": "3004a080" + "0000",
  })) {
    it(`refuses ${what}`, () => assert.throws(() => readDer(bytes(encoded)), isMalformed))
  }

  it("refuses nesting deeper than its limit, and takes what is just as deep", () => {
    const nested = (depth: number): Uint8Array => (depth === 0 ? bytes("0500") : sequence(nested(depth - 1)))
    assert.throws(() => readDer(nested(MAX_DEPTH)), isMalformed)
    assert.equal(readDer(nested(MAX_DEPTH - 1)).tag, 0x30)
  })

  it("refuses values that are not written the one way", () => {
    for (const encoded of ["02020001", "0202ffff", "0200"]) {
      assert.throws(() => integerOctets(readDer(bytes(encoded))), isMalformed)
    }
    assert.throws(() => booleanOf(readDer(bytes("010101"))), isMalformed)
    assert.throws(() => smallInteger(readDer(bytes("0201ff"))), isMalformed)
    for (const encoded of ["0600", "06028001", "06022a80"])
      assert.throws(() => oidOf(readDer(bytes(encoded))), isMalformed)
    assert.throws(() => bitStringOctets(readDer(bytes("030204f0"))), isMalformed)
    assert.throws(() => textOf(readDer(bytes("0c01ff"))), isMalformed)
    for (const text of ["260231000000Z", "2602280000Z", "260228000000+0900"]) {
      assert.throws(() => timeOf(readDer(der(0x17, Buffer.from(text)))), isMalformed)
    }
  })

  it("knows the object identifiers of the books", () => {
    assert.equal(hex(oid("1.2.840.113549.1.9.16.1.23")), "060b2a864886f70d0109100117")
    assert.equal(hex(oid("2.16.840.1.101.3.4.1.46")), "060960864801650304012e")
    assert.equal(oidOf(readDer(bytes("060a2a830886910f01060101"))), "1.2.392.100495.1.6.1.1")
  })

  it("gives every value back as it was written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.string(), (octets, number, text) => {
        const value = sequence(octetString(octets), integer(number), utf8String(text))
        const [first, second, third] = childrenOf(readDer(value))
        assert.deepEqual(Buffer.from(first!.content), Buffer.from(octets))
        assert.equal(BigInt(`0x${hex(integerOctets(second!))}`), BigInt(number))
        assert.equal(textOf(third!), Buffer.from(text, "utf8").toString("utf8"))
      }),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 }),
        fc.nat({ max: 39 }),
        fc.array(fc.bigInt({ min: 0n, max: 1n << 128n }), { maxLength: 3 }),
        (a, b, rest) => {
          const dotted = [a, b, ...rest].join(".")
          assert.equal(oidOf(readDer(oid(dotted))), dotted)
        },
      ),
    )
  })

  it("writes times around 2050 as RFC 5280 wants them", () => {
    for (const at of ["2049-12-31T23:59:59.000Z", "2050-01-01T00:00:00.000Z", "1999-01-01T00:00:00.000Z"]) {
      assert.equal(timeOf(readDer(time(new Date(at)))).toISOString(), at)
    }
    assert.equal(time(new Date("2050-01-01T00:00:00Z"))[0], 0x18)
  })

  it("reads fractions of a second", () => {
    assert.equal(
      timeOf(readDer(der(0x18, Buffer.from("20260601000000.25Z")))).toISOString(),
      "2026-06-01T00:00:00.250Z",
    )
  })

  it("orders the elements of a set by their octets", () => {
    assert.equal(hex(setOf(integer(3), integer(1), integer(2))), "3109" + "020101" + "020102" + "020103")
  })

  it("removes the trailing zero bits of named bits", () => {
    assert.equal(hex(namedBitString(1)), "03020640")
    assert.deepEqual(namedBits(readDer(namedBitString(5, 6))), [
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ])
  })

  it("announces lengths beyond 4 GiB", () => {
    assert.equal(hex(derHeader(0x04, 2 ** 34)), "04850400000000")
  })

  it("never throws anything but Malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        for (const read of [readDer, derFromBer]) {
          try {
            read(octets)
          } catch (error) {
            assert(error instanceof Malformed)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe("BER", () => {
  it("becomes DER: lengths definite and minimal, strings in one piece", () => {
    assert.equal(
      hex(derFromBer(bytes("3080" + "2480" + "0402aabb" + "0401cc" + "0000" + "028101" + "05" + "0000"))),
      "3008" + "0403aabbcc" + "020105",
    )
  })

  it("leaves DER as it is", () => {
    const value = sequence(octetString(new Uint8Array(200)), integer(7))
    assert.equal(hex(derFromBer(value)), hex(value))
  })

  for (const [what, encoded] of Object.entries({
    "a primitive of indefinite length": "04800000",
    "segments that are not octet strings": "240302010a",
    "a value longer than the one it stands in": "3003" + "0404aabbccdd",
    "an end that never comes": "3080040100",
    "a length of seven octets": "048700000000000001aa",
  })) {
    it(`refuses ${what}`, () => assert.throws(() => derFromBer(bytes(encoded)), isMalformed))
  }
})
