import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after as afterAll, before, describe, it } from "mocha"
import { keyPem, pem } from "../../../gateway/commands/pki-authority.ts"
import { readCertificate } from "../../../gateway/standards/hpki/certificate.ts"
import { readCrl } from "../../../gateway/standards/hpki/crl.ts"
import { auditName } from "../../../gateway/standards/saml/assertion.ts"
import { readAssertion } from "../../../gateway/standards/saml/read-assertion.ts"
import {
  CLOCK_TOLERANCE_MS,
  MAX_LIFETIME_MS,
  verifyAssertion,
} from "../../../gateway/standards/saml/verify-assertion.ts"
import { SecurityFault } from "../../../gateway/standards/soap/fault.ts"
import { Bench } from "../../peers/openssl.ts"
import {
  after,
  assertion,
  CENTER,
  header,
  HOSPITAL,
  institution,
  type Institution,
  NOW,
  SAID,
  trustIn,
} from "./world.ts"

const SHARED = process.env.DOKUEI_SHARED

describe("A SAML assertion of who acts", () => {
  let center: Institution
  const bench = new Bench()
  before(async () => {
    center = await institution()
  })
  afterAll(() => bench.remove())

  const verified = (text: string, now = NOW) => verifyAssertion(text, center.trust, now)
  const refused =
    (subcode: string, why: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof SecurityFault, String(error))
      assert.equal(error.subcode, subcode)
      assert.match(error.why, why)
      return true
    }

  it("says what was said, and names the subject as audit messages do", () => {
    const said = verified(header(assertion(center)))
    assert.deepEqual(said, SAID)
    assert.equal(auditName(said), `taro<serialNumber=T1,CN=Taro Test,O=Test,C=JP@${CENTER}>`)
    const clerk = { ...SAID, subject: { name: "hanako", format: "", alias: "" } }
    assert.equal(auditName(clerk), `<hanako@${CENTER}>`)
  })

  for (const kind of ["p-256", "rsa-2048"] as const)
    it(`is verified by xmlsec1 (${kind})`, async () => {
      const issuer = await institution(kind)
      bench.write("anchor.pem", pem("CERTIFICATE", issuer.authority.certificate))
      const check = (text: string) => {
        bench.write("assertion.xml", text)
        const id = ["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"]
        return bench.run("xmlsec1", "--verify", ...id, "--trusted-pem", "anchor.pem", "assertion.xml")
      }
      const signed = assertion(issuer)
      assert.equal(check(signed).status, 0)
      assert.equal(check(header(signed)).status, 0, "in its header, too")
      assert.notEqual(check(signed.replace("Medical Doctor", "Medical Director")).status, 0)
    })

  it("is believed as xmlsec1 signed it, with white space and inclusive prefixes", async () => {
    const issuer = await institution("rsa-2048")
    bench.write("key.pem", keyPem(issuer.seal.key))
    bench.write("seal.pem", pem("CERTIFICATE", issuer.seal.chain[0]!))
    bench.write("template.xml", foreignTemplate())
    const id = ["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"]
    const run = bench.run(
      "xmlsec1",
      ...["--sign", ...id, "--privkey-pem", "key.pem,seal.pem", "--output", "signed.xml", "template.xml"],
    )
    assert.equal(run.status, 0, run.stderr)
    const text = bench
      .read("signed.xml")
      .toString()
      .replace(/<\?xml[^>]*>\s*/, "")
    const said = verifyAssertion(text, issuer.trust, NOW)
    assert.equal(auditName(said), `alias2<lipse@${CENTER}>`)
    assert.deepEqual(
      said.roles.map(({ code }) => code),
      ["ELE", "GYN"],
    )
    assert.equal(said.personName, "Dr. Klaus-Peter Kohlrabi")
  })

  it("is valid by the schema of SAML 2.0", function () {
    if (SHARED === undefined) {
      console.log("      DOKUEI_SHARED is not set: the schema is not asked")
      this.skip()
    }
    const schema = join(SHARED, "ihe/schema/saml/sstc-saml-schema-assertion-2.0.xsd")
    assert.ok(existsSync(schema))
    // Of HL7's CE that schema knows nothing.
    bench.write("assertion.xml", assertion(center).replaceAll(' xsi:type="CE"', ""))
    const run = bench.run("xmllint", "--nonet", "--noout", "--schema", schema, "assertion.xml")
    assert.equal(run.status, 0, run.stderr)
  })

  describe("is not believed", () => {
    it("when anything in it was changed", () => {
      const changed = assertion(center).replace("TREAT", "ADMIN")
      assert.throws(() => verified(header(changed)), refused("FailedCheck", /ASSERTION_DIGEST/))
    })

    it("when its signature value was changed", () => {
      const signed = assertion(center)
      const value = /<ds:SignatureValue>(.)/.exec(signed)![1]!
      const other = signed.replace(/<ds:SignatureValue>./, `<ds:SignatureValue>${value === "A" ? "B" : "A"}`)
      assert.throws(() => verified(header(other)), refused("FailedCheck", /does not hold/))
    })

    it("from another key, though of the same authority and under the issuer's name", async () => {
      const other = await institution()
      assert.throws(() => verified(header(assertion(other))), refused("FailedCheck", /agreed keys/))
      // Its certificate beside the agreed one does not help.
      const mixed = assertion({
        seal: { ...other.seal, chain: [...other.seal.chain, center.seal.chain[0]!] },
      })
      assert.throws(() => verified(header(mixed)), refused("FailedCheck", /does not hold/))
    })

    it("when the key's certificate was revoked, or its authority is none of ours", async () => {
      const revoked = readCrl(
        center.authority.crl(new Date(NOW.getTime() - 60_000), after(600), [
          { serial: certificateSerial(center), revocationDate: after(-10), reason: 1 },
        ]),
      )
      const trust = trustIn(center.seal, center.authority, [revoked])
      const text = header(assertion(center))
      assert.throws(() => verifyAssertion(text, trust, NOW), refused("FailedCheck", /revocation/))
      const stranger = await institution()
      const elsewhere = trustIn(center.seal, stranger.authority, [])
      assert.throws(() => verifyAssertion(text, elsewhere, NOW), refused("FailedCheck", /path/))
    })

    it("by another issuer, or for another audience", () => {
      const token = (changes: Partial<typeof SAID>) => header(assertion(center, changes))
      assert.throws(
        () => verified(token({ issuer: HOSPITAL })),
        refused("InvalidSecurityToken", /issued by urn:oid:1.2.392.100495.20.3.999.1/),
      )
      assert.throws(
        () => verified(token({ audiences: [CENTER] })),
        refused("InvalidSecurityToken", /audience/),
      )
    })

    it("before and after its time, but for what two clocks may differ", () => {
      const text = header(assertion(center))
      const at = (milliseconds: number) => new Date(NOW.getTime() + milliseconds)
      const end = SAID.notOnOrAfter.getTime() - NOW.getTime()
      verified(text, at(-CLOCK_TOLERANCE_MS))
      verified(text, at(end + CLOCK_TOLERANCE_MS - 1))
      const early = refused("InvalidSecurityToken", /good from/)
      assert.throws(() => verified(text, at(-CLOCK_TOLERANCE_MS - 1)), early)
      const late = refused("InvalidSecurityToken", /good until/)
      assert.throws(() => verified(text, at(end + CLOCK_TOLERANCE_MS)), late)
    })

    it("for longer than an hour, or when it was issued or authenticated in the future", () => {
      const wrong = (changes: Partial<typeof SAID>, why: RegExp) =>
        assert.throws(
          () => verified(header(assertion(center, changes))),
          refused("InvalidSecurityToken", why),
        )
      wrong({ notOnOrAfter: new Date(NOW.getTime() + MAX_LIFETIME_MS + 1) }, /longer than an hour/)
      wrong({ issuedAt: after(4) }, /issued in the future/)
      wrong({ authentication: { ...SAID.authentication, at: after(4) } }, /authenticated in the future/)
    })

    it("with SHA-1, another transform, another reference or none", () => {
      const signed = assertion(center)
      const wrong = (from: string | RegExp, to: string, why: RegExp) => {
        const changed = signed.replace(from, to)
        assert.notEqual(changed, signed)
        assert.throws(() => verified(header(changed)), refused("FailedCheck", why))
      }
      const [dsig, more] = ["http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#"]
      wrong("http://www.w3.org/2001/04/xmlenc#sha256", `${dsig}sha1`, /sha1 is not accepted/)
      wrong(`${more}ecdsa-sha256`, `${dsig}rsa-sha1`, /rsa-sha1 is not accepted/)
      wrong(`${more}ecdsa-sha256`, `${dsig}hmac-sha1`, /does not hold/)
      wrong(`${dsig}enveloped-signature`, "http://www.w3.org/TR/1999/REC-xslt-19991116", /transforms/)
      wrong(/<ds:Transform Algorithm="http:\/\/www.w3.org\/2001\/10[^>]*>/, "", /transforms/)
      wrong('URI="#_0d2f1c8e"', 'URI=""', /something else/)
      wrong('URI="#_0d2f1c8e"', 'URI="https://evil.example/x"', /something else/)
      wrong(/<ds:Reference.*<\/ds:Reference>/, "", /not exactly one Reference/)
      wrong(/(<ds:Reference.*<\/ds:Reference>)/, "$1$1", /not exactly one Reference/)
      wrong(/<ds:Signature .*<\/ds:Signature>/, "", /not exactly one Signature/)
    })

    it("when one was wrapped around it, put beside it or inside it", () => {
      const signed = assertion(center)
      const evil = signed
        .replace("taro", "evil")
        .replace('ID="_0d2f1c8e"', 'ID="_evil"')
        .replace(/<ds:Signature .*<\/ds:Signature>/, "")
      const signature = /<ds:Signature .*<\/ds:Signature>/.exec(signed)![0]
      const withSignature = evil.replace("</saml2:Issuer>", `</saml2:Issuer>${signature}`)
      const inside = (outer: string, inner: string) =>
        outer.replace("<saml2:Conditions", `<saml2:Advice>${inner}</saml2:Advice><saml2:Conditions`)
      for (const wrapped of [
        // XSW: evil first, evil last, the signed one inside the evil one with and without the signature at the evil one.
        evil + signed,
        signed + evil,
        inside(evil, signed),
        inside(withSignature, signed.replace(signature, "")),
        withSignature.replace("</ds:Signature>", `<ds:Object>${signed}</ds:Object></ds:Signature>`),
        `<wrapper>${signed}</wrapper>${withSignature}`,
        `<wrapper>${signed}</wrapper>`,
      ])
        assert.throws(() => verified(header(wrapped)), SecurityFault)
      // One that keeps the ID of the signed one is seen at once.
      const twin = signed.replace("taro", "evil").replace(signature, "")
      assert.throws(() => verified(header(signed + twin)), refused("InvalidSecurityToken", /DUPLICATE_ID/))
    })

    it("when it is no XML that may stand there, or far too large", () => {
      const token = (text: string) => () => verified(text)
      assert.throws(token("<not"), refused("InvalidSecurityToken", /XML/))
      assert.throws(token("<a/>"), refused("InvalidSecurityToken", /not exactly one assertion/))
      const entity = `<!DOCTYPE a [<!ENTITY x "y">]>${header(assertion(center))}`
      assert.throws(token(entity), refused("InvalidSecurityToken", /XML_FORBIDDEN/))
      const roles = Array.from({ length: 33 }, () => SAID.roles[0]!)
      assert.throws(token(header(assertion(center, { roles }))), refused("InvalidSecurityToken", /32 values/))
      const personName = "x".repeat(600)
      assert.throws(
        token(header(assertion(center, { personName }))),
        refused("InvalidSecurityToken", /too long/),
      )
    })
  })

  describe("has to say", () => {
    const plain = () => assertion(center).replace(/<ds:Signature .*<\/ds:Signature>/, "")
    const lacking = (from: string | RegExp, to: string, why: RegExp) => {
      const changed = plain().replace(from, to)
      assert.notEqual(changed, plain())
      assert.throws(() => readAssertion(Buffer.from(changed)), { code: "ASSERTION", message: why })
    }
    it("who, confirmed as bearer", () => {
      lacking(/<saml2:Subject>.*<\/saml2:Subject>/, "", /one Subject/)
      lacking("cm:bearer", "cm:sender-vouches", /bearer/)
      lacking(/>serialNumber=[^<]*</, "> <", /NameID is empty/)
    })
    it("how long, in UTC, and under no condition that nobody here can judge", () => {
      lacking(/ NotOnOrAfter="[^"]*"/, "", /without NotOnOrAfter/)
      lacking(/NotBefore="([^"]*)Z"/, 'NotBefore="$1+09:00"', /no instant in UTC/)
      lacking(
        "<saml2:AudienceRestriction>",
        '<x:Weather xmlns:x="urn:x"/><saml2:AudienceRestriction>',
        /Weather/,
      )
    })
    it("how the subject was authenticated", () => {
      lacking(/<saml2:AuthnStatement.*<\/saml2:AuthnStatement>/, "", /authenticated/)
    })
    it("that it is good no longer than its confirmation", () => {
      const sooner = after(2).toISOString()
      const data = `<saml2:SubjectConfirmationData NotOnOrAfter="${sooner}"/>`
      const text = plain().replace(
        /(<saml2:SubjectConfirmation [^>]*)\/>/,
        `$1>${data}</saml2:SubjectConfirmation>`,
      )
      assert.deepEqual(readAssertion(Buffer.from(text)).notOnOrAfter, after(2))
    })
    it("an audience that every restriction allows", () => {
      const second = `<saml2:AudienceRestriction><saml2:Audience>${HOSPITAL}</saml2:Audience></saml2:AudienceRestriction>`
      const text = plain().replace("</saml2:Conditions>", `${second}</saml2:Conditions>`)
      assert.deepEqual(readAssertion(Buffer.from(text)).audiences, [HOSPITAL])
    })
  })
})

const certificateSerial = ({ seal }: Institution): Uint8Array => readCertificate(seal.chain[0]!).serial

/** As another product writes one: other prefixes, white space, several statements, things nobody knows between. */
function foreignTemplate(): string {
  const c14n = `Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`
  const coded = (name: string, code: string) =>
    `<saml:AttributeValue><${name} xmlns="urn:hl7-org:v3" xsi:type="CE" code="${code}" codeSystem="1.2.3" codeSystemName="x" displayName="y"/></saml:AttributeValue>`
  return `<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <saml:Assertion Version="2.0" IssueInstant="${NOW.toISOString()}" ID="_7d8e" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
    <saml:Issuer>${CENTER}</saml:Issuer>
    <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
      <ds:SignedInfo>
        <ds:CanonicalizationMethod ${c14n}/>
        <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
        <ds:Reference URI="#_7d8e">
          <ds:Transforms>
            <ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
            <ds:Transform ${c14n}>
              <ec:InclusiveNamespaces PrefixList="xsd saml" xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#"/>
            </ds:Transform>
          </ds:Transforms>
          <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
          <ds:DigestValue/>
        </ds:Reference>
      </ds:SignedInfo>
      <ds:SignatureValue/>
      <ds:KeyInfo><ds:X509Data/></ds:KeyInfo>
    </ds:Signature>
    <saml:Subject>
      <saml:NameID SPProvidedID="alias2">
        lipse
      </saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>
    </saml:Subject>
    <saml:Conditions NotBefore="${NOW.toISOString()}" NotOnOrAfter="${after(10).toISOString()}">
      <saml:AudienceRestriction><saml:Audience>${HOSPITAL}</saml:Audience></saml:AudienceRestriction>
      <saml:OneTimeUse/>
    </saml:Conditions>
    <saml:AuthnStatement AuthnInstant="${NOW.toISOString()}">
      <saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</saml:AuthnContextClassRef></saml:AuthnContext>
    </saml:AuthnStatement>
    <saml:AttributeStatement>
      <saml:Attribute Name="urn:oasis:names:tc:xacml:2.0:subject:role">${coded("Role", "ELE")}${coded("Garbage", "X")}</saml:Attribute>
      <saml:Attribute Name="urn:oasis:names:tc:xspa:1.0:subject:subject-id">
        <saml:AttributeValue xsi:type="xsd:string">Dr. Klaus-Peter Kohlrabi</saml:AttributeValue>
      </saml:Attribute>
    </saml:AttributeStatement>
    <saml:AttributeStatement>
      <saml:Attribute Name="urn:oasis:names:tc:xacml:2.0:subject:role">${coded("Role", "GYN")}</saml:Attribute>
    </saml:AttributeStatement>
  </saml:Assertion>
</wsse:Security>`
}
