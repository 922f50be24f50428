/** The envelope of an ITI-41 request of two documents that travel as parts. */
import { writeRequest } from "../../../gateway/standards/soap/envelope-writer.ts"
import {
  PROVIDE_AND_REGISTER,
  writeProvideAndRegister,
} from "../../../gateway/standards/xds/provide-and-register.ts"
import { sampleSubmission } from "./sample-submission.ts"

export function provideAndRegister(): string {
  const submission = sampleSubmission([Buffer.from("one"), Buffer.from("two")])
  const documents = submission.documentEntries.map(({ entryUUID }, n) => ({
    entryUUID,
    contentId: `${n}@here`,
  }))
  const headers = {
    action: PROVIDE_AND_REGISTER,
    messageId: "urn:uuid:00000000-0000-4000-8000-000000000001",
    to: "https://center.example/xdr",
  }
  return writeRequest(headers, writeProvideAndRegister(submission, documents))
}
