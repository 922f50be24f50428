/**
 * Where a request of the hospital stands, in one sentence's worth: the last column of the timetable.
 * Decided from the way line; the row's one action follows from the same place.
 */
import type { StaffItem } from "../../gateway/journey/views/staff.ts"
import type { Station, StationName } from "../../gateway/journey/views/study.ts"

export type Stage =
  | "no-request"
  | "to-decide"
  | "to-choose"
  | "arriving"
  | "waiting-release"
  | "stopped"
  | "delayed"
  | "sending"
  | "held"
  | "at-center"
  | "reading"
  | "preliminary"
  | "reported"
  | "unacknowledged"
  | "revised"
  | "appended"
  | "invalid"
  | "acknowledged"
  | "done"
  | "images-gone"
  | "closed"

const HOME: readonly StationName[] = ["acknowledged", "seen", "acted"]

function current(way: readonly Station[]): Station | null {
  const live = way.find(({ state }) => state === "fail" || state === "alarm" || state === "hold")
  return live ?? way.find(({ state }) => state === "now" || state === "part") ?? null
}

const isDone = (way: readonly Station[], name: StationName): boolean =>
  way.some((station) => station.name === name && station.state === "done")

function stageOf(name: StationName): Stage {
  const stages: Partial<Record<StationName, Stage>> = {
    received: "arriving",
    sent: "sending",
    arrived: "sending",
    reading: "reading",
    reported: "reported",
  }
  return stages[name] ?? "unacknowledged"
}

/** What a stage is decided from. */
export type Staged = Pick<
  StaffItem,
  "action" | "closed" | "way" | "verdict" | "reportId" | "revision" | "notices"
>

/** Trouble at home or on the way there: what is tried again by itself is late, the rest stands still. */
function troubled(way: readonly Station[]): Stage {
  const at = current(way)
  if (at?.state !== "hold") return "stopped"
  return at.name === "reported" ? "held" : "delayed"
}

/** What is to be received: a report, a version that replaces one, or what is added to one. */
function arrivedStage(revision: StaffItem["revision"]): Stage {
  if (revision === null) return "unacknowledged"
  return revision.addendum === undefined ? "revised" : "appended"
}

/** Stage by what the row asks for first, then by its station. */
export function stage(item: Staged): Stage {
  if (item.closed) return "closed"
  if (item.action === "close") return "images-gone"
  if (item.action === "match") return "no-request"
  if (item.action === "decide") return "to-decide"
  if (item.action === "choose-study") return "to-choose"
  if (item.action === "release") return "waiting-release"
  if (item.verdict === "invalid") return "invalid"
  if (item.action === "see-failure") return troubled(item.way)
  if (item.action === "acknowledge") return arrivedStage(item.revision)
  if (isDone(item.way, "acknowledged"))
    return HOME.every((name) =>
      item.way.every((s) => s.name !== name || s.state === "done" || s.state === "skip"),
    )
      ? "done"
      : "acknowledged"
  if (hasPreliminary(item)) return "preliminary"
  const at = current(item.way)
  if (at === null) return isDone(item.way, "arrived") ? "at-center" : "arriving"
  if (at.state === "hold") return "held"
  return at.state === "fail" ? "stopped" : stageOf(at.name)
}

/** A preliminary report is here, and the signed one is not. */
export const hasPreliminary = ({ notices }: Pick<StaffItem, "notices">): boolean =>
  notices.some(({ code }) => code === "preliminary" || code === "preliminary-late")

/** Does the row ask something of the hospital's staff? */
export function needsStaff(item: Pick<StaffItem, "action" | "verdict">): boolean {
  return item.action !== null || item.verdict === "invalid"
}

const URGENCY = { STAT: 0, HIGH: 1, ROUTINE: 2 }

/** Nothing is left to do or to wait for here. */
export function isSettled(item: Staged): boolean {
  const at = stage(item)
  return at === "acknowledged" || at === "done" || at === "closed"
}

/** Settled requests last, whatever their urgency was; then urgency, what needs a person, the newest arrival. */
export function inStaffOrder(items: readonly StaffItem[]): StaffItem[] {
  const arrival = (item: StaffItem): string => item.way.find(({ at }) => at !== null)?.at ?? ""
  return [...items].sort(
    (a, b) =>
      Number(isSettled(a)) - Number(isSettled(b)) ||
      URGENCY[a.urgency] - URGENCY[b.urgency] ||
      Number(needsStaff(b)) - Number(needsStaff(a)) ||
      arrival(b).localeCompare(arrival(a)),
  )
}
