// How Node is told to run a gateway; the numbers are in docs/bench.md.
export const GATEWAY_FLAGS = [
  // What passes through a gateway are buffers outside the heap that die at once; V8 frees them with its young generation.
  // At its usual size that is collected so seldom that the buffers' weight brings on a full collection every few images
  // first, and these may take more CPU time than all the rest of receiving. Its size is fixed when the process starts,
  // so it has to be said on the command line.
  "--max-semi-space-size=1",
  // V8 lets its old generation grow to three and four times of what lives in it before it looks. What a submission of
  // hundreds of images leaves behind (rows, metadata, XML) is garbage after seconds; what lives are some fifty megabytes
  // all the time. A third more is enough: with 8,192 images a role held half as much again as is promised.
  "--heap-growing-percent=30",
]
