/**
 * The parts of one request, one after the other into the handler: nothing is held but what the sealing works on. While
 * some become durable the next are read.
 */
import type { FileIntake, FileSink, StoreOutcome } from "../../journey/ports/inbound.ts"
import type { StoredPart } from "../../standards/dicomweb/store-response.ts"
import { Malformed } from "../../standards/malformed.ts"
import type { MultipartEvent } from "../../standards/soap/multipart-reader.ts"
import type { PartHeaders } from "../../standards/soap/part-headers.ts"
import { parseMediaType } from "../../standards/soap/media-type.ts"
import type { RequestBody } from "../http-door/request-body.ts"

const NOT_DICOM: StoreOutcome = {
  status: 0xc000,
  comment: "the part is not application/dicom",
  became: "refused",
  instance: null,
}
/** How many may be becoming durable at a time. */
const WINDOW = 16
/** RFC 2045 §6: those that change nothing. */
const PLAIN_ENCODINGS = new Set(["7bit", "8bit", "binary"])

export class Reception {
  readonly #intake: FileIntake
  readonly #StudyInstanceUID: string | null
  readonly #finished: Promise<StoredPart>[] = []
  #sink: FileSink | null = null
  #began = 0

  constructor(intake: FileIntake, StudyInstanceUID: string | null) {
    this.#intake = intake
    this.#StudyInstanceUID = StudyInstanceUID
  }

  /**
   * Reads the body to its end. What was stored before a fault stays stored.
   *
   * @throws Malformed MULTIPART_…, RequestTooLarge, ConnectionLost
   */
  async take(body: RequestBody): Promise<void> {
    try {
      for (let event = await body.next(); event !== null; event = await body.next()) await this.#meet(event)
      await Promise.all(this.#finished)
    } catch (error) {
      await this.#sink?.abort()
      throw error
    }
  }

  async #meet(event: MultipartEvent): Promise<void> {
    if (event.kind === "part") {
      this.#began += 1
      this.#sink = isDicom(event.headers) ? this.#intake.begin(this.#StudyInstanceUID) : null
    } else if (event.kind === "octets") {
      await this.#sink?.write(event.bytes)
    } else {
      const finished = this.#finish(this.#sink, this.#began)
      finished.catch(() => undefined) // thrown by `take`
      this.#finished.push(finished)
      this.#sink = null
      await this.#finished.at(-WINDOW)
    }
  }

  async #finish(sink: FileSink | null, part: number): Promise<StoredPart> {
    return { ...(sink === null ? NOT_DICOM : await sink.finish()), part }
  }

  /** How many parts have begun. */
  get began(): number {
    return this.#began
  }

  /** What became of every part that came to its end and could be told; of interest also when `take` throws. */
  async settled(): Promise<StoredPart[]> {
    const all = await Promise.allSettled(this.#finished)
    return all.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []))
  }
}

/** Without a Content-Type it is what the request's `type` says. */
function isDicom({ contentType, transferEncoding }: PartHeaders): boolean {
  if (!PLAIN_ENCODINGS.has(transferEncoding)) return false
  if (contentType === null) return true
  try {
    return parseMediaType(contentType).essence === "application/dicom"
  } catch (error) {
    if (error instanceof Malformed) return false
    throw error
  }
}
