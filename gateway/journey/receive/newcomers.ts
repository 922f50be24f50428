/**
 * Studies whose first image is still arriving. The ledger hears of a study with its first durable image; when none
 * becomes durable, the slot goes with the last association that touched it, and nothing of the study is kept.
 */
import type { StudyRecord } from "../records/study.ts"

interface Newcomer {
  readonly study: StudyRecord
  /** Associations that may still bring an image. */
  users: number
  /** An image is durable: the row follows, the study stays. */
  stays: boolean
}

export interface Newcomers {
  of(StudyInstanceUID: string): readonly StudyRecord[]
  /** One more association; enters the study when it is the first. */
  use(study: StudyRecord): void
  /** Null when the study is in the ledger, or nowhere. */
  study(studyId: string): StudyRecord | null
  /** An image of it is durable. */
  stays(studyId: string): void
  /** Its row is in the ledger. */
  settled(studyId: string): void
  /** One association less. True when that was the last and nothing of the study is kept. */
  leave(studyId: string): boolean
}

export function newcomers(): Newcomers {
  const byId = new Map<string, Newcomer>()
  return {
    of: (StudyInstanceUID) =>
      [...byId.values()]
        .map(({ study }) => study)
        .filter(({ private: header }) => header.StudyInstanceUID === StudyInstanceUID),
    use: (study) => {
      const known = byId.get(study.id)
      if (known === undefined) byId.set(study.id, { study, users: 1, stays: false })
      else known.users += 1
    },
    study: (studyId) => byId.get(studyId)?.study ?? null,
    stays: (studyId) => {
      const known = byId.get(studyId)
      if (known !== undefined) known.stays = true
    },
    settled: (studyId) => void byId.delete(studyId),
    leave: (studyId) => {
      const known = byId.get(studyId)
      if (known === undefined) return false
      known.users -= 1
      if (known.users > 0 || known.stays) return false
      return byId.delete(studyId)
    },
  }
}
