import type { ReportDraft } from "../../../gateway/journey/views/reading.ts"

/** Where the text stands: only `saved` may be signed or left without asking. */
export type DraftState = "saved" | "dirty" | "saving" | "failed" | "conflict"

export interface DraftPorts {
  /** Saves if the gateway still has `expectedVersion`; rejects otherwise. */
  save(draft: ReportDraft, expectedVersion: number): Promise<{ readonly draftVersion: number }>
  /** The rejection means that somebody else saved meanwhile. */
  isConflict(error: unknown): boolean
  /** Calls back once after `delayMs`; the returned function forgets it. */
  later(delayMs: number, callback: () => void): () => void
  changed(): void
}

export const AUTOSAVE_MS = 3000
export const RETRY_MS = 5000

/**
 * The report text between the fields and the gateway: saved three seconds after the last change, at once on blur,
 * never in the middle of an input method's composition, one save at a time, each naming the version it follows.
 */
export class DraftKeeper {
  readonly #ports: DraftPorts
  #draft: ReportDraft
  #version: number
  #state: DraftState = "saved"
  #edits = 0
  #composing = false
  #saving: Promise<void> | null = null
  #forget: () => void = () => undefined

  constructor(draft: ReportDraft, draftVersion: number, ports: DraftPorts) {
    this.#draft = draft
    this.#version = draftVersion
    this.#ports = ports
  }

  get draft(): ReportDraft {
    return this.#draft
  }
  get state(): DraftState {
    return this.#state
  }
  get version(): number {
    return this.#version
  }

  edit(part: Partial<ReportDraft>): void {
    this.#draft = { ...this.#draft, ...part }
    this.#edits += 1
    if (this.#state !== "conflict") {
      if (this.#saving === null) this.#become("dirty")
      this.#schedule(AUTOSAVE_MS)
    }
  }

  /** An input method composes (or ended): what the field holds meanwhile is not yet text. */
  compose(active: boolean): void {
    this.#composing = active
    if (active) this.#forget()
    else if (this.#state === "dirty") this.#schedule(AUTOSAVE_MS)
  }

  /** Saves now what is unsaved; true when everything written is saved. */
  async flush(): Promise<boolean> {
    this.#forget()
    await this.#saving
    if (this.#composing || this.#state === "conflict" || this.#state === "saved")
      return this.#state === "saved"
    this.#saving = this.#save().finally(() => (this.#saving = null))
    await this.#saving
    return this.#settled()
  }

  /** Ends a conflict: go on from what the gateway has now, with this screen's text or with that one. */
  resolve(theirs: ReportDraft, draftVersion: number, keep: "mine" | "theirs"): void {
    this.#version = draftVersion
    if (keep === "theirs") this.#draft = theirs
    this.#become(keep === "mine" ? "dirty" : "saved")
    if (keep === "mine") this.#schedule(0)
  }

  close(): void {
    this.#forget()
  }

  async #save(): Promise<void> {
    const edits = this.#edits
    this.#become("saving")
    try {
      const { draftVersion } = await this.#ports.save(normalized(this.#draft), this.#version)
      this.#version = draftVersion
      this.#become(edits === this.#edits ? "saved" : "dirty")
    } catch (error) {
      this.#become(this.#ports.isConflict(error) ? "conflict" : "failed")
    }
    if (this.#state === "dirty") this.#schedule(AUTOSAVE_MS)
    if (this.#state === "failed") this.#schedule(RETRY_MS)
  }

  #settled(): boolean {
    return this.#state === "saved"
  }

  #schedule(delayMs: number): void {
    this.#forget()
    if (!this.#composing) this.#forget = this.#ports.later(delayMs, () => void this.flush())
  }

  #become(state: DraftState): void {
    this.#state = state
    this.#ports.changed()
  }
}

/** NFC and never NFKC, which would change ㎜, ① and half-width kana into other characters. */
const normalized = (draft: ReportDraft): ReportDraft => ({
  ...draft,
  findings: draft.findings.normalize("NFC"),
  impression: draft.impression.normalize("NFC"),
  correctionReason: draft.correctionReason.normalize("NFC"),
  ...(draft.addendum === undefined ? {} : { addendum: draft.addendum.normalize("NFC") }),
})
