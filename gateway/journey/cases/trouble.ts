/** Trouble: what stops a case on its way or holds it up, at which station, and why. */
import { needsPerson, isRefusedStudy, stopped, type CaseFile } from "./case-file.ts"
import type { JobRecord } from "../records/job.ts"
import type { StationName } from "../views/study.ts"

export interface Trouble {
  readonly station: StationName
  readonly code: string
  /** fail: it goes no further without a person · hold: it is tried again and again, and does not get through. */
  readonly state: "fail" | "hold"
}

/**
 * Where a desk shows what: by verb for the jobs of a study, by direction and kind for submissions. What has no place
 * there is told as a notice: it stops nobody.
 */
export type Stations = Readonly<Record<string, StationName>>

export const troubleOf = (file: CaseFile, stations: Stations): Trouble | null =>
  stoppedAt(file, stations) ?? heldUpAt(file, stations)

function stoppedAt(file: CaseFile, stations: Stations): Trouble | null {
  for (const each of stopped(file)) {
    const { direction, kind, failureCode } = each
    const station = isRefusedStudy(each) ? "arrived" : stations[`${direction} ${kind}`]
    if (station !== undefined) return { station, code: failureCode ?? "", state: "fail" }
  }
  return null
}

function heldUpAt(file: CaseFile, stations: Stations): Trouble | null {
  const troubles = file.jobs.flatMap((job): Trouble[] => {
    const station = stationOf(file, job, stations)
    const state = needsPerson(job) ? "fail" : "hold"
    return station === undefined ? [] : [{ station, code: job.failureCode ?? "", state }]
  })
  return troubles.find(({ state }) => state === "fail") ?? troubles[0] ?? null
}

function stationOf({ submissions }: CaseFile, job: JobRecord, stations: Stations): StationName | undefined {
  const submission = submissions.find(({ id }) => id === job.subject)
  return stations[submission === undefined ? job.verb : `${submission.direction} ${submission.kind}`]
}
