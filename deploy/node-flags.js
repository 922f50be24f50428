// How Node is told to run a gateway. What passes through one are buffers outside the heap that die at once; V8 frees
// them with its young generation. At its usual size that is collected so seldom that the buffers' weight brings on a
// full collection every few images first, and these may take more CPU time than all the rest of receiving
// (docs/bench.md). Its size is fixed when the process starts, so it has to be said on the command line.
export const GATEWAY_FLAGS = ["--max-semi-space-size=1"]
