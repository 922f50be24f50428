/** The elements recoding touches (PS3.6), and those it drops. */
export const ITEM = 0xfffee000
export const ITEM_END = 0xfffee00d
export const SEQUENCE_END = 0xfffee0dd

export const META_GROUP_LENGTH = 0x00020000
export const TRANSFER_SYNTAX_UID = 0x00020010
export const PHOTOMETRIC_INTERPRETATION = 0x00280004
export const PLANAR_CONFIGURATION = 0x00280006
export const PIXEL_REPRESENTATION = 0x00280103
export const MAC_PARAMETERS = 0x4ffe0001
export const DIGITAL_SIGNATURES = 0xfffafffa
export const TRAILING_PADDING = 0xfffcfffc
export const PIXEL_DATA = 0x7fe00010
export const EXTENDED_OFFSET_TABLE = 0x7fe00001
export const EXTENDED_OFFSET_TABLE_LENGTHS = 0x7fe00002
const ENCAPSULATED_TOTAL_LENGTH = 0x7fe00003

/** Describe a source that was encapsulated otherwise; never copied. */
const OF_THE_SOURCE = new Set([
  EXTENDED_OFFSET_TABLE,
  EXTENDED_OFFSET_TABLE_LENGTHS,
  ENCAPSULATED_TOTAL_LENGTH,
  TRAILING_PADDING,
])

/** Retired group lengths at any level (PS3.5 7.2); trailing padding and tables of the source at the top. */
export const isDropped = (tag: number, depth: number): boolean =>
  (tag & 0xffff) === 0 || (depth === 0 && OF_THE_SOURCE.has(tag))
