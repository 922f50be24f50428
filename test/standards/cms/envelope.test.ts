import assert from "node:assert/strict"
import { createCipheriv, createDecipheriv } from "node:crypto"
import { after, before, describe, it } from "mocha"
import fc from "fast-check"
import { type Holder, keyPem, newKey, pem } from "../../../gateway/commands/pki-authority.ts"
import {
  ENVELOPE_SUFFIX_LENGTH_BYTES,
  envelopePrefix,
  envelopeSuffix,
} from "../../../gateway/standards/cms/auth-enveloped-data.ts"
import { readDer } from "../../../gateway/standards/cms/der.ts"
import { type EnvelopeHeader } from "../../../gateway/standards/cms/envelope-header.ts"
import { EnvelopeReader } from "../../../gateway/standards/cms/envelope-reader.ts"
import { unwrapCek } from "../../../gateway/standards/cms/unwrap-cek.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { TERM, name, privateHalf, root } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"

const CEK = countedChance("cek").bytes(32)
const NONCE = countedChance("nonce").bytes(12)
const CLEAR = Buffer.from("DICM and what follows. ".repeat(5000))

function seal(recipients: readonly Uint8Array[], clear: Uint8Array = CLEAR): Buffer {
  const cipher = createCipheriv("aes-256-gcm", CEK, NONCE)
  const ciphertext = Buffer.concat([cipher.update(clear), cipher.final()])
  const input = {
    cek: CEK,
    nonce: NONCE,
    ciphertextLengthBytes: ciphertext.length,
    recipients,
    chance: countedChance("seal"),
  }
  return Buffer.concat([envelopePrefix(input), ciphertext, envelopeSuffix(cipher.getAuthTag())])
}

interface Read {
  readonly header: EnvelopeHeader
  readonly ciphertext: Buffer
  readonly mac: Uint8Array
}

function readPieces(message: Uint8Array, pieceBytes: number): Read {
  const reader = new EnvelopeReader()
  let header: EnvelopeHeader | null = null
  let mac: Uint8Array | null = null
  const ciphertext: Uint8Array[] = []
  for (let at = 0; at < message.length; at += pieceBytes) {
    for (const part of reader.push(message.subarray(at, at + pieceBytes))) {
      if (part.kind === "header") header = part.header
      else if (part.kind === "mac") mac = part.mac
      else ciphertext.push(Uint8Array.from(part.bytes))
    }
  }
  reader.end()
  assert(header !== null && mac !== null)
  return { header, ciphertext: Buffer.concat(ciphertext), mac }
}

function open(read: Read, cek: Uint8Array): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", cek, read.header.nonce, { authTagLength: 16 })
  decipher.setAuthTag(read.mac)
  return Buffer.concat([decipher.update(read.ciphertext), decipher.final()])
}

const refused = (code: string) => (error: unknown) => error instanceof Malformed && error.code === code

describe("AuthEnvelopedData", () => {
  const bench = new Bench()
  let ec: Holder
  let ec384: Holder
  let rsa: Holder
  let stranger: Holder

  before(async () => {
    const ca = await root("p-256", "Object CA")
    const usage = issue.keyUsage("keyAgreement", "keyEncipherment")
    ec = ca.certify(await newKey("p-256"), name("EC"), TERM, usage)
    ec384 = ca.certify(await newKey("p-384"), name("EC 384"), TERM, usage)
    rsa = ca.certify(await newKey("rsa-2048"), name("RSA"), TERM, usage)
    stranger = ca.certify(await newKey("p-256"), name("Stranger"), TERM, usage)
    for (const [file, holder] of [
      ["ec", ec],
      ["ec384", ec384],
      ["rsa", rsa],
    ] as const) {
      bench.write(`${file}.key`, keyPem(holder.key))
      bench.write(`${file}.crt`, pem("CERTIFICATE", holder.chain[0]!))
    }
    bench.write("clear", CLEAR)
  })
  after(() => bench.remove())

  const leaf = (holder: Holder) => holder.chain[0]!
  const opensslEncrypt = (...options: string[]) => {
    const run = bench.openssl(
      "cms",
      "-encrypt",
      "-binary",
      "-aes-256-gcm",
      "-outform",
      "DER",
      "-in",
      "clear",
      "-out",
      "theirs",
      ...options,
    )
    assert.equal(run.status, 0, run.stderr)
    return bench.read("theirs")
  }
  /** openssl's own default is the KDF with SHA-1. */
  const ECDH = ["-keyopt", "ecdh_kdf_md:sha256"]
  const ECDH_384 = ["-keyopt", "ecdh_kdf_md:sha384"]
  const OAEP = ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]

  it("is one definite-length DER value whose suffix has the promised length", () => {
    const message = seal([leaf(ec), leaf(rsa)])
    assert.equal(readDer(message).encoded.length, message.length)
    assert.equal(envelopeSuffix(new Uint8Array(16)).length, ENVELOPE_SUFFIX_LENGTH_BYTES)
  })

  it("is byte-identical for equal chance", () => {
    assert.deepEqual(seal([leaf(ec), leaf(rsa)]), seal([leaf(ec), leaf(rsa)]))
  })

  it("announces ciphertexts beyond 4 GiB", () => {
    const ciphertextLengthBytes = 5 * 2 ** 30
    const prefix = envelopePrefix({
      cek: CEK,
      nonce: NONCE,
      ciphertextLengthBytes,
      recipients: [leaf(ec)],
      chance: countedChance("x"),
    })
    const [part] = new EnvelopeReader().push(prefix)
    assert(part?.kind === "header")
    assert.equal(part.header.ciphertextLengthBytes, ciphertextLengthBytes)
  })

  for (const who of ["ec", "ec384", "rsa"]) {
    it(`is opened by openssl for the ${who} recipient of three`, () => {
      bench.write("ours", seal([leaf(ec), leaf(ec384), leaf(rsa)]))
      const run = bench.openssl(
        "cms",
        "-decrypt",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "ours",
        "-inkey",
        `${who}.key`,
        "-recip",
        `${who}.crt`,
        "-out",
        "opened",
      )
      assert.equal(run.status, 0, run.stderr)
      assert(bench.read("opened").equals(CLEAR))
    })
  }

  it("opens what it wrote, for every kind of recipient", async () => {
    const read = readPieces(seal([leaf(rsa), leaf(ec), leaf(ec384)]), 1000)
    for (const holder of [ec, ec384, rsa]) {
      const cek = await unwrapCek(read.header, leaf(holder), privateHalf(holder.key))
      assert(open(read, cek).equals(CLEAR))
    }
  })

  for (const [what, options] of [
    ["one definite string", []],
    ["streamed segments", ["-stream"]],
  ] as const) {
    it(`opens openssl's envelope in ${what}`, async () => {
      const ecs = ["-recip", "ec.crt", ...ECDH, "-recip", "ec384.crt", ...ECDH_384]
      const theirs = opensslEncrypt(...options, ...ecs, "-recip", "rsa.crt", ...OAEP)
      for (const pieceBytes of [7, 4096, theirs.length]) {
        const read = readPieces(theirs, pieceBytes)
        for (const holder of [ec, ec384, rsa]) {
          assert(
            open(read, await unwrapCek(read.header, leaf(holder), privateHalf(holder.key))).equals(CLEAR),
          )
        }
      }
    })
  }

  it("opens openssl's envelope that names the recipient by its key identifier", async () => {
    for (const [file, holder, options] of [
      ["ec", ec, ECDH],
      ["ec384", ec384, ECDH_384],
      ["rsa", rsa, OAEP],
    ] as const) {
      const theirs = opensslEncrypt("-keyid", "-recip", `${file}.crt`, ...options)
      const read = readPieces(theirs, 512)
      assert(open(read, await unwrapCek(read.header, leaf(holder), privateHalf(holder.key))).equals(CLEAR))
    }
  })

  it("gives the same parts however the octets are cut", () => {
    const message = seal([leaf(ec)], CLEAR.subarray(0, 300))
    const whole = readPieces(message, message.length)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: message.length }), (pieceBytes) => {
        const read = readPieces(message, pieceBytes)
        assert.deepEqual(read, whole)
      }),
      { numRuns: 60 },
    )
  })

  it("holds an empty ciphertext", async () => {
    const read = readPieces(seal([leaf(ec)], new Uint8Array(0)), 5)
    assert.equal(open(read, await unwrapCek(read.header, leaf(ec), privateHalf(ec.key))).length, 0)
  })

  it("does not open for somebody else", async () => {
    const { header } = readPieces(seal([leaf(ec)]), 4096)
    await assert.rejects(
      unwrapCek(header, leaf(stranger), privateHalf(stranger.key)),
      refused("NOT_A_RECIPIENT"),
    )
    await assert.rejects(unwrapCek(header, leaf(ec), privateHalf(stranger.key)), refused("CEK_UNWRAP"))
  })

  it("lets a key store's own failure pass through", async () => {
    const { header } = readPieces(seal([leaf(ec)]), 4096)
    const locked = { ...privateHalf(ec.key), agree: () => Promise.reject(new Error("token is locked")) }
    await assert.rejects(unwrapCek(header, leaf(ec), locked), /token is locked/)
  })

  it("does not check after one ciphertext bit changed", async () => {
    const message = seal([leaf(ec)])
    message[message.length - 200]! ^= 1
    const read = readPieces(message, 4096)
    const cek = await unwrapCek(read.header, leaf(ec), privateHalf(ec.key))
    assert.throws(() => open(read, cek), /authenticate/)
  })

  it("refuses PKCS#1 v1.5 key transport", () => {
    assert.throws(
      () => readPieces(opensslEncrypt("-recip", "rsa.crt"), 4096),
      refused("ENVELOPE_KEY_TRANSPORT"),
    )
  })

  it("refuses OAEP with SHA-1", () => {
    const theirs = opensslEncrypt("-recip", "rsa.crt", "-keyopt", "rsa_padding_mode:oaep")
    assert.throws(() => readPieces(theirs, 4096), refused("ENVELOPE_KEY_TRANSPORT"))
  })

  it("refuses key derivation with SHA-1", () => {
    assert.throws(() => readPieces(opensslEncrypt("-recip", "ec.crt"), 4096), refused("ENVELOPE_RECIPIENT"))
  })

  it("refuses EnvelopedData with CBC", () => {
    const run = bench.openssl(
      "cms",
      "-encrypt",
      "-binary",
      "-aes-256-cbc",
      "-outform",
      "DER",
      "-in",
      "clear",
      "-out",
      "cbc",
      "-recip",
      "ec.crt",
    )
    assert.equal(run.status, 0)
    assert.throws(() => readPieces(bench.read("cbc"), 4096), refused("ENVELOPE_HEADER"))
  })

  it("refuses another content cipher", () => {
    const message = seal([leaf(ec)])
    const gcm = message.indexOf(Buffer.from("60864801650304012e", "hex"))
    message[gcm + 8] = 42
    assert.throws(() => readPieces(message, 4096), refused("ENVELOPE_CIPHER"))
  })

  it("refuses a tag that is not 16 octets", () => {
    const message = seal([leaf(ec)])
    message[message.indexOf(Buffer.from("020110", "hex")) + 2] = 12
    assert.throws(() => readPieces(message, 4096), refused("ENVELOPE_ICV_LENGTH"))
  })

  it("refuses octets after the message, and a message that ends early", () => {
    const message = seal([leaf(ec)])
    assert.throws(
      () => readPieces(Buffer.concat([message, Buffer.from([0])]), 100),
      refused("ENVELOPE_TRAILING"),
    )
    for (const keepBytes of [0, 5, 40, 300, message.length - 30, message.length - 1]) {
      const cut = message.subarray(0, keepBytes)
      assert.throws(() => {
        const reader = new EnvelopeReader()
        reader.push(cut)
        reader.end()
      }, refused("ENVELOPE_TRUNCATED"))
    }
  })

  it("refuses lengths that do not come out even", () => {
    const message = seal([leaf(ec)])
    const longer = Buffer.from(message)
    longer.writeUIntBE(longer.readUIntBE(2, 3) + 1, 2, 3)
    assert.throws(
      () => readPieces(Buffer.concat([longer, Buffer.from([0])]), 4096),
      refused("ENVELOPE_FRAMING"),
    )
  })

  it("never reads a header longer than its limit", () => {
    const endless = Buffer.concat([
      Buffer.from("3080060b2a864886f70d0109100117a080308002010031840000ffff", "hex"),
      Buffer.alloc(70_000),
    ])
    assert.throws(() => new EnvelopeReader().push(endless), Malformed)
    const huge = Buffer.from("3080060b2a864886f70d0109100117a08030800201003184ffffffff", "hex")
    assert.throws(() => new EnvelopeReader().push(huge), refused("ENVELOPE_HEADER"))
  })

  it("throws nothing but Malformed, whatever octet is changed", () => {
    const theirs = opensslEncrypt("-stream", "-recip", "ec.crt", ...ECDH, "-recip", "rsa.crt", ...OAEP)
    fc.assert(
      fc.property(fc.nat({ max: 1200 }), fc.integer({ min: 0, max: 255 }), (at, octet) => {
        const changed = Buffer.from(theirs)
        changed[at] = octet
        try {
          readPieces(changed, 700)
        } catch (error) {
          assert(error instanceof Malformed || error instanceof assert.AssertionError, String(error))
        }
      }),
      { numRuns: 300 },
    )
  })
})
