/**
 * Why an instance travels as received instead of as HTJ2K. The code is stored with the instance and stands in the
 * recoding document; a person reads the sentence.
 */

/** Code → what a person is told. */
export const AS_RECEIVED = {
  signatures: "digital signatures or MAC parameters, which another encoding would break",
  compressed: "already compressed, or of a transfer syntax that is not native",
  "private-syntax": "a maker's own transfer syntax, whose pixels nobody here can read",
  "no-pixel-data": "no Pixel Data",
  "float-pixel-data": "floating point Pixel Data",
  "bits-allocated": "Bits Allocated is neither 8 nor 16",
  "high-bit": "High Bit is not Bits Stored minus one",
  "stray-bits": "bits outside Bits Stored are used",
  "padding-value": "Pixel Padding Value does not fit into Bits Stored",
  photometric: "a photometric interpretation that is not coded without loss",
  "signed-palette": "signed palette colour",
  "signed-colour": "signed colour",
  "deep-colour": "colour of more than 8 bits",
  planar: "Planar Configuration is missing or neither 0 nor 1",
  "pixel-length": "Pixel Data are longer or shorter than their frames",
  "frame-size": "a frame too large to be coded in memory",
  "data-after-pixels": "more behind Pixel Data than a header can be",
  "header-too-long": "more before Pixel Data than a header can be, or a large document",
  "repeated-element": "an element stands twice",
  "unclear-encoding": "written so that another encoding could change a value",
  malformed: "not readable as a data set",
  "not-coded": "the codec does not give the same samples back",
  "not-smaller": "as HTJ2K it would be no shorter than what was received",
  "not-equal": "the proof that every other element is the same failed",
  "not-agreed": "the agreement lets images travel as received",
  unavailable: "coding did not come to an end, several times",
  "no-room": "the disk had no room for a second copy",
} as const

export type AsReceived = keyof typeof AS_RECEIVED

export const isAsReceived = (code: string): code is AsReceived => Object.hasOwn(AS_RECEIVED, code)
