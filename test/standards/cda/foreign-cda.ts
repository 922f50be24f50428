/** Clinical documents as other makes write them. */
export interface Foreign {
  readonly ids?: readonly (readonly [root: string, extension: string])[]
  readonly body: string
}

export const foreignCda = ({ ids = [["1.2.3", "P1"]], body }: Foreign): Buffer =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId extension="POCD_HD000040" root="2.16.840.1.113883.1.3"/>
  <templateId root="1.3.6.1.4.1.19376.1.2.20"/>
  <id root="2.25.71"/>
  <code code="18748-4" codeSystem="2.16.840.1.113883.6.1"/>
  <title>Report</title>
  <effectiveTime value="20261126"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <recordTarget><patientRole>
    ${ids.map(([root, extension]) => `<id root="${root}" extension="${extension}"/>`).join("")}
    <patient><name><family>Yamada</family></name></patient>
  </patientRole></recordTarget>
  <component>${body}</component>
</ClinicalDocument>`)

export const wrapped = (octets: Buffer, mediaType = "application/pdf"): string =>
  `<nonXMLBody><text mediaType="${mediaType}" representation="B64">${octets.toString("base64").replace(/(.{76})/g, "$1\n")}</text></nonXMLBody>`

export const STRUCTURED_BODY = `<structuredBody>
  <component><section><title>Technique</title><text>T2 axial.<br/>No contrast.</text></section></component>
  <component><section><title>Findings</title>
    <text>
      <paragraph>A <content styleCode="Bold">mass</content> of 12 mm &lt; 15 mm.</paragraph>
      <list><item>left frontal</item><item>no shift</item></list>
      <table><tbody><tr><th>Size</th><td>12 mm</td></tr><tr><th>Edge</th><td>sharp</td></tr></tbody></table>
      <script xmlns="urn:hl7-org:v3">alert(1)</script>
    </text>
    <component><section><title>Liver</title><text>Normal.</text></section></component>
  </section></component>
  <component><section><title></title><text></text></section></component>
</structuredBody>`
