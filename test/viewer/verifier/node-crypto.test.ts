import assert from "node:assert/strict"
import * as node from "node:crypto"
import * as here from "../../../viewer/verifier/node-crypto.ts"

const SIGNED = Buffer.from("what was signed")
const HASHES = ["sha256", "sha384", "sha512"] as const

interface Kind {
  readonly name: string
  readonly pair: node.KeyPairKeyObjectResult
  /** As the standards ask. */
  readonly options: readonly {
    readonly padding?: number
    readonly dsaEncoding?: "der" | "ieee-p1363"
    readonly saltLength?: number
  }[]
}
const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = node.constants
const rsa = (modulusLength: number): Kind => ({
  name: `RSA-${modulusLength}`,
  pair: node.generateKeyPairSync("rsa", { modulusLength }),
  options: [
    { padding: RSA_PKCS1_PADDING },
    ...[0, 20, 32].map((saltLength) => ({ padding: RSA_PKCS1_PSS_PADDING, saltLength })),
  ],
})
const ec = (namedCurve: string): Kind => ({
  name: namedCurve,
  pair: node.generateKeyPairSync("ec", { namedCurve }),
  options: [{ dsaEncoding: "der" }, { dsaEncoding: "ieee-p1363" }],
})

describe("crypto of the verifier page", function () {
  this.timeout(60_000)

  it("hashes as Node does", () => {
    for (const name of ["sha1", ...HASHES])
      for (const parts of [[], ["a"], ["読", "影".repeat(1000)]]) {
        const [ours, theirs] = [here.createHash(name), node.createHash(name)]
        for (const part of parts) {
          ours.update(part)
          theirs.update(part)
        }
        assert.equal(ours.digest("hex"), theirs.digest("hex"))
      }
  })

  // 2,049 bits: where octets and bits of a modulus part company.
  for (const kind of [rsa(2048), rsa(2049), ec("P-256"), ec("P-384"), ec("P-521")])
    it(`checks as Node does, and no bit that is another: ${kind.name}`, () => {
      const { privateKey, publicKey } = kind.pair
      const spki = publicKey.export({ format: "der", type: "spki" })
      const key = here.createPublicKey({ key: spki })
      const { asymmetricKeyType, asymmetricKeyDetails = {} } = publicKey
      assert.equal(key.asymmetricKeyType, asymmetricKeyType)
      const { modulusLength, publicExponent, namedCurve } = asymmetricKeyDetails
      assert.deepEqual(
        [
          key.asymmetricKeyDetails.modulusLength,
          key.asymmetricKeyDetails.publicExponent,
          key.asymmetricKeyDetails.namedCurve,
        ],
        [modulusLength, publicExponent, namedCurve],
      )
      for (const hash of HASHES)
        for (const { saltLength, ...options } of kind.options) {
          const signature = node.sign(hash, SIGNED, {
            key: privateKey,
            ...options,
            ...(saltLength === undefined ? {} : { saltLength }),
          })
          const checks = (value: Uint8Array, data = SIGNED): boolean => {
            const ours = here.verify(hash, data, { key, ...options }, value)
            assert.equal(ours, node.verify(hash, data, { key: publicKey, ...options }, value))
            return ours
          }
          assert.equal(checks(signature), true, `${hash} ${JSON.stringify(options)} ${saltLength ?? ""}`)
          assert.equal(checks(signature, Buffer.from("another")), false)
          for (const length of [0, 1, signature.length - 1]) checks(signature.subarray(0, length))
          checks(Buffer.concat([signature, Buffer.alloc(1)]))
          checks(Buffer.concat([Buffer.alloc(1), signature]))
          for (let at = 0; at < signature.length; at += 37) {
            const bent = Buffer.from(signature)
            bent.writeUInt8(bent[at]! ^ 0x10, at)
            checks(bent)
          }
        }
    })

  it("reads no key that Node does not", () => {
    const ed = node.generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" })
    assert.throws(() => here.createPublicKey({ key: ed }))
    const { publicKey } = node.generateKeyPairSync("ec", { namedCurve: "P-256" })
    const spki = publicKey.export({ format: "der", type: "spki" })
    spki.writeUInt8(spki.at(-1)! ^ 1, spki.length - 1)
    assert.throws(() => here.createPublicKey({ key: spki }), "no point of the curve")
  })
})
