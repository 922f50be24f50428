/** Backups, as an inspector asks for them (guidelines 2.8): how old, how many, and where. */
import type { Config } from "../config/schema.ts"
import { fault, ok, unseen, withConfig, type Check, type Facts, type Finding } from "./check.ts"
import type { Backup } from "./machine.ts"

const HOUR_MS = 3_600_000
const TAKE_ONE = "dokuei backup FILE --to DIR, by a timer or by hand (docs/operation.md, section 6)"

type Setting = NonNullable<Config["backup"]>

/** A check of the last backup: that there is one is the first thing asked of each. */
const ofLast = (look: (last: Backup, setting: Setting, facts: Facts) => Finding) =>
  withConfig((config, facts) => {
    const { value, why } = facts.machine.backup
    if (config.backup === undefined)
      return fault(
        "no recovery certificate is configured",
        "set backup.recoveryCertificate, then take a backup",
      )
    if (value === null) return unseen(why, "run it as root on the machine itself")
    return value === "none" ? fault("no backup was ever taken", TAKE_ONE) : look(value, config.backup, facts)
  })

export const BACKUP: readonly Check[] = [
  {
    name: "backup.age",
    ids: ["B-02"],
    asks: "Was a backup taken lately?",
    look: ofLast(({ takenAt }, { maxAge }, { now }) => {
      const ageMs = now.getTime() - Date.parse(takenAt)
      const seen = `the last is of ${takenAt}, ${Math.floor(ageMs / HOUR_MS)} hours ago`
      return ageMs <= maxAge ? ok(seen) : fault(seen, TAKE_ONE)
    }),
  },
  {
    name: "backup.generations",
    ids: ["B-02", "B-03"],
    asks: "Are there several generations?",
    look: ofLast(({ generations, target }, setting) => {
      const seen = `${generations} of ${setting.generations} on ${target}`
      return generations >= setting.generations
        ? ok(seen)
        : fault(seen, "each backup adds one until there are enough")
    }),
  },
  {
    name: "backup.target",
    ids: ["B-02", "B-05"],
    asks: "Does the backup lie where neither a lost disk nor an intruder reaches it, signed and encrypted?",
    look: ofLast(({ sameDisk, target }) =>
      sameDisk
        ? fault(
            `${target} lies on the disk of the data`,
            "take it to a medium that is taken out, or that only adds",
          )
        : ok(
            `${target}, a disk of its own; signed, encrypted, read back; looked at whole before it is put back`,
          ),
    ),
  },
]
