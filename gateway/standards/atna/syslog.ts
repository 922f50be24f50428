/**
 * An audit message on its way: RFC 5424 header, RFC 5425 framing, as ITI TF-2 3.20.4.1.1 wants them.
 *
 *     LEN SP <85>1 TIMESTAMP HOSTNAME APP-NAME PROCID IHE+RFC-3881 - <?xml …
 *
 * LEN counts the octets of everything behind the space, not characters.
 */

/** Who sends, in the words of RFC 5424 6.2. */
export interface SyslogOrigin {
  readonly host: string
  readonly application: string
  /** A change of it says that the sender began anew: what follows may have been sent before (RFC 5424 6.2.6). */
  readonly processId: string
}

/** 10 security/authorization. */
const FACILITY = 10
/** 5 notice; 4 warning for what failed seriously, so that a collector can tell without reading the XML. */
const NOTICE = 5
const WARNING = 4
const MESSAGE_ID = "IHE+RFC-3881"
const NIL = "-"
/** RFC 5424 6: lengths of HOSTNAME, APP-NAME, PROCID. */
const HOST_LENGTH = 255
const APPLICATION_LENGTH = 48
const PROCESS_LENGTH = 128

/** One frame. @param message XML as `writeAuditMessage` gives it */
export function syslogFrame(message: string, { host, application, processId }: SyslogOrigin): Uint8Array {
  const { at, isSerious } = factsOf(message)
  const header = [
    `<${FACILITY * 8 + (isSerious ? WARNING : NOTICE)}>1`,
    at,
    printable(host, HOST_LENGTH),
    printable(application, APPLICATION_LENGTH),
    printable(processId, PROCESS_LENGTH),
    MESSAGE_ID,
    NIL,
  ]
  const octets = new TextEncoder().encode(`${header.join(" ")} ${message}`)
  const length = new TextEncoder().encode(`${octets.length} `)
  const frame = new Uint8Array(length.length + octets.length)
  frame.set(length)
  frame.set(octets, length.length)
  return frame
}

/** When it happened, as an RFC 3339 time of at most six decimals; null when the message does not say. */
export function auditTimeOf(message: string): string | null {
  const written = /\bEventDateTime="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))"/
  return written.exec(message)?.[1] ?? null
}

function factsOf(message: string): { readonly at: string; readonly isSerious: boolean } {
  const outcome = /\bEventOutcomeIndicator="(\d+)"/.exec(message)?.[1] ?? "0"
  return { at: auditTimeOf(message) ?? NIL, isSerious: Number(outcome) >= 8 }
}

/** PRINTUSASCII without spaces; what is none of it becomes a question mark, nothing becomes NILVALUE. */
const printable = (text: string, length: number): string =>
  text.replace(/[^\x21-\x7e]/gu, "?").slice(0, length) || NIL
