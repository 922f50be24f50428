import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { pkiDemo } from "../../gateway/commands/pki.ts"
import { checkConfig, loadConfig } from "../../gateway/config/load.ts"
import type { Config } from "../../gateway/config/schema.ts"
import { ConfigError } from "../../gateway/journey/errors.ts"

const DEPLOY = join(import.meta.dirname, "../../deploy")
type Role = "edge" | "center"
/** YAML as it comes, to be taken apart. */
type Raw = ReturnType<typeof parse>

const GE_PRIVATE = { uid: "1.2.840.113619.5.2", name: "GE private", encoding: "implicit-little" }

const webOf = (senders: readonly object[]) => ({ port: 8042, senders })
const TOKEN_SENDER = { aeTitle: "WEB1", tokenFile: "ris.token" }

const MAIL = {
  server: { host: "mail.example.jp", ca: "trust/tls-ca.pem" },
  from: "dokuei@example.jp",
  notices: [{ name: "radiology", to: "radiology@example.jp", about: "report" }],
}

const DIRECTORY = {
  url: "ldaps://ldap.example.jp",
  ca: "trust/tls-ca.pem",
  bindDn: "cn=dokuei,dc=example,dc=jp",
  passwordFile: "passphrase",
  base: "ou=people,dc=example,dc=jp",
}

const SERVICE = {
  url: "https://sign.example.jp/csc/v2",
  ca: "trust/tls-ca.pem",
  clientId: "center",
  clientSecretFile: "passphrase",
}

/** The files that are there are not looked into. */
const TOKEN = { module: "passphrase", token: "gateway", key: "seal", pinFile: "passphrase" }

describe("the configuration", () => {
  let folder: string
  const texts = {} as Record<Role, string>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "config-"))
    const chance = { bytes: (length: number) => randomBytes(length) }
    await pkiDemo(folder, { pin: "1234", now: new Date(), chance })
    for (const name of ["passphrase", "ris.token"]) await writeFile(join(folder, name), "secret\n")
    for (const role of ["edge", "center"] as const) {
      const example = await readFile(join(DEPLOY, `${role}.example.yaml`), "utf8")
      texts[role] = example.replace(/\/run\/credentials\/[^/]+\/passphrase/, "passphrase")
    }
  })
  after(() => rm(folder, { recursive: true }))

  const check = (text: string): string[] => {
    const result = checkConfig(text, folder)
    return "issues" in result ? result.issues.map(({ path, message }) => `${path}: ${message}`) : []
  }
  const changed = (role: Role, change: (raw: Raw) => void): string => {
    const raw: Raw = parse(texts[role])
    change(raw)
    return stringify(raw)
  }
  const faults = (role: Role, change: (raw: Raw) => void): string[] => check(changed(role, change))
  const paths = (list: readonly string[]): string[] => list.map((each) => each.slice(0, each.indexOf(":")))
  const loaded = (text: string): Config => {
    const result = checkConfig(text, folder)
    assert.ok("config" in result, JSON.stringify(result))
    return result.config
  }

  it("takes signatures of other authorities only where somebody says which", () => {
    const level = (reportSignature: string, qualified?: object) =>
      check(
        changed("edge", (raw) => {
          raw.agreements[0].reportSignature = reportSignature
          if (qualified !== undefined) raw.trust.qualified = qualified
        }),
      )
    assert.deepEqual(level("qualified-other"), [
      "agreements.0.reportSignature: qualified-other needs trust.qualified",
    ])
    assert.deepEqual(level("seal+passkey"), [])
    assert.match(
      level("qualified-other", { roots: "no-such.pem", policies: [] }).join(),
      /trust\.qualified\.policies/,
    )
    assert.match(level("qualified").join(), /agreements\.0\.reportSignature/)
  })

  it("believes a policy for tests nowhere by listing it, and knows a reader by key or by card", () => {
    const testPolicy = "1.2.392.100495.1.5.1.1.0.1"
    const listed = (allowTestPolicies: boolean) =>
      check(
        changed("edge", (raw) => {
          raw.trust.signaturePolicies = ["1.2.392.100495.1.5.1.1.3.1", testPolicy]
          raw.trust.allowTestPolicies = allowTestPolicies
        }),
      )
    assert.match(
      listed(false).join(),
      /^trust\.signaturePolicies\.1: is HPKI's policy of certificates for tests/,
    )
    assert.deepEqual(listed(true), [])
    const card = { issuer: "C=JP, O=MEDIS", serialNumber: "12345" }
    const spkiSha256 = "0".repeat(63) + "1"
    const reader = (by: object) =>
      check(changed("edge", (raw) => (raw.agreements[0].readers = [{ name: "放射 太郎", ...by }])))
    assert.deepEqual([reader({ card }), reader({ spkiSha256 })], [[], []])
    for (const by of [{}, { card, spkiSha256 }])
      assert.deepEqual(reader(by), ["agreements.0.readers.0: needs spkiSha256 or card, and not both"])
  })

  it("takes servers of authorities as scheme and host alone", () => {
    const from = (...fetchFrom: string[]) =>
      check(changed("edge", (raw) => (raw.trust.revocation = { fetchFrom })))
    assert.deepEqual(from("http://cert.medis.or.jp", "https://crl.example.org:8443"), [])
    for (const url of [
      "http://crl.example.org/",
      "ldap://crl.example.org",
      "http://a@crl.example.org",
      "crl",
    ])
      assert.match(from(url).join(), /^trust\.revocation\.fetchFrom\.0: /, url)
  })

  it("of both examples has no fault, with the files of a demo PKI beside them", () => {
    for (const role of ["edge", "center"] as const) assert.deepEqual(check(texts[role]), [], role)
  })

  it("is given with absolute paths, durations in milliseconds and what was left out", () => {
    const config = loaded(
      changed("edge", (raw) => {
        delete raw.disk
        delete raw.desk.idle
        delete raw.agreements[0].tls
      }),
    )
    assert.equal(config.keys.seal.key, join(folder, "edge/seal.key.pem"))
    assert.equal(config.dataDir, "/var/lib/dokuei-edge")
    assert.equal(config.desk.idle, 600_000)
    assert.deepEqual(config.disk, { reserveMiB: 512, refuseMiB: 1024, warnMiB: 4096 })
    assert.equal(config.agreements[0]!.tls, "1.3")
    assert.equal(config.agreements[0]!.retention.images, 30 * 86_400_000)
    assert.ok(config.role === "edge")
    assert.equal(config.dicom.modalities[0]?.quietPeriod, 180_000)
  })

  it("takes a hospital that keeps a connection open without an endpoint, and calls the centre at its own", () => {
    const center = loaded(
      changed("center", (raw) => {
        raw.agreements[0].roadHome = "held"
        delete raw.agreements[0].endpoint
      }),
    )
    assert.equal(center.agreements[0]!.endpoint, undefined)
    const edge = loaded(changed("edge", (raw) => (raw.agreements[0].roadHome = "held")))
    assert.match(edge.agreements[0]!.endpoint!, /^https:/)
    assert.equal(loaded(changed("edge", () => undefined)).agreements[0]!.roadHome, "dialled")
  })

  it("has a quiet period of its own for studies of a modality that a device names", () => {
    const config = loaded(changed("edge", (raw) => (raw.dicom.modalities[1].quietPeriods = { US: "10m" })))
    assert.ok(config.role === "edge")
    assert.deepEqual(
      config.dicom.modalities.map(({ quietPeriods }) => quietPeriods),
      [{}, { US: 600_000 }],
    )
    const wrong = { ultrasound: "10m", US: "soon" }
    assert.deepEqual(paths(faults("edge", (raw) => (raw.dicom.modalities[1].quietPeriods = wrong))).sort(), [
      "dicom.modalities.1.quietPeriods.US",
      "dicom.modalities.1.quietPeriods.ultrasound",
    ])
  })

  it("is told all its faults at once: of single settings, between settings, and of files", () => {
    const found = faults("edge", (raw) => {
      raw.site.oid = "1.2.03"
      raw.dicom.port = 70_000
      raw.dicom.modalities[1].aeTitle = "CT1"
      raw.desk.rpId = "other.example.jp"
      raw.keys.tls.key = "nowhere.pem"
      raw.agreements[0].tlsPins = ["abc"]
      raw.agreements[0].validUntil = "2026-04-01"
      raw.surprise = true
      delete raw.timeStamp
    })
    assert.deepEqual(
      paths(found).sort(),
      [
        "",
        "agreements.0.tlsPins.0",
        "agreements.0.validUntil",
        "desk.rpId",
        "dicom.modalities.1.aeTitle",
        "dicom.port",
        "keys.tls.key",
        "site.oid",
        "timeStamp",
      ].sort(),
    )
    assert.match(found.join("\n"), /surprise/)
  })

  describe("refuses, naming the path,", () => {
    type Refusal = readonly [string, Role, (raw: Raw) => void, string, RegExp]
    const cases: readonly Refusal[] = [
      [
        "a signing service at a hospital",
        "edge",
        (raw) => (raw.keys.signingService = SERVICE),
        "keys.signingService",
        /is for a center/,
      ],
      [
        "a signing service in the clear",
        "center",
        (raw) => (raw.keys.signingService = { ...SERVICE, url: "http://sign.example.jp" }),
        "keys.signingService.url",
        /URL/,
      ],
      [
        "a private key nowhere",
        "edge",
        (raw) => delete raw.keys.seal.key,
        "keys.seal",
        /needs key, or pkcs11/,
      ],
      [
        "a private key in two places",
        "center",
        (raw) => (raw.keys.object.pkcs11 = TOKEN),
        "keys.object.pkcs11",
        /one place only/,
      ],
      [
        "a CKA_ID that is no octets",
        "edge",
        (raw) => (raw.keys.seal = { chain: raw.keys.seal.chain, pkcs11: { ...TOKEN, key: "id:abc" } }),
        "keys.seal.pkcs11.key",
        /two an octet/,
      ],
      [
        "a module that is not there",
        "edge",
        (raw) => (raw.keys.seal = { chain: raw.keys.seal.chain, pkcs11: { ...TOKEN, module: "gone.so" } }),
        "keys.seal.pkcs11.module",
        /gone\.so does not exist/,
      ],
      ["an unknown setting", "edge", (raw) => (raw.desk.colour = "red"), "desk", /colour/],
      ["a setting of the other role", "center", (raw) => (raw.dicom = {}), "", /dicom/],
      ["a center without signing keys", "center", (raw) => delete raw.keys.persons, "keys.persons", /center/],
      [
        "an AE title with a space at its end",
        "edge",
        (raw) => (raw.dicom.aeTitle = "A "),
        "dicom.aeTitle",
        /space/,
      ],
      [
        "an AE title of 17 characters",
        "edge",
        (raw) => (raw.dicom.aeTitle = "A".repeat(17)),
        "dicom.aeTitle",
        /16/,
      ],
      ["a time without unit", "edge", (raw) => (raw.desk.idle = "10"), "desk.idle", /10|30d/],
      [
        "a time zone nobody knows",
        "edge",
        (raw) => (raw.site.timeZone = "Asia/Tokio"),
        "site.timeZone",
        /IANA/,
      ],
      [
        "an endpoint without TLS",
        "edge",
        (raw) => (raw.agreements[0].endpoint = "http://x/"),
        "agreements.0.endpoint",
        /URL/,
      ],
      [
        "a partner without an endpoint",
        "edge",
        (raw) => delete raw.agreements[0].endpoint,
        "agreements.0.endpoint",
        /is missing/,
      ],
      [
        "an endpoint of a hospital that is never called",
        "center",
        (raw) => (raw.agreements[0].roadHome = "held"),
        "agreements.0.endpoint",
        /must be left out with roadHome held/,
      ],
      [
        "a hospital with a road home and no centre to call",
        "edge",
        (raw) => {
          raw.agreements[0].roadHome = "held"
          delete raw.agreements[0].endpoint
        },
        "agreements.0.endpoint",
        /is missing/,
      ],
      [
        "an origin with a path",
        "edge",
        (raw) => (raw.desk.origin = "https://dokuei.mihon-hospital.example.jp/desk"),
        "desk.origin",
        /host and port only/,
      ],
      [
        "an http origin",
        "edge",
        (raw) => (raw.desk.origin = "http://dokuei.mihon-hospital.example.jp"),
        "desk.origin",
        /https/,
      ],
      [
        "two listeners on one port",
        "edge",
        (raw) => (raw.health.port = 8080),
        "health.port",
        /taken by desk/,
      ],
      [
        "an institution code of nine digits",
        "edge",
        (raw) => (raw.site.institutionCode = "131123456"),
        "site.institutionCode",
        /ten/,
      ],
      [
        "a folder where a file should be",
        "edge",
        (raw) => (raw.trust.tlsCa = "trust"),
        "trust.tlsCa",
        /not a file/,
      ],
      [
        "a file where a folder should be",
        "edge",
        (raw) => (raw.trust.crls = "passphrase"),
        "trust.crls",
        /not a folder/,
      ],
      [
        "a file below a file",
        "edge",
        (raw) => (raw.trust.tlsCa = "passphrase/x"),
        "trust.tlsCa",
        /ENOTDIR|does not exist/,
      ],
      [
        "a device known by its key where nothing speaks TLS",
        "edge",
        (raw) => (raw.dicom.modalities[0].tlsPins = ["a".repeat(64)]),
        "dicom.modalities.0.tlsPins",
        /dicom\.tls/,
      ],
      [
        "an archive known by its key where nothing speaks TLS",
        "edge",
        (raw) => (raw.dicom.archive.tlsPins = ["a".repeat(64)]),
        "dicom.archive.tlsPins",
        /dicom\.tls/,
      ],
      [
        "an institution of no prefecture",
        "edge",
        (raw) => (raw.site.institutionCode = "4811234567"),
        "site.institutionCode",
        /prefecture/,
      ],
      [
        "patient numbers of another institution",
        "edge",
        (raw) => (raw.agreements[0].patientIdDomain = "1.2.392.100495.20.3.51.14711234567"),
        "agreements.0.patientIdDomain",
        /not that of institution/,
      ],
      [
        "patient numbers of nobody",
        "edge",
        (raw) => {
          delete raw.agreements[0].patientIdDomain
          raw.site.institutionCode = ""
        },
        "agreements.0.patientIdDomain",
        /no institutionCode/,
      ],
      [
        "half a code",
        "edge",
        (raw) =>
          (raw.agreements[0].codes = {
            typeCode: { study: { code: "18748-4", scheme: "LOINC", display: "x" } },
          }),
        "agreements.0.codes.typeCode.study.scheme",
        /OID/,
      ],
      [
        "formatCodes that cannot be told apart",
        "edge",
        (raw) => {
          const same = () => ({ code: "x", scheme: "1.2.3", display: "x" })
          raw.agreements[0].codes = { formatCode: { cda: same(), pdf: same() } }
        },
        "agreements.0.codes.formatCode",
        /differ/,
      ],
      [
        "a device with an address and no port",
        "edge",
        (raw) => (raw.dicom.modalities[0].host = "192.0.2.20"),
        "dicom.modalities.0.port",
        /together/,
      ],
      [
        "DICOM TLS on the port in the clear",
        "edge",
        (raw) =>
          (raw.dicom.tls = {
            host: raw.dicom.host,
            port: raw.dicom.port,
            key: raw.keys.tls.key,
            chain: raw.keys.tls.chain,
            ca: raw.trust.tlsCa,
          }),
        "dicom.tls.port",
        /taken by dicom/,
      ],
      [
        "a sender that shows nothing",
        "edge",
        (raw) => (raw.dicom.web = webOf([{ aeTitle: "WEB1" }])),
        "dicom.web.senders.0",
        /tokenFile or tlsPins/,
      ],
      [
        "a sender known by its key where nothing speaks TLS",
        "edge",
        (raw) => (raw.dicom.web = webOf([{ aeTitle: "WEB1", tlsPins: ["a".repeat(64)] }])),
        "dicom.web.senders.0.tlsPins",
        /dicom\.tls/,
      ],
      [
        "tokens on a network in the clear",
        "edge",
        (raw) => (raw.dicom.web = { ...webOf([TOKEN_SENDER]), host: "192.0.2.10" }),
        "dicom.web.host",
        /loopback/,
      ],
      [
        "a sender that is also a device",
        "edge",
        (raw) => (raw.dicom.web = webOf([{ ...TOKEN_SENDER, aeTitle: "CT1" }])),
        "dicom.web.senders.0.aeTitle",
        /twice/,
      ],
      [
        "STOW-RS on the health port",
        "edge",
        (raw) => (raw.dicom.web = { ...webOf([TOKEN_SENDER]), port: 9090 }),
        "health.port",
        /taken by dicom\.web/,
      ],
      [
        "a folder inside another",
        "edge",
        (raw) =>
          (raw.dicom.folders = [
            { path: "in", aeTitle: "F1" },
            { path: "in/sub", aeTitle: "F2" },
          ]),
        "dicom.folders.1.path",
        /overlaps dicom\.folders\.0/,
      ],
      [
        "a folder that holds our own data",
        "edge",
        (raw) => (raw.dicom.folders = [{ path: "/var/lib", aeTitle: "F1" }]),
        "dicom.folders.0.path",
        /dataDir/,
      ],
      [
        "a private transfer syntax that is DICOM's own",
        "center",
        (raw) => (raw.privateTransferSyntaxes = [{ ...GE_PRIVATE, uid: "1.2.840.10008.1.2.4.50" }]),
        "privateTransferSyntaxes.0.uid",
        /DICOM's own/,
      ],
      [
        "a private transfer syntax that stands twice",
        "edge",
        (raw) => (raw.privateTransferSyntaxes = [GE_PRIVATE, { ...GE_PRIVATE }]),
        "privateTransferSyntaxes.1.uid",
        /twice/,
      ],
      [
        "a collector's authorities that are not there",
        "center",
        (raw) => (raw.audit = { collectors: [{ name: "arr", host: "arr.example.jp", ca: "x.pem" }] }),
        "audit.collectors.0.ca",
        /exist/,
      ],
      [
        "two collectors of one name: they would share a mark",
        "edge",
        (raw) => {
          const collector = { name: "arr", host: "arr.example.jp", ca: raw.trust.tlsCa }
          raw.audit = { collectors: [collector, { ...collector, host: "other.example.jp" }] }
        },
        "audit.collectors.1.name",
        /twice/,
      ],
      [
        "a notice of what the other role has",
        "edge",
        (raw) => (raw.mail = { ...MAIL, notices: [{ ...MAIL.notices[0], about: "stat" }] }),
        "mail.notices.0.about",
        /must be report/,
      ],
      [
        "a mail login without its password",
        "edge",
        (raw) => (raw.mail = { ...MAIL, server: { ...MAIL.server, user: "dokuei" } }),
        "mail.server",
        /go together/,
      ],
      [
        "a mail port for the other kind of TLS",
        "edge",
        (raw) => (raw.mail = { ...MAIL, server: { ...MAIL.server, tls: "starttls" } }),
        "mail.server.port",
        /587 for starttls/,
      ],
      ...(
        [
          [
            "the directory in the clear",
            { url: "ldap://ldap.example.jp", tls: "none" },
            "tls",
            /must be starttls/,
          ],
          ["a directory of another protocol", { url: "https://ldap.example.jp" }, "url", /ldaps:/],
          [
            "a search within the directory's address",
            { url: "ldaps://h/dc=jp?cn" },
            "url",
            /base and filter/,
          ],
          ["TLS of the directory that is switched off", { tls: "none" }, "tls", /ldaps/],
          ["a directory nobody vouches for", { ca: undefined }, "ca", /is missing/],
          [
            "a login at the directory without its password",
            { passwordFile: undefined },
            "passwordFile",
            /go together/,
          ],
          ["a filter whose brackets do not close", { filter: "(&(cn=a)" }, "filter", /brackets/],
          ["a filter with something behind it", { filter: "(cn=a)(cn=b)" }, "filter", /brackets/],
          ["people without a name", { attributes: { name: [] } }, "attributes.name", /empty|at least/i],
          [
            "an attribute that is none",
            { attributes: { mail: ["ma il"] } },
            "attributes.mail.0",
            /attribute/,
          ],
        ] as const
      ).map(([what, change, path, message]): Refusal => [
        what,
        "edge",
        (raw) => (raw.directory = { ...DIRECTORY, ...change }),
        `directory.${path}`,
        message,
      ]),
      [
        "a limit of the clock that no clock keeps",
        "edge",
        (raw) => (raw.time = { limit: "0s" }),
        "time.limit",
        /from 1s to 60s/,
      ],
      [
        "a duration without its unit",
        "edge",
        (raw) => (raw.time = { limit: 1 }),
        "time.limit",
        /number with s, m, h or d/,
      ],
      ["no agreement at all", "edge", (raw) => (raw.agreements = []), "agreements", /must not be empty/],
      [
        "a machine token that is not there",
        "edge",
        (raw) => (raw.desk.machineTokens[0].tokenFile = "x"),
        "desk.machineTokens.0.tokenFile",
        /exist/,
      ],
    ]
    for (const [what, role, change, path, message] of cases) {
      it(what, () => {
        const [found, ...more] = faults(role, change)
        assert.deepEqual(more, [])
        assert.equal(found?.slice(0, found.indexOf(":")), path)
        assert.match(found, message)
      })
    }

    it("two agreements with one id or one TLS pin, for a certificate must tell who speaks", () => {
      const found = faults("center", (raw) => {
        raw.agreements.push(structuredClone(raw.agreements[0]))
      })
      assert.deepEqual(paths(found), ["agreements.1.id", "agreements.1.tlsPins.0"])
    })
  })

  describe("of a partner that reads no seals", () => {
    const PERMISSION = { document: "覚書 第3条", date: "2026-04-01" }
    const LEFT_OUT = ["sealPins", "objectCertificate", "receipts", "units", "recoding"]
    const plain = (
      raw: Raw,
      packaging: object = { form: "plain", permission: PERMISSION },
      more = {},
    ): void => {
      const given = Object.entries(raw.agreements[0] as object).filter(([name]) => !LEFT_OUT.includes(name))
      raw.agreements[0] = { ...Object.fromEntries(given), packaging, accepts: ["report"], ...more }
    }
    const found = (change: (raw: Raw) => void): string[] => faults("edge", change)

    it("needs no seal, no certificate, and says nothing of what follows from it", () => {
      assert.deepEqual(found(plain), [])
    })
    it("has no preliminary reports: nobody would answer for them", () => {
      const early = (raw: Raw): void => {
        plain(raw, undefined, { preliminaryReports: "stat" })
      }
      assert.deepEqual(paths(found(early)), ["agreements.0.preliminaryReports"])
      assert.deepEqual(
        found((raw) => (raw.agreements[0].preliminaryReports = "all")),
        [],
      )
    })
    it("needs the written permission, which is for plain alone", () => {
      const unpermitted = found((raw) => {
        plain(raw, { form: "plain" })
      })
      assert.match(unpermitted[0] ?? "", /permission: is needed: .*in writing/)
      const sealed = found((raw) => {
        raw.agreements[0].packaging = { permission: PERMISSION }
      })
      assert.match(sealed[0] ?? "", /permission: is for forms other than sealed and den/)
    })
    it("may take a study as one ZIP, with the manifest in it; no other form has that, and no ZIP a seal", () => {
      const zip = (more: object): string[] =>
        paths(
          found((raw) => {
            plain(raw, { form: "zip", permission: PERMISSION, ...more })
          }),
        )
      assert.deepEqual(zip({}), [])
      assert.deepEqual(zip({ manifest: "inside" }), [])
      assert.deepEqual(zip({ form: "plain", manifest: "inside" }), ["agreements.0.packaging.manifest"])
      assert.ok(zip({ seals: "dsg" }).includes("agreements.0.packaging.seals"))
      assert.ok(zip({ permission: undefined }).includes("agreements.0.packaging.permission"))
    })
    it("may get a manifest and a PDF alone, which say from where it fetches the images; none come from it", () => {
      const onPaper = (more: object, agreement: object = {}): string[] =>
        paths(
          found((raw) => {
            plain(raw, { form: "manifest-and-pdf", permission: PERMISSION, ...more }, agreement)
          }),
        )
      assert.deepEqual(onPaper({}), [])
      assert.deepEqual(onPaper({ retrieve: { aeTitle: "PACS", locationUid: "1.2.3" } }), [])
      assert.deepEqual(onPaper({ retrieve: { aeTitle: "A\\B" } }), [
        "agreements.0.packaging.retrieve.aeTitle",
      ])
      assert.deepEqual(onPaper({ form: "plain", retrieve: { aeTitle: "PACS" } }), [
        "agreements.0.packaging.retrieve",
      ])
      assert.deepEqual(onPaper({ permission: undefined }), ["agreements.0.packaging.permission"])
      assert.ok(onPaper({}, { accepts: ["study"] }).includes("agreements.0.accepts"))
    })
    it("has no units, no signed receipts and none of our notices", () => {
      const contradicted = { units: "adaptive", receipts: "signed", accepts: ["report", "receipt"] }
      const wrong = found((raw) => {
        plain(raw, undefined, contradicted)
      })
      assert.deepEqual(paths(wrong), ["agreements.0.receipts", "agreements.0.units", "agreements.0.accepts"])
    })
    it("may be a repository, from which nothing comes back, and which reads nothing of ours", () => {
      const plainly = { form: "plain", permission: PERMISSION }
      const to = (more: object, packaging: object = plainly): string[] =>
        paths(
          found((raw) => {
            plain(raw, packaging, { accepts: [], ...more })
          }),
        )
      assert.deepEqual(to({}, { ...plainly, to: "repository" }), [])
      assert.deepEqual(to({}), ["agreements.0.accepts"])
      assert.deepEqual(to({ limitedMetadata: ["send"] }, { ...plainly, to: "repository" }), [
        "agreements.0.limitedMetadata",
      ])
      const repository = { ...plainly, to: "repository" }
      const affinityDomain = { patientIdDomain: "1.3.6.1.4.1.21367.2005.3.7" }
      assert.deepEqual(to({ affinityDomain }, repository), [])
      assert.deepEqual(to({ affinityDomain: { ...affinityDomain, numbers: "guessed" } }, repository), [
        "agreements.0.affinityDomain.numbers",
      ])
      const own = { patientIdDomain: affinityDomain.patientIdDomain, affinityDomain }
      assert.deepEqual(to(own, repository), ["agreements.0.affinityDomain.patientIdDomain"])
      assert.deepEqual(to({ affinityDomain, accepts: ["report"] }), ["agreements.0.affinityDomain"])
      const sealed = found((raw) => {
        raw.agreements[0].packaging = { to: "repository" }
      })
      assert.deepEqual(paths(sealed), ["agreements.0.packaging.seals"])
    })
    it("is another than ours: sealed documents are nothing without seals, pins and a certificate", () => {
      const wrong = found((raw) => {
        plain(raw, { form: "sealed", seals: "none" })
      })
      assert.deepEqual(paths(wrong), ["agreements.0.packaging.seals", "agreements.0.objectCertificate"])
      const unpinned = found((raw) => {
        delete raw.agreements[0].sealPins
      })
      assert.deepEqual(paths(unpinned), ["agreements.0.sealPins"])
    })
  })

  it("allows http for localhost, where browsers do too", () => {
    const local = changed("edge", (raw) => {
      raw.desk.origin = "http://edge.localhost:8080"
      raw.desk.rpId = "edge.localhost"
    })
    assert.deepEqual(check(local), [])
  })

  it("lets several listeners ask the system for a port", () => {
    const free = changed("edge", (raw) => {
      for (const name of ["dicom", "xdr", "desk", "health"])
        raw[name] = { ...raw[name], host: "127.0.0.1", port: 0 }
    })
    assert.deepEqual(check(free), [])
  })

  it("must be of a role we know", () => {
    for (const text of ["role: hospital", "[]", "null", "''", ""])
      assert.deepEqual(check(text), ["role: must be edge or center"])
  })

  describe("as YAML", () => {
    it("refuses a key that stands twice, with its line", () => {
      assert.match(check("role: edge\nrole: center\n")[0]!, /^: .*unique.*line 2/)
    })

    it("refuses aliases: what stands in the file is what is meant", () => {
      assert.deepEqual(check("role: edge\nsite: &a {}\nxdr: *a\n"), [": aliases are not allowed"])
    })

    it("refuses what is no YAML, two documents and unknown tags", () => {
      for (const text of ["role: [", "role: edge\n---\nrole: edge\n", "role: !!js/function x"])
        assert.notDeepEqual(check(text), [], text)
    })
  })

  it("is loaded from a file, or refused with its name and every fault", async () => {
    await mkdir(join(folder, "etc"))
    await cp(join(DEPLOY, "edge.example.yaml"), join(folder, "etc/edge.yaml"))
    assert.throws(
      () => loadConfig(join(folder, "etc/edge.yaml")),
      (error) => error instanceof ConfigError && /edge\.yaml has \d+ faults\n {2}keys\./.test(error.message),
    )
    assert.throws(() => loadConfig(join(folder, "none.yaml")), ConfigError)
    await writeFile(join(folder, "edge.yaml"), texts.edge)
    assert.equal(loadConfig(join(folder, "edge.yaml")).site.name, "みほん市民病院")
  })
})
