/**
 * What leaves on a medium: what waits for a partner, or what there is of one reading. It is what would go, or went, on the
 * line, so that the line may bring it once more without harm.
 */
import { isOpenEnded } from "../assemble/open-ended.ts"
import { isUnderWay } from "../cases/case-file.ts"
import { DeskError } from "../errors.ts"
import { carriesImages } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import { isTakenBack } from "../retain/recall.ts"
import type { RequestRecord } from "../records/request.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"

/** Weeks of studies; what is beyond them leaves with the next medium. */
const MOST = 10_000

/**
 * @param what id of an agreement (everything that waits for that partner), of a request or a report, a Study Instance UID,
 *   or a request number of the hospital
 * @returns in the order in which they are to be read: units before what closes them
 * @throws DeskError ERR_NOT_FOUND when nothing is known by that name, or nothing of it can leave
 */
export async function leaving(world: World, what: string): Promise<readonly SubmissionRecord[]> {
  const isPartner = world.agreements.some(({ id }) => id === what)
  const all = isPartner ? await waitingFor(world, what) : await ofReadings(world, what)
  const some = await unrecalled(
    world,
    // What still comes in is not all there.
    all.filter((each) => each.direction === "out" && !isOpenEnded(each) && isLive(world, each.slotId)),
  )
  if (some.length === 0) throw new DeskError("ERR_NOT_FOUND", `nothing of ${what} is there to leave`)
  return inOrder(some)
}

/** Images of a request that was taken back leave no more, whatever became of them on the line; the notice of it does. */
export async function unrecalled(
  world: World,
  some: readonly SubmissionRecord[],
): Promise<readonly SubmissionRecord[]> {
  const images = some.filter(({ kind }) => carriesImages(kind))
  const byRequest = new Map(images.map((each) => [each.requestId, each]))
  const gone = new Set<string | null>()
  for (const [requestId, each] of byRequest) if (await isTakenBack(world, each)) gone.add(requestId)
  return some.filter(({ kind, requestId }) => !(carriesImages(kind) && gone.has(requestId)))
}

async function waitingFor(world: World, agreement: string): Promise<readonly SubmissionRecord[]> {
  const ids = await world.ledger.onTheWayTo(agreement, MOST)
  const records = await Promise.all(ids.map((id) => world.ledger.submission(id)))
  return records.filter((each) => each !== null)
}

/** Under way; and when nothing is, a copy of what has gone. */
async function ofReadings(world: World, what: string): Promise<readonly SubmissionRecord[]> {
  const requests = await readings(world, what)
  const all = (
    await Promise.all(requests.map(({ id }) => world.ledger.submissionsOf({ requestId: id })))
  ).flat()
  const out = all.filter(({ direction }) => direction === "out")
  const underWay = out.filter(isUnderWay)
  return underWay.length > 0
    ? underWay
    : out.filter(({ state }) => state === "accepted" || state === "verified")
}

async function readings(world: World, what: string): Promise<readonly RequestRecord[]> {
  const { ledger } = world
  const request = await ledger.request(what)
  if (request !== null) return [request]
  const report = await ledger.report(what)
  if (report !== null) return found(await ledger.request(report.requestId))
  const studies = await ledger.studiesByUid(what)
  if (studies.length > 0)
    return (await Promise.all(studies.map(({ id }) => ledger.requestsOfStudy(id)))).flat()
  const numbered = await Promise.all(world.agreements.map(({ id }) => ledger.requestByNumber(id, what)))
  return numbered.flatMap(found)
}

const found = (request: RequestRecord | null): RequestRecord[] => (request === null ? [] : [request])

/** What founds a study where it arrives comes first, what closes it after its units, everything else after that. */
function inOrder(some: readonly SubmissionRecord[]): readonly SubmissionRecord[] {
  const rank = ({ kind }: SubmissionRecord): number => (kind === "unit" ? 0 : carriesImages(kind) ? 1 : 2)
  const study = ({ studyId, id }: SubmissionRecord): string => studyId ?? id
  const first = new Map<string, string>()
  for (const each of some) {
    const at = first.get(study(each))
    if (at === undefined || each.createdAt < at) first.set(study(each), each.createdAt)
  }
  const since = (each: SubmissionRecord): string => first.get(study(each)) ?? ""
  return [...some].sort(
    (a, b) =>
      since(a).localeCompare(since(b)) ||
      study(a).localeCompare(study(b)) ||
      rank(a) - rank(b) ||
      a.createdAt.localeCompare(b.createdAt),
  )
}
