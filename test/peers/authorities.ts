/** A small HPKI-shaped world: authorities and holders for tests, made in memory. */
import { constants, createPublicKey, diffieHellman, privateDecrypt, sign } from "node:crypto"
import { writeHcRole } from "../../gateway/standards/hpki/hc-role.ts"
import { EXTENSION } from "../../gateway/standards/hpki/extensions.ts"
import * as issue from "../../gateway/standards/hpki/issue.ts"
import { productionPolicy } from "../../gateway/standards/hpki/profile.ts"
import {
  Authority,
  type Holder,
  type Key,
  type Term,
  days,
  newKey,
} from "../../gateway/commands/pki-authority.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import { countedChance } from "./chance.ts"

export const NOW = new Date("2026-06-01T00:00:00Z")
export const TERM = { notBefore: days(NOW, -30), notAfter: days(NOW, 300) }
export const name = (cn: string) => issue.writeName(["C", "JP"], ["O", "Test"], ["CN", cn])

export async function root(
  kind: "rsa-2048" | "p-256" | "p-384",
  cn: string,
  term: Term = TERM,
): Promise<Authority> {
  return Authority.root(await newKey(kind), name(cn), term, countedChance(cn))
}

/** Root, signature CA under `policy`, and what one physician's card looks like. */
export async function hpkiWorld(caPolicy = productionPolicy("signature")) {
  const anchor = await root("rsa-2048", "Root")
  const authority = anchor.subordinate(
    await newKey("rsa-2048"),
    name("Sign CA"),
    TERM,
    issue.certificatePolicy(caPolicy),
  )
  const key = await newKey("rsa-2048")
  const card = (changes: Partial<CardFields> = {}): Holder =>
    authority.certify(key, name("Taro Test"), TERM, ...cardExtensions(changes))
  return { anchor, authority, key, card }
}

interface CardFields {
  readonly policy: string
  readonly role: string
  readonly usage: Uint8Array
  readonly extra: readonly Uint8Array[]
}

function cardExtensions(changes: Partial<CardFields>): Uint8Array[] {
  const japanese = issue.writeName(
    ["O", "医療情報大学病院"],
    ["CN", "神楽坂　三十四"],
    ["serialNumber", "T1"],
  )
  return [
    changes.usage ?? issue.keyUsage("nonRepudiation"),
    issue.alternativeNames(issue.directoryName(japanese)),
    issue.crlDistributionPoint("http://crl.example.org/sign.crl"),
    issue.extension(
      EXTENSION.subjectDirectoryAttributes,
      false,
      writeHcRole(changes.role ?? "Medical Doctor"),
    ),
    issue.certificatePolicy(changes.policy ?? productionPolicy("signature")),
    ...(changes.extra ?? []),
  ]
}

/** What a key store does with a private key. */
export function privateHalf({ privateKey }: Key) {
  return {
    agree(peerSpki: Uint8Array): Promise<Uint8Array> {
      try {
        const publicKey = createPublicKey({ key: Buffer.from(peerSpki), format: "der", type: "spki" })
        return Promise.resolve(diffieHellman({ privateKey, publicKey }))
      } catch (cause) {
        return Promise.reject(new Malformed("CEK_UNWRAP", "RFC 5753 §3.1", "no such point", { cause }))
      }
    },
    decryptOaep(ciphertext: Uint8Array): Promise<Uint8Array> {
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      return Promise.resolve(privateDecrypt({ key: privateKey, padding, oaepHash: "sha256" }, ciphertext))
    },
    sign: (bytes: Uint8Array): Uint8Array =>
      sign("sha256", bytes, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  }
}
