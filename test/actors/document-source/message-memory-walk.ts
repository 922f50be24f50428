/** Run by message-memory.test.ts in a process of its own: messages of a large unit each; prints the most RSS over idle, in bytes. */
import { requestMessage } from "../../../gateway/actors/document-source/message.ts"
import { sampleSubmission } from "../../standards/xds/sample-submission.ts"

/** The largest a unit may be (delivery.ts). */
const DOCUMENTS = 500
const MESSAGES = 20

const submission = sampleSubmission(Array.from({ length: DOCUMENTS }, () => null))
const documents = submission.documentEntries.map(({ entryUUID }) => ({
  entryUUID,
  lengthBytes: 0,
  open: () => {
    throw new Error("nobody reads it")
  },
}))
const head = { messageId: "urn:uuid:1", to: "https://center.example/xdr", security: null }

const idle = process.memoryUsage().rss
let kept = requestMessage(submission, documents, head)
for (let made = 1; made < MESSAGES; made++) kept = requestMessage(submission, documents, head)
// What is on its way is held until its last octet.
if (kept.lengthBytes === 0) throw new Error("an empty message")
console.log(process.resourceUsage().maxRSS * 1024 - idle)
