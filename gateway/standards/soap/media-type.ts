/** Content-Type and its parameters (RFC 9110 §8.3, RFC 2045 §5.1), read as senders really write it. */
import { Malformed } from "../malformed.ts"

export interface MediaType {
  /** `type/subtype`, lower case. */
  readonly essence: string
  /** By lower-case name; quotes and quoted pairs removed. */
  readonly parameters: ReadonlyMap<string, string>
}

// A token as such; unquoted values may hold more than RFC 2045 allows, e.g. `:` and `=` in boundaries of .NET.
const ESSENCE = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?=;|$)/
const PARAMETER = /\s*;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*/y

/** @throws Malformed MEDIA_TYPE */
export function parseMediaType(value: string): MediaType {
  const essence = ESSENCE.exec(value)
  if (essence?.[1] === undefined) throw new Malformed("MEDIA_TYPE", "RFC 9110 §8.3", "not a media type")
  return { essence: essence[1].toLowerCase(), parameters: parseParameters(value, essence[0].length) }
}

function parseParameters(value: string, from: number): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  const rest = value.replace(/[\s;]+$/, "")
  PARAMETER.lastIndex = from
  while (PARAMETER.lastIndex < rest.length) {
    const [, name = "", quoted, bare = ""] = PARAMETER.exec(rest) ?? []
    const key = name.toLowerCase()
    if (key === "")
      throw new Malformed("MEDIA_TYPE", "RFC 2045 §5.1", "parameters of the media type cannot be read")
    if (parameters.has(key))
      throw new Malformed("MEDIA_TYPE", "RFC 2045 §5.1", `parameter ${key} is given twice`)
    parameters.set(key, quoted?.replace(/\\(.)/g, "$1") ?? bare)
  }
  return parameters
}

/** Writes every parameter value quoted. */
export function formatMediaType(essence: string, parameters: Readonly<Record<string, string>>): string {
  const quote = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`
  return [essence, ...Object.entries(parameters).map(([name, value]) => `${name}=${quote(value)}`)].join("; ")
}
