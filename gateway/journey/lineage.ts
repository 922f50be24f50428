/**
 * Lineage: the documents of one case. A version replaces the one before it in its set (RPLC); an addendum begins a set of its
 * own and is added to a version of another (APND). Either way a document has one parent, or none (CDA R2 4.2.3.1), and
 * whatever is done with a version is done with an addendum.
 */
import type { ReportRecord } from "./records/report.ts"
import type { ReportVersion } from "./views/reading.ts"

/** What places a document among the others. */
type Placed = Pick<ReportRecord, "setId" | "version" | "appends" | "preliminary" | "status" | "preparedAt">

export interface Parent {
  readonly relation: "RPLC" | "APND"
  readonly setId: string
  readonly version: number
}

/** A preliminary document is none of the case's: the report that takes its place is the first. */
export function parentOf({
  setId,
  version,
  appends,
  preliminary,
}: Pick<Placed, "setId" | "version" | "appends" | "preliminary">): Parent | null {
  if (preliminary !== undefined) return null
  if (version > 1) return { relation: "RPLC", setId, version: version - 1 }
  return appends === undefined ? null : { relation: "APND", ...appends }
}

/** What is added to an addendum is added to what that was added to. */
export const addedTo = ({
  setId,
  version,
  appends,
}: Pick<Placed, "setId" | "version" | "appends">): NonNullable<Placed["appends"]> =>
  appends ?? { setId, version }

export const isAddendum = ({ appends }: Pick<Placed, "appends">): boolean => appends !== undefined
const isSigned = ({ status }: Pick<Placed, "status">): boolean => status !== "draft"

const isSame = (a: Pick<Placed, "setId" | "version">, b: Pick<Placed, "setId" | "version">): boolean =>
  a.setId === b.setId && a.version === b.version

/** The parent, where it is here. */
export function parentAmong<Report extends Placed>(
  reports: readonly Report[],
  report: Placed,
): Report | undefined {
  const parent = parentOf(report)
  return parent === null ? undefined : reports.find((each) => isSame(each, parent))
}

/** As they were written, and never before what they are related to; what is not signed comes last. */
export function inOrder<Report extends Placed>(reports: readonly Report[]): Report[] {
  const places = placesOf(reports)
  return reports
    .map((report) => ({ report, ...(places.get(report) ?? alone(report)) }))
    .sort((a, b) => compare(a.when, b.when) || a.depth - b.depth || compare(a.report.setId, b.report.setId))
    .map(({ report }) => report)
}

interface Place {
  readonly when: string
  readonly depth: number
}

/** Each is placed once, below its parent: a partner corrects as often as it likes. */
function placesOf(reports: readonly Placed[]): ReadonlyMap<Placed, Place> {
  // Of the same name the first counts.
  const named = new Map(reports.toReversed().map((each) => [nameOf(each), each]))
  const places = new Map<Placed, Place>()
  for (const report of reports) {
    const line = new Set<Placed>()
    let next: Placed | undefined = report
    while (next !== undefined && !places.has(next) && !line.has(next)) {
      line.add(next)
      const parent = parentOf(next)
      next = parent === null ? undefined : named.get(nameOf(parent))
    }
    let above = next === undefined ? undefined : places.get(next)
    for (const each of [...line].reverse()) {
      above = above === undefined ? alone(each) : below(above, each)
      places.set(each, above)
    }
  }
  return places
}

const nameOf = ({ setId, version }: Pick<Placed, "setId" | "version">): string => `${version} ${setId}`

const alone = (report: Placed): Place => ({
  when: isSigned(report) ? (report.preparedAt ?? "") : UNSIGNED,
  depth: report.version,
})

/** Clocks of two readers may disagree: a document is never earlier than its parent. */
function below(above: Place, report: Placed): Place {
  const { when } = alone(report)
  return { when: when > above.when ? when : above.when, depth: above.depth + 1 }
}
/** After every time. */
const UNSIGNED = "~"
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Of the signed ones those that no other replaces: the report first, then its addenda in their order. */
export function standing<Report extends Placed>(reports: readonly Report[]): Report[] {
  const signed = inOrder(reports).filter(isSigned)
  const sets = [...Map.groupBy(signed, ({ setId }) => setId).values()]
  const newest = sets.flatMap((versions) => versions.reduce((a, b) => (b.version > a.version ? b : a)))
  return newest.sort((a, b) => Number(isAddendum(a)) - Number(isAddendum(b)))
}

/** Which of the case's addenda this is a version of, from 1; null of the report itself. */
export function addendumNumber(reports: readonly Placed[], report: Placed): number | null {
  return isAddendum(report) ? (addendumNumbers(inOrder(reports)).get(report.setId) ?? 0) : null
}

/** By setId, of documents in their order. */
function addendumNumbers(ordered: readonly Placed[]): ReadonlyMap<string, number> {
  const sets = new Set(ordered.filter(isAddendum).map(({ setId }) => setId))
  return new Map([...sets].map((setId, index) => [setId, index + 1]))
}

/** What a list of documents says of each of them. */
export function versionViews(reports: readonly ReportRecord[]): ReportVersion[] {
  const ordered = inOrder(reports)
  const numbers = addendumNumbers(ordered)
  return ordered.map((report) => ({
    reportId: report.id,
    version: report.version,
    status: report.status,
    signedAt: report.signedAt,
    readerName: report.readerName,
    ...(report.appends === undefined
      ? {}
      : { addendum: numbers.get(report.setId) ?? 0, to: report.appends.version }),
  }))
}
