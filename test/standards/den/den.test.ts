import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { type Holder, keyPem, newKey, pem } from "../../../gateway/commands/pki-authority.ts"
import { unwrapCek } from "../../../gateway/standards/cms/unwrap-cek.ts"
import { readDen } from "../../../gateway/standards/den/read.ts"
import { denCiphertext, denFrame } from "../../../gateway/standards/den/write.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { letGo } from "../../../gateway/standards/let-go.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { TERM, name, privateHalf, root } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { Bench } from "../../peers/openssl.ts"

const KEY = { cek: countedChance("cek").bytes(32), iv: countedChance("iv").bytes(16) }
const CLEAR = Buffer.from("DICM and what follows. ".repeat(5000))
/** The longest that is tried octet by octet. */
const SHORT = Buffer.from("a short document")
const ENTITY = "Content-Type: application/dicom\r\nContent-Transfer-Encoding: binary\r\n\r\n"

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield await Promise.resolve(bytes.subarray(at, at + pieceBytes))
}

async function whole(octets: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of octets) pieces.push(Uint8Array.from(piece))
  return Buffer.concat(pieces)
}

const leaf = ({ chain }: Holder): Uint8Array => chain[0]!

describe("Document Encryption (DEN)", function () {
  this.timeout(60_000)
  const bench = new Bench()
  const holders = {} as Record<"ec" | "rsa" | "stranger", Holder>

  before(async () => {
    const ca = await root("p-256", "Object CA")
    const usage = issue.keyUsage("keyAgreement", "keyEncipherment")
    holders.ec = ca.certify(await newKey("p-256"), name("EC"), TERM, usage)
    holders.rsa = ca.certify(await newKey("rsa-2048"), name("RSA"), TERM, usage)
    holders.stranger = ca.certify(await newKey("rsa-2048"), name("Stranger"), TERM, usage)
    for (const [file, holder] of Object.entries(holders)) {
      bench.write(`${file}.key`, keyPem(holder.key))
      bench.write(`${file}.crt`, pem("CERTIFICATE", leaf(holder)))
    }
  })
  after(() => {
    bench.remove()
  })

  async function written(
    clear: Buffer,
    recipients: readonly Holder[],
    mimeType = "application/dicom",
  ): Promise<Buffer> {
    const document = { mimeType, lengthBytes: clear.length }
    const frame = denFrame(document, KEY, { recipients: recipients.map(leaf), chance: countedChance("den") })
    const ciphertext = await whole(denCiphertext(document, KEY, inPieces(clear, 1000)))
    const message = Buffer.concat([frame.prefix, ciphertext])
    assert.equal(message.length, frame.lengthBytes, "the promised length")
    return message
  }

  /** What came whole; what was handed out before is nobody's business. */
  async function read(
    message: Uint8Array,
    holder: Holder,
    pieceBytes = 777,
  ): Promise<{ mimeType: string; clear: Buffer }> {
    let mimeType = ""
    const pieces: Uint8Array[] = []
    const unwrap = (header: Parameters<typeof unwrapCek>[0]) =>
      unwrapCek(header, leaf(holder), privateHalf(holder.key))
    for await (const piece of readDen(inPieces(message, pieceBytes), unwrap)) {
      mimeType = piece.mimeType
      pieces.push(Uint8Array.from(piece.clear))
    }
    return { mimeType, clear: Buffer.concat(pieces) }
  }

  const faultOf = async (message: Uint8Array, holder = holders.rsa): Promise<string> => {
    try {
      await read(message, holder)
      return "none"
    } catch (error) {
      if (error instanceof Malformed) return error.code
      throw error
    }
  }

  /** MIME entity → DigestedData → EnvelopedData, all by openssl. */
  function theirs(
    entity: Buffer,
    {
      digest = ["-md", "sha256"],
      encrypt = ["-aes256"],
      keys = OAEP,
    }: Partial<Record<"digest" | "encrypt" | "keys", string[]>>,
  ): Buffer {
    bench.write("entity", entity)
    const digested = bench.openssl(
      ...["cms", "-digest_create", "-binary", "-in", "entity", "-outform", "DER", "-out", "digested"],
      ...digest,
    )
    assert.equal(digested.status, 0, digested.stderr)
    return encryptedByOpenssl("digested", encrypt, keys)
  }
  function encryptedByOpenssl(file: string, encrypt: readonly string[], keys: readonly string[]): Buffer {
    const run = bench.openssl(
      ...["cms", "-encrypt", "-binary", "-in", file, "-outform", "DER", "-out", "encrypted"],
      ...encrypt,
      ...keys,
    )
    assert.equal(run.status, 0, run.stderr)
    return bench.read("encrypted")
  }
  const OAEP = ["-recip", "rsa.crt", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
  const ECDH = ["-recip", "ec.crt", "-keyopt", "ecdh_kdf_md:sha256"]

  for (const who of ["rsa", "ec"] as const)
    it(`is opened by openssl for the ${who} recipient, down to the digest and the MIME entity`, async () => {
      bench.write("ours", await written(CLEAR, [holders.rsa, holders.ec]))
      const opened = bench.openssl(
        ...["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "ours", "-out", "opened"],
        ...["-inkey", `${who}.key`, "-recip", `${who}.crt`],
      )
      assert.equal(opened.status, 0, opened.stderr)
      const verified = bench.openssl(
        ...["cms", "-digest_verify", "-binary", "-inform", "DER", "-in", "opened", "-out", "content"],
      )
      assert.equal(verified.status, 0, verified.stderr)
      assert.ok(bench.read("content").equals(Buffer.concat([Buffer.from(ENTITY), CLEAR])))
    })

  it("is the same octets with the same key, and opened again by who wrote it", async () => {
    const message = await written(CLEAR, [holders.rsa, holders.ec])
    for (const holder of [holders.rsa, holders.ec]) {
      const { mimeType, clear } = await read(message, holder)
      assert.equal(mimeType, "application/dicom")
      assert.ok(clear.equals(CLEAR))
    }
    const lengths = [0, 1, 15, 16, 17, 31, 32, 33]
    for (const length of lengths) {
      const clear = randomBytes(length)
      assert.ok((await read(await written(clear, [holders.ec]), holders.ec, 1)).clear.equals(clear))
    }
  })

  const forms: readonly (readonly [string, Parameters<typeof theirs>[1], "rsa" | "ec"])[] = [
    ["DER, RSAES-OAEP", {}, "rsa"],
    ["DER, ECDH", { keys: ECDH }, "ec"],
    ["BER in segments", { digest: ["-md", "sha256", "-stream"], encrypt: ["-aes256", "-stream"] }, "rsa"],
    ["AES-128", { encrypt: ["-aes128"] }, "rsa"],
    ["AES-192", { encrypt: ["-aes192"] }, "rsa"],
    ["SHA-512", { digest: ["-md", "sha512"] }, "rsa"],
  ]
  for (const [what, options, who] of forms)
    it(`reads what openssl writes: ${what}`, async () => {
      const message = theirs(Buffer.concat([Buffer.from(ENTITY), CLEAR]), options)
      for (const pieceBytes of [13, 4096, message.length])
        assert.ok((await read(message, holders[who], pieceBytes)).clear.equals(CLEAR))
    })

  it("reads other heads of a MIME entity, and base64", async () => {
    const heads = [
      ['MIME-Version: 1.0\r\nContent-Type: Application/PDF;\r\n name="a.pdf"\r\n\r\n', SHORT],
      ["Content-Type: application/pdf\n\n", SHORT],
      [
        "Content-Type: application/pdf\r\nContent-Transfer-Encoding: BASE64\r\n\r\n",
        Buffer.from(`${SHORT.toString("base64")}\r\n`),
      ],
    ] as const
    for (const [head, body] of heads) {
      const { mimeType, clear } = await read(
        theirs(Buffer.concat([Buffer.from(head), body]), {}),
        holders.rsa,
        5,
      )
      assert.equal(mimeType, "application/pdf")
      assert.deepEqual(clear, SHORT)
    }
  })

  it("is never whole with an octet changed, cut or added, and behind the header always for the same reason", async () => {
    const message = await written(SHORT, [holders.rsa])
    const { prefix } = denFrame({ mimeType: "application/dicom", lengthBytes: SHORT.length }, KEY, {
      recipients: [leaf(holders.rsa)],
      chance: countedChance("den"),
    })
    const codes = new Set<string>()
    for (let at = 0; at < message.length; at++) {
      const bent = Buffer.from(message)
      bent[at] = bent[at]! ^ (1 + (at % 255))
      const code = await faultOf(bent)
      assert.notEqual(code, "none", `octet ${at}`)
      if (at >= prefix.length) codes.add(code)
    }
    assert.deepEqual([...codes], ["DEN"])
    for (let length = 0; length < message.length; length++)
      assert.notEqual(await faultOf(message.subarray(0, length)), "none", `cut at ${length}`)
    assert.equal(await faultOf(Buffer.concat([message, Buffer.alloc(1)])), "DEN")
  })

  it("says the same of a wrong key, wrong padding, another digest and no digest at all", async () => {
    const entity = Buffer.concat([Buffer.from(ENTITY), SHORT])
    bench.write("bare", entity)
    const message = await written(SHORT, [holders.rsa])
    const padded = Buffer.from(message)
    padded[padded.length - 17] = padded[padded.length - 17]! ^ 0x41
    const digested = theirs(entity, {})
    assert.equal(await faultOf(digested), "none")
    const other = bench.read("digested")
    other[other.length - 1] = other[other.length - 1]! ^ 1
    bench.write("other", other)
    const bodies = {
      "wrong padding": padded,
      "another digest": encryptedByOpenssl("other", ["-aes256"], OAEP),
      "no digest": encryptedByOpenssl("bare", ["-aes256"], OAEP),
      "no MIME entity": theirs(SHORT, {}),
      "SHA-1": theirs(entity, { digest: ["-md", "sha1"] }),
    }
    for (const [what, body] of Object.entries(bodies)) assert.equal(await faultOf(body), "DEN", what)
  })

  for (const who of ["rsa", "ec"] as const)
    it(`takes no key in the place of one that opens nothing: a guess is read as nothing else (${who})`, async () => {
      const document = { mimeType: "application/dicom", lengthBytes: CLEAR.length }
      const chance = countedChance("den")
      const { prefix } = denFrame(document, KEY, { recipients: [leaf(holders[who])], chance })
      const wrapped = Buffer.from(prefix)
      // Where the wrapped key begins: an OCTET STRING of an RSA modulus, or of 32 octets wrapped in AES.
      const mark = who === "rsa" ? Buffer.from([4, 0x82, 1, 0]) : Buffer.from([4, 40])
      const at = wrapped.lastIndexOf(mark) + mark.length + 20
      wrapped[at] = wrapped[at]! ^ 1
      let last = 0
      const pieces = async function* (message: Uint8Array) {
        for await (const piece of inPieces(message, 777)) {
          last += piece.length
          yield piece
        }
      }
      for (const cek of [new Uint8Array(32), new Uint8Array(32).fill(255), KEY.cek]) {
        const body = await whole(denCiphertext(document, { ...KEY, cek }, inPieces(CLEAR, 1000)))
        const message = Buffer.concat([wrapped, body])
        last = 0
        const handed: number[] = []
        await assert.rejects(
          async () => {
            for await (const { clear } of readDen(pieces(message), (header) =>
              unwrapCek(header, leaf(holders[who]), privateHalf(holders[who].key)),
            ))
              handed.push(clear.length)
          },
          { code: "DEN" },
        )
        assert.deepEqual([handed, last], [[], message.length], "after the last octet, and nothing before")
      }
    })

  it("hands nothing out as whole that was not digested so: a stranger's key, PKCS#1 v1.5, GCM", async () => {
    const entity = Buffer.concat([Buffer.from(ENTITY), SHORT])
    assert.equal(await faultOf(theirs(entity, {}), holders.stranger), "NOT_A_RECIPIENT")
    assert.equal(await faultOf(theirs(entity, { keys: ["-recip", "rsa.crt"] })), "ENVELOPE_KEY_TRANSPORT")
    assert.match(await faultOf(theirs(entity, { encrypt: ["-aes-256-gcm"] })), /^ENVELOPE_/)
    assert.match(await faultOf(theirs(entity, { encrypt: ["-des3"] })), /^ENVELOPE_CIPHER/)
  })

  it("passes a large document by: memory stays flat", async () => {
    const lengthBytes = 96 * 2 ** 20
    const piece = Buffer.alloc(2 ** 20, 7)
    async function* clear(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < lengthBytes; at += piece.length) yield await Promise.resolve(piece)
    }
    const document = { mimeType: "application/dicom", lengthBytes }
    const { prefix } = denFrame(document, KEY, {
      recipients: [leaf(holders.ec)],
      chance: countedChance("den"),
    })
    async function* message(): AsyncGenerator<Uint8Array> {
      yield prefix
      for await (const part of denCiphertext(document, KEY, clear())) {
        yield part
        letGo(part)
      }
    }
    const digest = createHash("sha256")
    let most = 0
    const before = process.memoryUsage().rss
    for await (const { clear: part } of readDen(message(), (header) =>
      unwrapCek(header, leaf(holders.ec), privateHalf(holders.ec.key)),
    )) {
      digest.update(part)
      most = Math.max(most, process.memoryUsage().rss - before)
    }
    const wanted = createHash("sha256")
    for (let at = 0; at < lengthBytes; at += piece.length) wanted.update(piece)
    assert.equal(digest.digest("hex"), wanted.digest("hex"))
    assert.ok(most < 64 * 2 ** 20, `grew by ${Math.round(most / 2 ** 20)} MB`)
  })
})
