/**
 * Every cryptographic algorithm this program makes, accepts, or refuses by name: the one place where that is decided.
 * Signatures, CMS, time stamps, XML and TLS take their lists from here (docs/algorithms.md prints it).
 *
 * Classes are CRYPTREC's list (LS-0001-2022); strengths, and how long they last, LS-0003 (strength.ts). What CRYPTREC merely
 * monitors is never made.
 */

export type Use =
  | "digest"
  | "name"
  | "signature"
  | "key"
  | "key transport"
  | "key agreement"
  | "key wrap"
  | "content cipher"
  | "key derivation"
  | "mac"
  | "TLS suite"
  | "TLS group"

/** 推奨, 推奨候補, 運用監視; `unlisted`: CRYPTREC's list has no such kind of algorithm. */
export type CryptrecClass = "recommended" | "candidate" | "monitored" | "unlisted"

/**
 * `create`: made and accepted. `accept`: accepted, never made. `legacy`: read, so that an old document is no riddle, and never
 * valid. `refuse`: known by name, refused.
 */
export type Permit = "create" | "accept" | "legacy" | "refuse"

export type HashName = "sha1" | "sha256" | "sha384" | "sha512"

export interface Algorithm {
  readonly use: Use
  readonly cryptrec: CryptrecClass
  /** Security strength, SP 800-57 part 1 §5.6.1; 0 = broken for this use. */
  readonly strengthBits: number
  readonly permit: Permit
  readonly clause: string
  /** Dotted decimal, as CMS and X.509 name it. */
  readonly oid?: string
  /** As XML Signature names it. */
  readonly uri?: string
  /** node:crypto's name. */
  readonly node?: string
  /** Of signatures, key derivations and OAEP: the hash inside. */
  readonly hash?: HashName
  /** Of signatures: whose key. */
  readonly key?: "rsa" | "ec"
  readonly pss?: boolean
  /** Of RSA keys: the shortest modulus. */
  readonly modulusBits?: number
  /** Of content ciphers. */
  readonly keyLengthBytes?: number
}

type Ids = Omit<Algorithm, "use" | "cryptrec" | "strengthBits" | "permit" | "clause">
const row =
  <const U extends Use>(use: U, cryptrec: CryptrecClass, clause: string) =>
  <const I extends Ids>(strengthBits: number, permit: Permit, ids: I) => ({
    use,
    cryptrec,
    strengthBits,
    permit,
    clause,
    ...ids,
  })

const DSIG = "http://www.w3.org/2000/09/xmldsig#"
const DSIG_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
const DSIG_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
const XMLENC = "http://www.w3.org/2001/04/xmlenc#"

const digest = row("digest", "recommended", "FIPS 180-4")
const pkcs1 = row("signature", "recommended", "RFC 8017 §8.2")
const pss = row("signature", "recommended", "RFC 8017 §8.1")
const ecdsa = row("signature", "recommended", "FIPS 186-5 §6")
const key = row("key", "recommended", "SP 800-57 part 1 §5.6.1")
const oaep = row("key transport", "recommended", "RFC 8017 §7.1")
const ecdh = row("key agreement", "recommended", "RFC 5753 §3.1")
const cbc = row("content cipher", "recommended", "RFC 3565")
const derivation = (clause: string) => row("key derivation", "unlisted", clause)
const suite13 = row("TLS suite", "recommended", "RFC 8446 §B.4")
const suite12 = row("TLS suite", "recommended", "RFC 5289 §3.2")
const dheSuite = row("TLS suite", "recommended", "RFC 5288 §3")
const chachaSuite = row("TLS suite", "recommended", "RFC 7905 §2")

const RSA_PSS = "1.2.840.113549.1.1.10"

export const ALGORITHMS = {
  "SHA-256": digest(128, "create", { oid: "2.16.840.1.101.3.4.2.1", uri: `${XMLENC}sha256`, node: "sha256" }),
  "SHA-384": digest(192, "accept", {
    oid: "2.16.840.1.101.3.4.2.2",
    uri: `${DSIG_MORE}sha384`,
    node: "sha384",
  }),
  "SHA-512": digest(256, "accept", { oid: "2.16.840.1.101.3.4.2.3", uri: `${XMLENC}sha512`, node: "sha512" }),
  "SHA-1": row("digest", "monitored", "SP 800-131A §9")(0, "legacy", {
    oid: "1.3.14.3.2.26",
    uri: `${DSIG}sha1`,
    node: "sha1",
  }),
  MD5: row("digest", "unlisted", "RFC 6151")(0, "refuse", { oid: "1.2.840.113549.2.5", node: "md5" }),
  /** XDS `hash`, subjectKeyIdentifier, UIDs made of names: what is known by it is not protected by it. */
  "SHA-1 as a name": row("name", "monitored", "ITI TF-3 4.2.3.2.10; RFC 5280 §4.2.1.2")(0, "create", {
    node: "sha1",
  }),

  "RSASSA-PKCS1-v1_5, SHA-256": pkcs1(112, "create", {
    oid: "1.2.840.113549.1.1.11",
    uri: `${DSIG_MORE}rsa-sha256`,
    key: "rsa",
    hash: "sha256",
  }),
  "RSASSA-PKCS1-v1_5, SHA-384": pkcs1(112, "accept", {
    oid: "1.2.840.113549.1.1.12",
    uri: `${DSIG_MORE}rsa-sha384`,
    key: "rsa",
    hash: "sha384",
  }),
  "RSASSA-PKCS1-v1_5, SHA-512": pkcs1(112, "accept", {
    oid: "1.2.840.113549.1.1.13",
    uri: `${DSIG_MORE}rsa-sha512`,
    key: "rsa",
    hash: "sha512",
  }),
  "RSASSA-PSS, SHA-256": pss(112, "accept", {
    oid: RSA_PSS,
    uri: `${DSIG_2007}sha256-rsa-MGF1`,
    key: "rsa",
    hash: "sha256",
    pss: true,
  }),
  "RSASSA-PSS, SHA-384": pss(112, "accept", {
    oid: RSA_PSS,
    uri: `${DSIG_2007}sha384-rsa-MGF1`,
    key: "rsa",
    hash: "sha384",
    pss: true,
  }),
  "RSASSA-PSS, SHA-512": pss(112, "accept", {
    oid: RSA_PSS,
    uri: `${DSIG_2007}sha512-rsa-MGF1`,
    key: "rsa",
    hash: "sha512",
    pss: true,
  }),
  "ECDSA, SHA-256": ecdsa(128, "create", {
    oid: "1.2.840.10045.4.3.2",
    uri: `${DSIG_MORE}ecdsa-sha256`,
    key: "ec",
    hash: "sha256",
  }),
  "ECDSA, SHA-384": ecdsa(192, "create", {
    oid: "1.2.840.10045.4.3.3",
    uri: `${DSIG_MORE}ecdsa-sha384`,
    key: "ec",
    hash: "sha384",
  }),
  "ECDSA, SHA-512": ecdsa(256, "accept", {
    oid: "1.2.840.10045.4.3.4",
    uri: `${DSIG_MORE}ecdsa-sha512`,
    key: "ec",
    hash: "sha512",
  }),
  "RSASSA-PKCS1-v1_5, SHA-1": row("signature", "monitored", "SP 800-131A §9")(0, "legacy", {
    oid: "1.2.840.113549.1.1.5",
    uri: `${DSIG}rsa-sha1`,
    key: "rsa",
    hash: "sha1",
  }),
  "ECDSA, SHA-1": row("signature", "monitored", "SP 800-131A §9")(0, "legacy", {
    oid: "1.2.840.10045.4.1",
    uri: `${DSIG_MORE}ecdsa-sha1`,
    key: "ec",
    hash: "sha1",
  }),
  "DSA, SHA-1": row("signature", "monitored", "FIPS 186-5 §1")(0, "refuse", {
    oid: "1.2.840.10040.4.3",
    uri: `${DSIG}dsa-sha1`,
  }),
  /** With it a public key would be a secret (XML Signature best practices §2.1). */
  "HMAC-SHA-256 as a signature": row("signature", "recommended", "RFC 9231 §2.2.2")(128, "refuse", {
    uri: `${DSIG_MORE}hmac-sha256`,
  }),

  "RSA 2048": key(112, "create", { node: "rsa", modulusBits: 2048 }),
  "RSA 3072": key(128, "create", { node: "rsa", modulusBits: 3072 }),
  "P-256": key(128, "create", { oid: "1.2.840.10045.3.1.7", node: "prime256v1" }),
  "P-384": key(192, "create", { oid: "1.3.132.0.34", node: "secp384r1" }),
  "P-521": key(256, "accept", { oid: "1.3.132.0.35", node: "secp521r1" }),
  /** Passkeys of devices that offer nothing else (COSE -8). */
  Ed25519: key(128, "accept", { oid: "1.3.101.112", node: "ed25519" }),

  "RSAES-OAEP, SHA-256": oaep(112, "create", { oid: "1.2.840.113549.1.1.7", hash: "sha256" }),
  "RSAES-OAEP, SHA-1": row("key transport", "monitored", "RFC 8017 §B.1")(0, "refuse", {
    oid: "1.2.840.113549.1.1.7",
    hash: "sha1",
  }),
  "RSAES-PKCS1-v1_5": row("key transport", "monitored", "RFC 8017 §7.2; RFC 3218")(0, "refuse", {
    oid: "1.2.840.113549.1.1.1",
  }),
  "ECDH, X9.63 KDF with SHA-256": ecdh(128, "create", { oid: "1.3.132.1.11.1", hash: "sha256" }),
  "ECDH, X9.63 KDF with SHA-384": ecdh(192, "create", { oid: "1.3.132.1.11.2", hash: "sha384" }),
  "ECDH, X9.63 KDF with SHA-1": row("key agreement", "monitored", "RFC 5753 §7.1.4")(0, "refuse", {
    oid: "1.3.133.16.840.63.0.2",
    hash: "sha1",
  }),
  "AES-256 key wrap": row("key wrap", "unlisted", "RFC 3394; SP 800-38F")(256, "create", {
    oid: "2.16.840.1.101.3.4.1.45",
    node: "id-aes256-wrap",
  }),
  "AES-128 key wrap": row("key wrap", "unlisted", "RFC 3394; SP 800-38F")(128, "refuse", {
    oid: "2.16.840.1.101.3.4.1.5",
  }),

  "AES-256-GCM": row("content cipher", "recommended", "RFC 5084; SP 800-38D")(256, "create", {
    oid: "2.16.840.1.101.3.4.1.46",
    node: "aes-256-gcm",
    keyLengthBytes: 32,
  }),
  /** One range of a sealed object, whose chunks have MACs of their own. */
  "AES-256-CTR": row("content cipher", "recommended", "SP 800-38A §6.5")(256, "create", {
    node: "aes-256-ctr",
  }),
  /** Guards nothing: only around a digest (IHE DEN), where it is agreed. */
  "AES-256-CBC": cbc(256, "create", {
    oid: "2.16.840.1.101.3.4.1.42",
    node: "aes-256-cbc",
    keyLengthBytes: 32,
  }),
  "AES-192-CBC": cbc(192, "accept", {
    oid: "2.16.840.1.101.3.4.1.22",
    node: "aes-192-cbc",
    keyLengthBytes: 24,
  }),
  "AES-128-CBC": cbc(128, "accept", {
    oid: "2.16.840.1.101.3.4.1.2",
    node: "aes-128-cbc",
    keyLengthBytes: 16,
  }),
  "Triple DES, CBC": row("content cipher", "monitored", "SP 800-131A §2")(0, "refuse", {
    oid: "1.2.840.113549.3.7",
  }),

  "HKDF, SHA-256": derivation("RFC 5869")(256, "create", { node: "hkdf" }),
  scrypt: derivation("RFC 7914")(128, "create", { node: "scrypt" }),
  PBKDF2: derivation("RFC 8018 §5.2")(128, "create", { oid: "1.2.840.113549.1.5.12" }),
  "MGF1, SHA-256": derivation("RFC 8017 §B.2.1")(128, "create", {
    oid: "1.2.840.113549.1.1.8",
    hash: "sha256",
  }),
  "HMAC, SHA-256": row("mac", "recommended", "FIPS 198-1")(256, "create", { node: "hmac" }),

  TLS_AES_256_GCM_SHA384: suite13(256, "create", {}),
  TLS_AES_128_GCM_SHA256: suite13(128, "create", {}),
  TLS_CHACHA20_POLY1305_SHA256: suite13(256, "create", {}),
  "ECDHE-ECDSA-AES256-GCM-SHA384": suite12(256, "create", {}),
  "ECDHE-RSA-AES256-GCM-SHA384": suite12(256, "create", {}),
  "ECDHE-ECDSA-AES128-GCM-SHA256": suite12(128, "create", {}),
  "ECDHE-RSA-AES128-GCM-SHA256": suite12(128, "create", {}),
  "DHE-RSA-AES256-GCM-SHA384": dheSuite(128, "create", {}),
  "DHE-RSA-AES128-GCM-SHA256": dheSuite(128, "create", {}),
  "ECDHE-ECDSA-CHACHA20-POLY1305": chachaSuite(256, "create", {}),
  "ECDHE-RSA-CHACHA20-POLY1305": chachaSuite(256, "create", {}),
  X25519: row("TLS group", "unlisted", "RFC 8446 §4.2.7")(128, "create", { node: "X25519" }),
  "secp256r1 in TLS": row("TLS group", "recommended", "RFC 8446 §4.2.7")(128, "create", { node: "P-256" }),
  "secp384r1 in TLS": row("TLS group", "recommended", "RFC 8446 §4.2.7")(192, "create", { node: "P-384" }),
  ffdhe3072: row("TLS group", "recommended", "RFC 7919 §A.2")(128, "create", {}),
} as const satisfies Readonly<Record<string, Algorithm>>

type Table = typeof ALGORITHMS
export type AlgorithmName = keyof Table
/** OpenSSL's names. */
export type TlsSuite = {
  [Name in AlgorithmName]: Table[Name]["use"] extends "TLS suite" ? Name : never
}[AlgorithmName]
