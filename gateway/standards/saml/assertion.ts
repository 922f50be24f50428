/** What a SAML 2.0 assertion of IHE XUA says: who acts, as what, for whom, and how long it is good. */

/** HL7 V3 CE, as roles and purposes are written. */
export interface CodedValue {
  readonly code: string
  /** OID. */
  readonly codeSystem: string
  readonly codeSystemName: string
  readonly displayName: string
}

export interface Assertion {
  /** An NCName; different for every assertion. */
  readonly id: string
  /** Entity id of who vouches for it. */
  readonly issuer: string
  readonly issuedAt: Date
  readonly subject: {
    /** NameID: a certificate's subject, an account, or a system. */
    readonly name: string
    /** Of `NAME_FORMAT`, or another's; "" when not stated. */
    readonly format: string
    /** SPProvidedID: what else the subject is known by, e.g. the account; "" when not stated. */
    readonly alias: string
  }
  readonly notBefore: Date
  /** First instant at which it is good no more. */
  readonly notOnOrAfter: Date
  /** Whom it is for: one of these is enough. */
  readonly audiences: readonly string[]
  readonly authentication: {
    readonly at: Date
    /** Of `AUTHENTICATION`, or another's. */
    readonly context: string
  }
  /** In plain text; "" when not stated. */
  readonly personName: string
  readonly organization: { readonly name: string; readonly id: string }
  readonly roles: readonly CodedValue[]
  readonly purposes: readonly CodedValue[]
}

/** How audit messages name the subject (ITI TF-2 3.40.4.2): `alias<user@issuer>`, the alias only where there is one. */
export const auditName = ({ subject, issuer }: Pick<Assertion, "subject" | "issuer">): string =>
  `${subject.alias}<${subject.name}@${issuer}>`
