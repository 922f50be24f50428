/**
 * `crypto-inside.ts encrypt|decrypt IN OUT KEY CERTIFICATE`: one file through the gateway's own CMS, in a process of its own so that
 * its CPU and memory are nobody else's. What is decrypted lies under another name until its tag has been compared.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  type DecipherGCM,
  diffieHellman,
  randomBytes,
  X509Certificate,
} from "node:crypto"
import { type FileHandle, open, readFile, rename } from "node:fs/promises"
import { envelopePrefix, envelopeSuffix } from "../../gateway/standards/cms/auth-enveloped-data.ts"
import { EnvelopeReader } from "../../gateway/standards/cms/envelope-reader.ts"
import { type RecipientKey, unwrapCek } from "../../gateway/standards/cms/unwrap-cek.ts"
import { letGo } from "../../gateway/standards/let-go.ts"

/** As the spool reads and writes. */
const PIECE_BYTES = 1 << 20
const CIPHER = "aes-256-gcm"

const [verb, from = "", to = "", keyFile = "", certificateFile = ""] = process.argv.slice(2)
const certificate = Uint8Array.from(new X509Certificate(await readFile(certificateFile)).raw)

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES)
    if (bytesRead === 0) return
    yield piece.subarray(0, bytesRead)
  }
}

async function encrypt(input: FileHandle, output: FileHandle): Promise<void> {
  const cek = randomBytes(32)
  const nonce = randomBytes(12)
  const ciphertextLengthBytes = (await input.stat()).size
  const chance = { bytes: (length: number): Uint8Array => randomBytes(length) }
  const recipients = [certificate]
  await output.writeFile(envelopePrefix({ cek, nonce, ciphertextLengthBytes, recipients, chance }))
  const cipher = createCipheriv(CIPHER, cek, nonce, { authTagLength: 16 })
  for await (const piece of piecesOf(input)) await written(output, cipher.update(piece))
  cipher.final()
  await output.writeFile(envelopeSuffix(cipher.getAuthTag()))
}

async function decrypt(input: FileHandle, output: FileHandle): Promise<void> {
  const reader = new EnvelopeReader()
  let decipher: DecipherGCM | null = null
  for await (const piece of piecesOf(input))
    for (const part of reader.push(piece)) {
      if (part.kind === "header") {
        const cek = await unwrapCek(part.header, certificate, await recipientKey())
        decipher = createDecipheriv(CIPHER, cek, part.header.nonce, { authTagLength: 16 })
      } else if (part.kind === "mac") decipher?.setAuthTag(part.mac)
      else if (decipher !== null) await written(output, decipher.update(part.bytes))
    }
  reader.end()
  decipher?.final()
}

async function written(output: FileHandle, octets: Uint8Array): Promise<void> {
  await output.writeFile(octets)
  letGo(octets)
}

async function recipientKey(): Promise<RecipientKey> {
  const privateKey = createPrivateKey(await readFile(keyFile))
  return {
    agree: (spki) => {
      const publicKey = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" })
      return Promise.resolve(diffieHellman({ privateKey, publicKey }))
    },
    decryptOaep: () => Promise.reject(new Error("the bench has no RSA key")),
  }
}

const input = await open(from, "r")
const output = await open(`${to}.part`, "w")
if (verb === "encrypt") await encrypt(input, output)
else await decrypt(input, output)
await input.close()
await output.close()
await rename(`${to}.part`, to)
