/** The forms a message may come in by BER (X.690 §8), and what is left in memory when it has been opened or made. */
import assert from "node:assert/strict"
import { before, describe, it } from "mocha"
import { type Holder, newKey, keyPem, pem } from "../../../gateway/commands/pki-authority.ts"
import { octetString } from "../../../gateway/standards/cms/der-write.ts"
import { type Chance, withKek } from "../../../gateway/standards/cms/key-wrap.ts"
import { openMessage } from "../../../gateway/standards/cms/open-message.ts"
import { recipientInfos } from "../../../gateway/standards/cms/recipient-info.ts"
import type { RecipientKey } from "../../../gateway/standards/cms/unwrap-cek.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { EnvelopeReader } from "../../../gateway/standards/cms/envelope-reader.ts"
import { TERM, name, privateHalf, root } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"
import { type Node, at, indefinite, segmented, treeFrom, written } from "../../peers/der-tree.ts"
import { CEK, CLEAR, PLACES, sealed } from "./messages.ts"

describe("AuthEnvelopedData in BER", () => {
  let rsa: Holder
  let ec: Holder
  before(async () => {
    const ca = await root("p-256", "CA")
    const usage = issue.keyUsage("keyAgreement", "keyEncipherment")
    rsa = ca.certify(await newKey("rsa-2048"), name("RSA"), TERM, usage)
    ec = ca.certify(await newKey("p-384"), name("EC"), TERM, usage)
  })
  const leaf = (holder: Holder): Uint8Array => holder.chain[0]!
  const opened = (message: Uint8Array, holder: Holder, key: RecipientKey = privateHalf(holder.key)) =>
    openMessage(message, { ...key, certificate: leaf(holder) }, countedChance("open"))

  function tree(segmentBytes: number, depth: number): Node {
    const message = treeFrom(sealed([leaf(rsa), leaf(ec)]))
    if (depth > 0)
      Object.assign(
        at(message, ...PLACES.ciphertext),
        segmented(0x80, at(message, ...PLACES.ciphertext).content, segmentBytes, depth),
      )
    return message
  }

  const FORMS: readonly (readonly [string, () => Buffer])[] = [
    ["in one piece", () => written(tree(0, 0))],
    ["with every length indefinite, those of its recipients too", () => indefinite(tree(0, 0))],
    ["in segments of definite length", () => written(tree(100, 1))],
    ["in segments of indefinite length", () => indefinite(tree(100, 1))],
    ["in segments of segments", () => written(tree(700, 2))],
    ["in segments five deep, every length indefinite", () => indefinite(tree(1000, 5))],
    ["in segments of one octet", () => written(tree(1, 1))],
  ]

  for (const [form, message] of FORMS)
    it(`${form} is opened, however it is cut`, async () => {
      const octets = message()
      for (const holder of [rsa, ec]) assert.ok(CLEAR.equals(await opened(octets, holder)))
      const whole = ciphertextOf(octets, octets.length)
      for (const pieceBytes of [1, 3, 1000]) assert.ok(whole.equals(ciphertextOf(octets, pieceBytes)))
    })

  function ciphertextOf(octets: Buffer, pieceBytes: number): Buffer {
    const reader = new EnvelopeReader()
    const found: Uint8Array[] = []
    for (let start = 0; start < octets.length; start += pieceBytes)
      for (const part of reader.push(octets.subarray(start, start + pieceBytes)))
        if (part.kind === "ciphertext") found.push(Uint8Array.from(part.bytes))
    reader.end()
    return Buffer.concat(found)
  }

  it("is opened by openssl in the same forms", () => {
    const bench = new Bench()
    try {
      bench.write("key", keyPem(rsa.key))
      bench.write("crt", pem("CERTIFICATE", leaf(rsa)))
      for (const [form, message] of FORMS) {
        bench.write("message", message())
        const files = ["-in", "message", "-inkey", "key", "-recip", "crt", "-out", "clear"]
        const run = bench.openssl("cms", "-decrypt", "-binary", "-inform", "DER", ...files)
        assert.equal(run.status, 0, `${form}: ${run.stderr}`)
        assert.ok(CLEAR.equals(bench.read("clear")), form)
      }
    } finally {
      bench.remove()
    }
  })

  it("is refused where its segments do not come out even, are no strings, or nest without end", async () => {
    const faults: readonly ((ciphertext: Node) => void)[] = [
      (node) => void (node.children[0]!.tag = 0x02),
      (node) => void (node.children[0]!.tag = 0x22),
      (node) => void Object.assign(node, segmented(0x80, Buffer.alloc(40), 10, 6)),
    ]
    for (const fault of faults) {
      const message = tree(700, 2)
      fault(at(message, ...PLACES.ciphertext))
      for (const encoded of [written(message), indefinite(message)])
        await assert.rejects(
          opened(encoded, rsa),
          (error) => error instanceof Malformed && error.code === "ENVELOPE_FRAMING",
        )
    }
    const longer = written(tree(700, 2))
    const inner = longer.lastIndexOf(Buffer.from("2482", "hex"))
    longer.writeUInt16BE(longer.readUInt16BE(inner + 2) + 200, inner + 2)
    await assert.rejects(opened(longer, rsa), Malformed)
  })

  it("leaves no key behind that was agreed, transported or put in place of one", async () => {
    const given: Uint8Array[] = []
    const watched = (holder: Holder): RecipientKey => {
      const key = privateHalf(holder.key)
      const kept = async (answer: Promise<Uint8Array>): Promise<Uint8Array> => {
        given.push(await answer)
        return given.at(-1)!
      }
      return {
        agree: (spki) => kept(key.agree(spki)),
        decryptOaep: (octets) => kept(key.decryptOaep(octets)),
      }
    }
    const chance = keeping(countedChance("open"), given)
    for (const holder of [rsa, ec]) {
      const key = { ...watched(holder), certificate: leaf(holder) }
      assert.ok(CLEAR.equals(await openMessage(written(tree(0, 0)), key, chance)))
      const message = tree(0, 0)
      for (const info of at(message, ...PLACES.recipients).children)
        Object.assign(
          info.tag === 0x30 ? at(info, 3) : at(info, 3, 0, 1),
          treeFrom(octetString(new Uint8Array(256))),
        )
      await assert.rejects(openMessage(written(message), key, chance), Malformed)
    }
    assert.ok(given.length >= 7, String(given.length))
    for (const octets of given) assert.ok(octets.every((octet) => octet === 0))
  })

  it("leaves none behind either when it is made: seeds, private keys, key-encryption keys", () => {
    const given: Uint8Array[] = []
    const cek = Uint8Array.from(CEK)
    recipientInfos({ cek, recipients: [leaf(rsa), leaf(ec)], chance: keeping(countedChance("made"), given) })
    assert.deepEqual(
      given.map(({ length }) => length),
      [32, 48],
    )
    for (const octets of given) assert.ok(octets.every((octet) => octet === 0))
    assert.deepEqual(cek, Uint8Array.from(CEK), "the content key is its owner's")

    const secret = new Uint8Array(32).fill(7)
    let kek: Uint8Array = secret
    withKek(secret, { hash: "sha384", keyInfo: new Uint8Array(0), ukm: null }, (each) => (kek = each))
    assert.equal(kek.length, 32)
    assert.notEqual(kek, secret)
    for (const octets of [secret, new Uint8Array(kek.buffer, kek.byteOffset, 48)])
      assert.ok(octets.every((octet) => octet === 0))
  })
})

/** Chance whose octets are remembered by the arrays they were given in. */
const keeping = (chance: Chance, given: Uint8Array[]): Chance => ({
  bytes: (length) => {
    const octets = chance.bytes(length)
    given.push(octets)
    return octets
  },
})
