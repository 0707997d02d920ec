package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Soft limits of what the Go runtime takes, above which it collects more often. Rows are in pages that are used again, so what is beyond the budget is
// the store's tables, batches on their way, and what is to be collected. A plugin has a batch or two.
const (
	runSlack    = 32 << 20
	pluginLimit = 40 << 20
)

// limitMemory has this process keep to so many bytes where it can. GOMEMLIMIT overrides it.
func limitMemory(env environment, bytes int64) {
	if _, set := env.getenv("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(bytes)
	}
}

// editorHeap is what the heap of a language server may grow to before it is collected. A keystroke that comes while a file is checked in full waits
// for less collecting, by a third in a file of 5,000 lines, of which 18 MB are live; 200 files of 100 lines have 45 MB. GOGC turns it off.
const editorHeap = 48 << 20

// useHeap has the heap of this process collected when it reaches so many bytes, or has grown by a third where about that is in use anyway.
func useHeap(bytes uint64) {
	var again func(uint64)
	again = func(bytes uint64) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(growth(live[0].Value.Uint64(), bytes))
		runtime.AddCleanup(new([64]byte), again, bytes) // when it is collected: after the next collection
	}
	again(bytes)
}

// growth is by how many per cent of what is live a heap may grow.
func growth(live, bytes uint64) int {
	live = max(live, 4<<20) // as the runtime reckons
	if bytes < live+live/3 {
		return 33
	}
	return int((bytes - live) * 100 / live)
}
