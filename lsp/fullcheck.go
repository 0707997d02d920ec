package lsp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// manyFiles is how many files make a check worth showing.
const manyFiles = 50

// fullCheck checks the files of a workspace of which nothing has been told, open ones first, on a goroutine of its own. It gives up, between two
// files, when the workspace is not the latest any more.
type fullCheck struct {
	w     *workspace
	found chan finding // closed at the end

	longest time.Duration // that a file has taken; to be read when found is closed
}

// finding is what is to be told of a file.
type finding struct {
	path string
	list []protocol.Diagnostic
}

// begin starts a full check. Whoever calls it receives until found is closed.
func (p *publisher) begin(w *workspace) *fullCheck {
	paths := slices.Sorted(maps.Keys(w.docs))
	slices.SortStableFunc(paths, func(a, b string) int { return boolInt(w.docs[b].open) - boolInt(w.docs[a].open) })
	todo, changed := paths[:0], 0
	for _, path := range paths {
		switch {
		case p.told[path] != w.units[path]:
			changed++
		case alike(p.same[path], w.twice()[path]):
			continue
		}
		todo = append(todo, path)
	}
	c := &fullCheck{w: w, found: make(chan finding)}
	go c.run(p.session, todo, changed >= manyFiles)
	return c
}

func (c *fullCheck) run(s *session, todo []string, show bool) {
	defer close(c.found)
	var shown *progress
	if show {
		shown = s.begin(s.ctx, "Checking rule files", fmt.Sprintf("%d files", len(todo)), nil)
		defer shown.end("")
	}
	for i, path := range todo {
		if i%20 == 0 {
			shown.report(i, len(todo))
		}
		if s.ctx.Err() != nil || s.now() != c.w {
			return
		}
		started := time.Now()
		call := s.newCall(context.WithValue(s.ctx, frozen{}, c.w))
		list := call.diagnostics(c.w.docs[path])
		c.longest = max(c.longest, time.Since(started))
		c.found <- finding{path, list}
	}
}
