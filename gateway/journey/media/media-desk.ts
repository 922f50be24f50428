/** Media desk: each medium that is made is in the audit trail, before it is made. */
import type { MediumMaker } from "../../standards/xdm/medium-maker.ts"
import { mediumExport } from "../audit.ts"
import { isUnderWay } from "../cases/case-file.ts"
import { agreementInForce } from "../keep.ts"
import { DeskError } from "../errors.ts"
import type { AuditEvent } from "../ports/audit.ts"
import type { SubmissionRecord } from "../records/submission.ts"
import type { World } from "../world.ts"
import { leaving, unrecalled } from "./leaving.ts"
import { mark } from "./marks.ts"
import { makeReady } from "./make-ready.ts"
import type { MediaDesk, Medium } from "../ports/media.ts"
import { mediumFiles, subsetsOf } from "./medium-files.ts"
import { openedMetadata } from "./sealed-metadata.ts"

export function mediaDesk(world: World, maker: MediumMaker): MediaDesk {
  return {
    plan: async (user, medium, what) => {
      const records = await leaving(world, what)
      for (const { agreement } of records) checkInForce(world, agreement)
      const waiting = await makeReady(world, records)
      const names = records.map(({ agreement }) => agreementInForce(world, agreement)?.partner.name ?? "")
      const tell = (outcome: AuditEvent["outcome"], why: string | null): Promise<void> =>
        told(world, records, { user, medium, outcome, why })
      return {
        recipients: [...new Set(names)],
        submissions: records.length,
        underWay: records.filter(isUnderWay).length,
        waiting,
        files: waiting.length > 0 ? [] : mediumFiles(world, maker, await subsetsOf(world, records)),
        check: () => checkUnrecalled(world, records),
        begin: () => tell("success", null),
        failed: (why) => tell("serious", why),
      }
    },
    open: (sealed) => openedMetadata(world, sealed),
  }
}

function checkInForce(world: World, id: string): void {
  const agreement = agreementInForce(world, id)
  if (agreement === null) throw new DeskError("ERR_NOT_ALLOWED", `agreement ${id} is not in force`)
  // Better known here than at the other end of a courier's way.
  if (agreement.xua === "demand")
    throw new DeskError(
      "ERR_NOT_ALLOWED",
      `agreement ${id} demands that each message says who sends it (xua: demand), which no medium can: it would be refused`,
    )
}

/** A plan may be older than a person's decision to take a study on it back. */
async function checkUnrecalled(world: World, records: readonly SubmissionRecord[]): Promise<void> {
  if ((await unrecalled(world, records)).length < records.length)
    throw new DeskError(
      "ERR_NOT_ALLOWED",
      "a study on this medium was taken back: what is written of it must not leave",
    )
}

interface Telling {
  readonly user: string
  readonly medium: Medium
  readonly outcome: AuditEvent["outcome"]
  readonly why: string | null
}

/** One record for each submission set, as ITI TF-2 3.32.5.1.1 wants it. */
async function told(world: World, records: readonly SubmissionRecord[], telling: Telling): Promise<void> {
  const at = world.clock.now().toISOString()
  const { outcome, medium } = telling
  await world.ledger.commit([
    ...records.map((record) => mediumExport(world, record, { ...telling, at })),
    // It stays marked when it fails: what was written until then lies there.
    ...(outcome === "success" ? records.map((record) => mark(record, medium, at)) : []),
  ])
}
