/**
 * What no single setting can be wrong in: rules between settings. They read the raw value and pass over what the
 * schema refuses, so that a person hears of everything at once.
 */
import type { Issue } from "./issue.ts"
import { affinityIssues } from "./affinity-domain.ts"
import { directoryIssues } from "./directory.ts"
import { packagingIssues } from "./packaging.ts"
import { roadHomeIssues } from "./road-home.ts"
import { INSTITUTION_CODE, isDomainOfAnother } from "../journey/institution.ts"
import { isTestPolicy } from "../standards/hpki/profile.ts"

type Raw = Readonly<Record<string, unknown>>

export function crossIssues(config: unknown): Issue[] {
  const root = group(config)
  return [
    ...keyIssues(group(root.keys)),
    ...agreementIssues(root),
    ...deskIssues(root),
    ...listenIssues(root),
    ...diskIssues(group(root.disk)),
    ...dicomIssues(group(root.dicom)),
    ...doorIssues(group(root.dicom), root.dataDir),
    ...repeated(items(group(root.desk).machineTokens), "desk.machineTokens", "name"),
    ...repeated(items(group(root.audit).collectors), "audit.collectors", "name"),
    ...mailIssues(root),
    ...directoryIssues(group(root.directory)),
    ...personsIssues(root),
    ...policyIssues(group(root.trust)),
  ]
}

/** A policy of certificates for tests is believed nowhere by being listed among others. */
function policyIssues({ signaturePolicies, allowTestPolicies }: Raw): Issue[] {
  if (!Array.isArray(signaturePolicies) || allowTestPolicies === true) return []
  return (signaturePolicies as unknown[]).flatMap((policy, index) =>
    typeof policy === "string" && isTestPolicy(policy)
      ? [
          {
            path: `trust.signaturePolicies.${index}`,
            message:
              "is HPKI's policy of certificates for tests: needs trust.allowTestPolicies, never in production",
          },
        ]
      : [],
  )
}

/** Signatures of other authorities need somebody who believes them. */
const levelIssues = ({ trust }: Raw, { reportSignature }: Raw, path: string): Issue[] =>
  reportSignature === "qualified-other" && group(trust).qualified === undefined
    ? [{ path: `${path}.reportSignature`, message: "qualified-other needs trust.qualified" }]
    : []

/** By key or by card: with neither a name alone would do, with both one of them would never be looked at. */
const readerIssues = (agreement: Raw, path: string): Issue[] =>
  items(agreement.readers).flatMap(({ spkiSha256, card }, index) =>
    (spkiSha256 === undefined) === (card === undefined)
      ? [{ path: `${path}.readers.${index}`, message: "needs spkiSha256 or card, and not both" }]
      : [],
  )

/** A private key lies in a file or in a token. */
function keyIssues(keys: Raw): Issue[] {
  const retired = items(keys.retired).map((each, index) => [`retired.${index}`, each] as const)
  const named = [["seal", keys.seal] as const, ["object", keys.object] as const, ...retired]
  return named.flatMap(([use, place]) => {
    const path = `keys.${use}`
    const { key, pkcs11 } = group(place)
    if (place === undefined) return []
    if (key === undefined && pkcs11 === undefined) return [{ path, message: "needs key, or pkcs11" }]
    if (key !== undefined && pkcs11 !== undefined)
      return [
        { path: `${path}.pkcs11`, message: "stands beside key: the private key lies in one place only" },
      ]
    return []
  })
}

function agreementIssues(root: Raw): Issue[] {
  const agreements = items(root.agreements)
  const terms = agreements.flatMap(({ validFrom, validUntil }, index) =>
    typeof validFrom === "string" && typeof validUntil === "string" && validFrom >= validUntil
      ? [{ path: `agreements.${index}.validUntil`, message: "must be after validFrom" }]
      : [],
  )
  return [
    ...repeated(items(root.privateTransferSyntaxes), "privateTransferSyntaxes", "uid"),
    ...repeated(agreements, "agreements", "id"),
    ...terms,
    ...shortTerms(agreements),
    ...patientDomains(root, agreements),
    ...sharedPins(agreements),
    ...agreements.flatMap((each, index) => packagingIssues(each, `agreements.${index}`)),
    ...agreements.flatMap((each, index) => affinityIssues(each, `agreements.${index}`)),
    ...agreements.flatMap((each, index) => readerIssues(each, `agreements.${index}`)),
    ...agreements.flatMap((each, index) => levelIssues(root, each, `agreements.${index}`)),
    ...agreements.flatMap((each, index) => roadHomeIssues(each, `agreements.${index}`)),
  ]
}

/** Patients have numbers of the hospital: of the two sites the one that submits studies. */
function patientDomains({ site }: Raw, agreements: readonly Raw[]): Issue[] {
  return agreements.flatMap(({ accepts, partner, patientIdDomain }, index) => {
    const isOfPartner = Array.isArray(accepts) && accepts.includes("study")
    const { institutionCode = "" } = group(isOfPartner ? partner : site)
    const path = `agreements.${index}.patientIdDomain`
    if (typeof institutionCode !== "string") return []
    if (institutionCode !== "" && !INSTITUTION_CODE.test(institutionCode)) return []
    if (patientIdDomain === undefined)
      return institutionCode === ""
        ? [{ path, message: "is needed: the hospital has no institutionCode" }]
        : []
    const isForeign =
      typeof patientIdDomain === "string" &&
      institutionCode !== "" &&
      isDomainOfAnother(patientIdDomain, institutionCode)
    return isForeign ? [{ path, message: `is not that of institution ${institutionCode}` }] : []
  })
}

/** The request outlives its images, and what is not read is never kept shorter than what is. */
function shortTerms(agreements: readonly Raw[]): Issue[] {
  return agreements.flatMap(({ retention }, index) => {
    const { images, unreadImages = images, reports } = group(retention)
    const path = `agreements.${index}.retention`
    return [
      ...(durationMs(unreadImages) < durationMs(images)
        ? [{ path: `${path}.unreadImages`, message: "must not be shorter than images" }]
        : []),
      ...(durationMs(reports) < durationMs(images) || durationMs(reports) < durationMs(unreadImages)
        ? [{ path: `${path}.reports`, message: "must not be shorter than the images" }]
        : []),
    ]
  })
}

/** NaN for what the schema refuses: no comparison with it is true. */
function durationMs(text: unknown): number {
  const [, count = "", unit = ""] = typeof text === "string" ? (/^(\d+)([smhd])$/.exec(text) ?? []) : []
  return count === "" ? Number.NaN : Number(count) * (UNITS_MS[unit] ?? Number.NaN)
}
const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A certificate has to tell which partner is speaking. */
function sharedPins(agreements: readonly Raw[]): Issue[] {
  const owner = new Map<unknown, number>()
  const issues: Issue[] = []
  for (const [index, { tlsPins }] of agreements.entries()) {
    for (const [place, pin] of (Array.isArray(tlsPins) ? (tlsPins as unknown[]) : []).entries()) {
      const first = owner.get(pin) ?? index
      if (first !== index)
        issues.push({
          path: `agreements.${index}.tlsPins.${place}`,
          message: `is a pin of agreements.${first}`,
        })
      owner.set(pin, first)
    }
  }
  return issues
}

function deskIssues(root: Raw): Issue[] {
  const { origin, rpId } = group(root.desk)
  if (typeof origin !== "string" || !URL.canParse(origin)) return []
  const url = new URL(origin)
  const issues: Issue[] = []
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    issues.push({ path: "desk.origin", message: "must be scheme, host and port only" })
  // Browsers keep passkeys and Secure cookies to https; localhost is the one exception (docs/adr/0004).
  const local = url.hostname === "localhost" || url.hostname.endsWith(".localhost")
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local))
    issues.push({ path: "desk.origin", message: "must be https, or http on localhost" })
  if (typeof rpId === "string" && rpId !== "" && url.hostname !== rpId)
    issues.push({ path: "desk.rpId", message: "must be the host name of desk.origin" })
  return [...issues, ...cardIssues(group(root.desk).cards, url)]
}

/** A browser that was asked for a card there goes on showing it there: it must not be the desk's own address. */
function cardIssues(cards: unknown, desk: URL): Issue[] {
  const { origin } = group(cards)
  if (typeof origin !== "string" || !URL.canParse(origin)) return []
  const path = "desk.cards.origin"
  const url = new URL(origin)
  if (url.origin !== origin) return [{ path, message: "must be scheme, host and port only" }]
  return url.host === desk.host
    ? [{ path, message: "must be another host name or port than desk.origin" }]
    : []
}

function listenIssues(root: Raw): Issue[] {
  const taken = new Map<string, string>()
  const issues: Issue[] = []
  const places: Raw = {
    ...root,
    "dicom.tls": group(root.dicom).tls,
    "dicom.web": group(root.dicom).web,
    "desk.cards": group(root.desk).cards,
  }
  for (const name of ["dicom", "dicom.tls", "dicom.web", "xdr", "desk", "desk.cards", "health"]) {
    const { host = "127.0.0.1", port } = group(places[name])
    if (typeof host !== "string" || typeof port !== "number" || port === 0) continue
    const address = `${host}:${port}`
    const first = taken.get(address)
    if (first !== undefined) issues.push({ path: `${name}.port`, message: `is taken by ${first}` })
    else taken.set(address, name)
  }
  return issues
}

/** The customary port of the other kind of TLS: nothing but a handshake that never ends comes of it. */
const NOT_FOR: Readonly<Record<string, number>> = { implicit: 587, starttls: 465 }

/** Each notice is about what its own role has. */
function mailIssues(root: Raw): Issue[] {
  const mail = group(root.mail)
  const { user, passwordFile, tls = "implicit", port = 465 } = group(mail.server)
  const notices = items(mail.notices)
  const [own, place] = root.role === "center" ? ["stat", "a center"] : ["report", "an edge"]
  return [
    ...(port === NOT_FOR[String(tls)]
      ? [
          {
            path: "mail.server.port",
            message: `is not for ${String(tls)}: 465 is for implicit, 587 for starttls`,
          },
        ]
      : []),
    ...((user === undefined) === (passwordFile === undefined)
      ? []
      : [{ path: "mail.server", message: "user and passwordFile go together" }]),
    ...repeated(notices, "mail.notices", "name"),
    ...notices.flatMap(({ about }, index) =>
      about === own || (about !== "stat" && about !== "report")
        ? []
        : [{ path: `mail.notices.${index}.about`, message: `must be ${own}: this is ${place}` }],
    ),
  ]
}

/** Absent ones are the schema's defaults, which fit each other but not every figure a person writes. */
function diskIssues({ reserveMiB = 512, refuseMiB = 1024, warnMiB = 4096 }: Raw): Issue[] {
  const less = (value: unknown, than: unknown): boolean =>
    typeof value === "number" && typeof than === "number" && value < than
  return [
    ...(less(refuseMiB, reserveMiB)
      ? [{ path: "disk.refuseMiB", message: "must not be less than reserveMiB" }]
      : []),
    ...(less(warnMiB, refuseMiB)
      ? [{ path: "disk.warnMiB", message: "must not be less than refuseMiB" }]
      : []),
  ]
}

function dicomIssues(dicom: Raw): Issue[] {
  const modalities = items(dicom.modalities)
  const nodes = [
    ...modalities.map((node, index) => ({ node, path: `dicom.modalities.${index}` })),
    { node: group(dicom.archive), path: "dicom.archive" },
  ]
  const unmet = nodes.flatMap(({ node, path }) => [
    ...(isPinned(node) && dicom.tls === undefined
      ? [{ path: `${path}.tlsPins`, message: "needs dicom.tls" }]
      : []),
    ...((node.host === undefined) === (node.port === undefined)
      ? []
      : [
          {
            path: `${path}.${node.host === undefined ? "host" : "port"}`,
            message: "host and port go together",
          },
        ]),
  ])
  return unmet
}

/** Other doors for images than C-STORE. */
function doorIssues(dicom: Raw, dataDir: unknown): Issue[] {
  const web = group(dicom.web)
  const [senders, folders] = [items(web.senders), items(dicom.folders)]
  const at = (list: readonly Raw[], path: string) =>
    list.map((each, index) => ({ aeTitle: each.aeTitle, path: `${path}.${index}.aeTitle` }))
  return [
    ...repeatedAes([
      ...at(items(dicom.modalities), "dicom.modalities"),
      ...at(senders, "dicom.web.senders"),
      ...at(folders, "dicom.folders"),
    ]),
    ...senders.flatMap((sender, index) => senderIssues(sender, `dicom.web.senders.${index}`, dicom)),
    ...(dicom.web !== undefined && dicom.tls === undefined && !isLoopback(web.host ?? "127.0.0.1")
      ? [{ path: "dicom.web.host", message: "must be loopback without dicom.tls" }]
      : []),
    ...folders.flatMap(({ path }, index) => folderIssues(folders.slice(0, index), path, index, dataDir)),
  ]
}

/** By its AE title a study tells which door it came through, and how long that one may be quiet. */
function repeatedAes(ends: readonly { readonly aeTitle: unknown; readonly path: string }[]): Issue[] {
  const seen = new Set<unknown>()
  return ends.flatMap(({ aeTitle, path }) => {
    const again = aeTitle !== undefined && seen.has(aeTitle)
    seen.add(aeTitle)
    return again ? [{ path, message: "is used twice" }] : []
  })
}

function senderIssues(sender: Raw, path: string, { tls }: Raw): Issue[] {
  if (isPinned(sender))
    return tls === undefined ? [{ path: `${path}.tlsPins`, message: "needs dicom.tls" }] : []
  return sender.tokenFile === undefined ? [{ path, message: "needs tokenFile or tlsPins" }] : []
}

const isLoopback = (host: unknown): boolean =>
  host === "localhost" || host === "::1" || (typeof host === "string" && /^127(\.\d{1,3}){3}$/.test(host))

/** No folder inside another, nor inside what is ours: files would be taken twice, or eaten. */
function folderIssues(before: readonly Raw[], path: unknown, index: number, dataDir: unknown): Issue[] {
  const overlaps = (other: unknown): boolean =>
    typeof path === "string" && typeof other === "string" && (isWithin(path, other) || isWithin(other, path))
  const at = `dicom.folders.${index}.path`
  const first = before.findIndex((each) => overlaps(each.path))
  return [
    ...(first === -1 ? [] : [{ path: at, message: `overlaps dicom.folders.${first}` }]),
    ...(overlaps(dataDir) ? [{ path: at, message: "overlaps dataDir" }] : []),
  ]
}

const isWithin = (path: string, folder: string): boolean =>
  `${path}/`.startsWith(`${folder.replace(/\/$/, "")}/`)

const isPinned = ({ tlsPins }: Raw): boolean => Array.isArray(tlsPins) && tlsPins.length > 0

function personsIssues(root: Raw): Issue[] {
  const { persons, ...keys } = group(root.keys)
  if (root.role !== "center")
    return ["signingService", "cardBridge"]
      .filter((name) => keys[name] !== undefined)
      .map((name) => ({ path: `keys.${name}`, message: "is for a center: nobody signs reports here" }))
  return persons === undefined ? [{ path: "keys.persons", message: "is needed at a center" }] : []
}

function repeated(list: readonly Raw[], path: string, key: string): Issue[] {
  const seen = new Set<unknown>()
  return list.flatMap((each, index) => {
    const again = each[key] !== undefined && seen.has(each[key])
    seen.add(each[key])
    return again ? [{ path: `${path}.${index}.${key}`, message: "is used twice" }] : []
  })
}

const group = (value: unknown): Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {}
const items = (value: unknown): readonly Raw[] => (Array.isArray(value) ? value.map(group) : [])
