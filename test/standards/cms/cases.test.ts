/**
 * What a message can be false in: twenty ways in what stands in clear, sixteen in its end and its tag. Each is refused, for its
 * own reason where that may be told, and in one word where it may not (openMessage).
 */
import assert from "node:assert/strict"
import { before, describe, it } from "mocha"
import { type Holder, newKey } from "../../../gateway/commands/pki-authority.ts"
import { ALGORITHMS } from "../../../gateway/standards/algorithms/table.ts"
import { integer, NULL, octetString, oid, sequence } from "../../../gateway/standards/cms/der-write.ts"
import { openMessage } from "../../../gateway/standards/cms/open-message.ts"
import { OID } from "../../../gateway/standards/cms/oids.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { TERM, name, privateHalf, root } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { type Node, at, treeFrom } from "../../peers/der-tree.ts"
import { CLEAR, PLACES, changed, encrypted, sealed } from "./messages.ts"

type Case = readonly [what: string, code: string, message: () => Uint8Array]

describe("a CMS message", () => {
  let rsa: Holder
  let ec: Holder
  let other: Holder
  before(async () => {
    const ca = await root("p-256", "CA")
    const usage = issue.keyUsage("keyAgreement", "keyEncipherment")
    rsa = ca.certify(await newKey("rsa-2048"), name("RSA"), TERM, usage)
    ec = ca.certify(await newKey("p-384"), name("EC"), TERM, usage)
    other = ca.certify(await newKey("p-256"), name("Other"), TERM, usage)
  })

  const leaf = (holder: Holder): Uint8Array => holder.chain[0]!
  const whole = (...holders: readonly Holder[]): Buffer => sealed(holders.map(leaf))
  const bent = (holder: Holder, change: (tree: Node) => void): Buffer => changed(whole(holder), change)
  const put = (node: Node, encoded: Uint8Array): void => void Object.assign(node, treeFrom(encoded))
  const opened = (message: Uint8Array, holder: Holder): Promise<Uint8Array> =>
    openMessage(message, { ...privateHalf(holder.key), certificate: leaf(holder) }, countedChance("open"))
  const codeOf = async (message: Uint8Array, holder: Holder): Promise<string> => {
    try {
      await opened(message, holder)
      return "opened"
    } catch (error) {
      return error instanceof Malformed ? error.code : String(error)
    }
  }

  it("opens when nothing is false", async () => {
    for (const holder of [rsa, ec, other])
      assert.ok(CLEAR.equals(await opened(whole(rsa, ec, other), holder)))
  })

  /** The first RecipientInfo; its version, who, by what, key. */
  const recipient = (tree: Node, ...path: readonly number[]): Node =>
    at(tree, ...PLACES.recipients, 0, ...path)
  const OAEP_SHA1 = sequence(oid(OID.rsaesOaep), sequence())

  const IN_CLEAR: readonly Case[] = [
    ["is SignedData", "ENVELOPE_HEADER", () => bent(rsa, (t) => put(at(t, 0), oid(OID.signedData)))],
    [
      "is EnvelopedData, which has no tag",
      "ENVELOPE_HEADER",
      () => bent(rsa, (t) => put(at(t, 0), oid(OID.envelopedData))),
    ],
    ["is of version 1", "ENVELOPE_HEADER", () => bent(rsa, (t) => put(at(t, ...PLACES.version), integer(1)))],
    [
      "has an originatorInfo",
      "ENVELOPE_HEADER",
      () =>
        bent(
          rsa,
          (t) =>
            void at(t, ...PLACES.authEnveloped).children.splice(1, 0, {
              tag: 0xa0,
              content: Buffer.alloc(0),
              children: [],
            }),
        ),
    ],
    [
      "is for nobody",
      "ENVELOPE_HEADER",
      () => bent(rsa, (t) => void (at(t, ...PLACES.recipients).children = [])),
    ],
    [
      "is for 65",
      "ENVELOPE_HEADER",
      () =>
        bent(rsa, (t) => {
          const set = at(t, ...PLACES.recipients)
          set.children = Array.from({ length: 65 }, () => set.children[0]!)
        }),
    ],
    ["is for a password", "ENVELOPE_RECIPIENT", () => bent(rsa, (t) => void (recipient(t).tag = 0xa3))],
    ["is for a key both have", "ENVELOPE_RECIPIENT", () => bent(rsa, (t) => void (recipient(t).tag = 0xa2))],
    ["is for somebody else", "NOT_A_RECIPIENT", () => whole(other)],
    [
      "carries its key by RSAES-PKCS1-v1_5",
      "ENVELOPE_KEY_TRANSPORT",
      () => bent(rsa, (t) => put(recipient(t, 2), sequence(oid(OID.rsaEncryption), NULL))),
    ],
    [
      "carries its key by OAEP with SHA-1",
      "ENVELOPE_KEY_TRANSPORT",
      () => bent(rsa, (t) => put(recipient(t, 2), OAEP_SHA1)),
    ],
    [
      "carries its key with a version that is not its recipient's",
      "ENVELOPE_RECIPIENT",
      () => bent(rsa, (t) => put(recipient(t, 0), integer(2))),
    ],
    [
      "agrees on its key by a derivation with SHA-1",
      "ENVELOPE_RECIPIENT",
      () => bent(ec, (t) => put(recipient(t, 2, 0), oid(ALGORITHMS["ECDH, X9.63 KDF with SHA-1"].oid))),
    ],
    [
      "wraps its key with AES-128",
      "ENVELOPE_RECIPIENT",
      () => bent(ec, (t) => put(recipient(t, 2, 1, 0), oid(ALGORITHMS["AES-128 key wrap"].oid))),
    ],
    [
      "agrees with a key that is not on a curve",
      "ENVELOPE_RECIPIENT",
      () => bent(ec, (t) => put(recipient(t, 1, 0, 0, 0), oid(OID.rsaEncryption))),
    ],
    [
      "encloses something that is not data",
      "ENVELOPE_HEADER",
      () => bent(rsa, (t) => put(at(t, ...PLACES.innerType), oid(OID.signedData))),
    ],
    [
      "is encrypted with Triple DES",
      "ENVELOPE_CIPHER",
      () => bent(rsa, (t) => put(at(t, ...PLACES.cipher), oid(ALGORITHMS["Triple DES, CBC"].oid))),
    ],
    [
      "is encrypted in CBC mode",
      "ENVELOPE_CIPHER",
      () => bent(rsa, (t) => put(at(t, ...PLACES.cipher), oid(OID.aes256Cbc))),
    ],
    [
      "has a nonce of 16 octets",
      "ENVELOPE_HEADER",
      () =>
        bent(rsa, (t) =>
          put(at(t, ...PLACES.parameters), sequence(octetString(new Uint8Array(16)), integer(16))),
        ),
    ],
    [
      "has attributes, authenticated or not",
      "ENVELOPE_FRAMING",
      () =>
        bent(
          rsa,
          (t) =>
            void at(t, ...PLACES.authEnveloped).children.push({
              tag: 0xa2,
              content: Buffer.alloc(0),
              children: [],
            }),
        ),
    ],
  ]

  /** With a tag of so many octets, announced or not. */
  const withTag = (lengthBytes: number, isAnnounced: boolean): Buffer =>
    bent(rsa, (t) => {
      const { tag } = encrypted(CLEAR)
      put(at(t, ...PLACES.mac), octetString(tag.subarray(0, lengthBytes)))
      if (isAnnounced) put(at(t, ...PLACES.parameters, 1), integer(lengthBytes))
    })
  const flipped = (where: (tree: Node) => Buffer, holder = rsa): Buffer =>
    bent(holder, (tree) => {
      const octets = where(tree)
      octets[octets.length - 1]! ^= 1
    })
  const cut = (from: (length: number) => number): Buffer => whole(rsa).subarray(0, from(whole(rsa).length))

  const AT_ITS_END: readonly Case[] = [
    ...[4, 8, 12, 15].map((lengthBytes): Case => [
      `has a tag of ${lengthBytes} octets and says so`,
      "ENVELOPE_ICV_LENGTH",
      () => withTag(lengthBytes, true),
    ]),
    ["has a tag of 4 octets and says 16", "ENVELOPE_TRUNCATED", () => withTag(4, false)],
    [
      "has no tag length, which means 12",
      "ENVELOPE_ICV_LENGTH",
      () => bent(rsa, (t) => void at(t, ...PLACES.parameters).children.pop()),
    ],
    [
      "has no tag",
      "ENVELOPE_TRUNCATED",
      () => bent(rsa, (t) => void at(t, ...PLACES.authEnveloped).children.pop()),
    ],
    ["has another tag", "ENVELOPE_DECRYPT", () => flipped((t) => at(t, ...PLACES.mac).content)],
    ["has another ciphertext", "ENVELOPE_DECRYPT", () => flipped((t) => at(t, ...PLACES.ciphertext).content)],
    ["has another nonce", "ENVELOPE_DECRYPT", () => flipped((t) => at(t, ...PLACES.parameters, 0).content)],
    [
      "has a ciphertext one octet shorter",
      "ENVELOPE_DECRYPT",
      () =>
        bent(rsa, (t) => {
          const node = at(t, ...PLACES.ciphertext)
          node.content = node.content.subarray(1)
        }),
    ],
    ["has another transported key", "ENVELOPE_DECRYPT", () => flipped((t) => recipient(t, 3).content)],
    ["ends in its header", "ENVELOPE_TRUNCATED", () => cut(() => 100)],
    ["ends in its ciphertext", "ENVELOPE_TRUNCATED", () => cut((length) => length - 100)],
    ["ends in its tag", "ENVELOPE_TRUNCATED", () => cut((length) => length - 1)],
    ["is followed by an octet", "ENVELOPE_TRAILING", () => Buffer.concat([whole(rsa), Buffer.of(0)])],
  ]

  it("can be false in twenty ways in clear, in sixteen at its end", () =>
    assert.deepEqual([IN_CLEAR.length, AT_ITS_END.length], [20, 16]))

  for (const [what, code, message] of [...IN_CLEAR, ...AT_ITS_END])
    it(`that ${what} is refused: ${code}`, async () => {
      const holder = what.includes("agree") || what.includes("wraps") ? ec : rsa
      assert.equal(await codeOf(message(), holder), code)
    })

  it("tells nobody whether its key or its content was false: for either kind of key, in the same words", async () => {
    const agreedKey = (t: Node): Buffer => recipient(t, 3, 0, 1).content
    const point = (t: Node): Buffer => recipient(t, 1, 0, 1).content
    const messages = [
      [rsa, flipped((t) => recipient(t, 3).content)],
      [rsa, bent(rsa, (t) => put(recipient(t, 3), octetString(new Uint8Array(3))))],
      [ec, flipped(agreedKey, ec)],
      [ec, flipped(point, ec)],
      [ec, bent(ec, (t) => put(recipient(t, 3, 0, 1), octetString(new Uint8Array(24))))],
      [ec, flipped((t) => at(t, ...PLACES.mac).content, ec)],
    ] as const
    const told = new Set<string>()
    for (const [holder, message] of messages)
      await assert.rejects(opened(message, holder), (error) => {
        assert.ok(error instanceof Malformed)
        told.add(`${error.code} ${error.clause} ${error.message}`)
        return true
      })
    assert.deepEqual([...told], ["ENVELOPE_DECRYPT RFC 5084 §3 the message does not decrypt"])
  })
})
