package match

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// comparer makes one comparison between rows of one key, one of each side. It is for one goroutine.
type comparer struct {
	rule      *program.Comparison
	index     int
	shape     *column.Shape
	has       []bool // by side: it has a term
	measured  []bool // by side: its term has a unit, and units are compared
	agreement *eval.Agreement
	operands  []eval.Operand
	condition *condition // nil: always
}

func newComparer(rule *program.Rule, shape *column.Shape, index int, env eval.Env) (*comparer, error) {
	c := &comparer{rule: &rule.Compare[index], index: index, shape: shape, operands: make([]eval.Operand, len(rule.Sides))}
	for _, e := range c.rule.Terms {
		c.has = append(c.has, e != nil)
		c.measured = append(c.measured, shape.Terms[index].Units && e != nil && !e.Unit.None())
	}
	var err error
	if c.agreement, err = eval.NewAgreement(c.rule, env); err != nil {
		return nil, err
	}
	if c.rule.Where != nil {
		if c.condition, err = newCondition(c.rule.Where, shape, env); err != nil {
			return nil, fmt.Errorf("where: %w", err)
		}
	}
	return c, nil
}

// same reports whether all terms are the same. A term that has no unit takes that of what it meets.
func (c *comparer) same(bySide []column.Row) bool {
	var first, measured column.Row
	for side, r := range bySide {
		if r == nil || !c.has[side] {
			continue
		}
		if first == nil {
			first = r
			if c.shape.State(r, c.index) == column.Poisoned {
				return false
			}
		} else if !c.shape.SameTerm(first, r, c.index) {
			return false
		}
		if !c.measured[side] {
			continue
		}
		if measured == nil {
			measured = r
		} else if !bytes.Equal(c.shape.Unit(measured, c.index), c.shape.Unit(r, c.index)) {
			return false
		}
	}
	return true
}

// decided reports whether the rows of some sides decide already about their terms: it is not so while the base of
// a relative bound, or a side that the condition reads, has no row.
func (c *comparer) decided(bySide []column.Row) bool {
	relative := slices.ContainsFunc(c.rule.Tolerance.Bounds, func(b program.Bound) bool { return b.Relative })
	if relative && c.has[c.rule.Base] && bySide[c.rule.Base] == nil {
		return false
	}
	return c.condition == nil || !slices.ContainsFunc(c.condition.reads, func(p place) bool { return bySide[p.side] == nil })
}

// agrees reports whether the comparison agrees, or is not to be made.
func (c *comparer) agrees(bySide []column.Row) (bool, error) {
	if c.same(bySide) {
		return true, nil
	}
	if made, err := c.made(bySide); !made || err != nil {
		return true, err
	}
	c.fill(bySide)
	return c.agreement.Agree(c.operands), nil
}

// made reports whether the comparison is to be made of these rows.
func (c *comparer) made(bySide []column.Row) (bool, error) {
	if c.condition == nil {
		return true, nil
	}
	return c.condition.holds(bySide)
}

// fill makes operands of the rows' terms.
func (c *comparer) fill(bySide []column.Row) {
	for side, r := range bySide {
		o := &c.operands[side]
		*o = eval.Operand{}
		if r == nil || !c.has[side] {
			continue
		}
		switch c.shape.State(r, c.index) {
		case column.Null:
			o.State = eval.Null
		case column.Poisoned:
			o.State = eval.Doubtful
		case column.Present:
			o.State = eval.Present
			switch c.rule.Type.Layout() {
			case schema.Varlen:
				o.Text = c.shape.Bytes(r, c.index)
			case schema.Float64:
				o.Float = c.shape.Float(r, c.index)
			default:
				o.Num = c.shape.Num(r, c.index)
			}
		}
		if c.shape.Terms[c.index].Units {
			o.Unit = c.shape.Unit(r, c.index)
		}
	}
}

// explain says what came of the comparison.
func (c *comparer) explain(rule *program.Rule, bySide []column.Row) (result.Comparison, error) {
	out := result.Comparison{Name: c.rule.Name}
	for side, r := range bySide {
		if r != nil && c.has[side] {
			out.Terms = append(out.Terms, result.Term{Side: rule.Sides[side].Name, Value: c.value(r, side)})
		}
	}
	made, err := c.made(bySide)
	if err != nil {
		return out, err
	}
	out.Skipped = !made
	c.fill(bySide)
	d := c.agreement.Describe(c.operands)
	out.Agrees, out.Bound, out.Difference, out.Reason = !made || d.Agrees, d.Bound, d.Value, d.Reason
	return out, nil
}

// value is a term as people know it: where it is packed in a canonical form, that of its column if it is one.
func (c *comparer) value(r column.Row, side int) schema.Value {
	e := c.rule.Terms[side]
	if e.Op == program.OpColumn {
		v, _ := c.shape.Value(r, side, e.Index)
		if c.shape.Terms[c.index].Units {
			v.Unit = string(c.shape.Unit(r, c.index))
		}
		return v
	}
	return c.shape.Term(r, c.index)
}

// condition is the where of a comparison: it reads columns of all sides.
type condition struct {
	shape  *column.Shape
	kernel *eval.Kernel
	reads  []place
	batch  batch.Batch
}

// place is a column of a side.
type place struct{ side, column int }

func newCondition(e *program.Expr, shape *column.Shape, env eval.Env) (*condition, error) {
	c := &condition{shape: shape, batch: batch.Batch{Rows: 1}}
	at := map[place]int{}
	e.Walk(func(x *program.Expr) bool {
		if x.Op == program.OpColumn {
			p := place{x.Side, x.Index}
			if _, ok := at[p]; !ok {
				at[p] = len(c.reads)
				c.reads = append(c.reads, p)
			}
		}
		return true
	})
	c.batch.Columns = make([]batch.Column, len(c.reads))
	env.Column = func(side, index int) (int, bool) {
		i, ok := at[place{side, index}]
		return i, ok
	}
	var err error
	c.kernel, err = eval.Compile(e, env)
	return c, err
}

// holds reports whether the comparison is to be made: the condition is true or null, or it reads a side that has no row.
func (c *condition) holds(bySide []column.Row) (bool, error) {
	for i, p := range c.reads {
		r := bySide[p.side]
		if r == nil {
			return true, nil
		}
		v, _ := c.shape.Value(r, p.side, p.column)
		col := &c.batch.Columns[i]
		col.Reset(v.Type)
		if v.Type.Layout() == schema.Varlen {
			col.Offsets = append(col.Offsets, 0)
		}
		if problem := col.AppendValue(v); problem != "" {
			return false, fmt.Errorf("column %s of %s: %s is %s", c.shape.Sides[p.side].Columns[p.column].Name, c.shape.Sides[p.side].Name, v, problem)
		}
	}
	out, faults := c.kernel.Eval(&c.batch)
	if len(faults) > 0 {
		return true, nil // it cannot be said not to hold
	}
	return out.IsNull(0) || out.Ints[0] != 0, nil
}

// Explain says what came of each comparison for rows of one key, one of each side at most; nothing if a side has several.
func (j *Judge) Explain(rows []column.Sided) ([]result.Comparison, error) {
	j.count(rows)
	if j.several() || len(rows) < 2 {
		return nil, nil
	}
	clear(j.bySide)
	for _, r := range rows {
		j.bySide[r.Side] = r.Row
	}
	var list []result.Comparison
	for _, c := range j.terms {
		e, err := c.explain(j.rule, j.bySide)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}
