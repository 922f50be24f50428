/** INDEX.HTM (ITI TF-2 3.32.4.1.2.2): what is on the medium, in XHTML Basic 1.0, for whoever has only a browser. */
import { element, type Markup } from "../xml/writer.ts"
import type { MediumMaker } from "./medium-maker.ts"
import { README_FILE, XDM_FOLDER } from "./layout.ts"

/** One folder. Nothing of the patient where its documents are encrypted. */
export interface IndexedSubset {
  readonly folder: string
  /** e.g. what the submission set is called. */
  readonly title: string
  /** DTM, UTC. */
  readonly submissionTime: string
  readonly recipient: string
  readonly documents: readonly {
    readonly file: string
    readonly mimeType: string
    readonly size: number | null
  }[]
  /** A line about the patient; null where the medium must not say. */
  readonly patient: string | null
}

const XHTML = "http://www.w3.org/1999/xhtml"
const DOCTYPE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.0//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic10.dtd">'
const KiB = 1024

export function writeIndexPage(maker: MediumMaker, subsets: readonly IndexedSubset[]): Uint8Array {
  const html = element(
    "html",
    { xmlns: XHTML, "xml:lang": "ja" },
    element("head", {}, element("title", {}, `${maker.institution} — IHE XDM`)),
    element(
      "body",
      {},
      element("h1", {}, maker.institution),
      element("p", {}, `${maker.product} ${maker.version} — `, link(README_FILE, README_FILE)),
      subsets.map(section),
    ),
  )
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>\n${DOCTYPE}\n${html.text}\n`)
}

function section({ folder, title, submissionTime, recipient, documents, patient }: IndexedSubset): Markup[] {
  return [
    element("h2", {}, `${folder}: ${title}`),
    patient === null
      ? element("p", {}, "Encrypted for its recipient. 宛先のみが開けます。")
      : element("p", {}, patient),
    element("p", {}, `${time(submissionTime)} → ${recipient}`),
    element(
      "ul",
      {},
      documents.map(({ file, mimeType, size }) =>
        element(
          "li",
          {},
          link(`${XDM_FOLDER}/${folder}/${file}`, file),
          ` ${mimeType}${size === null ? "" : `, ${Math.ceil(size / KiB)} KiB`}`,
        ),
      ),
    ),
  ]
}

const link = (href: string, text: string): Markup => element("a", { href }, text)

/** `20261126013000` as `2026-11-26 01:30 UTC`. */
function time(dtm: string): string {
  const [, year = "", month = "", day = "", hour = "", minute = ""] =
    /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?/.exec(dtm) ?? []
  return `${[year, month, day].filter((part) => part !== "").join("-")} ${hour}:${minute} UTC`
}
