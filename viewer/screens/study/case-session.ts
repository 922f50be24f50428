import type {
  Amendment,
  KeyImage,
  ReadingView,
  ReportDraft,
  SeriesView,
} from "../../../gateway/journey/views/reading.ts"
import { ApiError, type Api } from "../../api.ts"
import { asApiError } from "../../parts/fetched.ts"
import { clockTime } from "../../words/instant.ts"
import { DraftKeeper, type DraftState } from "./draft-keeper.ts"

const EMPTY_DRAFT: ReportDraft = { findings: "", impression: "", keyImages: [], correctionReason: "" }
const CONFLICT = 409

const draftOf = (view: ReadingView): ReportDraft => {
  if (view.draft === null) return EMPTY_DRAFT
  const { findings, impression, keyImages, correctionReason, addendum } = view.draft
  return {
    findings,
    impression,
    keyImages,
    correctionReason,
    ...(addendum === undefined ? {} : { addendum }),
  }
}

/** Whether this reader writes: the case is theirs and not closed, and what they wrote is not approved. */
const isWritable = (view: ReadingView): boolean =>
  view.reader?.mine === true &&
  view.signing?.awaits === undefined &&
  (view.state === "reserved" || view.state === "inProgress")

const isSame = (a: KeyImage, b: Pick<KeyImage, "SOPInstanceUID" | "frame">): boolean =>
  a.SOPInstanceUID === b.SOPInstanceUID && a.frame === b.frame

/** Where the text of a report being written stands. */
export interface Saving {
  readonly state: DraftState
  /** Version at the gateway; 0 = nothing saved yet. */
  readonly version: number
  /** Clock time of the last save from this screen. */
  readonly savedAt: string | null
}

/** The report side of an opened case: its text, its key images, and how they are saved. */
export class CaseSession {
  readonly #api: Api
  readonly #changed: () => void
  #view: ReadingView
  #keeper: DraftKeeper | null
  #savedAt: string | null = null

  constructor(api: Api, view: ReadingView, changed: () => void) {
    this.#api = api
    this.#view = view
    this.#changed = changed
    this.#keeper = this.#keep(view)
  }

  get view(): ReadingView {
    return this.#view
  }
  get draft(): ReportDraft {
    return this.#keeper?.draft ?? draftOf(this.#view)
  }
  /** Null when the report may only be read. */
  get saving(): Saving | null {
    if (this.#keeper === null) return null
    return { state: this.#keeper.state, version: this.#keeper.version, savedAt: this.#savedAt }
  }
  /** A version of the same document was signed before: what is written now replaces it. */
  get isCorrection(): boolean {
    const { versions } = this.#view
    const own = versions.find(({ status }) => status === "draft")?.addendum
    return this.#keeper !== null && versions.some((each) => each.signedAt !== null && each.addendum === own)
  }

  /** A newer answer of the gateway: everything but the text being written here. */
  take(view: ReadingView): void {
    this.#view = view
    if (this.#keeper === null) this.#keeper = this.#keep(view)
    else if (!isWritable(view)) this.#stop()
    this.#changed()
  }

  edit(part: Partial<ReportDraft>): void {
    this.#keeper?.edit(part)
  }

  compose(active: boolean): void {
    this.#keeper?.compose(active)
  }

  /** True when all text is saved, or there is none of ours to save. */
  flush(): Promise<boolean> {
    return this.#keeper?.flush() ?? Promise.resolve(true)
  }

  isKey(image: Pick<KeyImage, "SOPInstanceUID" | "frame">): boolean {
    return this.draft.keyImages.some((key) => isSame(key, image))
  }

  /** Adds the key image, or removes it when it is one already. */
  toggleKey(key: KeyImage): void {
    const { keyImages } = this.draft
    const others = keyImages.filter((one) => !isSame(one, key))
    this.edit({ keyImages: others.length < keyImages.length ? others : [...keyImages, key] })
  }

  /** Ends a conflict with what the gateway has now. */
  async resolve(keep: "mine" | "theirs"): Promise<void> {
    const view = await this.#api.reading(this.#view.requestId)
    this.#view = view
    this.#keeper?.resolve(draftOf(view), view.draft?.draftVersion ?? 0, keep)
    this.#changed()
  }

  /** Begins a correction of what is signed, or an addendum to it. */
  async amend(amendment: Amendment): Promise<void> {
    this.take(await this.#api.amend(this.#view.requestId, amendment))
  }

  close(): void {
    void this.flush()
    this.#keeper?.close()
  }

  #stop(): void {
    this.#keeper?.close()
    this.#keeper = null
  }

  #keep(view: ReadingView): DraftKeeper | null {
    if (!isWritable(view)) return null
    return new DraftKeeper(draftOf(view), view.draft?.draftVersion ?? 0, {
      save: (draft, version) => this.#save(draft, version),
      isConflict: (error) => error instanceof ApiError && error.status === CONFLICT,
      later: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs)
        return () => clearTimeout(timer)
      },
      changed: this.#changed,
    })
  }

  async #save(draft: ReportDraft, version: number): Promise<{ readonly draftVersion: number }> {
    const saved = await this.#api.saveDraft(this.#view.requestId, draft, version)
    this.#savedAt = clockTime(this.#api.clock.now())
    return saved
  }
}

const LOOK_ONLY: ReadonlySet<string> = new Set(["ERR_LOCKED", "ERR_FROZEN"])

/**
 * Opens a case the way its state asks for: a finished one, or one another reader holds, is only looked at; any other
 * is reserved first, so that two never write the same report.
 */
export async function openCase(api: Api, requestId: string): Promise<ReadingView> {
  const view = await api.reading(requestId)
  const isClosed = view.state === "completed" || view.state === "failed" || view.state === "exited"
  const isTaken = view.reader !== null && !view.reader.mine
  if (isClosed || isTaken || (view.state === "inProgress" && view.reader?.mine === true)) return view
  return api.start(requestId).catch((error: unknown) => {
    // Somebody was faster, or the gateway is frozen: the case can still be looked at.
    if (LOOK_ONLY.has(asApiError(error).code)) return api.reading(requestId)
    throw error
  })
}

/** What a reader starts with: the first series that is more than a localizer. */
export const firstSeries = (series: readonly SeriesView[]): SeriesView | undefined =>
  series.find(({ images }) => images.length > 3) ?? series[0]
