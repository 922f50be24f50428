/** Names of SAML 2.0 assertions as IHE XUA uses them (ITI TF-2 3.40.4.1.2; OASIS XSPA profile of SAML). */

export const SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
export const XSI = "http://www.w3.org/2001/XMLSchema-instance"
/** Coded attribute values are of HL7 V3. */
export const HL7V3 = "urn:hl7-org:v3"

export const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

/** How NameID is to be read (SAML core 8.3). */
export const NAME_FORMAT = {
  account: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
  certificateSubject: "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
  system: "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
} as const

/** How whoever is named has proved to be it (SAML authentication contexts; REFEDS for what SAML 2.0 did not know). */
export const AUTHENTICATION = {
  /** A passkey: a key of the device, opened by finger, face or PIN. */
  passkey: "https://refeds.org/profile/mfa",
  /** A signature with a certified key of their own, opened by a PIN. */
  ownSignature: "urn:oasis:names:tc:SAML:2.0:ac:classes:SoftwarePKI",
  /** A system by its certificate. */
  certificate: "urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
  /** A system by a token. */
  token: "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
} as const

const XSPA = "urn:oasis:names:tc:xspa:1.0:subject:"
export const ATTRIBUTE = {
  name: `${XSPA}subject-id`,
  organization: `${XSPA}organization`,
  organizationId: `${XSPA}organization-id`,
  role: "urn:oasis:names:tc:xacml:2.0:subject:role",
  purposeOfUse: `${XSPA}purposeofuse`,
} as const
