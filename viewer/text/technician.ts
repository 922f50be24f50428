/** The words of the technician's page, in the language spoken now. */
import { fill, language, type Values } from "./language.ts"
import { technicianEn } from "./technician.en.ts"
import { technicianJa } from "./technician.ja.ts"

export type TechnicianKey = keyof typeof technicianJa

export const tt = (key: TechnicianKey, values: Values = {}): string =>
  fill((language() === "ja" ? technicianJa : technicianEn)[key], values)

/** For a key made at run time; null when there are no such words. */
export const maybeTt = (key: string, values: Values = {}): string | null =>
  Object.hasOwn(technicianJa, key) ? tt(key as TechnicianKey, values) : null
