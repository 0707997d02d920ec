package exec

import (
	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
)

// Judge judges rows of one key that the state kept, from one window or from several, by a rule. It is for one
// goroutine.
type Judge struct {
	judge *match.Judge
	shape *column.Shape
	rows  []column.Sided
	bytes []byte // of rows
	items []state.Item
}

// NewJudge makes the judge of a rule. in gives parameters their values, for bounds and conditions.
func NewJudge(rule *program.Rule, in plan.Inputs) (*Judge, error) {
	j := &Judge{shape: column.NewShape(LayoutOf(rule))}
	p := &plan.Plan{Rule: rule, Inputs: in}
	var err error
	j.judge, err = match.NewJudge(rule, j.shape, p.Env(nil))
	return j, err
}

// LayoutOf says how the rows of a rule are packed: the bytes of state.Row.Values are of it.
func LayoutOf(rule *program.Rule) *column.Layout {
	if rule.OneSided() {
		return overLayout(rule)
	}
	return match.NewLayout(rule)
}

// unpack makes packed rows of kept ones. They are valid until the next call.
func (j *Judge) unpack(rows []state.Row) []column.Sided {
	size := 0
	for _, r := range rows {
		size += column.UnpackedSize(r.Values)
	}
	if cap(j.bytes) < size {
		j.bytes = make([]byte, 0, 2*size)
	}
	j.rows, j.bytes = j.rows[:0], j.bytes[:0]
	for _, r := range rows {
		at := len(j.bytes)
		j.bytes = column.AppendUnpacked(j.bytes, r.Values)
		j.rows = append(j.rows, column.Sided{Side: r.Side, Row: j.bytes[at:len(j.bytes):len(j.bytes)]})
	}
	return j.rows
}

// Judge is a state.Judge.
func (j *Judge) Judge(rows []state.Row) (state.Verdict, error) {
	v, err := j.judge.Group(j.unpack(rows))
	j.items = append(j.items[:0], v.Items...)
	return state.Verdict{Outcome: v.Outcome, Items: j.items, Paired: v.Paired}, err
}

// Explain says what came of each comparison for rows of one key; nothing where a side has several rows, or but one
// side has any.
func (j *Judge) Explain(rows []state.Row) ([]result.Comparison, error) {
	return j.judge.Explain(j.unpack(rows))
}
