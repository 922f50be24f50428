/** What a JSON text says; null where it is no JSON, such as a line that was cut. */
export function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
