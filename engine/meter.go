package engine

import (
	"fmt"
	"strings"
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
	heard []time.Time // when each side gave rows last
	tell  func(Progress)
}

func newMeter(r *program.Rule, tell func(Progress)) *meter {
	m := &meter{now: Progress{Rule: r.Name}, start: time.Now(), heard: make([]time.Time, len(r.Sides)), tell: tell}
	for _, s := range r.Sides {
		m.now.Sides = append(m.now.Sides, SideProgress{Name: s.Name})
	}
	return m
}

// note is called one call at a time.
func (m *meter) note(p exec.Progress) {
	m.now.Phase, m.now.Done, m.now.Total, m.now.Rate = string(p.Phase), p.Done, p.Total, 0
	if p.Phase == exec.Reading {
		m.now.Sides[p.Side].Rows, m.now.Sides[p.Side].Bytes = p.Rows, p.Bytes
		m.heard[p.Side] = time.Now()
	}
	if m.tell == nil {
		return
	}
	if p.Phase == exec.Reading {
		rows := int64(0)
		for _, s := range m.now.Sides {
			rows += s.Rows
		}
		if passed := time.Since(m.start).Seconds(); passed > 0 {
			m.now.Rate = float64(rows) / passed
		}
	}
	m.tell(m.now)
}

// settling says that everything is read and matched.
func (m *meter) settling() {
	m.now.Phase, m.now.Done, m.now.Total, m.now.Rate = "settling", 0, 0, 0
	if m.tell != nil {
		m.tell(m.now)
	}
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
