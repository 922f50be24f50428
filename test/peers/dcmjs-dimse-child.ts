/**
 * dcmjs-dimse as a modality, in a process of its own: it reads whole files with dcmjs, whose faults and endless loops would
 * otherwise be the tests'. Says of each file, in order, what came of it.
 */
import dimse from "dcmjs-dimse"
import type { Told } from "./told.ts"

/** What the parent asks. */
export interface Errand {
  readonly files: readonly string[]
  readonly port: number
  readonly aeTitle: string
}
/** What the child says, once a file. */
export interface Word {
  readonly file: string
  readonly told: Told
}

const AE_TITLE = "DCMJS"
const SUCCESS = 0x0000

process.once("message", (errand: Errand) => {
  void runErrand(errand)
})

async function runErrand({ files, port, aeTitle }: Errand): Promise<void> {
  dimse.log.setLevel("silent")
  for (const file of files) {
    const word: Word = { file, told: await toldOf(file, port, aeTitle) }
    process.send?.(word)
  }
  process.disconnect()
}

/** One association a file, as a modality that sends what it has just made. */
function toldOf(file: string, port: number, aeTitle: string): Promise<Told> {
  const { promise, resolve } = Promise.withResolvers<Told>()
  const notSent = (error: unknown): void =>
    resolve({ kind: "not sent", reason: error instanceof Error ? error.message : String(error) })
  try {
    const request = new dimse.requests.CStoreRequest(file)
    request.on("response", (response: { getStatus(): number }) => {
      const status = response.getStatus()
      const reason = `status ${status.toString(16).padStart(4, "0")}H`
      resolve(status === SUCCESS ? { kind: "success" } : { kind: "refused", reason })
    })
    const client = new dimse.Client()
    client.addRequest(request)
    client.on("associationRejected", () => resolve({ kind: "refused", reason: "association rejected" }))
    client.on("networkError", notSent)
    client.on("closed", () => notSent("the connection ended before an answer"))
    client.send("127.0.0.1", port, AE_TITLE, aeTitle)
  } catch (error) {
    notSent(error)
  }
  return promise
}
