/**
 * Writing a signed assertion (SAML core 2.3, 5.4; ITI TF-2 3.40.4.1.2), in two steps because the key may be far away:
 * enveloped signature, exclusive canonicalisation, SHA-256.
 */
import { DS, ECDSA_SHA256, EXC_C14N, RSA_SHA256, SHA256 } from "../dsg/algorithms.ts"
import { canonical, onlyChild, withDocument } from "../dsg/document.ts"
import { signatureValueChecks } from "../dsg/signature-value.ts"
import { readCertificate } from "../hpki/certificate.ts"
import { acceptableKey } from "../hpki/signature-algorithm.ts"
import { Malformed } from "../malformed.ts"
import { element, type Markup } from "../xml/writer.ts"
import type { Assertion, CodedValue } from "./assertion.ts"
import { ENVELOPED_SIGNATURE } from "./signature.ts"
import { ATTRIBUTE, BEARER, HL7V3, SAML, XSI } from "./vocabulary.ts"
import { sha256 } from "../sha256.ts"

export interface UnsignedAssertion {
  /** Canonical ds:SignedInfo: what the key signs with SHA-256. */
  readonly toBeSigned: Uint8Array
  /**
   * The assertion, XML without a declaration; it means the same wherever it is put.
   *
   * @param signatureValue RSASSA-PKCS1-v1_5, or ECDSA as r‖s. Throws Malformed SIGNATURE_VALUE when it is not the signer's.
   */
  readonly finish: (signatureValue: Uint8Array) => string
}

/** @param chain DER, signer first. Throws Malformed SIGNATURE_INPUT for a key we do not sign with. */
export function buildAssertion(said: Assertion, chain: readonly Uint8Array[]): UnsignedAssertion {
  const { spki, method } = signerOf(chain)
  const digest = withDocument(bytes(assemble(said)), (root) =>
    sha256(canonical(root, EXC_C14N)).toString("base64"),
  )
  const signedInfo = writeSignedInfo(said.id, method, digest)
  const signature = (value: string): Markup => writeSignature(signedInfo, value, chain)
  const toBeSigned = withDocument(bytes(assemble(said, signature(""))), (root) =>
    canonical(onlyChild(onlyChild(root, DS, "Signature"), DS, "SignedInfo"), EXC_C14N),
  )
  return {
    toBeSigned,
    finish(value) {
      if (!signatureValueChecks(method, spki, toBeSigned, value))
        throw unfit("SIGNATURE_VALUE", "the value is not the signer's over these octets")
      return assemble(said, signature(Buffer.from(value).toString("base64")))
    },
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8")

function signerOf([leaf]: readonly Uint8Array[]): { readonly spki: Uint8Array; readonly method: string } {
  if (leaf === undefined) throw unfit("SIGNATURE_INPUT", "no certificate to sign with")
  const { spki } = readCertificate(leaf)
  const key = acceptableKey(spki)
  if (key === null) throw unfit("SIGNATURE_INPUT", "key is too weak or of another kind")
  return { spki, method: key.asymmetricKeyType === "rsa" ? RSA_SHA256 : ECDSA_SHA256 }
}

const unfit = (code: string, message: string): Malformed => new Malformed(code, "SAML core 5.4", message)

const instant = (date: Date): string => date.toISOString()

function assemble(said: Assertion, signature: Markup | null = null): string {
  const identity = { ID: said.id, Version: "2.0", IssueInstant: instant(said.issuedAt) }
  return element(
    "saml2:Assertion",
    { "xmlns:saml2": SAML, ...identity },
    element("saml2:Issuer", {}, said.issuer),
    signature,
    writeSubject(said),
    writeConditions(said),
    writeAuthentication(said),
    writeAttributes(said),
  ).text
}

function writeSubject({ subject }: Assertion): Markup {
  const { name, format, alias } = subject
  const described = {
    Format: format === "" ? null : format,
    SPProvidedID: alias === "" ? null : alias,
  }
  return element(
    "saml2:Subject",
    {},
    element("saml2:NameID", described, name),
    element("saml2:SubjectConfirmation", { Method: BEARER }),
  )
}

function writeConditions({ notBefore, notOnOrAfter, audiences }: Assertion): Markup {
  const window = { NotBefore: instant(notBefore), NotOnOrAfter: instant(notOnOrAfter) }
  const named = audiences.map((audience) => element("saml2:Audience", {}, audience))
  return element("saml2:Conditions", window, element("saml2:AudienceRestriction", {}, named))
}

function writeAuthentication({ authentication }: Assertion): Markup {
  const context = element("saml2:AuthnContextClassRef", {}, authentication.context)
  return element(
    "saml2:AuthnStatement",
    { AuthnInstant: instant(authentication.at) },
    element("saml2:AuthnContext", {}, context),
  )
}

function writeAttributes({ personName, organization, roles, purposes }: Assertion): Markup {
  const said: readonly (readonly [string, readonly (string | Markup)[]])[] = [
    [ATTRIBUTE.name, personName === "" ? [] : [personName]],
    [ATTRIBUTE.organization, [organization.name]],
    [ATTRIBUTE.organizationId, [organization.id]],
    [ATTRIBUTE.role, roles.map((role) => writeCoded("Role", role))],
    [ATTRIBUTE.purposeOfUse, purposes.map((purpose) => writeCoded("PurposeOfUse", purpose))],
  ]
  const attributes = said
    .filter(([, values]) => values.length > 0)
    .map(([Name, values]) =>
      element(
        "saml2:Attribute",
        { Name },
        values.map((value) => element("saml2:AttributeValue", {}, value)),
      ),
    )
  return element("saml2:AttributeStatement", {}, attributes)
}

function writeCoded(name: "Role" | "PurposeOfUse", coded: CodedValue): Markup {
  const { code, codeSystem, codeSystemName, displayName } = coded
  const value = { "xsi:type": "CE", code, codeSystem, codeSystemName, displayName }
  return element(name, { xmlns: HL7V3, "xmlns:xsi": XSI, ...value })
}

function writeSignedInfo(id: string, method: string, digest: string): Markup {
  const transforms = [ENVELOPED_SIGNATURE, EXC_C14N].map((Algorithm) =>
    element("ds:Transform", { Algorithm }),
  )
  return element(
    "ds:SignedInfo",
    {},
    element("ds:CanonicalizationMethod", { Algorithm: EXC_C14N }),
    element("ds:SignatureMethod", { Algorithm: method }),
    element(
      "ds:Reference",
      { URI: `#${id}` },
      element("ds:Transforms", {}, transforms),
      element("ds:DigestMethod", { Algorithm: SHA256 }),
      element("ds:DigestValue", {}, digest),
    ),
  )
}

function writeSignature(signedInfo: Markup, value: string, chain: readonly Uint8Array[]): Markup {
  const certificates = chain.map((each) =>
    element("ds:X509Certificate", {}, Buffer.from(each).toString("base64")),
  )
  return element(
    "ds:Signature",
    { "xmlns:ds": DS },
    signedInfo,
    element("ds:SignatureValue", {}, value),
    element("ds:KeyInfo", {}, element("ds:X509Data", {}, certificates)),
  )
}
