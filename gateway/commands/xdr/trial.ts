/** One request of a test day, from its head to its answer: what is known of it, and told. */
import type { X509Certificate } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { peerCertificate } from "../../actors/http-door/peer-certificate.ts"
import { HttpRefusal } from "../../actors/http-door/refusal.ts"
import { pinOf } from "../../actors/secure-node/pins.ts"
import type { Addressing } from "../../standards/soap/addressing.ts"
import { SoapFault } from "../../standards/soap/fault.ts"
import type { RegistryResponse } from "../../standards/xds/registry-response.ts"
import type { Submission } from "../../standards/xds/submission.ts"
import { printable } from "../printable.ts"
import { responseTold } from "./response-told.ts"
import { submissionTable } from "./submission-table.ts"
import type { DocumentKept, TrialFolder } from "./trial-folder.ts"

type Answer = RegistryResponse | SoapFault | HttpRefusal

/** Lines on the screen; the rest stands in the folder. */
const MAX_SHOWN_LINES = 200
/** What is shown of one line: its length is the sender's. */
const MAX_LINE_LENGTH = 400
const NAME_WIDTH = 14

export class Trial {
  readonly folder: TrialFolder
  readonly #request: IncomingMessage
  /** Taken at once: a connection that breaks forgets who was on its other end. */
  readonly #caller: readonly string[]
  readonly #documents: DocumentKept[] = []
  #submission: Submission | null = null
  #overlooked: readonly string[] = []
  #addressing: Addressing | null = null
  #answer: Answer | null = null

  constructor(request: IncomingMessage, folder: TrialFolder, at: Date) {
    this.#request = request
    this.folder = folder
    const { method = "", url = "", socket } = request
    const from = socket.remoteAddress ?? "?"
    this.#caller = [`${at.toISOString()}  ${method} ${url} from ${from}`, ...identity(socket)]
  }

  /** Request line and headers as they came. */
  get head(): string {
    const { method = "", url = "", httpVersion, rawHeaders } = this.#request
    const fields = rawHeaders.flatMap((each, at) =>
      at % 2 === 0 ? [`${each}: ${rawHeaders[at + 1] ?? ""}`] : [],
    )
    return `${[`${method} ${url} HTTP/${httpVersion}`, ...fields].join("\r\n")}\r\n\r\n`
  }

  get isAnswered(): boolean {
    return this.#answer !== null
  }

  read(submission: Submission): void {
    this.#submission = submission
  }

  came(document: DocumentKept): void {
    this.#documents.push(document)
  }

  overlooked(faults: readonly string[]): void {
    this.#overlooked = faults
  }

  answered(answer: Answer, to: Addressing | null): void {
    this.#answer = answer
    this.#addressing = to
    if (this.#overlooked.length === 0) this.#overlooked = (to?.lacks ?? []).map((what) => `without ${what}`)
  }

  /** Everything, as it is kept with the request. */
  report(): string {
    return `${this.#lines().map(shown).join("\n")}\n`
  }

  /** The same for a screen. */
  summary(): string {
    const lines = this.#lines().map(shown)
    const rest = lines.length - MAX_SHOWN_LINES
    if (rest <= 0) return `${lines.join("\n")}\n`
    const end = this.#ending().map(shown)
    const first = lines.slice(0, MAX_SHOWN_LINES - end.length)
    return `${[...first, `  … ${rest} lines more in report.txt`, ...end].join("\n")}\n`
  }

  #lines(): readonly string[] {
    return [
      ...this.#caller,
      this.#http(),
      ...this.#headers(),
      ...this.#metadata(),
      ...this.#octets(),
      ...this.#ending(),
    ]
  }

  #http(): string {
    const { headers } = this.#request
    const length = headers["content-length"] ?? headers["transfer-encoding"] ?? "no length"
    return row("HTTP", `${headers["content-type"] ?? "no Content-Type"}; ${length}`)
  }

  #headers(): readonly string[] {
    const to = this.#addressing
    const overlooked = this.#overlooked.map((fault) => row("overlooked", fault))
    if (to === null) return overlooked
    return [
      row("wsa:Action", to.action),
      row("wsa:MessageID", to.messageId),
      row("wsa:To", to.to),
      row("wsa:ReplyTo", to.replyTo),
      ...overlooked,
    ]
  }

  #metadata(): readonly string[] {
    if (this.#submission === null) return []
    const files = new Map(this.#documents.map(({ entry, file }) => [entry.entryUUID, file]))
    return submissionTable(this.#submission, ({ entryUUID }) => files.get(entryUUID) ?? "")
  }

  #octets(): readonly string[] {
    const lines = this.#documents.map(({ entry, file, lengthBytes, sha1 }) => {
      const size = compared(entry.size, lengthBytes)
      const hash = compared(entry.hash, sha1)
      return `  ${file}  ${lengthBytes} octets, ${size}; SHA-1 ${sha1}, ${hash}`
    })
    return lines.length === 0 ? [] : ["Octets as they came", ...lines]
  }

  #ending(): readonly string[] {
    const { path, requestFault } = this.folder
    return [
      ...answerTold(this.#answer).map((line, at) => (at === 0 ? row("answered", line) : line)),
      ...(path === null
        ? []
        : [row("kept in", requestFault === null ? path : `${path}; the request: ${requestFault}`)]),
    ]
  }
}

const row = (name: string, value: string): string => `  ${name.padEnd(NAME_WIDTH)} ${value}`

const shown = (line: string): string =>
  printable(line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}…` : line)

function identity(socket: Socket): readonly string[] {
  if (!(socket instanceof TLSSocket)) return [row("who", "in the clear: whoever is on this machine")]
  const { certificate } = peerCertificate(socket, () => null)
  return [
    ...(certificate === null ? [] : certificateTold(certificate)),
    row("TLS", `${socket.getProtocol() ?? "?"}, ${socket.getCipher().name}`),
  ]
}

/** Lines: whose it is, and the pin an agreement would name. */
export const certificateTold = (certificate: X509Certificate): readonly string[] => [
  row("who", certificate.subject.replaceAll("\n", ", ")),
  row("issued by", `${certificate.issuer.replaceAll("\n", ", ")}; until ${certificate.validTo}`),
  row("pin", pinOf(certificate)),
]

function compared(stated: string | number | null, found: string | number): string {
  if (stated === null) return "not stated"
  return stated === found ? "as stated" : `stated ${stated}`
}

function answerTold(answer: Answer | null): readonly string[] {
  if (answer === null) return ["nothing: the line broke before the end of the request"]
  if (answer instanceof HttpRefusal) return [`HTTP ${answer.status}: ${answer.message}`]
  if (answer instanceof SoapFault)
    return [
      `SOAP fault ${answer.value}${answer.subcode === null ? "" : `/${answer.subcode}`}: ${answer.message}`,
    ]
  return responseTold(answer)
}
