/** Certificates that must be refused, each for its own reason; where the question is the same, openssl is asked as well. */
import assert from "node:assert/strict"
import { generateKeyPairSync, sign } from "node:crypto"
import { after, before, describe, it } from "mocha"
import { type Key, days, newKey, pem } from "../../../gateway/commands/pki-authority.ts"
import * as w from "../../../gateway/standards/cms/der-write.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { EXTENSION } from "../../../gateway/standards/hpki/extensions.ts"
import { writeHcRole } from "../../../gateway/standards/hpki/hc-role.ts"
import * as issue from "../../../gateway/standards/hpki/issue.ts"
import { validatePath } from "../../../gateway/standards/hpki/path.ts"
import { checkHpkiProfile, productionPolicy, testPolicy } from "../../../gateway/standards/hpki/profile.ts"
import { Malformed } from "../../../gateway/standards/malformed.ts"
import { NOW, TERM } from "../../peers/authorities.ts"
import { Bench } from "../../peers/openssl.ts"

const SHA256_ECDSA = w.sequence(w.oid("1.2.840.10045.4.3.2"))
const POLICY = productionPolicy("signature")
const PAST = { notBefore: days(NOW, -90), notAfter: days(NOW, -1) }
const FUTURE = { notBefore: days(NOW, 1), notAfter: days(NOW, 90) }
const cn = (text: string) => issue.writeName(["C", "JP"], ["CN", text])

interface Made {
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  /** The certificate's own key, and the one it is signed with. */
  readonly key: Key
  readonly by: Key
  readonly term: typeof TERM
  readonly extensions: readonly Uint8Array[]
  readonly hash: string
  readonly algorithm: Uint8Array
}

function make({ subject, issuer, key, by, term, extensions, hash, algorithm }: Made): Uint8Array {
  const serial = Uint8Array.of(0x40, ++serials >> 8, serials & 0xff)
  const input = { serial, subject, spki: key.spki, ...term, extensions }
  const signer = {
    subject: issuer,
    spki: by.spki,
    algorithm,
    sign: (tbs: Uint8Array) => sign(hash, tbs, by.privateKey),
  }
  return issue.issueCertificate(input, signer)
}
let serials = 0

const CA_USAGE = issue.keyUsage("keyCertSign", "cRLSign")
const isCa = (pathLength?: number) =>
  issue.extension(
    EXTENSION.basicConstraints,
    true,
    w.sequence(w.boolean(true), ...(pathLength === undefined ? [] : [w.integer(pathLength)])),
  )
const authority = (...more: Uint8Array[]) => [isCa(), CA_USAGE, issue.certificatePolicy(POLICY), ...more]
const role = (text: string) => issue.extension(EXTENSION.subjectDirectoryAttributes, false, writeHcRole(text))
const signs = issue.keyUsage("nonRepudiation")
const doctor = role("Medical Doctor")
const card = (...more: Uint8Array[]) => [signs, doctor, issue.certificatePolicy(POLICY), ...more]
const foreign = issue.extension("1.2.3.4", true, w.NULL)
const nameConstraints = (critical: boolean) =>
  issue.extension(
    EXTENSION.nameConstraints,
    critical,
    w.sequence(w.context(0, w.sequence(w.context(4, cn("Elsewhere"))))),
  )
const policies = (...ids: string[]) =>
  issue.extension(EXTENSION.certificatePolicies, true, w.sequence(...ids.map((id) => w.sequence(w.oid(id)))))
const weak = (modulusLength: number, publicExponent = 65_537): Key =>
  keyOf(generateKeyPairSync("rsa", { modulusLength, publicExponent }))
const keyOf = ({ privateKey, publicKey }: ReturnType<typeof generateKeyPairSync>): Key => ({
  privateKey: privateKey,
  spki: publicKey.export({ format: "der", type: "spki" }),
})

describe("a certificate is refused", () => {
  const bench = new Bench()
  let rootKey: Key
  let caKey: Key
  let leafKey: Key
  let otherKey: Key
  before(async () => {
    ;[rootKey, caKey, leafKey, otherKey] = (await Promise.all([1, 2, 3, 4].map(() => newKey("p-256")))) as [
      Key,
      Key,
      Key,
      Key,
    ]
  })
  after(() => bench.remove())

  const root = (changes: Partial<Made> = {}) =>
    make({
      ...common(),
      subject: cn("Root"),
      issuer: cn("Root"),
      key: rootKey,
      by: rootKey,
      extensions: [isCa(), CA_USAGE],
      ...changes,
    })
  const ca = (changes: Partial<Made> = {}) =>
    make({
      ...common(),
      subject: cn("CA"),
      issuer: cn("Root"),
      key: caKey,
      by: rootKey,
      extensions: authority(),
      ...changes,
    })
  const leaf = (changes: Partial<Made> = {}) =>
    make({
      ...common(),
      subject: cn("Person"),
      issuer: cn("CA"),
      key: leafKey,
      by: caKey,
      extensions: card(),
      ...changes,
    })
  const common = () => ({ term: TERM, hash: "sha256", algorithm: SHA256_ECDSA })
  const crl = (issuer: Uint8Array, key: Key) =>
    issue.issueCrl(
      { thisUpdate: days(NOW, -1), nextUpdate: days(NOW, 3), number: 1, revoked: [] },
      {
        subject: issuer,
        spki: key.spki,
        algorithm: SHA256_ECDSA,
        sign: (tbs) => sign("sha256", tbs, key.privateKey),
      },
    )

  interface Shown {
    readonly leaf: Uint8Array
    readonly helpers?: readonly Uint8Array[]
    readonly anchor?: Uint8Array
  }

  /** `name: detail` of everything that failed. */
  function refusals({ leaf: shown, helpers = [ca()], anchor = root() }: Shown): string[] {
    try {
      const [first, ...others] = [shown, ...helpers].map(readCertificate)
      const lists = [crl(cn("Root"), rootKey), crl(cn("CA"), caKey)].map(readCrl)
      const path = validatePath(first!, others, [readCertificate(anchor)], NOW, lists, {
        now: NOW,
        newerCrl: "preferred",
      })
      const rules = { use: "signature", allowTestPolicies: false, roles: ["Medical Doctor"] } as const
      const tests = [...path.tests, ...(path.chain.length > 1 ? checkHpkiProfile(path.chain, rules) : [])]
      return tests.filter(({ outcome }) => outcome === "fail").map(({ name, detail }) => `${name}: ${detail}`)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      return [`structure: ${error.code}: ${error.message}`]
    }
  }

  function opensslAccepts({ leaf: shown, helpers = [ca()], anchor = root() }: Shown): boolean {
    bench.write("anchor.pem", pem("CERTIFICATE", anchor))
    bench.write("helpers.pem", helpers.map((each) => pem("CERTIFICATE", each)).join(""))
    bench.write("leaf.pem", pem("CERTIFICATE", shown))
    const at = String(Math.floor(NOW.getTime() / 1000))
    return (
      bench.openssl("verify", "-attime", at, "-CAfile", "anchor.pem", "-untrusted", "helpers.pem", "leaf.pem")
        .status === 0
    )
  }

  it("not at all when nothing is wrong with it, and openssl says the same", () => {
    assert.deepEqual(refusals({ leaf: leaf() }), [])
    assert(opensslAccepts({ leaf: leaf() }))
  })

  it("not for an authority's certificate for a new key of its own, which is no step of the path", () => {
    const anchor = root({ extensions: [isCa(0), CA_USAGE, issue.subjectKeyIdentifier(rootKey.spki)] })
    const rolled = make({
      ...common(),
      subject: cn("Root"),
      issuer: cn("Root"),
      key: otherKey,
      by: rootKey,
      extensions: authority(
        issue.subjectKeyIdentifier(otherKey.spki),
        issue.authorityKeyIdentifier(rootKey.spki),
      ),
    })
    const extensions = card(issue.authorityKeyIdentifier(otherKey.spki))
    const shown = { leaf: leaf({ issuer: cn("Root"), by: otherKey, extensions }), helpers: [rolled], anchor }
    assert.deepEqual(refusals(shown), [])
    assert(opensslAccepts(shown))
  })

  interface Case {
    readonly why: string
    readonly shown: () => Shown
    /** The one reason. */
    readonly reason: RegExp
    /** What openssl says to the same; left out where it is asked nothing like it (policies, roles, usages). */
    readonly openssl?: "refuses" | "accepts"
  }

  const flipped = (certificate: Uint8Array, at: number): Uint8Array => {
    const changed = Buffer.from(certificate)
    changed[at < 0 ? changed.length + at : at]! ^= 1
    return changed
  }
  const level = (place: number, by: number, keys: Key) =>
    make({
      ...common(),
      subject: cn(`CA ${place}`),
      issuer: by === 0 ? cn("Root") : cn(`CA ${by}`),
      key: keys,
      by: by === 0 ? rootKey : keys,
      extensions: authority(),
    })

  const CASES: readonly Case[] = [
    {
      why: "that has expired",
      shown: () => ({ leaf: leaf({ term: PAST }) }),
      reason: /^validity: .*Person/,
      openssl: "refuses",
    },
    {
      why: "that is not valid yet",
      shown: () => ({ leaf: leaf({ term: FUTURE }) }),
      reason: /^validity: .*Person/,
      openssl: "refuses",
    },
    {
      why: "whose authority has expired",
      shown: () => ({ leaf: leaf(), helpers: [ca({ term: PAST })] }),
      reason: /^validity: .*CA/,
      openssl: "refuses",
    },
    {
      why: "whose authority is not valid yet",
      shown: () => ({ leaf: leaf(), helpers: [ca({ term: FUTURE })] }),
      reason: /^validity: .*CA/,
      openssl: "refuses",
    },
    {
      why: "whose anchor has expired",
      shown: () => ({ leaf: leaf(), anchor: root({ term: PAST }) }),
      reason: /^validity: .*Root/,
      openssl: "refuses",
    },
    {
      why: "under one without basicConstraints",
      shown: () => ({
        leaf: leaf(),
        helpers: [ca({ extensions: [CA_USAGE, issue.certificatePolicy(POLICY)] })],
      }),
      reason: /^basic-constraints: .*no authority/,
      openssl: "refuses",
    },
    {
      why: "under one with cA FALSE",
      shown: () => ({
        leaf: leaf(),
        helpers: [
          ca({
            extensions: [
              issue.extension(EXTENSION.basicConstraints, true, w.sequence()),
              CA_USAGE,
              issue.certificatePolicy(POLICY),
            ],
          }),
        ],
      }),
      reason: /^basic-constraints: .*no authority/,
      openssl: "refuses",
    },
    {
      why: "under a person",
      shown: () => ({
        leaf: leaf({ issuer: cn("Person"), by: leafKey, subject: cn("Forged"), key: otherKey }),
        helpers: [leaf(), ca()],
      }),
      reason: /^basic-constraints: .*Person is no authority/,
      openssl: "refuses",
    },
    {
      why: "below an authority whose path length is used up",
      shown: () => ({
        leaf: leaf({ issuer: cn("CA 2"), by: otherKey }),
        helpers: [
          ca({ extensions: [isCa(0), CA_USAGE, issue.certificatePolicy(POLICY)] }),
          make({
            ...common(),
            subject: cn("CA 2"),
            issuer: cn("CA"),
            key: otherKey,
            by: caKey,
            extensions: authority(),
          }),
        ],
      }),
      reason: /^basic-constraints: .*allows 0/,
      openssl: "refuses",
    },
    {
      why: "below an anchor whose path length is used up",
      shown: () => ({ leaf: leaf(), anchor: root({ extensions: [isCa(0), CA_USAGE] }) }),
      reason: /^basic-constraints: .*Root allows 0/,
      openssl: "refuses",
    },
    {
      why: "under one that may not sign certificates",
      shown: () => ({
        leaf: leaf(),
        helpers: [
          ca({
            extensions: [
              isCa(),
              issue.keyUsage("digitalSignature", "cRLSign"),
              issue.certificatePolicy(POLICY),
            ],
          }),
        ],
      }),
      reason: /^basic-constraints: .*may not sign certificates/,
      openssl: "refuses",
    },
    {
      why: "with a critical extension nobody knows",
      shown: () => ({ leaf: leaf({ extensions: card(foreign) }) }),
      reason: /^critical-extensions: .*Person.*1\.2\.3\.4/,
      openssl: "refuses",
    },
    {
      why: "whose authority has a critical extension nobody knows",
      shown: () => ({ leaf: leaf(), helpers: [ca({ extensions: authority(foreign) })] }),
      reason: /^critical-extensions: .*CA/,
      openssl: "refuses",
    },
    {
      why: "under name constraints",
      shown: () => ({ leaf: leaf(), helpers: [ca({ extensions: authority(nameConstraints(true)) })] }),
      reason: /^critical-extensions: .*2\.5\.29\.30/,
      openssl: "refuses",
    },
    {
      why: "under name constraints that forgot to be critical",
      shown: () => ({ leaf: leaf(), helpers: [ca({ extensions: authority(nameConstraints(false)) })] }),
      reason: /^critical-extensions: .*2\.5\.29\.30/,
      openssl: "refuses",
    },
    {
      why: "under policy constraints",
      shown: () => ({
        leaf: leaf(),
        helpers: [
          ca({
            extensions: authority(
              issue.extension("2.5.29.36", true, w.sequence(w.contextPrimitive(0, Uint8Array.of(0)))),
            ),
          }),
        ],
      }),
      reason: /^critical-extensions: .*2\.5\.29\.36/,
    },
    {
      why: "whose issuer is nobody at hand",
      shown: () => ({ leaf: leaf({ issuer: cn("Another CA") }) }),
      reason: /^path: .*nobody called .*Another CA/,
      openssl: "refuses",
    },
    {
      why: "whose issuer only looks like the authority (Cyrillic)",
      shown: () => ({ leaf: leaf({ issuer: cn("СА") }) }),
      reason: /^path: .*nobody called/,
      openssl: "refuses",
    },
    {
      why: "whose issuer's name ends in a blank",
      shown: () => ({ leaf: leaf({ issuer: cn("CA ") }) }),
      reason: /^path: .*nobody called/,
      openssl: "accepts",
    },
    {
      why: "whose issuer's name has the same attributes in another order",
      shown: () => ({ leaf: leaf({ issuer: issue.writeName(["CN", "CA"], ["C", "JP"]) }) }),
      reason: /^path: .*nobody called/,
      openssl: "refuses",
    },
    {
      why: "that names another key of its authority",
      shown: () => ({
        leaf: leaf({ extensions: card(issue.authorityKeyIdentifier(otherKey.spki)) }),
        helpers: [ca({ extensions: authority(issue.subjectKeyIdentifier(caKey.spki)) })],
      }),
      reason: /^path: .*another key/,
      openssl: "refuses",
    },
    {
      why: "signed by somebody who took the authority's name",
      shown: () => ({ leaf: leaf({ by: otherKey }) }),
      reason: /^path: .*does not check/,
      openssl: "refuses",
    },
    {
      why: "one bit of which was changed",
      shown: () => ({ leaf: flipped(leaf(), 60) }),
      reason: /^(path|structure): /,
      openssl: "refuses",
    },
    {
      why: "one bit of whose signature was changed",
      shown: () => ({ leaf: flipped(leaf(), -3) }),
      reason: /^path: .*does not check/,
      openssl: "refuses",
    },
    {
      why: "that leads to a root of its own making",
      shown: () => ({
        leaf: leaf({ issuer: cn("Mine"), by: otherKey }),
        helpers: [
          make({
            ...common(),
            subject: cn("Mine"),
            issuer: cn("Mine"),
            key: otherKey,
            by: otherKey,
            extensions: authority(),
          }),
        ],
      }),
      reason: /^path: /,
      openssl: "refuses",
    },
    {
      why: "that leads to another root of the same name",
      shown: () => ({ leaf: leaf(), anchor: root({ key: otherKey, by: otherKey }) }),
      reason: /^path: .*CA: .*does not check/,
      openssl: "refuses",
    },
    {
      why: "signed by itself",
      shown: () => ({ leaf: leaf({ issuer: cn("Person"), by: leafKey }) }),
      reason: /^path: /,
      openssl: "refuses",
    },
    {
      why: "of two authorities that certify each other",
      shown: () => ({
        leaf: leaf({ issuer: cn("A"), by: otherKey }),
        helpers: [
          ["A", "B"],
          ["B", "A"],
        ].map(([subject, issuer]) =>
          make({
            ...common(),
            subject: cn(subject!),
            issuer: cn(issuer!),
            key: otherKey,
            by: otherKey,
            extensions: authority(),
          }),
        ),
      }),
      reason: /^path: /,
      openssl: "refuses",
    },
    {
      why: "at the end of a longer path than anybody builds",
      shown: () => ({
        leaf: leaf({ issuer: cn("CA 7"), by: otherKey }),
        helpers: [1, 2, 3, 4, 5, 6, 7].map((place) => level(place, place - 1, otherKey)),
      }),
      reason: /^path: /,
      openssl: "accepts",
    },
    {
      why: "with an RSA key of 1024 bits",
      shown: () => ({ leaf: leaf({ key: weak(1024) }) }),
      reason: /^key-strength: .*Person/,
    },
    {
      why: "with the RSA exponent 3",
      shown: () => ({ leaf: leaf({ key: weak(2048, 3) }) }),
      reason: /^key-strength: .*Person/,
    },
    {
      why: "with a key on secp256k1",
      shown: () => ({ leaf: leaf({ key: keyOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" })) }) }),
      reason: /^key-strength: .*Person/,
    },
    {
      why: "with an Ed25519 key",
      shown: () => ({ leaf: leaf({ key: keyOf(generateKeyPairSync("ed25519")) }) }),
      reason: /^key-strength: .*Person/,
    },
    {
      why: "whose authority has an RSA key of 1024 bits",
      shown: () => {
        const key = weak(1024)
        return {
          leaf: leaf({ by: key, algorithm: w.sequence(w.oid("1.2.840.113549.1.1.11"), w.NULL) }),
          helpers: [ca({ key })],
        }
      },
      reason: /^path: .*key of .*CA is too weak/,
    },
    {
      why: "signed with SHA-1",
      shown: () => ({ leaf: leaf({ hash: "sha1", algorithm: w.sequence(w.oid("1.2.840.10045.4.1")) }) }),
      reason: /^path: .*Person: signed with 1\.2\.840\.10045\.4\.1/,
    },
    {
      why: "whose authority's certificate is signed with SHA-1",
      shown: () => ({
        leaf: leaf(),
        helpers: [ca({ hash: "sha1", algorithm: w.sequence(w.oid("1.2.840.10045.4.1")) })],
      }),
      reason: /^path: .*CA: signed with 1\.2\.840\.10045\.4\.1/,
    },
    {
      why: "signed with MD5",
      shown: () => {
        const key = weak(2048)
        return {
          leaf: leaf({ by: key, hash: "md5", algorithm: w.sequence(w.oid("1.2.840.113549.1.1.4"), w.NULL) }),
          helpers: [ca({ key })],
        }
      },
      reason: /^path: .*signed with 1\.2\.840\.113549\.1\.1\.4/,
    },
    {
      why: "in which an extension stands twice",
      shown: () => ({ leaf: leaf({ extensions: card(doctor) }) }),
      reason: /^structure: CERTIFICATE: .*twice/,
    },
    {
      why: "that names two algorithms for its signature",
      shown: () => {
        const made = Buffer.from(leaf())
        const oid = w.oid("1.2.840.10045.4.3.2")
        made[made.lastIndexOf(Buffer.from(oid)) + oid.length - 1] = 3
        return { leaf: made }
      },
      reason: /^structure: CERTIFICATE: .*two signature algorithms/,
      openssl: "refuses",
    },
    {
      why: "with octets behind it",
      shown: () => ({ leaf: Buffer.concat([leaf(), Uint8Array.of(0)]) }),
      reason: /^structure: DER: /,
    },
    {
      why: "longer than any certificate",
      shown: () => ({
        leaf: leaf({
          extensions: card(issue.extension("1.2.3.5", false, w.octetString(new Uint8Array(1 << 14)))),
        }),
      }),
      reason: /^structure: CERTIFICATE: /,
    },
    {
      why: "without a policy",
      shown: () => ({ leaf: leaf({ extensions: [signs, doctor] }) }),
      reason: /^policy: none/,
    },
    {
      why: "of another policy",
      shown: () => ({ leaf: leaf({ extensions: [signs, doctor, policies("1.2.3")] }) }),
      reason: /^policy: 1\.2\.3 /,
    },
    {
      why: "of the policy for tests",
      shown: () => ({ leaf: leaf({ extensions: [signs, doctor, policies(testPolicy("signature"))] }) }),
      reason: /^policy: 1\.2\.392\.100495\.1\.5\.1\.1\.0\.1 /,
    },
    {
      why: "of two policies",
      shown: () => ({ leaf: leaf({ extensions: [signs, doctor, policies(POLICY, "1.2.3")] }) }),
      reason: /^policy: /,
    },
    {
      why: "of any policy",
      shown: () => ({ leaf: leaf({ extensions: [signs, doctor, policies("2.5.29.32.0")] }) }),
      reason: /^policy: 2\.5\.29\.32\.0/,
    },
    {
      why: "for persons to log in with",
      shown: () => ({
        leaf: leaf({ extensions: [signs, doctor, policies(productionPolicy("person-authentication"))] }),
      }),
      reason: /^policy: /,
    },
    {
      why: "under an authority of another usage",
      shown: () => ({
        leaf: leaf(),
        helpers: [
          ca({ extensions: [isCa(), CA_USAGE, policies(productionPolicy("person-authentication"))] }),
        ],
      }),
      reason: /^policy: .*CA asserts no policy/,
    },
    {
      why: "under an authority without a policy",
      shown: () => ({ leaf: leaf(), helpers: [ca({ extensions: [isCa(), CA_USAGE] })] }),
      reason: /^policy: .*CA asserts no policy/,
    },
    {
      why: "whose key also logs in",
      shown: () => ({
        leaf: leaf({
          extensions: [issue.keyUsage("digitalSignature", "nonRepudiation"), doctor, policies(POLICY)],
        }),
      }),
      reason: /^key-usage: /,
    },
    {
      why: "without a key usage",
      shown: () => ({ leaf: leaf({ extensions: [doctor, policies(POLICY)] }) }),
      reason: /^key-usage: none/,
    },
    {
      why: "of an authority, which signs no documents",
      shown: () => ({ leaf: leaf({ extensions: card(isCa()) }) }),
      reason: /^key-usage: .*authority/,
    },
    {
      why: "for TLS clients",
      shown: () => ({ leaf: leaf({ extensions: card(issue.extKeyUsage(false, "1.3.6.1.5.5.7.3.2")) }) }),
      reason: /^extended-key-usage: /,
    },
    {
      why: "of nobody in healthcare",
      shown: () => ({ leaf: leaf({ extensions: [signs, policies(POLICY)] }) }),
      reason: /^hc-role: none/,
    },
    {
      why: "of another profession",
      shown: () => ({ leaf: leaf({ extensions: [signs, role("Pharmacist"), policies(POLICY)] }) }),
      reason: /^hc-role: Pharmacist/,
    },
    {
      why: "whose role is spelled otherwise",
      shown: () => ({ leaf: leaf({ extensions: [signs, role("Medical doctor"), policies(POLICY)] }) }),
      reason: /^hc-role: Medical doctor/,
    },
  ]

  for (const { why, shown, reason, openssl } of CASES)
    it(why, () => {
      const made = shown()
      const [first = "nothing", ...others] = refusals(made)
      assert.match(first, reason)
      assert.deepEqual(others, [])
      if (openssl !== undefined) assert.equal(opensslAccepts(made), openssl === "accepts", "openssl")
    })
})
