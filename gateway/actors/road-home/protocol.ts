/**
 * The road home (docs/road-home.md): a connection that the hospital opened to the centre's port and that was then turned
 * round by an HTTP Upgrade (RFC 9110 7.8). What is spoken on it is HTTP/1.1 (RFC 9112) with the centre as client.
 */
import type { IncomingMessage } from "node:http"

/** Token of the Upgrade header: a name of our own and the version of these rules. */
export const ROAD_HOME = "dokuei-road-home/1"

/** With its last request the centre may say why it ends the connection. */
export const FAREWELL = "dokuei-road-home"
/** Another connection with the same certificate took this one's place. */
export const REPLACED = "replaced"

export interface RoadTiming {
  /**
   * The centre asks, or the hospital says that it is still at work, so often. Below the shortest time after which a router
   * is known to forget a connection that says nothing (one minute).
   */
  readonly heartbeatMs: number
  /** Whoever has heard nothing for so long, three heartbeats, holds a dead connection. */
  readonly silenceMs: number
  /** How often it is looked whether something was heard. */
  readonly lookMs: number
  /** What is under way on a connection that was replaced, or whose gateway stops, may end within so long. */
  readonly retireMs: number
  /** A connection younger than this is not replaced: whoever opens a thousand of them gets one a second. */
  readonly youngMs: number
  /** Between attempts of the hospital at most. */
  readonly retryMs: number
  /** A connection that held so long was a good one: after it the first attempt comes soon. */
  readonly steadyMs: number
}

export const ROAD_TIMING: RoadTiming = {
  heartbeatMs: 20_000,
  silenceMs: 60_000,
  lookMs: 2_000,
  retireMs: 10_000,
  youngMs: 1_000,
  retryMs: 60_000,
  steadyMs: 60_000,
}

/** `OPTIONS *` (RFC 9110 9.3.7): is anybody there? */
export const isHeartbeat = ({ method, url }: IncomingMessage): boolean => method === "OPTIONS" && url === "*"
