import assert from "node:assert/strict"
import fc from "fast-check"
import { OctetReader } from "../../../gateway/standards/dicom/octets.ts"
import { PduReader, MAX_PDU_LENGTH_BYTES } from "../../../gateway/standards/dicom/pdu-reader.ts"
import {
  DICOM_APPLICATION_CONTEXT,
  decodePdu,
  encodePdu,
  type AssociateAC,
  type AssociateRQ,
  type Pdu,
} from "../../../gateway/standards/dicom/pdu.ts"
import { decodeUserInformation } from "../../../gateway/standards/dicom/user-information.ts"

const uid = fc.array(fc.nat(9999), { minLength: 2, maxLength: 10 }).map((parts) => parts.join("."))
const ae = fc.stringMatching(/^[A-Z0-9_]{1,16}$/)
const bytes = fc.uint8Array({ maxLength: 60 })
const userInformation = fc.record({
  maximumLengthBytes: fc.nat(2 ** 32 - 1),
  ImplementationClassUID: uid,
  ImplementationVersionName: fc.stringMatching(/^[A-Z0-9_]{0,16}$/),
  asynchronousOperations: fc.option(fc.record({ invoked: fc.nat(65535), performed: fc.nat(65535) })),
  roles: fc.array(fc.record({ SOPClassUID: uid, scuRole: fc.boolean(), scpRole: fc.boolean() }), {
    maxLength: 3,
  }),
  extended: fc.array(fc.record({ SOPClassUID: uid, applicationInformation: bytes }), { maxLength: 3 }),
  commonExtended: fc.array(
    fc.record({
      SOPClassUID: uid,
      ServiceClassUID: uid,
      relatedGeneralSOPClassUIDs: fc.array(uid, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
  userIdentity: fc.option(
    fc.record({
      type: fc.integer({ min: 1, max: 5 }),
      positiveResponseRequested: fc.boolean(),
      primaryField: bytes,
      secondaryField: bytes,
    }),
  ),
  userIdentityResponse: fc.option(bytes),
})
const ids = fc.uniqueArray(
  fc.integer({ min: 0, max: 127 }).map((n) => 2 * n + 1),
  { minLength: 1, maxLength: 12 },
)
const associateFields = {
  protocolVersion: fc.constant(1),
  calledAE: ae,
  callingAE: ae,
  applicationContext: fc.constant(DICOM_APPLICATION_CONTEXT),
  userInformation,
}
const request: fc.Arbitrary<AssociateRQ> = fc.record({
  type: fc.constant("A-ASSOCIATE-RQ" as const),
  ...associateFields,
  contexts: ids.chain((all) =>
    fc.tuple(
      ...all.map((id) =>
        fc.record({
          id: fc.constant(id),
          abstractSyntax: uid,
          transferSyntaxes: fc.array(uid, { minLength: 1, maxLength: 4 }),
        }),
      ),
    ),
  ),
})
const acceptance: fc.Arbitrary<AssociateAC> = fc.record({
  type: fc.constant("A-ASSOCIATE-AC" as const),
  ...associateFields,
  contexts: ids.chain((all) =>
    fc.tuple(
      ...all.map((id) =>
        fc.record({ id: fc.constant(id), result: fc.constantFrom(0, 1, 2, 3, 4), transferSyntax: uid }),
      ),
    ),
  ),
})
const byte = fc.nat(255)
const pdu: fc.Arbitrary<Pdu> = fc.oneof(
  request,
  acceptance,
  fc.record({ type: fc.constant("A-ASSOCIATE-RJ" as const), result: byte, source: byte, reason: byte }),
  fc.record({
    type: fc.constant("P-DATA-TF" as const),
    values: fc.array(
      fc.record({ contextId: byte, command: fc.boolean(), last: fc.boolean(), fragment: bytes }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  fc.constant({ type: "A-RELEASE-RQ" as const }),
  fc.constant({ type: "A-RELEASE-RP" as const }),
  fc.record({ type: fc.constant("A-ABORT" as const), source: byte, reason: byte }),
)
/** fast-check makes objects without prototype. */
const plain = (value: unknown): unknown => structuredClone(value)

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"))
const refuses = (bytes_: Uint8Array, code: string) =>
  assert.throws(() => decodePdu(bytes_), { name: "Malformed", code })

describe("PDUs, PS3.8 9.3", () => {
  it("decode what they encode", () => {
    fc.assert(
      fc.property(pdu, (one) => assert.deepEqual(plain(decodePdu(encodePdu(one))), plain(one))),
      { numRuns: 300 },
    )
  })

  it("are the same however the stream is cut", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(pdu, { minLength: 1, maxLength: 4 }), cuts, (all, sizes) => {
        const stream = Buffer.concat(all.map(encodePdu))
        const reader = new PduReader()
        const read: unknown[] = []
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length]!
          // Looked at one by one: what is yielded is valid until the next is asked for.
          for (const one of reader.push(Uint8Array.from(stream.subarray(at, at + size))))
            read.push(plain(one))
          at += size
        }
        assert.deepEqual(read, all.map(plain))
        assert.equal(reader.heldBytes, 0)
      }),
      { numRuns: 200 },
    )
  })

  it("gather the largest P-DATA-TF byte by byte in linear time", () => {
    const fragment = new Uint8Array(MAX_PDU_LENGTH_BYTES - 6)
    const whole = encodePdu({
      type: "P-DATA-TF",
      values: [{ contextId: 1, command: false, last: true, fragment }],
    })
    const reader = new PduReader()
    const started = performance.now()
    let read = 0
    for (let at = 0; at < whole.length; at++)
      for (const one of reader.push(whole.subarray(at, at + 1))) read += one.type.length
    assert.equal(read, "P-DATA-TF".length)
    assert.ok(performance.now() - started < 2000)
  })

  it("never throw anything but Malformed on 5,000 mutants", () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    console.log(`      seed ${seed}`)
    fc.assert(
      fc.property(pdu, fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 4 }), (one, changes) => {
        const mutant = encodePdu(one)
        for (const [at, value] of changes) mutant[at % mutant.length] = value
        try {
          for (const read of new PduReader().push(mutant)) assert.ok(read.type)
        } catch (error) {
          assert.equal((error as Error).name, "Malformed", String(error))
        }
      }),
      { numRuns: 5000, seed },
    )
  })
})

describe("PDU museum", () => {
  it("refuses a length over the limit as soon as the header is there", () => {
    for (const header of [
      "0100 00020001",
      "0200 ffffffff",
      "0400 00020001",
      "0500 00000005",
      "0700 7fffffff",
    ])
      assert.throws(() => [...new PduReader().push(hex(header))], { code: "PDU_TOO_LONG" })
  })
  it("refuses an unknown type before its length", () => {
    assert.throws(() => [...new PduReader().push(hex("0800 00000004"))], { code: "PDU_UNKNOWN_TYPE" })
    assert.throws(() => [...new PduReader().push(hex("0000 ffffffff"))], { code: "PDU_UNKNOWN_TYPE" })
  })
  it("gives the PDUs before a broken one first", () => {
    const reader = new PduReader().push(hex("0500 00000004 00000000 ff00 00000000"))
    assert.deepEqual(reader.next().value, { type: "A-RELEASE-RQ" })
    assert.throws(() => reader.next(), { code: "PDU_UNKNOWN_TYPE" })
  })
  it("refuses a release or an abort that is not four bytes", () => {
    refuses(hex("0500 00000000"), "PDU_LENGTH")
    refuses(hex("0700 00000002 0000"), "PDU_LENGTH")
  })
  it("refuses a PDV without header, beyond its PDU, and a P-DATA-TF without PDV", () => {
    refuses(hex("0400 00000004 00000000"), "PDV_LENGTH")
    refuses(hex("0400 00000005 00000001 01"), "PDV_LENGTH")
    refuses(hex("0400 00000006 00000003 0103"), "PDU_ITEM_LENGTH")
    refuses(hex("0400 00000000"), "PDV_LENGTH")
  })
  it("accepts a PDV of two bytes, which carries nothing", () => {
    const read = decodePdu(hex("0400 00000006 00000002 0103"))
    assert.deepEqual(read.type === "P-DATA-TF" && read.values[0]?.fragment.length, 0)
  })

  const fields = `0001 0000 ${"20".repeat(16)} ${"20".repeat(16)} ${"00".repeat(32)}`
  const name = Buffer.from(DICOM_APPLICATION_CONTEXT).toString("hex")
  const context = (id: string) => `2000 0011 ${id}000000 3000 0003 312e32 4000 0002 312e`
  const user = "5000 0008 5100 0004 00004000"
  const associate = (...items: string[]): Uint8Array => {
    const body = hex([fields, ...items].join(""))
    return Buffer.concat([hex("0100"), hex(body.length.toString(16).padStart(8, "0")), body])
  }
  const application = `1000 0015 ${name}`

  it("reads the smallest A-ASSOCIATE-RQ and skips unknown items and sub-items", () => {
    const odd = "5000 000e 5100 0004 00004000 7700 0002 abcd"
    const read = decodePdu(associate(application, context("01"), "9900 0003 010203", odd))
    assert.equal(read.type === "A-ASSOCIATE-RQ" && read.userInformation.maximumLengthBytes, 16384)
  })
  it("refuses an even, a repeated and a syntax-less presentation context", () => {
    refuses(associate(application, context("02"), user), "PDU_CONTEXT_ID")
    refuses(associate(application, context("01"), context("01"), user), "PDU_CONTEXT_ID")
    refuses(associate(application, "2000 000b 01000000 3000 0003 312e32", user), "PDU_CONTEXT")
  })
  it("refuses more than 64 transfer syntaxes", () => {
    const many = "4000 0002 312e".repeat(65)
    const item = `2000 ${(11 + 65 * 6).toString(16).padStart(4, "0")} 01000000 3000 0003 312e32 ${many}`
    refuses(associate(application, item, user), "PDU_TOO_MANY_SYNTAXES")
  })
  it("refuses missing and repeated items", () => {
    refuses(associate(application, user), "PDU_ITEM_MISSING")
    refuses(associate(context("01"), user), "PDU_ITEM_MISSING")
    refuses(associate(application, context("01")), "PDU_ITEM_MISSING")
    refuses(associate(application, application, context("01"), user), "PDU_ITEM_TWICE")
    refuses(associate(application, context("01"), user, user), "PDU_ITEM_TWICE")
  })
  it("refuses an item that leads outside", () => {
    refuses(associate(application, "2000 ffff 01000000"), "PDU_ITEM_LENGTH")
    refuses(associate("1000 0400 31"), "PDU_ITEM_LENGTH")
  })
  it("refuses user information without or with two maximum lengths, and a thousand sub-items", () => {
    const decode = (text: string) => decodeUserInformation(new OctetReader(hex(text), "PDU_ITEM_LENGTH", ""))
    assert.throws(() => decode("5200 0003 312e32"), { code: "PDU_USER_INFORMATION" })
    assert.throws(() => decode("5100 0004 00000000 5100 0004 00000001"), { code: "PDU_USER_INFORMATION" })
    assert.throws(() => decode("7700 0000".repeat(1025)), { code: "PDU_USER_INFORMATION" })
  })
})
