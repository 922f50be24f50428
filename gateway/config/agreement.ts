/** Configuration of one agreement: a partner, what goes there and comes from it, and on whose word. */
import { z } from "zod"
import { affinityDomain } from "./affinity-domain.ts"
import { agreedCodes } from "./codes.ts"
import { lineTerms } from "./line.ts"
import { packaging } from "./packaging.ts"
import { roadHome } from "./road-home.ts"
import { duration, file, institutionCode, oid, pin } from "./values.ts"

const urgencyTerm = z.strictObject({
  label: z.string().min(1).describe("e.g. 緊急, 至急, 通常"),
  dueMinutes: z.int().positive().describe("minutes from the request"),
})
const KINDS = ["study", "report", "receipt", "acknowledgement", "certificate", "phantom"] as const

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
  tlsCertificate: z
    .enum(["pinned", "hpki-organisation"])
    .default("pinned")
    .describe(
      "what the partner's TLS certificates must be beside pinned: `hpki-organisation`: authentication certificates of organisations under trust.hpkiRoots (docs/people.md); trust.tlsCa must have their authorities too",
    ),
  tls: z
    .enum(["1.3", "ihe-stx"])
    .default("1.3")
    .describe("`ihe-stx`: TLS 1.2 with the BCP 195 suites as well (ITI-19)"),
  legalBasis: z.string().default("entrustment").describe("why the partner may have the data"),
  purposes: z.array(z.string()).default(["remote reading"]).describe("what the data may be used for"),
  accepts: z
    .array(z.enum(KINDS))
    .describe(
      "what the partner may submit to us; phantom = self-tests (`dokuei self-test`), at both sides; [] only where nothing comes back, as from a repository",
    ),
  receipts: z
    .enum(["signed", "registry-response"])
    .optional()
    .describe(
      "what says that it arrived and ends our custody: the partner's signed receipt, or its answer alone. Default: signed; without seals its answer",
    ),
  reportSignature: z
    .enum(["hpki", "qualified-other", "seal+passkey"])
    .default("hpki")
    .describe(
      "whose signature makes a report, at both sides: `hpki`: its reader's, with an HPKI certificate of a physician; `qualified-other`: its reader's, with a certificate of `trust.qualified`, which says who signs and not that it is a physician; `seal+passkey`: the reading centre's seal, after its reader agreed by passkey; nobody signs in person",
    ),
  preliminaryReports: z
    .enum(["none", "stat", "all"])
    .default("none")
    .describe(
      "preliminary reports (仮報告), which nobody has signed and a signed one follows: `stat`: for STAT requests; `all`: for any request. At both sides alike: what the hospital's agreement does not say it refuses",
    ),
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
