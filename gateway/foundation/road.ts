/** The road between gateways: agreements with their certificates, mutual TLS both ways, the recipient's door. */
import { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { TlsOptions } from "node:tls"
import { listen as listenRecipient, type Recipient } from "../actors/document-recipient/listen.ts"
import { RECIPIENT_LIMITS } from "../actors/document-recipient/limits.ts"
import type { ToleratedSubmission, TurnedAway } from "../actors/document-recipient/options.ts"
import type { Endpoint } from "../actors/document-source/endpoint.ts"
import { identifyBy } from "../actors/secure-node/pins.ts"
import { isBelow } from "../actors/secure-node/profile.ts"
import { chainOf, type RevokedOf } from "../actors/secure-node/revoked.ts"
import { clientTls, serverTls, type NodeCredentials } from "../actors/secure-node/tls.ts"
import { httpGuard } from "../actors/secure-node/waiting-room.ts"
import type { Config } from "../config/schema.ts"
import { assertedIn } from "../journey/asserted.ts"
import type { Agreement } from "../journey/agreement.ts"
import { event, refusedImport } from "../journey/audit.ts"
import type { AuditEvent } from "../journey/ports/audit.ts"
import type { SubmissionHandler } from "../journey/ports/inbound.ts"
import type { DocumentSource } from "../journey/ports/outside.ts"
import type { World } from "../journey/world.ts"
import { patientIdDomainOf } from "../journey/institution.ts"
import { errorFields, type Log } from "../log.ts"
import type { CertificateWatch } from "./certificate-watch.ts"
import { lineCredentials, type LineCredentials, type LineParts } from "./line-credentials.ts"
import { both } from "./organisation-certificates.ts"
import { repeats, timesOf } from "./repeats.ts"
import { nameOf, type HeldRoads } from "./road-home.ts"

/** Half of the recipient's connections: the other half is for submissions. */
const WAITING_PLACES = RECIPIENT_LIMITS.maxConnections / 2

export function agreementsOf(config: Config): Promise<readonly Agreement[]> {
  return Promise.all(
    config.agreements.map(async (each) => ({
      ...each,
      ...termsOf(each),
      endpoint: each.endpoint ?? nameOf(each.id),
      patientIdDomain: each.patientIdDomain ?? patientIdDomainOf(hospitalOf(config, each).institutionCode),
      objectCertificate:
        each.objectCertificate === undefined
          ? new Uint8Array(0)
          : new X509Certificate(await readFile(each.objectCertificate)).raw,
      retention: {
        imagesMs: each.retention.images,
        unreadImagesMs: each.retention.unreadImages ?? each.retention.images,
        reportsMs: each.retention.reports,
        certificatesMs: each.retention.certificates,
      },
    })),
  )
}

/** What follows from how documents are packed, where nothing else is said: who understands no seals understands no units. */
function termsOf({
  packaging: { form, seals = form === "sealed" ? "dsg" : "none", permission, to, manifest, retrieve },
  receipts,
  recoding,
  units,
}: Config["agreements"][number]): Pick<Agreement, "packaging" | "receipts" | "recoding" | "units"> {
  const isSealing = seals === "dsg"
  return {
    packaging: {
      form,
      seals,
      permission: permission ?? null,
      ...(to === "repository" ? { to } : {}),
      ...(retrieve === undefined
        ? {}
        : { retrieve: { aeTitle: retrieve.aeTitle, locationUid: retrieve.locationUid ?? "" } }),
      ...(form === "zip" && manifest === "inside" ? { manifest } : {}),
    },
    receipts: receipts ?? (isSealing ? "signed" : "registry-response"),
    recoding: recoding ?? (isSealing ? "htj2k" : "none"),
    units: units ?? (isSealing ? "adaptive" : "off"),
  }
}

/** Of the two sites the one that submits studies. */
const hospitalOf = ({ site }: Config, { accepts, partner }: Config["agreements"][number]) =>
  accepts.includes("study") ? partner : site

/** Whose certificates come by is shown to `watch`. */
export const credentialsOf = (
  { keys, trust }: Config,
  parts: LineParts,
  watch: Pick<CertificateWatch, "noting">,
  alsoFault: RevokedOf,
): Promise<LineCredentials> =>
  lineCredentials(parts, { ...keys.tls, ca: trust.tlsCa }, (revoked) =>
    watch.noting(both(revoked, alsoFault)),
  )

/** By agreement; throws RangeError for one that is not in the configuration, or whose hospital is never called. */
export function endpointsOf(config: Config, credentials: NodeCredentials): (agreement: string) => Endpoint {
  return (id) => {
    const agreement = config.agreements.find((each) => each.id === id)
    if (agreement?.endpoint === undefined) throw new RangeError(`no endpoint of agreement ${id}`)
    const { endpoint: url, tls: profile, tlsPins } = agreement
    return { url, tls: clientTls({ ...credentials, profile }, tlsPins) }
  }
}

/** By the form of documents each agreement has. */
export function documentsTo(
  { agreements }: Config,
  ways: { readonly submit: DocumentSource; readonly store: DocumentSource },
): DocumentSource {
  const stow = new Set(agreements.filter(({ packaging }) => packaging.form === "stow").map(({ id }) => id))
  return {
    provideAndRegister: (agreement, ...sent) =>
      (stow.has(agreement) ? ways.store : ways.submit).provideAndRegister(agreement, ...sent),
  }
}

export interface DoorWatch {
  readonly log: Log
  readonly record: (event: AuditEvent) => Promise<void>
}

export async function openRecipient(
  config: Config,
  world: World,
  credentials: LineCredentials,
  { log, record }: DoorWatch,
  { handler, held }: { readonly handler: SubmissionHandler; readonly held: HeldRoads },
): Promise<Recipient> {
  const { agreements, xdr } = config
  // What the port must understand; who may speak it is asked of each caller, once it is known who calls.
  const profile = agreements.some((each) => each.tls === "ihe-stx") ? "ihe-stx" : "1.3"
  const profiles = new Map(agreements.map(({ id, tls }) => [id, tls]))
  const audited = (told: AuditEvent): void => {
    record(told).catch((error: unknown) => log("error", "audit-failed", errorFields(error)))
  }
  const turnedAway = (key: string | null, address: string, detail: string): void => {
    const at = world.clock.now().toISOString()
    const objectId = key ?? address
    audited(
      event({ event: "node-authentication-failure", outcome: "serious", at, objectId, description: detail }),
    )
  }
  const tls = (): TlsOptions => serverTls({ ...credentials, profile })
  const recipient = await listenRecipient(
    {
      host: xdr.host,
      port: xdr.port,
      tls: tls(),
      guard: httpGuard(WAITING_PLACES),
      limits: { maxConnections: RECIPIENT_LIMITS.maxConnections + held.places },
      turn: held.turn,
      identify: identifyBy(Object.fromEntries(agreements.map((each) => [each.id, each.tlsPins]))),
      speaksEnough: (id, protocol) => !isBelow(profiles.get(id) ?? "1.3", protocol),
      revoked: (certificate) => credentials.revoked(chainOf(certificate)),
      sourceOf: (id) => agreements.filter((each) => each.id === id).map((each) => each.partner.oid),
      onRefused: repeats(
        ({ reason, remoteAddress, spkiSha256 }) => `${reason} ${remoteAddress} ${spkiSha256}`,
        ({ reason, remoteAddress, spkiSha256, detail }: TurnedAway, times) => {
          log("warn", "node-refused", {
            reason,
            address: remoteAddress,
            key: spkiSha256 ?? "",
            detail,
            times,
          })
          turnedAway(spkiSha256, remoteAddress, timesOf(detail, times))
        },
      ),
      assertedBy: (id) =>
        agreements.some((each) => each.id === id && each.xua !== "off")
          ? (security) => assertedIn(world, id, security)
          : null,
      onFailed: ({ peer, submission, told, why = null }) => {
        log("warn", "submission-refused", { agreement: peer.agreement, told: told.join(" "), why: why ?? "" })
        audited(refusedImport(world, peer, submission, told, why))
      },
      onTolerated: repeats(
        ({ peer, faults }) => `${peer.agreement} ${faults.join()}`,
        ({ peer, faults }: ToleratedSubmission, times) => {
          log("warn", "submission-tolerated", { agreement: peer.agreement, faults: faults.join(", "), times })
        },
      ),
      onFault: (error) => log("error", "recipient-fault", errorFields(error)),
    },
    handler,
  )
  credentials.onRenewed(() => recipient.renewTls(tls()))
  return recipient
}
