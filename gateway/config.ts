/**
 * Configuration: one YAML file per role, checked whole before anything starts; every fault is named by its path.
 * `docs/settings.md` is printed from the schema below.
 */
import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { parseDocument } from "yaml"
import { z } from "zod"
import { affinityDomain } from "./config-affinity-domain.ts"
import { agreedCodes } from "./config-codes.ts"
import { directorySchema } from "./config-directory.ts"
import { lineTerms } from "./config-line.ts"
import { makePathsAbsolute, missingFiles } from "./config-files.ts"
import type { Issue } from "./config-issue.ts"
import { packaging } from "./config-packaging.ts"
import { roadHome } from "./config-road-home.ts"
import { crossIssues } from "./config-rules.ts"
import { inWords, yamlFault } from "./config-words.ts"
import { INSTITUTION_CODE } from "./journey/institution.ts"
import { ConfigError } from "./journey/errors.ts"
import { isOfDicom } from "./standards/dicom/uid.ts"

const oid = z
  .string()
  .regex(/^[0-2](\.(0|[1-9]\d*))+$/, "must be an OID in dotted form")
  .max(64)
const pin = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits (SHA-256 of the SubjectPublicKeyInfo)")
const port = z.int().min(0).max(65535)
const listen = z.strictObject({
  host: z.string().default("127.0.0.1").describe("address of one zone only; never a wildcard in production"),
  port: port.describe("TCP port; 0 lets the system choose"),
})
const uid = z
  .string()
  .regex(/^\d+(\.\d+)+$/, "must be a UID")
  .max(64)
const privateSyntax = z.strictObject({
  uid: uid.refine((each) => !isOfDicom(each), "must not be one of DICOM's own (1.2.840.10008…)"),
  name: z.string().min(1).max(64).describe("what its maker calls it"),
  encoding: z
    .enum(["explicit-little", "implicit-little", "explicit-big", "deflated"])
    .describe("how its data sets are written (PS3.5 annex A); by the maker's conformance statement"),
})
const ipAddress = z.union([z.ipv4(), z.ipv6()], "must be an IP address")
const institutionCode = z
  .string()
  .refine(
    (text) => text === "" || INSTITUTION_CODE.test(text),
    "must be ten digits, of which the first two are a prefecture, 01 to 47",
  )
  .default("")
const origin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must be scheme and host only, without a / at the end, e.g. http://crl.example.org",
  )
const file = z.string().min(1).describe("path, relative to this file")
const aeTitle = z
  .string()
  .regex(
    /^(?! )[\x20-\x5b\x5d-\x7e]{1,16}(?<! )$/,
    "must be 1 to 16 printable characters without backslash, and no space at either end",
  )

/** `90s`, `15m`, `8h`, `30d` in milliseconds. */
const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION_WORDS = "must be a number with s, m, h or d, e.g. 30d"
const duration = z
  .string({ error: ({ input }) => (typeof input === "number" ? DURATION_WORDS : undefined) })
  .regex(/^\d+(s|m|h|d)$/, DURATION_WORDS)
  .transform((text) => Number(text.slice(0, -1)) * UNITS_MS[text.slice(-1) as keyof typeof UNITS_MS])

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== ""
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

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
const urgencyTerm = z.strictObject({
  label: z.string().min(1).describe("e.g. 緊急, 至急, 通常"),
  dueMinutes: z.int().positive().describe("minutes from the request"),
})
const KINDS = ["study", "report", "receipt", "acknowledgement", "certificate"] as const

export const agreementSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
    .describe("how ledger and log name the agreement; never changed"),
  partner: z.strictObject({
    name: z.string().min(1),
    oid: oid.describe("OID of the institution; its submissions carry it as sourceId"),
    institutionCode: institutionCode.describe("ten digits, empty outside Japan's scheme"),
  }),
  endpoint: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe(
      "ITI-41 endpoint of the partner's Document Recipient; left out by a reading centre where roadHome is held",
    ),
  roadHome,
  tlsPins: z
    .array(pin)
    .min(1)
    .describe("SHA-256 of the SubjectPublicKeyInfo of the partner's TLS certificates"),
  sealPins: z
    .array(pin)
    .default([])
    .describe("the same of its seal certificates; one at least, unless packaging.seals is none"),
  objectCertificate: file
    .optional()
    .describe("certificate we encrypt for, PEM; needed where packaging.form is sealed or den"),
  packaging,
  tls: z
    .enum(["1.3", "ihe-stx"])
    .default("1.3")
    .describe("`ihe-stx`: TLS 1.2 with the BCP 195 suites as well (ITI-19)"),
  legalBasis: z.string().default("entrustment").describe("why the partner may have the data"),
  purposes: z.array(z.string()).default(["remote reading"]).describe("what the data may be used for"),
  accepts: z
    .array(z.enum(KINDS))
    .describe("what the partner may submit to us; [] only where nothing comes back, as from a repository"),
  receipts: z
    .enum(["signed", "registry-response"])
    .optional()
    .describe(
      "what says that it arrived and ends our custody: the partner's signed receipt, or its answer alone. Default: signed; without seals its answer",
    ),
  reportSignature: z.enum(["hpki"]).default("hpki").describe("what a report must be signed with"),
  signatures: z
    .strictObject({
      level: z
        .enum(["T", "X-L"])
        .default("T")
        .describe(
          "`T`: signed and time-stamped; `X-L`: with certificates and revocation lists inside and Canonical XML 1.1, as IHE DSG has it; two time stamps each",
        ),
      references: z
        .enum(["manifest", "flat"])
        .default("manifest")
        .describe(
          "where a signature names its documents: in a ds:Manifest, which any XML-DSig verifier takes, or `flat` in ds:SignedInfo",
        ),
      keep: z
        .enum(["received", "long-term"])
        .default("received")
        .describe(
          "a hospital's: of a report's signature the document as received, or beside it a copy that is stamped anew before authorities and algorithms end",
        ),
    })
    .prefault({})
    .describe(
      "how our signatures to the partner are made, and what is kept of a report's; of the partner's every form is taken",
    ),
  readers: z
    .array(
      z.strictObject({
        name: z.string().min(1).describe("as the signing certificate has it, in Japanese or Latin letters"),
        spkiSha256: pin
          .optional()
          .describe("SHA-256 of the SubjectPublicKeyInfo of the signing certificate; this or `card`"),
        card: z
          .strictObject({
            issuer: z
              .string()
              .min(1)
              .describe("who issued it, as the verdict's detail prints it, e.g. C=JP, O=MEDIS, OU=…, CN=…"),
            serialNumber: z
              .string()
              .min(1)
              .describe("serialNumber of its subject, which a renewed card keeps"),
          })
          .optional()
          .describe(
            "the holder by the authority's own number, whatever key the card has; this or `spkiSha256`",
          ),
      }),
    )
    .default([])
    .describe("who may sign reports, at both sides; [] = every physician the reading centre lets sign"),
  reportRoles: z
    .array(z.enum(["Medical Doctor", "Dentist"]))
    .min(1)
    .default(["Medical Doctor"])
    .describe(
      "hcRole one of which the signer of a report must have; Dentist only where dental images are read",
    ),
  recoding: z
    .enum(["htj2k", "none"])
    .optional()
    .describe(
      "how native images leave: as HTJ2K where that is without loss, or all as received. Default: htj2k; without seals none",
    ),
  units: z
    .enum(["adaptive", "off"])
    .optional()
    .describe(
      "`adaptive`: what the line does not carry in about five seconds leaves in units, which a closing submission binds; `off`: one submission for each study, whatever its size. Default: adaptive; without seals off",
    ),
  line: lineTerms,
  retention: z.strictObject({
    images: duration.describe("how long copies of images are kept here; then they are destroyed"),
    unreadImages: duration
      .optional()
      .describe(
        "the same at a reading centre while the case is not read; then they go all the same. Not shorter than images; default: as images",
      ),
    reports: duration
      .prefault("1825d")
      .describe(
        "how long requests and reports are kept here after the last report; not shorter than the images",
      ),
    certificates: duration
      .prefault("1825d")
      .describe("how long deletion certificates are kept here after the destruction they tell of"),
  }),
  urgency: z
    .strictObject({ STAT: urgencyTerm, HIGH: urgencyTerm, ROUTINE: urgencyTerm })
    .describe("the hospital's own word for each urgency, and when a report is due"),
  affinityDomain,
  limitedMetadata: z
    .array(z.enum(["accept", "send"]))
    .default([])
    .describe(
      "limited metadata (IHE column XDR MS): taken from this partner, or sent to it, then without a patientId; [] = always all of XDR DS",
    ),
  xua: z
    .enum(["off", "send", "demand"])
    .default("off")
    .describe(
      "whether messages say who sends them (IHE XUA, a signed SAML assertion); `send`: ours do, and the partner's are checked where they do; `demand`: the partner's must too, or they are refused, and nothing comes or leaves on media, which cannot say it",
    ),
  consentPolicies: z
    .array(
      z.strictObject({
        policy: oid.describe("OID the hospital has given it"),
        name: z.string().min(1).max(64).describe("as people choose it, e.g. 遠隔読影への同意"),
      }),
    )
    .max(16)
    .default([])
    .describe(
      "privacy policies of which a patient must have acknowledged one (IHE BPPC): a hospital sends no study without, a reading centre refuses one; [] = nobody asks",
    ),
  codes: agreedCodes,
  patientIdDomain: oid
    .optional()
    .describe(
      "the hospital's patient id domain; default: that of its institutionCode, 1.2.392.100495.20.3.51.1 and the ten digits",
    ),
  validFrom: z.iso.date().describe("first day, in the time zone of the site"),
  validUntil: z.iso
    .date()
    .describe("first day on which nothing is exchanged any more, in the time zone of the site"),
  demarcation: z
    .array(z.strictObject({ segment: z.string(), responsible: z.string() }))
    .min(1)
    .describe("who answers for which segment of the path"),
  firstResponder: z.string().min(1).describe("who is called first when something is wrong"),
})

const collector = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
    .describe(
      "how mark, log and page name it; under a new name it is sent everything from the first record on",
    ),
  host: z.string().min(1).describe("name or address of the Audit Record Repository"),
  port: z.int().min(1).max(65535).default(6514),
  ca: file.describe("authorities of its certificate, PEM"),
  tlsPins: z
    .array(pin)
    .default([])
    .describe(
      "keys it must show, SHA-256 of the SubjectPublicKeyInfo; [] = a certificate made out to `host`",
    ),
  tls: z
    .enum(["1.3", "ihe-stx"])
    .default("1.3")
    .describe("`ihe-stx`: TLS 1.2 with the BCP 195 suites as well (ITI-19)"),
})

const common = {
  dataDir: file.describe("spool, slots, ledger, people and audit trail live here"),
  site: z.strictObject({
    name: z.string().min(1),
    oid: oid.describe("OID of our institution; root of what it issues"),
    institutionCode: institutionCode.describe("ten digits, empty outside Japan's scheme"),
    timeZone: z
      .string()
      .refine(isTimeZone, "must be a time zone of the IANA list, e.g. Asia/Tokyo")
      .default("Asia/Tokyo")
      .describe("DICOM times have no zone; this is theirs"),
  }),
  xdr: listen.describe("Document Recipient (ITI-41) over mutual TLS"),
  desk: z
    .strictObject({
      ...listen.shape,
      origin: z.url().describe("what the browser's address bar shows"),
      rpId: z.string().min(1).describe("WebAuthn relying party: the host name of origin"),
      proxies: z
        .array(ipAddress)
        .default([])
        .describe(
          "addresses of the https proxy in front: its X-Forwarded-For says where people come from; login limits and the audit trail go by it",
        ),
      machineTokens: z
        .array(
          z.strictObject({
            name: z
              .string()
              .min(1)
              .describe("in the audit trail, and what its requests are known by; never changed"),
            tokenFile: file.describe("bearer token, one line"),
            may: z
              .array(z.enum(["enter", "list-own"]))
              .min(1)
              .default(["enter", "list-own"])
              .describe(
                "enter requests (never a consent, which a person records); list those it entered, with how far they are",
              ),
          }),
        )
        .default([])
        .describe("systems that may do that without a person, and nothing else"),
      idle: duration.prefault("10m").describe("a session ends after this long without activity"),
    })
    .describe("the pages people use"),
  health: listen.describe("/healthz and /metrics, for the machine room only"),
  keys: z.strictObject({
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
    persons: file.optional().describe("folder of the readers' signing keys (center)"),
  }),
  trust: z.strictObject({
    tlsCa: file.describe("authorities of the partners' TLS certificates, PEM"),
    sealCa: file.describe("authorities of the seals, PEM"),
    hpkiRoots: file.describe("roots of the signatures of persons, PEM"),
    tsaRoots: file.describe("roots of the time-stamp authorities, ours and the partners', PEM"),
    tsaPolicies: z
      .array(oid)
      .default([])
      .describe("policies under which time stamps are accepted, ours and the partners'; [] = any"),
    crls: file.describe("folder of *.crl"),
    revocation: z
      .strictObject({
        fetchFrom: z
          .array(origin)
          .max(16)
          .default([])
          .describe(
            "servers of the authorities, e.g. http://cert.medis.or.jp: what certificates name there as revocation list or OCSP responder is fetched, and no other server is called; [] = nothing is fetched, lists come into the folder `crls` by other means",
          ),
        maxAge: duration
          .prefault("7d")
          .describe(
            "what was fetched is relied on no longer than this without being fetched again, whatever it says of itself",
          ),
      })
      .prefault({}),
    allowTestPolicies: z
      .boolean()
      .default(false)
      .describe("accept the HPKI test policy arc; never in production"),
    signaturePolicies: z
      .array(oid)
      .min(1)
      .max(8)
      .optional()
      .describe(
        "certificate policies one of which a reader's signing certificate must state, alone. Default: that of HPKI for signatures in production, 1.2.392.100495.1.5.1.1.3.1",
      ),
    loginBySigningKey: z
      .enum(["refused", "told"])
      .default("refused")
      .describe(
        "a signing certificate whose key may log in as well (digitalSignature beside nonRepudiation): not accepted, or accepted and told in the verdict",
      ),
  }),
  timeStamp: z.strictObject({
    url: z.url().describe("RFC 3161 over HTTP"),
    others: z
      .array(z.url())
      .max(4)
      .default([])
      .describe("authorities asked in this order while the first does not answer, or not rightly"),
  }),
  disk: z
    .strictObject({
      reserveMiB: z
        .int()
        .nonnegative()
        .default(512)
        .describe("below this much free space nothing new is accepted: kept for ledger, audit and deletion"),
      refuseMiB: z
        .int()
        .nonnegative()
        .default(1024)
        .describe(
          "below this only urgent images, reports and receipts are accepted; not less than reserveMiB",
        ),
      warnMiB: z
        .int()
        .nonnegative()
        .default(4096)
        .describe("below this people are told to make room; not less than refuseMiB"),
    })
    .prefault({}),
  privateTransferSyntaxes: z
    .array(privateSyntax)
    .default([])
    .describe(
      "makers' own transfer syntaxes whose data sets are read: a gateway of a hospital takes objects in them, a reading centre needs the same list",
    ),
  time: z
    .strictObject({
      check: z
        .enum(["chrony", "none"])
        .default("chrony")
        .describe(
          "who is asked how right the clock is (ITI-1); `none`: nobody, and signatures say what the machine says. Never in production",
        ),
      limit: duration
        .refine((limitMs) => limitMs >= 1_000 && limitMs <= 60_000, "must be from 1s to 60s")
        .prefault("1s")
        .describe(
          "nothing is signed while the clock may be further off than this, 1s to 60s; receiving goes on",
        ),
    })
    .prefault({}),
  mail: z
    .strictObject({
      server: z.strictObject({
        host: z
          .string()
          .min(1)
          .describe("mail server that takes our mail; its certificate must be made out to it"),
        port: z.int().min(1).max(65535).default(465),
        tls: z
          .enum(["implicit", "starttls"])
          .default("implicit")
          .describe(
            "TLS from the first octet (port 465), or by STARTTLS, which is never left out (port 587)",
          ),
        ca: file.describe("authorities of its certificate, PEM, e.g. /etc/ssl/certs/ca-certificates.crt"),
        user: z.string().min(1).optional().describe("login name; with it passwordFile"),
        passwordFile: file.optional().describe("one line"),
      }),
      from: z.email().describe("sender's address"),
      notices: z
        .array(
          z.strictObject({
            name: z
              .string()
              .regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
              .describe("how log and ledger name it"),
            to: z.email().describe("address of a place, e.g. of the radiology department"),
            about: z
              .enum(["report", "stat", "certificate"])
              .describe(
                "`report`: a new report waits to be received (hospital); `stat`: a STAT study waits to be read (reading centre); `certificate`: one of ours or of a partner's ends in 90, 30 or 7 days, or has ended",
              ),
            language: z.enum(["ja", "en"]).default("ja"),
            every: duration.prefault("15m").describe("at most one mail in so long"),
          }),
        )
        .min(1),
    })
    .optional()
    .describe("notices by mail: a count and a link, nothing of a patient"),
  audit: z
    .strictObject({
      collectors: z
        .array(collector)
        .default([])
        .describe(
          "Audit Record Repositories that get every record by syslog over mutual TLS (ITI-20, RFC 5425); we show keys.tls",
        ),
    })
    .prefault({})
    .describe("the trail itself is always kept here"),
  backup: z
    .strictObject({
      recoveryCertificate: file.describe(
        "certificate, PEM, whose key alone opens a backup; that key is on no machine of this network",
      ),
      generations: z
        .int()
        .min(2)
        .max(100)
        .default(3)
        .describe(
          "how many are kept on each target, older ones go once a new one is whole; the guidelines want 3, of medical records 5",
        ),
      maxAge: duration
        .prefault("2d")
        .describe("`dokuei doctor backup` finds a fault when the last one is older"),
    })
    .optional()
    .describe("what `dokuei backup` encrypts for whom, and how much of it is kept"),
  agreements: z.array(agreementSchema).min(1).describe("nothing is exchanged without one"),
}

const quiet = {
  quietPeriod: duration.prefault("60s").describe("a study is complete when nothing came for this long"),
  quietPeriods: z
    .record(z.string().regex(/^[A-Z]{2,16}$/, "must be a Modality of (0008,0060), e.g. US"), duration)
    .default({})
    .describe("the same where a study's first image is of such a Modality (0008,0060), e.g. `{US: 10m}`"),
  leaves: z
    .enum(["when-complete", "while-scanning"])
    .default("when-complete")
    .describe(
      "when images leave by themselves: all together when the study is complete, or in units while it still comes in, as STAT studies do by themselves; nothing leaves before a request names the study",
    ),
}
const nodeHost = z.string().min(1)
const nodePort = z.int().min(1).max(65535)
const modality = z.strictObject({
  aeTitle: aeTitle.describe("calling AE title"),
  addresses: z.array(ipAddress).default([]).describe("IP addresses it may call from; [] = any"),
  host: nodeHost.optional().describe("where the device takes answers to storage commitment requests"),
  port: nodePort.optional().describe("its TCP port for them; in TLS when tlsPins are given"),
  stat: z
    .boolean()
    .default(false)
    .describe("every image of it is urgent: still accepted when routine ones are refused for want of room"),
  ...quiet,
  tlsPins: z
    .array(pin)
    .default([])
    .describe(
      "keys this device must show in TLS, SHA-256 of the SubjectPublicKeyInfo; [] = also in the clear",
    ),
})
const archive = z
  .strictObject({
    aeTitle: aeTitle.describe("the archive's AE title"),
    host: nodeHost,
    port: nodePort,
    tlsPins: z
      .array(pin)
      .default([])
      .describe("keys it must show, SHA-256 of the SubjectPublicKeyInfo; [] = in the clear"),
    characterSet: z
      .enum(["study", "utf-8"])
      .default("study")
      .describe("reports are written in their study's own character set, or all in UTF-8"),
  })
  .describe("the hospital's PACS: storage commitments are relayed to it, reports are stored in it")
const fromMedia = z
  .boolean()
  .default(false)
  .describe("what it brings comes from outside, on media: in the audit trail an import, not a transfer")
const webSender = z.strictObject({
  aeTitle: aeTitle.describe("what stands for its calling AE title"),
  tokenFile: file
    .optional()
    .describe("its bearer token, one line; good for storing here and for nothing else"),
  tlsPins: z
    .array(pin)
    .default([])
    .describe(
      "keys its TLS certificate may hold, SHA-256 of the SubjectPublicKeyInfo; with a token both are asked for",
    ),
  stat: z.boolean().default(false).describe("every image of it is urgent"),
  media: fromMedia,
  ...quiet,
})
const web = z
  .strictObject({
    ...listen.shape,
    senders: z.array(webSender).min(1).describe("who may store, each by token, certificate or both"),
  })
  .describe(
    "STOW-RS (PS3.18 10.5) at /dicomweb, for devices without C-STORE and for `dokuei import`; in TLS with dicom.tls, else on loopback alone",
  )
const folder = z.strictObject({
  path: file.describe("folder, also one of a share that is mounted later"),
  aeTitle: aeTitle.describe("what stands for the calling AE title of its files"),
  settle: duration.prefault("10s").describe("a file that did not change for this long is taken"),
  after: z
    .enum(["keep", "delete"])
    .default("keep")
    .describe("a file whose object is durable here is kept in its folder `done`, or deleted"),
  stat: z.boolean().default(false).describe("every image of it is urgent"),
  media: fromMedia,
  ...quiet,
})
const dicomTls = z
  .strictObject({
    ...listen.shape,
    key: file.describe("PKCS#8 PEM of the DICOM node"),
    chain: file.describe("its certificates, PEM, leaf first"),
    ca: file.describe("authorities of the devices' certificates, PEM"),
  })
  .describe("DICOM TLS by PS3.15 B.13, customary port 2762; devices show a certificate")

export const edgeSchema = z.strictObject({
  role: z.literal("edge"),
  ...common,
  directory: directorySchema(
    {
      ca: file.optional().describe("authorities of its certificate, PEM; needed unless tls is none"),
      passwordFile: file.optional().describe("one line"),
    },
    duration.prefault("1h").describe("how often it is read"),
  ),
  dicom: z.strictObject({
    ...listen.shape,
    aeTitle: aeTitle.describe("ours: the AE title modalities call"),
    modalities: z.array(modality).min(1).describe("calling AE titles that may send"),
    maxAssociations: z.int().positive().default(64).describe("at the same time; more are refused"),
    maxAssociationsPerAE: z.int().positive().default(16).describe("the same for one calling AE title"),
    tls: dicomTls.optional(),
    archive: archive.optional(),
    web: web.optional(),
    folders: z
      .array(folder)
      .default([])
      .describe("folders that files are put into; what is refused lies in `refused` with its reason"),
    privateSopClasses: z
      .array(uid)
      .default([])
      .describe("SOP Classes outside PS3.6 that are taken as storage"),
    declaredSopClasses: z
      .boolean()
      .default(true)
      .describe("take an unknown SOP Class that its device declares as storage (PS3.7 D.3.3.6)"),
  }),
})
export const centerSchema = z.strictObject({ role: z.literal("center"), ...common })

export type EdgeConfig = z.infer<typeof edgeSchema>
export type CenterConfig = z.infer<typeof centerSchema>
export type Config = EdgeConfig | CenterConfig

/**
 * Everything wrong with the text, or the configuration with absolute paths. Reads named files only to see that they
 * are there, and not even that with `files: "unseen"`.
 */
export function checkConfig(
  text: string,
  baseDir: string,
  files: "seen" | "unseen" = "seen",
): { readonly config: Config } | { readonly issues: readonly Issue[] } {
  const read = readYaml(text)
  if ("issues" in read) return read
  const { value } = read
  makePathsAbsolute(value, baseDir)
  const schema = schemaOf(value)
  if (schema === null) return { issues: [{ path: "role", message: "must be edge or center" }] }
  const parsed = schema.safeParse(value)
  const schemaIssues = (parsed.error?.issues ?? []).map((issue) => inWords(issue, value))
  const missing = files === "seen" ? missingFiles(parsed.data ?? value) : []
  const issues = [...schemaIssues, ...crossIssues(value), ...missing]
  return parsed.success && issues.length === 0 ? { config: parsed.data } : { issues }
}

function schemaOf(value: unknown): typeof edgeSchema | typeof centerSchema | null {
  const role = typeof value === "object" && value !== null && "role" in value ? value.role : undefined
  return role === "edge" ? edgeSchema : role === "center" ? centerSchema : null
}

/** One document, keys once, no aliases: what stands in the file is what is meant. */
function readYaml(text: string): { readonly value: unknown } | { readonly issues: readonly Issue[] } {
  const document = parseDocument(text, { uniqueKeys: true })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0)
    return { issues: faults.map(({ message }) => ({ path: "", message: yamlFault(message) })) }
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) as unknown }
  } catch (error) {
    if (error instanceof ReferenceError) return { issues: [{ path: "", message: "aliases are not allowed" }] }
    throw error
  }
}

/**
 * Reads and checks a file; throws ConfigError naming every fault. `files: "unseen"` for commands that use none of
 * the keys: the passphrase is there for the running service alone.
 */
export function loadConfig(path: string, files: "seen" | "unseen" = "seen"): Config {
  const result = checkConfig(readText(path), dirname(resolve(path)), files)
  if ("config" in result) return result.config
  throw faultsOf(path, result.issues)
}

/** One error that names all of them; files that are not there come last, for one folder makes many. */
export function faultsOf(path: string, issues: readonly Issue[]): ConfigError {
  const lines = [
    ...issues.filter(({ file }) => file !== true),
    ...issues.filter(({ file }) => file === true),
  ].map((issue) => `  ${issue.path || "(file)"}: ${issue.message}`)
  const count = lines.length === 1 ? "1 fault" : `${lines.length} faults`
  return new ConfigError("ERR_CONFIG_INVALID", `${path} has ${count}\n${lines.join("\n")}`)
}

/** @throws ConfigError ERR_CONFIG_INVALID that says why it cannot be read */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "-"
    const why = code === "ENOENT" ? "is not there" : `cannot be read (${code})`
    throw new ConfigError("ERR_CONFIG_INVALID", `${path} ${why}`, { cause })
  }
}
