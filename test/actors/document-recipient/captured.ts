/** Messages of other stacks, from the reference files. */
import { readFileSync } from "node:fs"
import path from "node:path"

export const SHARED = process.env.DOKUEI_SHARED ?? ""

export interface Captured {
  readonly contentType: string
  readonly body: Buffer
}

/** A message with the line ends as stored (LF), or as on a wire (CRLF). */
export function captured(name: string, isWire: boolean): Captured {
  const read = (file: string): string => readFileSync(path.join(SHARED, "ihe/samples", file), "latin1")
  const whole = read(name)
  const hasHeaderFile = name.endsWith(".body.txt")
  if (name.endsWith("mtom-body.txt")) return { contentType: bareType(whole), body: ended(whole, isWire) }
  const [head, body] = hasHeaderFile ? [read(name.replace(".body.", ".header.")), whole] : split(whole)
  const found = /content-type:\s*(multipart[^]*?)(?=\r?\n[^\s]|\r?\n?$)/i.exec(head)?.[1] ?? head
  return { contentType: found.replace(/\s+/g, " ").trim(), body: ended(body, isWire) }
}

/** Stored without any header: its boundary is its first line. */
function bareType(text: string): string {
  return `multipart/related; boundary="${/--(\S+)/.exec(text)![1]!}"`
}

function ended(text: string, isWire: boolean): Buffer {
  return Buffer.from(isWire ? text.replace(/\r?\n/g, "\r\n") : text, "latin1")
}

function split(message: string): readonly [string, string] {
  const end = /\r?\n\r?\n/.exec(message)!
  return [message.slice(0, end.index), message.slice(end.index + end[0].length)]
}
