/** Person Name (PS3.5 6.2.1): three groups of five components each. */

export interface NameComponents {
  readonly familyName: string
  readonly givenName: string
  readonly middleName: string
  readonly prefix: string
  readonly suffix: string
}

/** PS3.5 6.2.1.1: the same name in three scripts; an absent group has five empty components. */
export interface PersonName {
  readonly alphabetic: NameComponents
  readonly ideographic: NameComponents
  readonly phonetic: NameComponents
}

function components(group: string): NameComponents {
  const [familyName = "", givenName = "", middleName = "", prefix = "", suffix = ""] = group
    .split("^")
    .map((component) => component.trim())
  return { familyName, givenName, middleName, prefix, suffix }
}

/** One decoded value of VR PN. More than three groups or five components are not read. */
export function parsePersonName(value: string): PersonName {
  const [alphabetic = "", ideographic = "", phonetic = ""] = value.split("=")
  return {
    alphabetic: components(alphabetic),
    ideographic: components(ideographic),
    phonetic: components(phonetic),
  }
}

/** Prefix, family, middle and given name as people write them in one script, without empty parts. */
function written({ prefix, familyName, middleName, givenName, suffix }: NameComponents): string {
  return [prefix, familyName, middleName, givenName, suffix].filter((part) => part !== "").join(" ")
}

/** What a screen shows: the ideographic name, else the alphabetic, else the phonetic; "" when all are empty. */
export function displayName(name: PersonName): string {
  return written(name.ideographic) || written(name.alphabetic) || written(name.phonetic)
}

/** Kana beside the name, "" when absent. */
export function phoneticName(name: PersonName): string {
  return written(name.phonetic)
}
