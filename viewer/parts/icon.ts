/** The drawings of the product: 24 × 24, stroked in the colour of the text around them, hidden from readers. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit"

const DRAWINGS = {
  alert: svg`<path d="M12 3.8 21 19.5H3z"/><path d="M12 10v4.2M12 16.8v.2"/>`,
  angle: svg`<path d="M19.5 19H4.5L16 5.5"/><path d="M12.5 19a8 8 0 0 0-2.6-6"/>`,
  bell: svg`<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z"/><path d="M10 20.5h4"/>`,
  camera: svg`<path d="M4 7.5h3.5l1.5-2.5h6l1.5 2.5H20a.8.8 0 0 1 .8.8V18.5a.8.8 0 0 1-.8.8H4a.8.8 0 0 1-.8-.8V8.3a.8.8 0 0 1 .8-.8z"/><circle cx="12" cy="13.2" r="3.5"/>`,
  cert: svg`<circle cx="12" cy="9" r="5.5"/><path d="m8.5 13.5-1.5 7 5-2.5 5 2.5-1.5-7"/>`,
  chat: svg`<path d="M4 5h16v11H11l-4.5 3.8V16H4z"/><path d="M8 9.2h8M8 12.2h5"/>`,
  check: svg`<path d="m4.5 12.8 5 5 10-11"/>`,
  card: svg`<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="M3 10h18M6.5 14.5h4"/>`,
  clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.2 2"/>`,
  device: svg`<rect x="3.5" y="5" width="17" height="11" rx="1.5"/><path d="M8 20h8M12 16v4"/>`,
  disk: svg`<ellipse cx="12" cy="6" rx="7.5" ry="2.7"/><path d="M4.5 6v12c0 1.5 3.4 2.7 7.5 2.7s7.5-1.2 7.5-2.7V6M4.5 12c0 1.5 3.4 2.7 7.5 2.7s7.5-1.2 7.5-2.7"/>`,
  doc: svg`<path d="M6 3.5h8l4.5 4.5v12.5H6z"/><path d="M14 3.5V8h4.5M9 12.5h6M9 16h6"/>`,
  down: svg`<path d="m5.5 9 6.5 6.5L18.5 9"/>`,
  eye: svg`<path d="M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12z"/><circle cx="12" cy="12" r="2.8"/>`,
  fit: svg`<path d="M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15"/><rect x="8.5" y="8.5" width="7" height="7" rx="1"/>`,
  flag: svg`<path d="M6 21V4h11l-2 4 2 4H6"/>`,
  freeze: svg`<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4.5 12 7l2.5-2.5M9.5 19.5 12 17l2.5 2.5"/>`,
  history: svg`<path d="M4 5v4.5h4.5"/><path d="M4.5 9.5A8.3 8.3 0 1 1 3.7 13"/><path d="M12 8v4.5l3 1.8"/>`,
  hourglass: svg`<path d="M7 3.5h10M7 20.5h10M8 3.5v3.5c0 2.5 4 3.5 4 5s-4 2.5-4 5v3.5M16 3.5v3.5c0 2.5-4 3.5-4 5s4 2.5 4 5v3.5"/>`,
  images: svg`<rect x="3.5" y="6.5" width="13" height="13" rx="2"/><path d="M7.5 3.5h11a2 2 0 0 1 2 2v11"/>`,
  invert: svg`<rect x="4" y="4" width="16" height="16" rx="2"/><path d="M4 20 20 4v14a2 2 0 0 1-2 2z" fill="currentColor"/>`,
  key: svg`<path d="m12 4 2.4 5 5.4.7-4 3.8 1 5.5-4.8-2.7L7.2 19l1-5.5-4-3.8L9.6 9z"/>`,
  layout1: svg`<rect x="3.5" y="5" width="17" height="14" rx="1.5"/>`,
  layout2: svg`<rect x="3.5" y="5" width="17" height="14" rx="1.5"/><path d="M12 5v14"/>`,
  left: svg`<path d="m14.5 5.5-6.5 6.5 6.5 6.5"/>`,
  line: svg`<path d="M3 12h4l2-5 3.5 11L15.5 9l1.5 3h4"/>`,
  link: svg`<path d="M10 14.5a3.8 3.8 0 0 0 5.5.3l3-3a3.8 3.8 0 0 0-5.4-5.4l-1.4 1.4"/><path d="M14 9.5a3.8 3.8 0 0 0-5.5-.3l-3 3a3.8 3.8 0 0 0 5.4 5.4l1.4-1.4"/>`,
  lock: svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>`,
  move: svg`<path d="M12 3.5v17M3.5 12h17M9.2 6.3 12 3.5l2.8 2.8M9.2 17.7l2.8 2.8 2.8-2.8M6.3 9.2 3.5 12l2.8 2.8M17.7 9.2l2.8 2.8-2.8 2.8"/>`,
  more: svg`<circle cx="5.5" cy="12" r="1.3" fill="currentColor"/><circle cx="12" cy="12" r="1.3" fill="currentColor"/><circle cx="18.5" cy="12" r="1.3" fill="currentColor"/>`,
  offline: svg`<path d="m4 4 16 16"/><path d="M7.2 9.5A4.5 4.5 0 0 0 7.5 18.5h9M10 6.3A5.5 5.5 0 0 1 17.3 10a4.2 4.2 0 0 1 2.6 6.8"/>`,
  one: svg`<path d="m4.5 8.5 3-2V18M15 8.5l3-2V18M11.5 10v.2M11.5 14.8v.2"/>`,
  panel: svg`<rect x="3.5" y="5" width="17" height="14" rx="1.5"/><path d="M15 5v14"/>`,
  pen: svg`<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19z"/><path d="m14 6.5 3.5 3.5"/>`,
  phone: svg`<path d="M5 4h4l1.5 5-2.3 1.5a11 11 0 0 0 5.3 5.3L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.6 1.5C10.5 20 4 13.5 3.5 5.6A1.5 1.5 0 0 1 5 4z"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  print: svg`<path d="M7 8V4h10v4M7 17H5a1.5 1.5 0 0 1-1.5-1.5v-6A1.5 1.5 0 0 1 5 8h14a1.5 1.5 0 0 1 1.5 1.5v6A1.5 1.5 0 0 1 19 17h-2"/><rect x="7" y="14" width="10" height="6"/>`,
  question: svg`<path d="M8.5 9a3.6 3.6 0 1 1 5.2 3.2c-1.2.7-1.7 1.3-1.7 2.6"/><path d="M12 18.3v.2"/>`,
  refline: svg`<rect x="3.5" y="4.5" width="17" height="15" rx="1.5"/><path d="M3.5 14.5 20.5 9" stroke-dasharray="3 2.4"/>`,
  refresh: svg`<path d="M19.5 5v4.5H15"/><path d="M19 9.5A8 8 0 1 0 20 13"/>`,
  right: svg`<path d="m9.5 5.5 6.5 6.5-6.5 6.5"/>`,
  roi: svg`<ellipse cx="12" cy="12" rx="8.5" ry="6"/><path d="M12 10.8v2.4M10.8 12h2.4"/>`,
  ruler: svg`<path d="m3.5 16.5 13-13 4 4-13 13z"/><path d="m7 13 2 2M10 10l2.5 2.5M13 7l2 2"/>`,
  scroll: svg`<path d="M12 3.5v17M8.5 7 12 3.5 15.5 7M8.5 17l3.5 3.5 3.5-3.5"/><path d="M4 12h3M17 12h3"/>`,
  search: svg`<circle cx="11" cy="11" r="6.2"/><path d="m15.7 15.7 4.3 4.3"/>`,
  send: svg`<path d="M4 12 20.5 4.5 15 20l-3.5-6z"/><path d="m11.5 14 9-9.5"/>`,
  template: svg`<rect x="4" y="4" width="16" height="16" rx="2"/><path d="M4 9h16M9 9v11"/>`,
  user: svg`<circle cx="12" cy="8" r="3.6"/><path d="M4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"/>`,
  wl: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>`,
  x: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  zoom: svg`<circle cx="10.8" cy="10.8" r="6.3"/><path d="m15.5 15.5 4.7 4.7M8 10.8h5.6M10.8 8v5.6"/>`,
} satisfies Record<string, SVGTemplateResult>

export type IconName = keyof typeof DRAWINGS

/** An icon beside words; the words carry the meaning. @param size s 16 px, m 20 px, l 28 px. */
export function icon(name: IconName, size: "s" | "m" | "l" = "m"): TemplateResult {
  const sizeClass = { s: "i i-s", m: "i", l: "i i-l" }[size]
  return html`<svg class=${sizeClass} viewBox="0 0 24 24" aria-hidden="true">${DRAWINGS[name]}</svg>`
}
