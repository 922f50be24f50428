/** One question to a signing service: POST over TLS, JSON back, within a time and a size. */
import { request, type RequestOptions } from "node:https"
import { KeyError } from "../../journey/errors.ts"
import { collected } from "../../standards/collected.ts"

/** A chain of certificates is some 10 kB. */
const MAX_ANSWER_BYTES = 262_144

export interface ServiceLine {
  /** Authorities of its certificate, PEM; those of the operating system never count. */
  readonly trustedPem: string
  readonly timeoutMs: number
}

export interface Answer {
  readonly status: number
  /** undefined when it was no JSON. */
  readonly json: unknown
}

/** @throws KeyError ERR_KEY_SERVICE when there is no answer, or too much of one */
export async function post(
  url: string,
  { trustedPem, timeoutMs }: ServiceLine,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    return await exchange(
      url,
      { method: "POST", ca: trustedPem, minVersion: "TLSv1.2", headers },
      body,
      timeoutMs,
    )
  } catch (cause) {
    if (cause instanceof KeyError) throw cause
    throw new KeyError("ERR_KEY_SERVICE", `no answer from ${new URL(url).host}`, { cause })
  }
}

async function exchange(
  url: string,
  options: RequestOptions & { readonly minVersion: "TLSv1.2" },
  body: string,
  timeoutMs: number,
): Promise<Answer> {
  const asked = request(url, { ...options, signal: AbortSignal.timeout(timeoutMs), agent: false })
  const answered = new Promise<Answer>((resolve, reject) => {
    asked.once("error", reject)
    asked.once("response", (response) => {
      const status = response.statusCode ?? 0
      collected(
        response,
        MAX_ANSWER_BYTES,
        () => new KeyError("ERR_KEY_SERVICE", "the answer is too long"),
      ).then((octets) => resolve({ status, json: jsonOf(octets) }), reject)
    })
  })
  asked.end(body)
  return answered
}

function jsonOf(octets: Buffer): unknown {
  try {
    return JSON.parse(octets.toString("utf8")) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
