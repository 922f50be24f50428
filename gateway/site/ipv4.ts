/** IPv4 addresses and networks in dotted and prefix notation (RFC 4632 §3.1). A site's rules are for IPv4; IPv6 is dropped. */

/** `192.0.2.7/24`: an address with the network it lies in. */
export interface Prefixed {
  readonly address: string
  /** As a number of 32 bits. */
  readonly bits: number
  readonly prefixLength: number
}

/** Without zeros in front: ip(8) and nft(8) take those for octal numbers, and so for another address. */
const PREFIXED = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\/(0|[1-9]\d?)$/

/** Null for what is no address with a prefix length. */
export function readPrefixed(text: string): Prefixed | null {
  const numbers = PREFIXED.exec(text)?.slice(1).map(Number)
  const prefixLength = numbers?.pop() ?? 33
  if (numbers?.some((each) => each > 255) !== false || prefixLength > 32) return null
  const bits = numbers.reduce((sum, each) => sum * 256 + each, 0)
  return { address: numbers.join("."), bits, prefixLength }
}

/** `192.0.2.7` as its host's network of one; null for what is no address. */
export const readAddress = (text: string): Prefixed | null => readPrefixed(`${text}/32`)

/** The first bits, which all addresses of a network have in common, as a number of 32 bits. */
const networkBits = ({ bits }: Prefixed, prefixLength: number): number =>
  bits - (bits % 2 ** (32 - prefixLength))

/** `192.0.2.7/24` → `192.0.2.0/24`. */
export function networkOf(prefixed: Prefixed): string {
  const bits = networkBits(prefixed, prefixed.prefixLength)
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256)
  return `${octets.join(".")}/${prefixed.prefixLength}`
}

/** No bits behind the prefix: it names a network, and no host in it. */
export const isNetwork = (prefixed: Prefixed): boolean =>
  networkBits(prefixed, prefixed.prefixLength) === prefixed.bits

/** Is every address of `inner` one of `outer`? */
export const contains = (outer: Prefixed, inner: Prefixed): boolean =>
  outer.prefixLength <= inner.prefixLength &&
  networkBits(inner, outer.prefixLength) === networkBits(outer, outer.prefixLength)

/** Have the two an address in common? */
export const overlaps = (one: Prefixed, other: Prefixed): boolean =>
  contains(one, other) || contains(other, one)

/** `192.0.2.7/24` → `192.0.2.7`, of what the schema has let through. */
export const hostOf = (prefixed: string): string => prefixed.slice(0, prefixed.indexOf("/"))
