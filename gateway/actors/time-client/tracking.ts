/**
 * What `chronyc -c tracking` prints: one line of comma-separated values (chronyc(1), tracking).
 *
 *     C0000201,192.0.2.1,2,1764111304.027,-0.000012,…,0.000021 (root delay),0.000310 (root dispersion),64.2,Normal
 */
import { ClockError } from "../../journey/errors.ts"
import type { ClockReading } from "../../journey/ports/time.ts"

const FIELDS = 14
const SOURCE = 1
const HEARD_AT = 3
const OFFSET = 4
const ROOT_DELAY = 10
const ROOT_DISPERSION = 11
const LEAP = 13
const UNSYNCHRONISED = "Not synchronised"

/** Throws ERR_CLOCK_UNKNOWN for what is no such line, and for a clock that no source has set. */
export function readTracking(printed: string): ClockReading {
  const fields = printed.trim().split(",")
  if (fields.length !== FIELDS)
    throw new ClockError("ERR_CLOCK_UNKNOWN", "chronyc does not print what it should")
  if (fields[LEAP] === UNSYNCHRONISED)
    throw new ClockError("ERR_CLOCK_UNKNOWN", "chrony has no source that answers")
  const [heardAt, offset, delay, dispersion] = [HEARD_AT, OFFSET, ROOT_DELAY, ROOT_DISPERSION].map((place) =>
    seconds(fields[place] ?? ""),
  ) as [number, number, number, number]
  return {
    offsetMs: offset * 1_000,
    // What is below zero must not make a wrong clock right.
    boundMs: (Math.abs(offset) + Math.abs(dispersion) + Math.abs(delay) / 2) * 1_000,
    source: fields[SOURCE] ?? "",
    heardAt: new Date(heardAt * 1_000).toISOString(),
  }
}

function seconds(text: string): number {
  const value = Number(text)
  if (text === "" || !Number.isFinite(value) || Math.abs(value) > MAX_SECONDS)
    throw new ClockError("ERR_CLOCK_UNKNOWN", "chronyc does not print what it should")
  return value
}

/** The last second a Date can hold is far beyond; this keeps a reading a date. */
const MAX_SECONDS = 1e11
