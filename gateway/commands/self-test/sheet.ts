/** The acceptance sheet of a connection as one HTML file to be printed: Japanese first, English beside it, room for names and seals. */
import { xml, verbatim, type Markup } from "../../standards/xml/writer.ts"
import { VERSION } from "../../version.ts"
import type { SelfTestStage } from "../../journey/views/self-test.ts"
import { SHEET_STYLE } from "./sheet-style.ts"
import type { SheetFacts, SheetKey } from "./sheet-facts.ts"
import { brokeAt, rowOf } from "./told.ts"

const DAY_MS = 86_400_000
/** Faults on paper; more are in the doctor's own print. */
const MAX_FAULTS = 8

export function sheetPage(facts: SheetFacts): string {
  const title = "接続試験・受入確認書"
  const page = xml`<html lang="ja"><head><meta charset="utf-8"/><title>${title} ${facts.agreement.partner.name}</title><style>${verbatim(SHEET_STYLE)}</style></head><body>${[
    heading(facts, title),
    parties(facts),
    fingerprints(facts),
    agreed(facts),
    selfTest(facts),
    inspection(facts),
    hands(facts),
    footer(facts),
  ]}</body></html>`
  return `<!doctype html>\n${page.text}\n`
}

const both = (ja: string, en: string): Markup => xml`${ja}<span class="en">${en}</span>`
const part = (ja: string, en: string, inside: Markup): Markup =>
  xml`<section><h2>${both(ja, en)}</h2>${inside}</section>`
const row = (ja: string, en: string, value: Markup | string): Markup =>
  xml`<tr><th>${both(ja, en)}</th><td>${value}</td></tr>`
const head = (...cells: readonly Markup[]): Markup =>
  xml`<thead><tr>${cells.map((cell) => xml`<th>${cell}</th>`)}</tr></thead>`

function heading({ result, at, site }: SheetFacts, title: string): Markup {
  const isPassed = result.view.outcome === "passed"
  return xml`<header><h1>${both(title, "Acceptance of a connection for remote reading")}</h1><div class="${isPassed ? "verdict passed" : "verdict failed"}"><small>自己試験 self-test</small><b>${isPassed ? "合格" : "不合格"} <small>${isPassed ? "passed" : "not passed"}</small></b><small>${instant(at.toISOString(), site.timeZone)}</small></div></header>`
}

function parties({ site, role, agreement: { partner } }: SheetFacts): Markup {
  const [ours, theirs] = role === "edge" ? [HOSPITAL, CENTER] : [CENTER, HOSPITAL]
  return part(
    "当事者",
    "Parties",
    xml`<div class="parties">${party(ours, site)}${party(theirs, partner)}</div>`,
  )
}
const HOSPITAL = both("病院（依頼側）", " hospital")
const CENTER = both("読影センター（受託側）", " reading centre")

const party = (
  what: Markup,
  {
    name,
    oid,
    institutionCode,
  }: { readonly name: string; readonly oid: string; readonly institutionCode: string },
): Markup =>
  xml`<div class="party"><small>${what}</small><b>${name}</b>OID ${oid}<br/>医療機関コード <small>institution code</small> ${institutionCode || "－"}</div>`

const USES: Readonly<Record<SheetKey["use"], Markup>> = {
  tls: both("回線（TLS）", "line"),
  seal: both("施設シール", "seal"),
  object: both("暗号化", "encryption"),
}

function fingerprints({ own, theirs, site, agreement }: SheetFacts): Markup {
  const cell = (keys: readonly SheetKey[], use: SheetKey["use"]): Markup => {
    const key = keys.find((each) => each.use === use)
    const until = key?.notAfter ?? null
    return xml`<td>${(key?.pins ?? []).map((pin) => xml`<div class="pin">${grouped(pin)}</div>`)}${
      until === null ? "" : xml`<small>有効期限 valid until ${dayOf(until, site.timeZone)}</small>`
    }</td>`
  }
  const rows = (["tls", "seal", "object"] as const).map(
    (use) => xml`<tr><td>${USES[use]}</td>${cell(own, use)}${cell(theirs, use)}</tr>`,
  )
  const table = xml`<table>${head(both("用途", "use"), both(site.name, "ours"), both(agreement.partner.name, "theirs"))}<tbody>${rows}</tbody></table><small>公開鍵（SubjectPublicKeyInfo）のSHA-256です。 / SHA-256 of the public keys.</small>`
  return part("鍵の指紋", "Fingerprints of keys", table)
}

/** Eight digits a group: what people compare with a finger on the paper. */
const grouped = (pin: string): string => (pin.match(/.{8}/g) ?? []).join(" ")

const ACCEPTS: Readonly<Record<SheetFacts["agreement"]["accepts"][number], string>> = {
  study: "検査",
  report: "報告書",
  receipt: "受領証",
  acknowledgement: "受領の知らせ",
  certificate: "消去証明書",
  phantom: "自己試験",
}

function agreed({ agreement, site }: SheetFacts): Markup {
  const { retention, validFrom, validUntil, accepts, firstResponder, demarcation } = agreement
  const days = (ms: number): string => `${Math.round(ms / DAY_MS)}日 (${Math.round(ms / DAY_MS)} d)`
  const rows = [
    row("合意の名", "agreement", agreement.id),
    row("期間", "term", `${validFrom} ～ ${validUntil} の前日まで (${site.timeZone})`),
    row(
      "保管期間",
      "retention here",
      `画像 ${days(retention.images)}、依頼・報告書 ${days(retention.reports)}`,
    ),
    row("相手から受け取るもの", "taken from the partner", accepts.map((each) => ACCEPTS[each]).join("、")),
    row(
      "責任分界",
      "who answers for what",
      xml`${demarcation.map(({ segment, responsible }) => xml`<div>${segment}：${responsible}</div>`)}`,
    ),
    row("一次連絡先", "first responder", firstResponder),
  ]
  return part("合意の内容", "Agreement", xml`<table><tbody>${rows}</tbody></table>`)
}

const STAGES: Readonly<Record<SelfTestStage["name"], Markup>> = {
  sealed: both(
    "試験画像を作り、暗号化し、シールと時刻印を付けた",
    "phantom sealed, signed and time-stamped here",
  ),
  taken: both(
    "相手が受け取った（回線・合意・シールが合った）",
    "taken by the partner: line, agreement and seal fit",
  ),
  answered: both(
    "相手が1ビットも違わないことを確かめ、報告が届いた",
    "every bit compared there; the signed report is here",
  ),
  judged: both("報告の電子署名を検証した", "the report's signature was judged"),
}

function selfTest({ result, site }: SheetFacts): Markup {
  const { view, destroyed } = result
  const rows = view.stages.map(
    (stage) =>
      xml`<tr><td class="time">${instant(stage.at, site.timeZone)}</td><td>${STAGES[stage.name]}</td><td>${stage.state === "done" ? xml`<span class="ok">合格 <small>ok</small></span>` : xml`<span class="bad">未達 not reached</span><span class="todo">${stage.code ?? ""}</span>`}</td></tr>`,
  )
  const erased =
    destroyed === null
      ? ""
      : xml`<tr><td class="time">${instant(destroyed.at, site.timeZone)}</td><td>${both("試験画像と報告を消去した", `phantom and report destroyed here: ${destroyed.objects} objects, key read back as zero`)}</td><td><span class="ok">合格 <small>ok</small></span></td></tr>`
  const table = xml`<table class="wide">${head(both("時刻", "time"), both("段階", "stage"), both("判定", "verdict"))}<tbody>${rows}${erased}</tbody></table>${signer(view.signature)}${broke(brokeAt(view))}`
  return part("自己試験", `Self-test ${view.id}`, table)
}

const signer = (signature: SheetFacts["result"]["view"]["signature"]): Markup | string =>
  signature === null
    ? ""
    : xml`<small>報告の署名：${signature.holder}の施設シール（医師の署名ではありません）、検査${signature.tests.length}項目。 / signed by an organisation's seal, nobody's signature; ${signature.tests.length} tests.</small>`

function broke(stage: SelfTestStage | null): Markup | string {
  const row = stage === null ? null : rowOf(stage)
  return row === null ? "" : xml`<div class="bad">${row.meaning}</div><span class="todo">${row.action}</span>`
}

function inspection({ looked }: SheetFacts): Markup {
  const count = (outcome: string): number => looked.filter((each) => each.outcome === outcome).length
  const faults = looked.filter(({ outcome }) => outcome === "fault")
  const rows = faults
    .slice(0, MAX_FAULTS)
    .map(
      ({ name, ids, seen, todo }) =>
        xml`<tr><td>${name}<br/><small>${ids.join(" ")}</small></td><td>${seen}<span class="todo">${todo}</span></td></tr>`,
    )
  const more = faults.length - rows.length
  const sum = xml`<p>正常 <small>ok</small> <b>${count("ok")}</b> · 不備 <small>faults</small> <b>${count("fault")}</b> · 未確認 <small>not seen</small> <b>${count("unseen")}</b> · <small>dokuei doctor</small></p>`
  const table = rows.length === 0 ? "" : xml`<table><tbody>${rows}</tbody></table>`
  return part(
    "装置の点検",
    "Inspection of the machine",
    xml`${sum}${table}${more > 0 ? xml`<small>ほか${more}件 / ${more} more</small>` : ""}`,
  )
}

function hands({ site, agreement: { partner } }: SheetFacts): Markup {
  const line = (ja: string, en: string, short = false): Markup =>
    xml`<div class="${short ? "line short" : "line"}"><span>${ja}<br/><small>${en}</small></span><i></i></div>`
  const hand = (name: string): Markup =>
    xml`<div class="hand"><b>${name}</b>${line("電話照合の日時", "telephone, when")}${line("相手の氏名", "with whom")}${line("確認者", "name", true)}${line("日付", "date", true)}<div class="seal">印</div></div>`
  return part("確認", "Confirmed by", xml`<div class="hands">${hand(site.name)}${hand(partner.name)}</div>`)
}

const footer = ({ at, site }: SheetFacts): Markup =>
  xml`<footer>dokuei ${VERSION} · ${instant(at.toISOString(), site.timeZone)} ${site.timeZone} · この書面に患者の情報はありません。 / This sheet holds no patient data.</footer>`

const instant = (at: string | null, timeZone: string): string =>
  at === null ? "－" : new Date(at).toLocaleString("sv-SE", { timeZone })
const dayOf = (at: Date, timeZone: string): string => at.toLocaleDateString("sv-SE", { timeZone })
