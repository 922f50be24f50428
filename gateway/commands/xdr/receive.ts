/**
 * `dokuei xdr receive`: the gateway's own recipient door with nothing behind it but a folder, for a partner's test day. Read,
 * judged and answered as by a gateway, as far as no agreement is needed for it.
 */
import { AsyncLocalStorage } from "node:async_hooks"
import { listen } from "../../actors/document-recipient/listen.ts"
import { listenInClear } from "../../actors/document-recipient/listen-in-clear.ts"
import { RECIPIENT_LIMITS } from "../../actors/document-recipient/limits.ts"
import {
  DEFAULT_PATH,
  type InClearOptions,
  type TurnedAway,
} from "../../actors/document-recipient/options.ts"
import type { Enter } from "../../actors/http-door/open.ts"
import { pinOf } from "../../actors/secure-node/pins.ts"
import { isBelow } from "../../actors/secure-node/profile.ts"
import { serverTls } from "../../actors/secure-node/tls.ts"
import { httpGuard } from "../../actors/secure-node/waiting-room.ts"
import { systemClock } from "../../clock.ts"
import { repeats, timesOf } from "../../foundation/repeats.ts"
import { checkLimited, checkRecipient } from "../../journey/accept/judge.ts"
import type { SubmissionHandler } from "../../journey/ports/inbound.ts"
import type { Running } from "../../running.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { printable } from "../printable.ts"
import { nodeCredentials, type NodeFiles } from "./node.ts"
import { Trial } from "./trial.ts"
import { foldersIn, TrialFolder } from "./trial-folder.ts"
import { makeFolder } from "../../storage/make-folder.ts"

export interface ReceiveOptions {
  readonly host: string
  readonly port: number
  /** null = in the clear, on this machine alone. */
  readonly node: NodeFiles | null
  /** Where what comes is kept. */
  readonly folder: string
  /** As an agreement would say it. */
  readonly limitedMetadata: boolean
  /** Our OID: who sends to somebody else is told so. null = recipients are not judged. */
  readonly oid: string | null
  /** sourceId values that are taken; [] = whichever. */
  readonly sources: readonly string[]
}

const NOBODY = "in the clear"
/** As at a gateway: the other half of its connections is for submissions. */
const WAITING_PLACES = RECIPIENT_LIMITS.maxConnections / 2

/** Resolves when the port is open. */
export async function startReceiving(
  options: ReceiveOptions,
  print: (text: string) => void,
): Promise<Running> {
  await makeFolder(options.folder, 0o700)
  const current = new AsyncLocalStorage<Trial>()
  const door = { host: options.host, port: options.port, ...doorOptions(options, current, print) }
  const handler = keeping(options, current)
  const open =
    options.node === null
      ? await listenInClear(door, NOBODY, handler)
      : await listen({ ...door, ...(await mutualTls(options.node)) }, handler)
  return { ports: { xdr: open.port }, stop: () => open.close() }
}

export const urlOf = ({ host, node }: ReceiveOptions, port: number): string =>
  `${node === null ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}${DEFAULT_PATH}`

async function mutualTls(node: NodeFiles) {
  const pins = node.pin
  return {
    tls: serverTls(await nodeCredentials(node)),
    identify: (certificate: Parameters<typeof pinOf>[0]) => {
      const spkiSha256 = pinOf(certificate)
      const isKnown = pins.length === 0 || pins.includes(spkiSha256)
      return { agreement: isKnown ? certificate.subject.replaceAll("\n", ", ") : null, spkiSha256 }
    },
    speaksEnough: (_: string, protocol: string | null) => !isBelow(node.tls, protocol),
    revoked: () => null,
  }
}

function doorOptions(
  { folder, sources }: ReceiveOptions,
  current: AsyncLocalStorage<Trial>,
  print: (text: string) => void,
): Omit<InClearOptions, "host" | "port"> {
  return {
    guard: httpGuard(WAITING_PLACES),
    sourceOf: () => (sources.length === 0 ? null : sources),
    around: (enter) => attending(enter, foldersIn(folder), current, print),
    onAnswered: (answer, to) => current.getStore()?.answered(answer, to),
    onFailed: ({ submission }) => {
      if (submission !== null) current.getStore()?.read(submission)
    },
    onTolerated: ({ faults }) => current.getStore()?.overlooked(faults),
    onRefused: repeats(
      ({ detail, remoteAddress, spkiSha256 }: TurnedAway) => `${detail} ${remoteAddress} ${spkiSha256}`,
      ({ reason, remoteAddress, spkiSha256, detail }: TurnedAway, times) =>
        print(
          `turned away: ${reason} from ${remoteAddress}: ${printable(timesOf(detail, times))}` +
            `${spkiSha256 === null ? "" : `; pin ${spkiSha256}`}\n`,
        ),
    ),
    onFault: (error) => print(faultOfOurs(error)),
  }
}

const faultOfOurs = (error: unknown): string =>
  `fault of ours: ${error instanceof Error ? printable(error.message) : "unknown"}\n`

/** Each request is a trial; its octets are kept as they are read, and no faster. */
function attending(
  enter: Enter,
  newFolder: () => string,
  current: AsyncLocalStorage<Trial>,
  print: (text: string) => void,
): Enter {
  return async (request, response, expectsContinue) => {
    const trial = new Trial(request, new TrialFolder(newFolder), systemClock.now())
    // Paused, a listener sees what somebody else reads and makes nothing flow by itself.
    request.pause()
    request.on("data", (piece: Uint8Array) => {
      if (!trial.isAnswered) trial.folder.keep(() => trial.head, piece)
    })
    await current.run(trial, () => enter(request, response, expectsContinue))
    print(`${trial.summary()}\n`)
    await trial.folder.close(trial.report()).catch((error: unknown) => print(faultOfOurs(error)))
  }
}

function keeping(options: ReceiveOptions, current: AsyncLocalStorage<Trial>): SubmissionHandler {
  return {
    begin: (_peer, submission) => {
      const trial = current.getStore()
      if (trial === undefined) throw new RangeError("a submission outside any request")
      trial.read(submission)
      judged(options, submission)
      return Promise.resolve({
        document: (entry, octets) => trial.folder.document(entry, octets, (kept) => trial.came(kept)),
        commit: () => Promise.resolve([]),
        abort: () => trial.folder.dropDocuments(),
      })
    },
  }
}

/** What an agreement would say about the metadata. @throws AcceptanceError */
function judged({ limitedMetadata, oid }: ReceiveOptions, submission: Submission): void {
  checkLimited({ limitedMetadata: limitedMetadata ? ["accept"] : [] }, submission)
  if (oid !== null) checkRecipient({ oid }, submission)
}
