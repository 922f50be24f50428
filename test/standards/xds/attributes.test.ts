import assert from "node:assert/strict"
import { checkAttributes } from "../../../gateway/standards/xds/attribute-check.ts"
import { stepTo } from "../../../gateway/standards/xds/attribute-reader.ts"
import {
  type AttributeRow,
  DOCUMENT_ENTRY_ROWS,
  SUBMISSION_SET_ROWS,
} from "../../../gateway/standards/xds/attributes.ts"
import { DATA_TYPES, type DataTypeName } from "../../../gateway/standards/xds/data-type-table.ts"
import { at, Complaints, type MetadataComplaint } from "../../../gateway/standards/xds/metadata-fault.ts"
import { readRegistryObject } from "../../../gateway/standards/xds/registry-object.ts"
import { writeSubmission } from "../../../gateway/standards/xds/submission-writer.ts"
import { attributeOf, readXml, type XmlElement } from "../../../gateway/standards/xml/reader.ts"
import { sampleSubmission, uuid } from "./sample-submission.ts"

const RIM = 'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"'
type Rows = Readonly<Record<string, AttributeRow>>
const sample = sampleSubmission([Buffer.from("one")])
const xmlOf = (tag: string, limited: boolean): string =>
  new RegExp(`<rim:${tag} .*?</rim:${tag}>`)
    .exec(
      writeSubmission({
        ...sample,
        submissionSet: { ...sample.submissionSet, limitedMetadata: limited },
        documentEntries: sample.documentEntries.map((each) => ({ ...each, limitedMetadata: limited })),
      }).text,
    )![0]
    .replace(`<rim:${tag}`, `$& ${RIM}`)

function complaints(xml: string, rows: Rows): readonly MetadataComplaint[] {
  const found = new Complaints()
  checkAttributes(readRegistryObject(readXml(xml), found), rows, found)
  return found.errors
}

/** The object without this attribute, or with another value of it. */
function bend(xml: string, { place }: AttributeRow, value: string | null): string {
  return rewritten(readXml(xml), place, value)
}

function rewritten(element: XmlElement, { kind, key }: AttributeRow["place"], value: string | null): string {
  const attributes = new Map(element.attributes)
  if (kind === "attribute") attributes.delete(key)
  if (kind === "attribute" && value !== null) attributes.set(key, value)
  const isIt = (child: XmlElement): boolean =>
    (kind === "slot" && child.local === "Slot" && attributeOf(child, "name") === key) ||
    (kind === "identifier" && attributeOf(child, "identificationScheme") === key) ||
    ((kind === "code" || kind === "author") && attributeOf(child, "classificationScheme") === key) ||
    (kind === "name" && child.local === "Name") ||
    (kind === "description" && child.local === "Description")
  const made =
    value === null
      ? ""
      : {
          slot: `<rim:Slot name="${key}"><rim:ValueList><rim:Value>${escaped(value)}</rim:Value></rim:ValueList></rim:Slot>`,
          identifier: `<rim:ExternalIdentifier registryObject="${attributeOf(element, "id")}" identificationScheme="${key}" value="${escaped(value)}"/>`,
          name: `<rim:Name><rim:LocalizedString value="${escaped(value)}"/></rim:Name>`,
          description: `<rim:Description><rim:LocalizedString value="${escaped(value)}"/></rim:Description>`,
          attribute: "",
          code: "",
          author: "",
          label: "",
        }[kind]
  const kept = element.children.filter((child) => !isIt(child)).map(serialised)
  return `<${element.name} ${RIM}${written(attributes)}>${made}${kept.join("")}</${element.name}>`
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
const written = (attributes: ReadonlyMap<string, string>): string =>
  [...attributes]
    .filter(([name]) => !name.startsWith("xmlns"))
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("")
const serialised = (element: XmlElement): string =>
  `<${element.name}${written(element.attributes)}>${escaped(element.text)}${element.children.map(serialised).join("")}</${element.name}>`

/** One that is none of its type, and could be somebody's name. */
const WRONG: Readonly<Record<DataTypeName, string>> = {
  text: "山".repeat(1025),
  entryUUID: "urn:uuid:1",
  objectType: "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248",
  OID: "3.4.5",
  uniqueId: "山田 太郎",
  homeCommunityId: "1.2.3",
  DTM: "2026-07-01T01:02:03+09:00",
  CX: "山田^太郎^^&1.2.3&ISO^PI",
  CXi: "山田^^^&1.2.3&ISO",
  XCN: "^^山田",
  XON: "^^^^^^^^^1.2.3",
  XTN: "山田",
  recipient: "|^^山田",
  PID: "PID-19|山田",
  SHA1: "e".repeat(64),
  size: "-1",
  mimeType: "text/xml; charset=UTF-8",
  language: "日本語",
}

for (const [object, tag, rows] of [
  ["DocumentEntry", "ExtrinsicObject", DOCUMENT_ENTRY_ROWS],
  ["SubmissionSet", "RegistryPackage", SUBMISSION_SET_ROWS],
] as const)
  describe(`attributes of a ${object}`, () => {
    const id = object === "DocumentEntry" ? uuid(1) : uuid(999_999)

    it("are right in what we send, full and limited", () => {
      for (const limited of [false, true]) assert.deepEqual(complaints(xmlOf(tag, limited), rows), [])
    })

    for (const [name, row] of Object.entries<AttributeRow>(rows).filter(
      ([, { place }]) => place.kind !== "label",
    )) {
      const step = stepTo(row.place)
      if (name !== "entryUUID")
        it(`${name}: absence is a fault where it is required, and nowhere else`, () => {
          for (const [limited, presence] of [
            [false, row.full],
            [true, row.limited],
          ] as const) {
            const found = complaints(bend(xmlOf(tag, limited), row, null), rows)
            const missing = presence === "R" ? [at(id, step)] : []
            assert.deepEqual(
              found.map(({ location }) => location),
              missing,
            )
            for (const { codeContext } of found) {
              assert.ok(codeContext.startsWith(`${id}: ${name} is missing`), codeContext)
              assert.equal(codeContext.includes("not flagged as limited"), !limited && row.limited !== "R")
            }
          }
        })
      const { type } = row
      if (type === null) continue
      it(`${name}: a value that is no ${type} is named by kind and place`, () => {
        const wrong = WRONG[type]
        const [first, ...others] = complaints(bend(xmlOf(tag, false), row, wrong), rows).filter(
          // With another id every part belongs to another object; a slot value is too long before it is no text.
          ({ codeContext }) => !/names another object|more than 256/.test(codeContext),
        )
        assert.deepEqual(others, [])
        assert.ok(first)
        assert.ok(first.codeContext.includes(name), first.codeContext)
        assert.ok(first.location.endsWith(step), first.location)
        assert.equal(first.errorCode, "XDSRepositoryMetadataError")
        if (DATA_TYPES[type].isSecret) assert.ok(!first.codeContext.includes("山田"), first.codeContext)
      })
    }
  })
