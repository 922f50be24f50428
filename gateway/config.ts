/**
 * Configuration: one YAML file per role, checked whole before anything starts; every fault is named by its path.
 * `docs/settings.md` is printed from the schema below.
 */
import { readFileSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { parseDocument } from "yaml"
import { z } from "zod"
import { ConfigError } from "./journey/errors.ts"

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
const file = z.string().min(1).describe("path, relative to this file")
const aeTitle = z
  .string()
  .regex(/^[\x20-\x5b\x5d-\x7e]{1,16}$/, "must be 1 to 16 printable characters without backslash")

/** `90s`, `15m`, `8h`, `30d` in milliseconds. */
const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const duration = z
  .string()
  .regex(/^\d+(s|m|h|d)$/, "must be a number with s, m, h or d, e.g. 30d")
  .transform((text) => Number(text.slice(0, -1)) * UNITS_MS[text.slice(-1) as keyof typeof UNITS_MS])

const key = z.strictObject({
  key: file.describe("PKCS#8 PEM"),
  chain: file.describe("certificates, PEM, leaf first"),
})
const urgencyTerm = z.strictObject({ label: z.string().min(1), dueMinutes: z.int().positive() })
const KINDS = ["study", "report", "receipt", "acknowledgement", "certificate"] as const

const agreement = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -"),
  partner: z.strictObject({ name: z.string().min(1), oid, institutionCode: z.string().default("") }),
  endpoint: z.url({ protocol: /^https$/ }).describe("ITI-41 endpoint of the partner's Document Recipient"),
  tlsPins: z
    .array(pin)
    .min(1)
    .describe("SHA-256 of the SubjectPublicKeyInfo of the partner's TLS certificates"),
  sealPins: z.array(pin).min(1).describe("the same of its seal certificates"),
  objectCertificate: file.describe("certificate we encrypt for, PEM"),
  tls: z
    .enum(["1.3", "ihe-stx"])
    .default("1.3")
    .describe("`ihe-stx`: TLS 1.2 with the BCP 195 suites as well (ITI-19)"),
  legalBasis: z.string().default("entrustment"),
  purposes: z.array(z.string()).default(["remote reading"]),
  accepts: z.array(z.enum(KINDS)).min(1).describe("what the partner may submit to us"),
  receipts: z.enum(["signed", "registry-response"]).default("signed"),
  reportSignature: z.enum(["hpki"]).default("hpki"),
  retention: z.strictObject({
    images: duration.describe("how long copies of images are kept here; then they are destroyed"),
  }),
  urgency: z.strictObject({ STAT: urgencyTerm, HIGH: urgencyTerm, ROUTINE: urgencyTerm }),
  patientIdDomain: oid.describe("the hospital's patient id domain"),
  validFrom: z.iso.date(),
  validUntil: z.iso.date(),
  demarcation: z
    .array(z.strictObject({ segment: z.string(), responsible: z.string() }))
    .min(1)
    .describe("who answers for which segment of the path"),
  firstResponder: z.string().min(1).describe("who is called first when something is wrong"),
})

const common = {
  dataDir: file.describe("spool, slots, ledger, people and audit trail live here"),
  site: z.strictObject({
    name: z.string().min(1),
    oid,
    institutionCode: z
      .string()
      .regex(/^(\d{10})?$/, "must be ten digits")
      .default(""),
    timeZone: z.string().default("Asia/Tokyo").describe("DICOM times have no zone; this is theirs"),
  }),
  xdr: listen.describe("Document Recipient (ITI-41) over mutual TLS"),
  desk: z
    .strictObject({
      ...listen.shape,
      origin: z.url().describe("what the browser's address bar shows"),
      rpId: z.string().min(1).describe("WebAuthn relying party: the host name of origin"),
      machineTokens: z
        .array(z.strictObject({ name: z.string(), tokenFile: file }))
        .default([])
        .describe("systems that may enter requests without a person"),
      idle: duration.prefault("10m"),
    })
    .describe("the pages people use"),
  health: listen.describe("/healthz and /metrics, for the machine room only"),
  keys: z.strictObject({
    passphraseFile: file.describe("opens the epoch key; from systemd LoadCredential, a TPM or an operator"),
    seal: key.describe("施設シール: signs submissions, receipts and certificates"),
    object: key.describe("decrypts what is addressed to us"),
    tls: key,
    persons: file.optional().describe("folder of the readers' signing keys (center)"),
  }),
  trust: z.strictObject({
    tlsCa: file,
    sealCa: file,
    hpkiRoots: file,
    tsaRoots: file,
    crls: file.describe("folder of *.crl"),
    allowTestPolicies: z
      .boolean()
      .default(false)
      .describe("accept the HPKI test policy arc; never in production"),
  }),
  timeStamp: z.strictObject({ url: z.url() }),
  disk: z
    .strictObject({
      reserveMiB: z
        .int()
        .nonnegative()
        .default(512)
        .describe("below this much free space nothing new is accepted"),
    })
    .prefault({}),
  reportFont: z
    .string()
    .default("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    .describe("font of the PDF reports"),
  agreements: z.array(agreement).min(1).describe("nothing is exchanged without one"),
}

const modality = z.strictObject({
  aeTitle,
  quietPeriod: duration.prefault("60s").describe("a study is complete when nothing came for this long"),
})

export const edgeSchema = z.strictObject({
  role: z.literal("edge"),
  ...common,
  dicom: z.strictObject({
    ...listen.shape,
    aeTitle,
    modalities: z.array(modality).min(1).describe("calling AE titles that may send"),
    maxAssociations: z.int().positive().default(64),
  }),
})
export const centerSchema = z.strictObject({ role: z.literal("center"), ...common })

export type EdgeConfig = z.infer<typeof edgeSchema>
export type CenterConfig = z.infer<typeof centerSchema>
export type Config = EdgeConfig | CenterConfig

/** One fault: where (dotted path, "" = the file itself) and what. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** Everything wrong with the text, or the configuration with absolute paths. Reads named files only to see that they are there. */
export function checkConfig(
  text: string,
  baseDir: string,
): { readonly config: Config } | { readonly issues: readonly Issue[] } {
  const document = parseDocument(text, { uniqueKeys: true })
  const syntax = [...document.errors, ...document.warnings]
  if (syntax.length > 0)
    return { issues: syntax.map((error) => ({ path: "", message: error.message.split("\n")[0] ?? "" })) }
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  const role = typeof value === "object" && value !== null && "role" in value ? value.role : undefined
  if (role !== "edge" && role !== "center")
    return { issues: [{ path: "role", message: "must be edge or center" }] }
  const parsed = (role === "edge" ? edgeSchema : centerSchema).safeParse(value)
  if (!parsed.success) {
    return {
      issues: parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
    }
  }
  const config = withAbsolutePaths(parsed.data, baseDir)
  const issues = [...crossChecks(config), ...missingFiles(config)]
  return issues.length > 0 ? { issues } : { config }
}

/** Reads and checks a file; throws ConfigError naming every fault. */
export function loadConfig(path: string): Config {
  const result = checkConfig(readFileSync(path, "utf8"), dirname(resolve(path)))
  if ("config" in result) return result.config
  const lines = result.issues.map((issue) => `  ${issue.path || "(file)"}: ${issue.message}`)
  throw new ConfigError(
    "ERR_CONFIG_INVALID",
    `${path} has ${result.issues.length} fault(s)\n${lines.join("\n")}`,
  )
}

function crossChecks(config: Config): Issue[] {
  const issues: Issue[] = []
  const seen = new Set<string>()
  for (const [index, each] of config.agreements.entries()) {
    const path = `agreements.${index}`
    if (seen.has(each.id)) issues.push({ path: `${path}.id`, message: "is used by another agreement" })
    seen.add(each.id)
    if (each.validFrom >= each.validUntil)
      issues.push({ path: `${path}.validUntil`, message: "must be after validFrom" })
  }
  if (new URL(config.desk.origin).hostname !== config.desk.rpId) {
    issues.push({ path: "desk.rpId", message: "must be the host name of desk.origin" })
  }
  if (config.role === "center" && config.keys.persons === undefined) {
    issues.push({ path: "keys.persons", message: "is needed at a center" })
  }
  return issues
}

/** Every configured path with its dotted name; `set` rewrites it. */
function* paths(
  config: Config,
): Generator<{ path: string; value: string; folder?: boolean; set(value: string): void }> {
  const { keys, trust } = config
  for (const name of ["seal", "object", "tls"] as const) {
    yield { path: `keys.${name}.key`, value: keys[name].key, set: (value) => (keys[name].key = value) }
    yield { path: `keys.${name}.chain`, value: keys[name].chain, set: (value) => (keys[name].chain = value) }
  }
  yield {
    path: "keys.passphraseFile",
    value: keys.passphraseFile,
    set: (value) => (keys.passphraseFile = value),
  }
  if (keys.persons !== undefined) {
    yield { path: "keys.persons", value: keys.persons, folder: true, set: (value) => (keys.persons = value) }
  }
  for (const name of ["tlsCa", "sealCa", "hpkiRoots", "tsaRoots"] as const) {
    yield { path: `trust.${name}`, value: trust[name], set: (value) => (trust[name] = value) }
  }
  yield { path: "trust.crls", value: trust.crls, folder: true, set: (value) => (trust.crls = value) }
  yield { path: "reportFont", value: config.reportFont, set: (value) => (config.reportFont = value) }
  for (const [index, each] of config.agreements.entries()) {
    yield {
      path: `agreements.${index}.objectCertificate`,
      value: each.objectCertificate,
      set: (value) => (each.objectCertificate = value),
    }
  }
  for (const [index, each] of config.desk.machineTokens.entries()) {
    yield {
      path: `desk.machineTokens.${index}.tokenFile`,
      value: each.tokenFile,
      set: (value) => (each.tokenFile = value),
    }
  }
}

function withAbsolutePaths(config: Config, baseDir: string): Config {
  for (const each of paths(config)) each.set(resolve(baseDir, each.value))
  config.dataDir = resolve(baseDir, config.dataDir)
  return config
}

function missingFiles(config: Config): Issue[] {
  return [...paths(config)].flatMap(({ path, value, folder }) => {
    const stat = statSync(value, { throwIfNoEntry: false })
    if (stat === undefined) return [{ path, message: `${value} does not exist` }]
    if ((folder ?? false) !== stat.isDirectory())
      return [{ path, message: `${value} is not a ${folder ? "folder" : "file"}` }]
    return []
  })
}
