/** Configuration of our own keys: in files, in a PKCS#11 token, or at a signing service. */
import { z } from "zod"
import { file } from "./values.ts"

const key = z.strictObject({
  key: file.describe("PKCS#8 PEM"),
  chain: file.describe("certificates, PEM, leaf first"),
})
const token = z
  .strictObject({
    module: file.describe("PKCS#11 library of the token's maker; it runs in a process of its own"),
    token: z.string().min(1).max(32).describe("label of the token"),
    key: z
      .string()
      .min(1)
      .refine(
        (name) => !/^id:/i.test(name) || /^id:([0-9a-f]{2}){1,64}$/i.test(name),
        "must be id: and hex digits, two an octet",
      )
      .describe("label of the private key, or `id:` and its CKA_ID in hex"),
    pinFile: file.describe("PIN, one line; one the token refuses is never tried again by itself"),
  })
  .describe("the private key lies in a PKCS#11 token, instead of key (docs/keys.md)")
const keyOrToken = z.strictObject({
  key: file.optional().describe("PKCS#8 PEM; or pkcs11"),
  pkcs11: token.optional(),
  chain: file.describe("certificates, PEM, leaf first"),
})

export const keysSchema = z.strictObject({
  passphraseFile: file.describe("opens the epoch key; from systemd LoadCredential, a TPM or an operator"),
  seal: keyOrToken.describe("施設シール: signs submissions, receipts and certificates"),
  object: keyOrToken.describe("decrypts what is addressed to us"),
  retired: z
    .array(keyOrToken)
    .max(8)
    .default([])
    .describe(
      "earlier decryption keys, while something encrypted for them may still come; they open and do nothing else",
    ),
  tls: key.describe("this node on the road between gateways, as server and as client"),
  signingService: z
    .strictObject({
      url: z
        .url({ protocol: /^https$/ })
        .describe("base of its CSC API 2.0, e.g. https://sign.example.jp/csc/v2"),
      ca: file.describe("authorities of its TLS certificate, PEM"),
      clientId: z.string().min(1).max(256).describe("as it knows this reading centre"),
      clientSecretFile: file.describe("secret to it, one line"),
    })
    .optional()
    .describe(
      "a service that holds readers' signing keys (HPKI second certificates), for those without a key file in persons; give it desk.origin and a slash as the address to return to (center)",
    ),
  persons: file
    .optional()
    .describe(
      "folder of the readers' signing keys and certificates, LOGIN.key.pem and LOGIN.chain.pem (center)",
    ),
  cardBridge: z
    .int()
    .min(1024)
    .max(65_535)
    .optional()
    .describe(
      "readers who have a chain in persons and no key there sign with a card at their own PC: port of `dokuei bridge` there (docs/card-bridge.md; center)",
    ),
})
