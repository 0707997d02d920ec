package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/recon-lang/recon/engine"
)

// progress shows one line on a terminal that is written over again and again; elsewhere it shows
// nothing.
type progress struct {
	mu    sync.Mutex
	w     io.Writer // nil: show nothing
	start time.Time
	last  time.Time
	width int
}

// refresh is how often the line is written anew: often enough to look alive.
const refresh = 100 * time.Millisecond

func newProgress(env environment) *progress {
	p := &progress{start: time.Now()}
	if isTerminal(env.err) {
		p.w = env.err
	}
	return p
}

// show may be called by several goroutines.
func (p *progress) show(now engine.Progress) {
	if p.w == nil {
		return
	}
	line := fmt.Sprintf("%s  %s  %s", now.Rule, now.Phase, elapsed(time.Since(p.start)))
	for _, s := range now.Sides {
		line += fmt.Sprintf("  %s %s rows", s.Name, short(s.Rows))
	}
	if now.Rate > 0 {
		line += fmt.Sprintf("  %s rows/s", short(int64(now.Rate)))
	}
	if now.Total > 0 {
		line += fmt.Sprintf("  %d of %d", now.Done, now.Total)
	}
	if now.Left >= time.Second {
		line += fmt.Sprintf("  about %s left", now.Left.Round(time.Second))
	}
	p.line(line)
}

// line shows a line instead of the last one, unless that is too new. It may be called by several goroutines.
func (p *progress) line(line string) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.last) < refresh {
		return
	}
	p.last = time.Now()
	pad := max(0, p.width-len(line))
	p.width = len(line)
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", pad))
}

// clear takes the line away before something else is printed, and starts the clock anew.
func (p *progress) clear() {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.width)+"\r")
	}
	p.width, p.start, p.last = 0, time.Now(), time.Time{}
}

func elapsed(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }

// short is a number in a few characters: 12.3M.
func short(n int64) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
