/** Hands a file to the browser's own list of downloads. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  // The download has its own hold on the octets once it has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS)
}
const HELD_MS = 60_000
