import assert from "node:assert/strict"
import { createCipheriv } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "mocha"
import { profileOptions } from "../../../gateway/actors/secure-node/profile.ts"
import { newKey } from "../../../gateway/commands/pki-authority.ts"
import {
  CBC_KEY_LENGTHS_BYTES,
  HASHES,
  HASHES_BY_URI,
  KEY_DERIVATIONS,
  SIGNATURES,
  SIGNATURES_BY_URI,
  isAccepted,
  nameOf,
} from "../../../gateway/standards/algorithms/permitted.ts"
import { lastYearOf } from "../../../gateway/standards/algorithms/strength.ts"
import { ALGORITHMS, type Algorithm } from "../../../gateway/standards/algorithms/table.ts"
import { envelopePrefix, envelopeSuffix } from "../../../gateway/standards/cms/auth-enveloped-data.ts"
import { type Der, TAG, childrenOf, readDer } from "../../../gateway/standards/cms/der.ts"
import { oidOf } from "../../../gateway/standards/cms/der-values.ts"
import { envelopedPrefix } from "../../../gateway/standards/cms/enveloped-data.ts"
import { OID } from "../../../gateway/standards/cms/oids.ts"
import { verifySignature } from "../../../gateway/standards/dsg/verify.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { writeTimeStampReq } from "../../../gateway/standards/tsp/request.ts"
import { TERM, name, root } from "../../peers/authorities.ts"
import { countedChance } from "../../peers/chance.ts"
import { CLAIMED, NOW, makeWorld, named, type World } from "../dsg/world.ts"

const GATEWAY = join(import.meta.dirname, "../../../gateway")
const ROWS = Object.entries<Algorithm>(ALGORITHMS)
/** Kinds of keys and parameters: what is done with them is named beside them. */
const KINDS: readonly string[] = [OID.rsaEncryption, OID.ecPublicKey, OID.pSpecified]

const isKnownOid = (oid: string): boolean => KINDS.includes(oid) || ROWS.some(([, row]) => row.oid === oid)
const plain = (name: string): string => name.toLowerCase().replaceAll(/[ -]/g, "")
const isKnownName = (found: string): boolean =>
  ROWS.some(([row, { node = row }]) => [row, node].some((each) => plain(each) === plain(found)))

/** What stands in quotes in our source, comments left out. */
function* literals(): Generator<{ readonly file: string; readonly text: string }> {
  for (const file of readdirSync(GATEWAY, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file === join("standards", "algorithms", "table.ts")) continue
    const source = readFileSync(join(GATEWAY, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
    for (const [, text = ""] of source.matchAll(/"([^"\n]*)"/g)) yield { file, text }
  }
}

/** Arcs under which algorithms are named: PKCS#1, PKCS#5, digests and ciphers of RSA, X9.62, OIW, SECG, NIST. */
const ALGORITHM_OID =
  /^(1\.2\.840\.113549\.(1\.1|1\.5|2|3)|1\.2\.840\.10045|1\.2\.840\.10040|1\.3\.14\.3\.2|1\.3\.132|1\.3\.101|1\.3\.133\.16\.840\.63|2\.16\.840\.1\.101\.3\.4)\.[\d.]+$/
const ALGORITHM_NAME =
  /^((id-)?(aes|des|aria|camellia|chacha)\d*-[\w-]+|sha-?\d+|md[45]|ripemd\d*|prime\d+v1|secp\d+r1|x25519|ed25519|x448|ed448|TLS_[A-Z0-9_]+|(ECDHE|DHE|RSA|AES\d+)-[A-Z0-9-]+)$/i
const ALGORITHM_URI =
  /^http:\/\/www\.w3\.org\/\d{4}\/\d\d\/[\w-]+#[\w-]*(rsa|dsa|sha\d|hmac|md5|aes|tripledes)[\w-]*$/i

describe("the table of algorithms", () => {
  it("has every algorithm that our source names", () => {
    const strangers: string[] = []
    let known = 0
    for (const { file, text } of literals())
      for (const each of ALGORITHM_OID.test(text) ? [text] : text.split(":").filter((part) => part !== "")) {
        const isNamed = ALGORITHM_NAME.test(each) || (each === text && ALGORITHM_OID.test(each))
        if (!isNamed) continue
        if (isKnownOid(each) || isKnownName(each)) known++
        else strangers.push(`${file}: ${each}`)
      }
    for (const { file, text } of literals())
      if (ALGORITHM_URI.test(text) && !ROWS.some(([, { uri }]) => uri === text))
        strangers.push(`${file}: ${text}`)
    assert.deepEqual(strangers, [])
    assert.ok(known > 50, `${known} names were found`)
  })

  it("makes nothing that CRYPTREC merely monitors, and accepts nothing that is broken", () => {
    for (const [row, { use, cryptrec, strengthBits, permit }] of ROWS) {
      if (use === "name") continue
      if (cryptrec === "monitored") assert.ok(permit === "legacy" || permit === "refuse", row)
      if (strengthBits < 112) assert.ok(!isAccepted(ALGORITHMS[row as keyof typeof ALGORITHMS]), row)
    }
    const monitored = ROWS.filter(([, { cryptrec }]) => cryptrec === "monitored").map(([row]) => row)
    for (const needed of ["SHA-1", "RSAES-PKCS1-v1_5", "Triple DES, CBC"])
      assert.ok(monitored.includes(needed))
  })

  it("gives each reader exactly its rows", () => {
    assert.deepEqual(Object.values(HASHES), ["sha256", "sha384", "sha512"])
    assert.deepEqual(Object.values(HASHES_BY_URI), ["sha256", "sha384", "sha512", "sha1"])
    assert.deepEqual(
      Object.keys(SIGNATURES).map(nameOf),
      ["RSASSA-PKCS1-v1_5", "ECDSA"].flatMap((kind) => [256, 384, 512].map((bits) => `${kind}, SHA-${bits}`)),
    )
    assert.equal(Object.keys(SIGNATURES_BY_URI).length, 11)
    assert.deepEqual(Object.values(KEY_DERIVATIONS), ["sha256", "sha384"])
    assert.deepEqual(Object.values(CBC_KEY_LENGTHS_BYTES), [32, 24, 16])
    assert.equal(nameOf("1.2.3"), "1.2.3")
  })

  it("says how long a strength lasts, as LS-0003 does", () => {
    assert.deepEqual([80, 112, 128, 192, 256].map(lastYearOf), [0, 2030, 2050, null, null])
  })

  it("has every suite and group of every TLS profile", () => {
    for (const profile of ["1.3", "ihe-stx", "dicom-b13"] as const) {
      const { ciphers = "", ecdhCurve = "" } = profileOptions(profile)
      for (const each of [...ciphers.split(":"), ...ecdhCurve.split(":")])
        assert.ok(
          ROWS.some(([row, { node, permit }]) => permit === "create" && (row === each || node === each)),
          each,
        )
    }
  })
})

describe("what is made", () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.bench.remove())

  const mayBeMade = (oid: string): boolean =>
    KINDS.includes(oid) || ROWS.some(([, row]) => row.oid === oid && row.permit === "create")

  function oidsIn(value: Der): string[] {
    if (value.tag === TAG.oid) return [oidOf(value)]
    return (value.tag & 0x20) === 0 ? [] : childrenOf(value).flatMap(oidsIn)
  }

  it("is named in the table as something that may be made: CMS, DEN, time-stamp request, certificates", async () => {
    const messages: Uint8Array[] = [writeTimeStampReq(new Uint8Array(32), Uint8Array.of(1))]
    for (const kind of ["rsa-2048", "p-256", "p-384"] as const) {
      const holder = (await root(kind, kind)).certify(
        await newKey("p-256"),
        name("Holder"),
        TERM,
        issue.keyUsage("keyAgreement"),
      )
      messages.push(holder.chain[0]!)
    }
    const recipients = messages.slice(1, 2)
    const cek = new Uint8Array(32)
    const common = { cek, recipients, chance: countedChance("made") }
    const cipher = createCipheriv("aes-256-gcm", cek, new Uint8Array(12))
    cipher.final()
    messages.push(
      Buffer.concat([
        envelopePrefix({ ...common, nonce: new Uint8Array(12), ciphertextLengthBytes: 0 }),
        envelopeSuffix(cipher.getAuthTag()),
      ]),
      Buffer.concat([
        envelopedPrefix({ ...common, iv: new Uint8Array(16), clearLengthBytes: 0 }),
        new Uint8Array(16),
      ]),
    )
    const found = new Set(messages.flatMap((message) => oidsIn(readDer(message))))
    const algorithms = [...found].filter((oid) => ALGORITHM_OID.test(oid))
    assert.deepEqual(algorithms.filter((oid) => !mayBeMade(oid)).map(nameOf), [])
    assert.ok(algorithms.length >= 8, String(algorithms))
  })

  it("is so in a DSG document too, by either kind of key", () => {
    for (const holder of [world.card, world.seal])
      for (const [, uri = ""] of Buffer.from(world.sign(holder))
        .toString()
        .matchAll(/Algorithm="([^"]+)"/g)) {
        if (uri.includes("c14n")) continue
        assert.ok(
          ROWS.some(([, row]) => row.uri === uri && row.permit === "create"),
          uri,
        )
      }
  })

  it("was made long ago with what is monitored now: judged by the test `algorithms`, and never valid", () => {
    for (const { uri } of [ALGORITHMS["RSASSA-PKCS1-v1_5, SHA-1"], ALGORITHMS["ECDSA, SHA-1"]]) {
      const old = Buffer.from(world.sign(world.card))
        .toString()
        .replace(ALGORITHMS["RSASSA-PKCS1-v1_5, SHA-256"].uri, uri)
      const verification = verifySignature(Buffer.from(old), CLAIMED, world.hpkiTrust, NOW)
      assert.ok(named(verification, "unknown").includes("algorithms"))
      assert.notEqual(verification.verdict.outcome, "valid")
    }
  })
})
