/**
 * hcRole (ISO 17090-2, HPKI certificate policy annex): which healthcare qualification the holder has.
 *
 * Read leniently (CodedData as SET or SEQUENCE, any DirectoryString, coding value kept), written as HPKI CAs do.
 */
import { type Der, DerParts, TAG, childrenOf, malformedDer } from "../cms/der.ts"
import { oidOf, textOf } from "../cms/der-values.ts"
import { context, oid, sequence, setOf, utf8String } from "../cms/der-write.ts"

/** id-hcpki-at-healthcareactor */
export const HEALTHCARE_ACTOR = "1.0.17090.0.1"
/** id-jhpki-cdata: MHLW's coding scheme of qualification names. */
export const JAPANESE_CODING_SCHEME = "1.2.392.100495.1.6.1.1"

export interface HCActor {
  readonly codingScheme: string
  /** codeDataValue, "" when absent; HPKI does not use it. */
  readonly code: string
  /** codeDataFreeText, e.g. "Medical Doctor". */
  readonly text: string
}

/** Every HCActor of a subjectDirectoryAttributes extension; attributes of other types are passed over. */
export function readHcRoles(subjectDirectoryAttributes: Der): readonly HCActor[] {
  return childrenOf(subjectDirectoryAttributes).flatMap((attribute) => {
    const parts = new DerParts(attribute, "Attribute")
    if (oidOf(parts.take()) !== HEALTHCARE_ACTOR) return []
    // HCActorData is itself a SET OF inside the attribute's SET OF values.
    return childrenOf(parts.take(TAG.set)).flatMap((data) => childrenOf(data).map(readHCActor))
  })
}

export function readHCActor(value: Der): HCActor {
  const coded = new DerParts(new DerParts(value, "HCActor").take(0xa0), "codedData", 0xa0).take()
  if (coded.tag !== TAG.set && coded.tag !== TAG.sequence)
    throw malformedDer("CodedData is neither SET nor SEQUENCE")
  const part = (number: number): Der | undefined => {
    const found = childrenOf(coded).find(({ tag }) => tag === (0xa0 | number))
    return found && new DerParts(found, "CodedData", found.tag).take()
  }
  const [scheme, code, text] = [part(0), part(1), part(2)]
  if (scheme === undefined) throw malformedDer("CodedData without codingSchemeReference")
  return {
    codingScheme: oidOf(scheme),
    code: code === undefined ? "" : textOf(code),
    text: text === undefined ? "" : textOf(text),
  }
}

/** SubjectDirectoryAttributes DER with one role in MHLW's scheme. */
export function writeHcRole(text: string): Uint8Array {
  const codedData = setOf(context(0, oid(JAPANESE_CODING_SCHEME)), context(2, utf8String(text)))
  const actor = sequence(context(0, codedData))
  return sequence(sequence(oid(HEALTHCARE_ACTOR), setOf(setOf(actor))))
}
