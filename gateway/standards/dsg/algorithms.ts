/** XML namespaces and algorithm URIs of DSG documents (ITI TF-3 5.5, XML Signature 1.1, XAdES 1.3.2), and which of them we accept. */

export const DS = "http://www.w3.org/2000/09/xmldsig#"
export const XADES = "http://uri.etsi.org/01903/v1.3.2#"
export const XADES141 = "http://uri.etsi.org/01903/v1.4.1#"

export const TYPE_MANIFEST = "http://www.w3.org/2000/09/xmldsig#Manifest"
export const TYPE_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
/** formatCode and signature policy of a detached DSG document. */
export const DSG_DETACHED = "urn:ihe:iti:dsg:detached:2014"

/** DSG's mark of the reference that names a SubmissionSet: no digest of anything (ITI TF-3 5.5.2). */
export const SUBMISSION_SET_DIGEST = "0"

export const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
/** XML Signature 1.1 §4.4.3.2: a reference without transforms that yields nodes is canonicalised with this. */
export const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
export const C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"

export const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
export const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
export const ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

/** node:crypto's names. SHA-1 is known, so that an old signature is `indeterminate` and not a riddle, never `valid`. */
export const DIGESTS: Readonly<Record<string, "sha1" | "sha256" | "sha384" | "sha512">> = {
  [SHA256]: "sha256",
  "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
  "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
  "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
}

export interface SignatureMethod {
  readonly key: "rsa" | "ec"
  readonly hash: "sha1" | "sha256" | "sha384" | "sha512"
  readonly pss: boolean
}

/** RSA and ECDSA only: an HMAC would make the public key a secret. */
export const SIGNATURE_METHODS: Readonly<Record<string, SignatureMethod>> = {
  [RSA_SHA256]: { key: "rsa", hash: "sha256", pss: false },
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": { key: "rsa", hash: "sha384", pss: false },
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": { key: "rsa", hash: "sha512", pss: false },
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": { key: "rsa", hash: "sha256", pss: true },
  "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1": { key: "rsa", hash: "sha384", pss: true },
  [ECDSA_SHA256]: { key: "ec", hash: "sha256", pss: false },
  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": { key: "ec", hash: "sha384", pss: false },
  "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": { key: "ec", hash: "sha512", pss: false },
  "http://www.w3.org/2000/09/xmldsig#rsa-sha1": { key: "rsa", hash: "sha1", pss: false },
}
