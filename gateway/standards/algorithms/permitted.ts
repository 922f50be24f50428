/** What the table permits, as those ask who read a message: by the identifier that stands in it. */
import { ALGORITHMS, type Algorithm, type HashName } from "./table.ts"

/** SHA-1 is not among them (CRYPTREC: monitored). */
export type AcceptedHash = Exclude<HashName, "sha1">

export interface SignatureScheme {
  readonly key: "rsa" | "ec"
  readonly hash: HashName
  readonly pss: boolean
}

const ROWS: readonly Algorithm[] = Object.values(ALGORITHMS)
export const isAccepted = ({ permit }: Algorithm): boolean => permit === "create" || permit === "accept"
const accepted = ROWS.filter(isAccepted)
/** With what is read and never valid. */
const readable = ROWS.filter((algorithm) => isAccepted(algorithm) || algorithm.permit === "legacy")

/** Identifier → value, of the rows that have both. */
function byId<T>(
  rows: readonly Algorithm[],
  id: (row: Algorithm) => string | undefined,
  value: (row: Algorithm) => T | undefined,
): Readonly<Record<string, T>> {
  const found = rows.map((row) => [id(row), value(row)] as const)
  return Object.fromEntries(
    found.flatMap(([key, each]) => (key === undefined || each === undefined ? [] : [[key, each]])),
  )
}

const hashOf = (row: Algorithm): AcceptedHash | undefined =>
  row.hash === "sha1" || row.hash === undefined ? undefined : row.hash

function digestOf({ use, node }: Algorithm): HashName | undefined {
  const isHash = node === "sha1" || node === "sha256" || node === "sha384" || node === "sha512"
  return use === "digest" && isHash ? node : undefined
}

function schemeOf({ use, key, hash, pss = false }: Algorithm): SignatureScheme | undefined {
  return use === "signature" && key !== undefined && hash !== undefined ? { key, hash, pss } : undefined
}

/** Digests by OID: node:crypto's name of each we accept. */
export const HASHES = byId(
  accepted,
  ({ oid }) => oid,
  (row) => {
    const hash = digestOf(row)
    return hash === "sha1" ? undefined : hash
  },
)

/** Digests by URI. SHA-1 is known, so that an old signature is `indeterminate` and not a riddle, never `valid`. */
export const HASHES_BY_URI = byId(readable, ({ uri }) => uri, digestOf)

/** Signatures by OID. RSASSA-PSS is not here: its hash stands in its parameters. */
export const SIGNATURES = byId(accepted, ({ oid, pss }) => (pss === true ? undefined : oid), schemeOf)

/** Signatures by URI, those over SHA-1 with them, for the same reason. */
export const SIGNATURES_BY_URI = byId(readable, ({ uri }) => uri, schemeOf)

/** Key agreements by OID: the hash of their key derivation. */
export const KEY_DERIVATIONS = byId(
  accepted.filter(({ use }) => use === "key agreement"),
  ({ oid }) => oid,
  hashOf,
)

/** Ciphers in CBC mode by OID: octets of their key. */
export const CBC_KEY_LENGTHS_BYTES = byId(
  accepted.filter(({ node }) => node?.endsWith("-cbc")),
  ({ oid }) => oid,
  ({ keyLengthBytes }) => keyLengthBytes,
)

const keys = accepted.filter(({ use }) => use === "key")

/** Curves of keys that sign or agree, by node:crypto's name; Edwards curves are for passkeys alone. */
export const CURVES: readonly string[] = keys.flatMap(({ node, modulusBits }) =>
  node === undefined || modulusBits !== undefined || node === "ed25519" ? [] : [node],
)
export const MIN_RSA_BITS = Math.min(
  ...keys.flatMap(({ modulusBits = Number.POSITIVE_INFINITY }) => modulusBits),
)

/** What an identifier is called in the table; the identifier itself when it is not there. */
export function nameOf(identifier: string): string {
  const found = Object.entries<Algorithm>(ALGORITHMS).find(
    ([, { oid, uri }]) => oid === identifier || uri === identifier,
  )
  return found === undefined ? identifier : found[0]
}
