/** How an acceptance sheet looks: A4 upright, black on white, one accent; readable as a photocopy. */
export const SHEET_STYLE = `
@page { size: A4; margin: 14mm 15mm }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 180mm; color: #16191c; background: #fff;
  font: 9.5pt/1.5 "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic UI", system-ui, sans-serif }
@media screen { body { padding: 14mm 0 } }
header { display: flex; justify-content: space-between; align-items: flex-end; gap: 8mm;
  padding-bottom: 4mm; border-bottom: 0.6mm solid #16191c }
h1 { margin: 0; font-size: 17pt; line-height: 1.3; font-weight: 700 }
h2 { margin: 6mm 0 2mm; font-size: 11pt; font-weight: 700; break-after: avoid }
small, .en { color: #545c64; font-size: 7.5pt; font-weight: 400 }
h1 .en { display: block; font-size: 9.5pt }
h2 .en { margin-left: 2mm }
.verdict { text-align: right; white-space: nowrap }
.verdict b { display: block; font-size: 17pt; line-height: 1.3 }
.passed b { color: #0b6b3a }
.failed b { color: #a3161a }
section { break-inside: avoid }
table { width: 100%; border-collapse: collapse }
th, td { padding: 1.2mm 2mm; border-bottom: 0.2mm solid #c9ced3; text-align: left; vertical-align: top }
thead th { border-bottom: 0.3mm solid #16191c; font-size: 8pt }
tbody th { width: 42mm; font-weight: 400; color: #3a4147 }
tbody th .en, thead .en, td .en { display: block }
.parties { display: grid; grid-template-columns: 1fr 1fr; gap: 4mm }
.party { padding: 3mm 4mm; border: 0.3mm solid #8a929a; border-radius: 1.5mm }
.party b { display: block; font-size: 12pt }
.pin { font: 7.2pt/1.6 "Noto Sans Mono CJK JP", "DejaVu Sans Mono", monospace; word-spacing: 0.3mm }
.time { font-variant-numeric: tabular-nums; white-space: nowrap }
.ok { white-space: nowrap }
.bad { color: #a3161a; font-weight: 700 }
.todo { display: block; color: #545c64; font-size: 8pt }
.hands { display: grid; grid-template-columns: 1fr 1fr; gap: 4mm }
.hand { position: relative; padding: 3mm 4mm 4mm; border: 0.3mm solid #8a929a; border-radius: 1.5mm }
.hand b { display: block; margin-bottom: 2mm }
.line { display: flex; align-items: flex-end; gap: 2mm; height: 10mm }
.line span { flex: none; width: 25mm; font-size: 8pt; line-height: 1.2 }
.line i { flex: 1; border-bottom: 0.2mm solid #16191c }
.line.short i { margin-right: 24mm }
.seal { position: absolute; right: 4mm; bottom: 4mm; width: 18mm; height: 18mm; border: 0.2mm dashed #8a929a; border-radius: 50%;
  display: grid; place-items: center; color: #8a929a; font-size: 9pt }
footer { margin-top: 5mm; color: #545c64; font-size: 7.5pt }
`
