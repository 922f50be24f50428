/** The verifier page: choose a package, see every test, decide whom to believe, read what is verified. No network. */
import { html, nothing, type TemplateResult } from "lit"
import type { AnchorUse, NamedAnchor } from "../../gateway/standards/evidence/evidence-index.ts"
import {
  isNoPackage,
  judgeEvidence,
  unreadable,
  type EvidenceVerdict,
} from "../../gateway/standards/evidence/judge.ts"
import { isOfTestCertificate } from "../../gateway/standards/evidence/judged.ts"
import { openPackage, type OpenedPackage } from "../../gateway/standards/evidence/package-files.ts"
import { certificatesOf } from "../../gateway/standards/hpki/certificate-file.ts"
import { Malformed } from "../../gateway/standards/malformed.ts"
import type { ZipFile } from "../../gateway/standards/zip/stored-zip.ts"
import { languageButton, logo } from "../parts/app-head.ts"
import { icon, type IconName } from "../parts/icon.ts"
import { LightElement } from "../parts/light-element.ts"
import { et } from "../text/evidence.ts"
import { daySeconds } from "../words/instant.ts"
import { anchorsPanel } from "./anchors-panel.ts"
import { Believed } from "./believed.ts"
import { openedFiles } from "./opened-files.ts"
import { partsPanel } from "./parts-panel.ts"
import { reportsPanel } from "./reports-panel.ts"

type State =
  | { readonly name: "empty" }
  | { readonly name: "working"; readonly parts: number }
  | { readonly name: "judged"; readonly verdict: EvidenceVerdict }

type Shown = EvidenceVerdict["outcome"] | "unreadable"
const LOOK: Readonly<Record<Shown, readonly [panelClass: string, drawing: IconName]>> = {
  valid: ["v-ok", "check"],
  indeterminate: ["v-unk", "question"],
  invalid: ["v-bad", "x"],
  unreadable: ["v-bad", "x"],
}

/** Lets the page be drawn before the next part is judged. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

class PageVerifier extends LightElement {
  #state: State = { name: "empty" }
  #name = ""
  #files: readonly ZipFile[] = []
  #opened: OpenedPackage | null = null
  #believed = new Believed()
  #unread: string | null = null
  #over = false
  /** Of several that were begun the last one counts. */
  #run = 0

  async #choose(chosen: readonly File[]): Promise<void> {
    if (chosen.length === 0) return
    this.#name =
      chosen.length === 1 ? (chosen[0]?.name ?? "") : (chosen[0]?.webkitRelativePath.split("/")[0] ?? "")
    this.#files = []
    this.#opened = null
    this.#show({ name: "working", parts: 0 })
    await drawn()
    try {
      this.#files = await openedFiles(chosen)
      this.#opened = openPackage(this.#files)
    } catch (problem) {
      this.#show({ name: "judged", verdict: notRead(problem) })
      return
    }
    await this.#judge()
  }

  async #judge(): Promise<void> {
    const run = ++this.#run
    const steps = judgeEvidence(this.#files, this.#believed.trust(this.#opened), new Date())
    for (let parts = 0; ; parts++) {
      const step = steps.next()
      if (step.done === true) {
        this.#show({ name: "judged", verdict: step.value })
        return
      }
      if (this.#state.name !== "judged") this.#show({ name: "working", parts: parts + 1 })
      await drawn()
      if (run !== this.#run) return
    }
  }

  #show(state: State): void {
    this.#state = state
    this.requestUpdate()
  }

  #compare(anchor: NamedAnchor, isSame: boolean): void {
    const key = Believed.key(anchor)
    if (isSame) this.#believed.compared.add(key)
    else this.#believed.compared.delete(key)
    void this.#judge()
  }

  async #bring(use: AnchorUse, files: readonly File[]): Promise<void> {
    this.#unread = null
    for (const file of files)
      try {
        this.#believed.brought[use].push(...certificatesOf(new Uint8Array(await file.arrayBuffer())))
      } catch (problem) {
        if (!(problem instanceof Malformed)) throw problem
        this.#unread = file.name
      }
    await this.#judge()
    this.requestUpdate()
  }

  override render(): TemplateResult {
    document.title = et("title")
    return html`<header class="apphead">
        ${logo(et("title"))}<span class="grow"></span>${languageButton()}
      </header>
      <main
        class="vp"
        data-state=${this.#state.name === "judged" ? shownOf(this.#state.verdict) : this.#state.name}
        @dragover=${(event: DragEvent) => this.#drag(event, true)}
        @dragleave=${(event: DragEvent) => this.#drag(event, false)}
        @drop=${(event: DragEvent) => this.#drop(event)}
      >
        ${this.#body()}
      </main>`
  }

  #body(): TemplateResult {
    if (this.#state.name === "empty") return this.#empty()
    if (this.#state.name === "working") return this.#working(this.#state.parts)
    return this.#judged(this.#state.verdict)
  }

  #drag(event: DragEvent, over: boolean): void {
    event.preventDefault()
    if (this.#over === over) return
    this.#over = over
    this.requestUpdate()
  }

  #drop(event: DragEvent): void {
    event.preventDefault()
    this.#over = false
    void this.#choose([...(event.dataTransfer?.files ?? [])])
  }

  #empty(): TemplateResult {
    return html`<div class="vp-empty stack stack-4">
      <h1>${et("title")}</h1>
      <p class="vp-text sub">${et("title.lead")}</p>
      <div class="vp-drop stack stack-4 ${this.#over ? "is-over" : ""}">
        ${icon("doc", "l")}
        <b>${et("choose.drop")}</b>
        <div class="row wrap">${this.#fileButton("btn btn-primary")} ${this.#folderButton()}</div>
      </div>
      <p class="row s sub">${icon("lock", "s")}<span>${et("choose.nothing-leaves")}</span></p>
    </div>`
  }

  #fileButton(look: string): TemplateResult {
    return html`<label class="${look} vp-file"
      >${et(this.#state.name === "judged" ? "choose.other" : "choose.file")}<input
        class="vh"
        type="file"
        accept=".zip"
        data-choose="file"
        @change=${(event: Event) => this.#chosen(event)}
    /></label>`
  }

  #folderButton(): TemplateResult {
    return html`<label class="btn vp-file"
      >${et("choose.folder")}<input
        class="vh"
        type="file"
        webkitdirectory
        data-choose="folder"
        @change=${(event: Event) => this.#chosen(event)}
    /></label>`
  }

  #chosen(event: Event): void {
    const input = event.target as HTMLInputElement
    const files = [...(input.files ?? [])]
    input.value = ""
    void this.#choose(files)
  }

  #working(parts: number): TemplateResult {
    return html`<div class="vp-empty stack stack-3" role="status">
      <h1>${et("working.title")}</h1>
      <p class="sub vp-subject">${this.#name}</p>
      <div class="bar2 is-live"><span class="a"></span><span class="b vp-bar"></span></div>
      <p class="s sub">${et("working.parts", { n: parts })}</p>
    </div>`
  }

  #judged(verdict: EvidenceVerdict): TemplateResult {
    const { opened, parts, reports } = verdict
    return html`<div class="vp-grid">
      <div class="stack stack-4">
        ${this.#verdictCard(verdict)} ${opened === null ? nothing : this.#anchors(opened)}
      </div>
      <div class="stack stack-4">
        ${opened === null ? nothing : reportsPanel(reports)} ${partsPanel(parts)}
      </div>
    </div>`
  }

  #verdictCard(verdict: EvidenceVerdict): TemplateResult {
    const shown = shownOf(verdict)
    const [look, drawing] = LOOK[shown]
    const made = verdict.opened?.index.made
    const hint = shown === "indeterminate" && this.#believed.isNothing ? et("lead.unanchored") : ""
    return html`<section class="verdict ${look}" aria-label=${et("title")} role="status">
      <div class="verdict-top">
        <span class="seal">${icon(drawing)}</span>
        <div><small class="vp-subject">${this.#name}</small><b>${et(`outcome.${shown}`)}</b></div>
      </div>
      ${
        verdict.parts.some(isOfTestCertificate)
          ? html`<p class="verdict-text" data-test-certificate><b>${et("lead.test-certificate")}</b></p>`
          : nothing
      }
      <p class="verdict-text">${et(`lead.${shown}`)} <b>${hint}</b></p>
      <div class="panel-pad stack stack-2 vp-foot">
        <small class="sub">${et("checked-at", { at: daySeconds(new Date(verdict.checkedAt)) })}</small>
        ${made === undefined ? nothing : html`<small class="sub">${madeWords(made)}</small>`}
        <div class="row wrap">${this.#fileButton("btn")}</div>
      </div>
    </section>`
  }

  #anchors(opened: OpenedPackage): TemplateResult {
    return anchorsPanel({
      anchors: opened.index.anchors,
      believed: this.#believed,
      unread: this.#unread,
      compare: (anchor, isSame) => this.#compare(anchor, isSame),
      bring: (use, files) => void this.#bring(use, files),
      allowTests: (allow) => {
        this.#believed.allowTestPolicies = allow
        void this.#judge()
      },
    })
  }
}
customElements.define("page-verifier", PageVerifier)

/** Without an index there is nothing to judge; what was altered is told as such. */
const shownOf = (verdict: EvidenceVerdict): Shown => (isNoPackage(verdict) ? "unreadable" : verdict.outcome)

/** What the index says stands there as it says it. */
function madeWords({ by, at }: OpenedPackage["index"]["made"]): string {
  const time = new Date(at)
  return et("made-by", { by, at: Number.isNaN(time.getTime()) ? at : daySeconds(time) })
}

function notRead(problem: unknown): EvidenceVerdict {
  const parts = [unreadable(problem)]
  return { outcome: "invalid", checkedAt: new Date().toISOString(), parts, reports: [], opened: null }
}
