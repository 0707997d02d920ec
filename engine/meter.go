package engine

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
)

// meter knows how far a run has come, and turns what single sides report into its progress.
type meter struct {
	now   Progress
	start time.Time
	phase time.Time   // when the phase began
	heard []time.Time // when each side gave rows last
	tell  func(Progress)

	last   func() []int64 // how many rows each side had the last time; nil if that is not known
	ask    sync.Once
	asking sync.WaitGroup
	before atomic.Pointer[[]int64] // what last gave
}

// longRun is how long a run reads before it is worth knowing how long the last one read.
const longRun = 2 * time.Second

func newMeter(r *program.Rule, tell func(Progress), last func() []int64) *meter {
	m := &meter{now: Progress{Rule: r.Name}, start: time.Now(), heard: make([]time.Time, len(r.Sides)), tell: tell, last: last}
	for _, s := range r.Sides {
		m.now.Sides = append(m.now.Sides, SideProgress{Name: s.Name})
	}
	return m
}

// note is called one call at a time.
func (m *meter) note(p exec.Progress) {
	now := time.Now()
	if string(p.Phase) != m.now.Phase {
		m.phase = now
	}
	m.now.Phase, m.now.Done, m.now.Total, m.now.Rate, m.now.Left = string(p.Phase), p.Done, p.Total, 0, 0
	if p.Phase == exec.Reading || p.Phase == exec.Comparing {
		m.now.Sides[p.Side].Rows, m.now.Sides[p.Side].Bytes = p.Rows, p.Bytes
		if p.Phase == exec.Reading || p.Rows > 0 {
			m.heard[p.Side] = now
		}
	}
	if m.tell == nil {
		return
	}
	if p.Phase == exec.Reading {
		m.reading(now.Sub(m.start))
	} else if p.Done > 0 {
		m.now.Left = time.Duration(float64(now.Sub(m.phase)) / float64(p.Done) * float64(p.Total-p.Done))
	}
	m.tell(m.now)
}

// reading works out the rate, and, in a long run, how long the slowest side will take if it has as many rows as the last time.
func (m *meter) reading(passed time.Duration) {
	rows := int64(0)
	for _, s := range m.now.Sides {
		rows += s.Rows
	}
	if passed > 0 {
		m.now.Rate = float64(rows) / passed.Seconds()
	}
	if passed < longRun {
		return
	}
	m.ask.Do(func() {
		m.asking.Go(func() {
			if before := m.last(); before != nil {
				m.before.Store(&before)
			}
		})
	})
	before := m.before.Load()
	if before == nil {
		return
	}
	for i, s := range m.now.Sides {
		missing := (*before)[i] - s.Rows
		if missing <= 0 {
			continue
		}
		if s.Rows == 0 {
			m.now.Left = 0 // nobody knows
			return
		}
		m.now.Left = max(m.now.Left, time.Duration(float64(passed)/float64(s.Rows)*float64(missing)))
	}
}

// settling says that everything is read and matched. Nothing of the meter holds the state after it.
func (m *meter) settling() {
	m.asking.Wait()
	m.now.Phase, m.now.Done, m.now.Total, m.now.Rate, m.now.Left = "settling", 0, 0, 0, 0
	if m.tell != nil {
		m.tell(m.now)
	}
}

// lastRows are how many rows the sides of a rule had in the last run that came to its end; nil if nobody knows.
func (e *Engine) lastRows(ctx context.Context, r *program.Rule) []int64 {
	run := e.lastRun(ctx, r.Name, "recon run "+r.Name)
	if run == nil {
		return nil
	}
	rows := make([]int64, len(r.Sides))
	for i, side := range r.Sides {
		s := run.Sides[side.Name]
		if s == nil {
			return nil
		}
		rows[i] = max(s.Rows, s.Read)
	}
	return rows
}

// timeout is the error of a run that was ended because it took longer than limit. It says how far the run had come, and when each side
// gave rows last: a source that stalls is seen by that.
func (m *meter) timeout(limit time.Duration) error {
	doing := "was " + m.now.Phase
	if m.now.Phase == "" || m.now.Phase == string(exec.Reading) {
		var sides []string
		for i, s := range m.now.Sides {
			if m.heard[i].IsZero() {
				sides = append(sides, s.Name+" had given no row")
				continue
			}
			sides = append(sides, fmt.Sprintf("%s had given %d rows, the last %s before", s.Name, s.Rows, time.Since(m.heard[i]).Round(100*time.Millisecond)))
		}
		doing = "was reading: " + strings.Join(sides, ", ")
	}
	return &sdk.Error{
		Message: fmt.Sprintf("it took longer than %s and was ended; it %s. Nothing has settled", limit, doing),
		Hint:    "--timeout, or timeout in the schedule of the rule, gives it more time; recon plan shows what each source is asked",
	}
}

// timeout is how long a run may take; 0: as long as it does.
func (e *Engine) timeout(p *prepared) (time.Duration, error) {
	s := p.Rule.Schedule
	if e.cfg.Timeout > 0 || s == nil || s.Timeout == nil {
		return e.cfg.Timeout, nil
	}
	v, err := eval.Scalar(s.Timeout, e.env(p))
	if err != nil {
		return 0, fmt.Errorf("timeout of rule %s: %w", p.Rule.Name, err)
	}
	if v.Null || v.Int <= 0 {
		return 0, fmt.Errorf("timeout of rule %s: it is %s, no time to run in", p.Rule.Name, v)
	}
	return time.Duration(v.Int) * time.Microsecond, nil
}
