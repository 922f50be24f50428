/** Reads the whole chain and says what it is, or the first thing wrong with it. Changes nothing. */
import { linkFault, readLink, type Link } from "./chain.ts"
import { linesOf } from "./lines.ts"

/** Repeats come from the last batch before a crash; older keys need not be remembered. */
const REMEMBERED_KEYS = 4096

export interface TrailState {
  readonly links: number
  readonly last: Link | null
  readonly recentKeys: Set<string>
  /** First thing wrong with the chain, by line; null when it holds. */
  readonly fault: string | null
  /** Octets follow the last whole line: an append under way, or one that a crash cut short. No fault. */
  readonly torn: boolean
}

/**
 * Cutting whole lines off the end leaves a chain that holds; only a head hash written down elsewhere shows it. Give
 * that as `knownHead`: then a chain that no longer holds that link is a fault too.
 */
export async function verifyTrail(path: string, knownHead: string | null = null): Promise<TrailState> {
  let last: Link | null = null
  let torn = false
  let headSeen = knownHead === null
  const recentKeys = new Set<string>()
  const state = (fault: string | null): TrailState => ({ links: last?.n ?? 0, last, recentKeys, fault, torn })
  for await (const line of linesOf(path)) {
    if (!line.ended) {
      torn = true
      break
    }
    const link: Link | null = line.text === null ? null : readLink(line.text)
    if (link === null) return state(`line ${(last?.n ?? 0) + 1} is not an audit record`)
    const fault = linkFault(last, link)
    if (fault !== null) return state(fault)
    last = link
    headSeen ||= link.hash === knownHead
    remember(recentKeys, link.key)
  }
  return state(headSeen ? null : `line ${(last?.n ?? 0) + 1} is missing: the known head is not in the chain`)
}

export function remember(keys: Set<string>, key: string): void {
  keys.add(key)
  if (keys.size <= REMEMBERED_KEYS) return
  const [oldest] = keys
  if (oldest !== undefined) keys.delete(oldest)
}
