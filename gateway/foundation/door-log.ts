/**
 * What the log tells of the DICOM door: every association, when it has ended, by counts; and every one that was turned
 * away, in words. AE titles and addresses are of devices; nothing of a patient passes here.
 */
import type { InstanceHandler, InstanceIntake, InstanceSink } from "../journey/ports/inbound.ts"
import type { Log } from "../log.ts"
import { explainRejection, PERMANENT } from "../standards/dicom/rejection.ts"

/** Somebody who may not associate. */
export interface Rejected {
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
  /** Hex, of the key shown in TLS; "" in the clear. */
  readonly key: string
  /** PS3.8 table 9-21 in words. */
  readonly reason: string
}

/** @param rejected told of each; whoever tries again all day is its business */
export function loggedHandler(
  handler: InstanceHandler,
  log: Log,
  rejected: (who: Rejected) => void,
): InstanceHandler {
  return {
    ...handler,
    associate: (callingAE, calledAE, remoteAddress, spkiSha256) => {
      const refused = handler.associate(callingAE, calledAE, remoteAddress, spkiSha256)
      if (refused !== null) {
        const reason = explainRejection({ type: "A-ASSOCIATE-RJ", result: PERMANENT, ...refused })
        rejected({ callingAE, calledAE, remoteAddress, key: spkiSha256 ?? "", reason })
      }
      return refused
    },
    open: (association) => counted(handler.open(association), { ...association }, log),
  }
}

interface Who {
  readonly callingAE: string
  readonly calledAE: string
  readonly remoteAddress: string
}

function counted(intake: InstanceIntake, who: Who, log: Log): InstanceIntake {
  const begunAt = performance.now()
  const counts = { stored: 0, refused: 0, brokenOff: 0, echoes: 0 }
  return {
    begin: (instance) => watched(intake.begin(instance), counts),
    echoed: () => {
      counts.echoes += 1
      intake.echoed?.()
    },
    end: async () => {
      try {
        await intake.end()
      } finally {
        log("info", "association-ended", {
          ...who,
          ...counts,
          tookMs: Math.round(performance.now() - begunAt),
        })
      }
    },
  }
}

function watched(
  sink: InstanceSink,
  counts: { stored: number; refused: number; brokenOff: number },
): InstanceSink {
  return {
    write: (dataSet) => sink.write(dataSet),
    finish: async () => {
      const answer = await sink.finish()
      if (isStored(answer.status)) counts.stored += 1
      else counts.refused += 1
      return answer
    },
    abort: () => {
      counts.brokenOff += 1
      return sink.abort()
    },
  }
}

/** Success, or a warning (PS3.4 table B.2-1: B000, B006, B007): the object is kept. */
const isStored = (status: number): boolean => status === 0 || status >> 12 === 0xb
