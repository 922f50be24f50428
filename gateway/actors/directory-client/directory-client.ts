/** Personnel White Pages Consumer: reads the hospital's directory (ITI-24). Answers the port `DirectorySource`. */
import { fork } from "node:child_process"
import { DirectoryError } from "../../journey/errors.ts"
import type { DirectoryReading, DirectorySource } from "../../journey/ports/directory.ts"
import {
  READING_LIMITS,
  type DirectoryServer,
  type ReadingAnswer,
  type ReadingLimits,
  type ReadingTask,
} from "./reading-task.ts"

const CHILD = new URL("./child.ts", import.meta.url)

/** One child and one connection for each reading: there are few. */
export function directoryClient(
  server: DirectoryServer,
  limits: ReadingLimits = READING_LIMITS,
): DirectorySource {
  const { host } = new URL(server.url)
  return {
    read: async () => {
      const told = await answerOf({ server, limits })
      if (told.kind === "read") return readingOf(told, host)
      throw new DirectoryError(told.code, `${host}: ${told.why}`)
    },
  }
}

/** A directory that answers and has nobody is one that does not show us anybody: what is kept stays. */
function readingOf(told: Extract<ReadingAnswer, { kind: "read" }>, host: string): DirectoryReading {
  const { people, leftOut, referrals } = told
  if (people.length > 0) return { people, leftOut, referrals }
  throw new DirectoryError("ERR_DIRECTORY_EMPTY", `${host}: nobody usable among ${leftOut} entries`)
}

/** What the child says; that it died, or did not come to an end, is an answer too. */
function answerOf(task: ReadingTask): Promise<ReadingAnswer> {
  const child = fork(CHILD, [], {
    serialization: "advanced",
    execArgv: [`--max-old-space-size=${task.limits.heapMib}`],
    // Nothing of the gateway's environment is the child's business, and its last words are a library's.
    env: {},
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  })
  return new Promise<ReadingAnswer>((resolve) => {
    const unreadable = (why: string): void => {
      clearTimeout(late)
      resolve({ kind: "failed", code: "ERR_DIRECTORY_UNREADABLE", why })
      child.kill("SIGKILL")
    }
    const late = setTimeout(() => unreadable("it does not come to an end"), task.limits.longestMs)
    child.once("message", (answer: ReadingAnswer) => {
      clearTimeout(late)
      resolve(answer)
    })
    child.once("error", () => unreadable("it cannot be read here"))
    child.once("exit", () => unreadable("what it answers cannot be read to its end"))
    child.send(task)
  })
}
