/** When an unattended page logs itself out, and when it says so first. */

/** How long before the end the page warns. */
export const IDLE_WARNING_MS = 60_000

export type Idle =
  | { readonly kind: "active" }
  | { readonly kind: "warning"; readonly seconds: number }
  | { readonly kind: "over" }

/**
 * @param lastActivityMs last touch, key or pointer, by a counter that only grows
 * @param idleMs         allowed rest, from the session
 */
export function idleState(lastActivityMs: number, nowMs: number, idleMs: number): Idle {
  const leftMs = lastActivityMs + idleMs - nowMs
  if (leftMs <= 0) return { kind: "over" }
  return leftMs <= IDLE_WARNING_MS
    ? { kind: "warning", seconds: Math.ceil(leftMs / 1000) }
    : { kind: "active" }
}
