/** Keys and certificate authorities: of the demo and the tests, and of a reading centre that certifies hospitals it invites. */
import { type KeyObject, createPublicKey, generateKeyPair, sign } from "node:crypto"
import { promisify } from "node:util"
import { NULL, oid, sequence } from "../standards/cms/der-write.ts"
import { OID } from "../standards/cms/oids.ts"
import { readCertificate } from "../standards/hpki/certificate.ts"
import * as issue from "../standards/hpki/issue.ts"

const generate = promisify(generateKeyPair)
const SERIAL_LENGTH_BYTES = 8
const DAY_MS = 86_400_000

export type KeyKind = "rsa-2048" | "p-256" | "p-384"

export interface Chance {
  bytes(length: number): Uint8Array
}

export interface Key {
  readonly privateKey: KeyObject
  readonly spki: Uint8Array
}

/** Something that has a certificate: its key and its chain, leaf first, without the root. */
export interface Holder {
  readonly key: Key
  readonly chain: readonly Uint8Array[]
}

export interface Term {
  readonly notBefore: Date
  readonly notAfter: Date
}

export const days = (from: Date, count: number): Date => new Date(from.getTime() + count * DAY_MS)

export async function newKey(kind: KeyKind): Promise<Key> {
  const pair =
    kind === "rsa-2048"
      ? await generate("rsa", { modulusLength: 2048 })
      : await generate("ec", { namedCurve: kind === "p-256" ? "P-256" : "P-384" })
  return { privateKey: pair.privateKey, spki: spkiOf(pair.publicKey) }
}

/** SubjectPublicKeyInfo DER; of a private key that of its public half. */
export const spkiOf = (key: KeyObject): Uint8Array =>
  (key.type === "private" ? createPublicKey(key) : key).export({ format: "der", type: "spki" })

/** PKCS#8 PEM; under a PIN AES-256-CBC with PBKDF2. */
export function keyPem(key: Key, pin?: string): string {
  const options = pin === undefined ? {} : { cipher: "aes-256-cbc", passphrase: pin }
  return String(key.privateKey.export({ format: "pem", type: "pkcs8", ...options }))
}

export const pem = (label: string, encoded: Uint8Array): string => {
  const lines =
    Buffer.from(encoded)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n")
}

/** A certificate authority: its key, its certificate, and what it issues. */
export class Authority {
  readonly certificate: Uint8Array
  readonly key: Key
  /** Certificates between this authority and the root, its own first; empty for a root. */
  readonly intermediates: readonly Uint8Array[]
  readonly #issuer: issue.Issuer
  readonly #chance: Chance

  private constructor(
    key: Key,
    subject: Uint8Array,
    certificate: Uint8Array,
    intermediates: readonly Uint8Array[],
    chance: Chance,
  ) {
    this.key = key
    this.certificate = certificate
    this.intermediates = intermediates
    this.#issuer = issuerOf(key, subject)
    this.#chance = chance
  }

  static root(key: Key, subject: Uint8Array, term: Term, chance: Chance): Authority {
    const issuer = issuerOf(key, subject)
    const input = {
      subject,
      spki: key.spki,
      ...term,
      serial: newSerial(chance),
      extensions: authorityExtensions(key),
    }
    return new Authority(key, subject, issue.issueCertificate(input, issuer), [], chance)
  }

  /** A root that was made before. */
  static opened(key: Key, certificate: Uint8Array, chance: Chance): Authority {
    return new Authority(key, readCertificate(certificate).subject.encoded, certificate, [], chance)
  }

  /** An authority under this one; `extra` extensions such as its policy. */
  subordinate(key: Key, subject: Uint8Array, term: Term, ...extra: readonly Uint8Array[]): Authority {
    const certificate = this.#certify(key, subject, term, [...authorityExtensions(key), ...extra])
    return new Authority(key, subject, certificate, [certificate, ...this.intermediates], this.#chance)
  }

  /** An end entity's certificate with exactly these extensions besides the key identifiers. */
  certify(key: Key, subject: Uint8Array, term: Term, ...extensions: readonly Uint8Array[]): Holder {
    return { key, chain: this.chainFor(key, subject, term, ...extensions) }
  }

  /** The same for a key whose private half is elsewhere: its chain, leaf first, without the root. */
  chainFor(
    key: Pick<Key, "spki">,
    subject: Uint8Array,
    term: Term,
    ...extensions: readonly Uint8Array[]
  ): readonly Uint8Array[] {
    const leaf = this.#certify(key, subject, term, [issue.subjectKeyIdentifier(key.spki), ...extensions])
    return [leaf, ...this.intermediates]
  }

  /** @param number higher in each later list (RFC 5280 5.2.3) */
  crl(thisUpdate: Date, nextUpdate: Date, revoked: issue.CrlInput["revoked"] = [], number = 1): Uint8Array {
    return issue.issueCrl({ thisUpdate, nextUpdate, number, revoked }, this.#issuer)
  }

  #certify(
    key: Pick<Key, "spki">,
    subject: Uint8Array,
    term: Term,
    extensions: readonly Uint8Array[],
  ): Uint8Array {
    const input = {
      subject,
      spki: key.spki,
      ...term,
      serial: newSerial(this.#chance),
      extensions: [
        issue.authorityKeyIdentifier(this.key.spki, readCertificate(this.certificate)),
        ...extensions,
      ],
    }
    return issue.issueCertificate(input, this.#issuer)
  }
}

const authorityExtensions = (key: Key) => [
  issue.subjectKeyIdentifier(key.spki),
  issue.certificateAuthority(),
  issue.keyUsage("keyCertSign", "cRLSign"),
]

/** 63 random bits and never zero. */
function newSerial(chance: Chance): Uint8Array {
  const serial = Uint8Array.from(chance.bytes(SERIAL_LENGTH_BYTES))
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial
}

export function issuerOf(key: Key, subject: Uint8Array): issue.Issuer {
  const rsa = key.privateKey.asymmetricKeyType === "rsa"
  const p384 = key.privateKey.asymmetricKeyDetails?.namedCurve === "secp384r1"
  const hash = p384 ? "sha384" : "sha256"
  return {
    subject,
    spki: key.spki,
    algorithm: rsa
      ? sequence(oid(OID.sha256WithRsa), NULL)
      : sequence(oid(p384 ? OID.ecdsaSha384 : OID.ecdsaSha256)),
    sign: (bytes) => sign(hash, bytes, key.privateKey),
  }
}
