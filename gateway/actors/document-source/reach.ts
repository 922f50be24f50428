/** Is a recipient there? Mutual TLS and one GET: whatever it answers, both sides know each other. Nothing is sent. */
import { request } from "node:https"
import { EXCHANGE_TIMEOUTS, type Endpoint } from "./endpoint.ts"
import { failureOf, type Progress } from "./failure.ts"

/** @throws SubmissionError ERR_SUBMISSION_UNREACHABLE, ERR_SUBMISSION_TLS */
export function reachRecipient({ url, tls, timeouts }: Endpoint): Promise<void> {
  const connectMs = timeouts?.connectMs ?? EXCHANGE_TIMEOUTS.connectMs
  return new Promise((resolve, reject) => {
    let progress: Progress = "connecting"
    const asking = request(url, { ...tls, method: "GET", agent: false })
    const giveUp = setTimeout(() => asking.destroy(new Error(`no answer within ${connectMs} ms`)), connectMs)
    asking.once("socket", (socket) => socket.once("connect", () => (progress = "handshake")))
    asking.once("response", (response) => {
      clearTimeout(giveUp)
      response.destroy()
      resolve()
    })
    asking.on("error", (cause) => {
      clearTimeout(giveUp)
      reject(failureOf(progress, cause))
    })
    asking.end()
  })
}
