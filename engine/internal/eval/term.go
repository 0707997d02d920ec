package eval

import (
	"fmt"
	"math"
	"slices"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Term computes one side's term of a comparison in its canonical form: the comparison's type, text folded as
// it is ignored, json by structure. Two sides whose values, nulls and units are the same, and of which no row
// is doubtful, agree whatever the tolerance. It is not safe for concurrent use.
type Term struct {
	kernel *Kernel
	rule   *program.Comparison
	listed map[string]bool // of an enum
	unit   int             // the input that holds the unit, -1: fixed
	fixed  string
	units  bool // some side's unit is in a column

	folded  batch.Column
	unitOut batch.Column
	doubt   []byte
	buffers [2][]byte
	faults  []Fault
}

// Terms are a Term's values for the rows of a batch. They are valid until its next Eval or until the batch's
// buffers change.
type Terms struct {
	Value *batch.Column // of the comparison's type

	// Doubtful marks, a bit for each row (nil: none), what agrees with nothing: a computed null, NaN, a text that
	// its enum does not list, a text that is no json, a fault.
	Doubtful []byte

	// Units is the unit of each row as text, where the comparison has units in columns (UnitsInColumn) and
	// this term has a unit at all; else nil.
	Units *batch.Column
}

// UnitsInColumn reports whether the unit of some term is in a column of its row, so that units have to be
// compared too.
func UnitsInColumn(c *program.Comparison) bool {
	return slices.ContainsFunc(c.Terms, func(e *program.Expr) bool { return e != nil && e.Unit.Column > 0 })
}

// CompileTerm makes the term of a side, which must have one. env is that of the side's rows.
func CompileTerm(c *program.Comparison, side int, env Env) (*Term, error) {
	e := c.Terms[side]
	t := &Term{rule: c, unit: -1, fixed: e.Unit.Name, units: UnitsInColumn(c) && !e.Unit.None()}
	var err error
	if t.kernel, err = CompileAs(e, c.Type, env); err != nil {
		return nil, fmt.Errorf("comparison %s: %w", c.Name, err)
	}
	if e.Type.Kind == schema.Enum {
		t.listed = map[string]bool{}
		for _, v := range e.Type.Values {
			t.listed[v] = true
		}
	}
	if e.Unit.Column > 0 {
		var ok bool
		if t.unit, ok = env.Column(side, e.Unit.Column-1); !ok {
			return nil, fmt.Errorf("comparison %s: the column of its unit is not at hand", c.Name)
		}
	}
	return t, nil
}

// Explain lists the parts of the term that run row by row.
func (t *Term) Explain() []string { return t.kernel.Explain() }

// Eval computes the term for the rows of b.
func (t *Term) Eval(b *batch.Batch) (Terms, []Fault) {
	column, faults := t.kernel.Eval(b)
	t.faults = append(t.faults[:0], faults...)
	out := Terms{Value: column}
	t.doubt = t.doubt[:0]
	if p := t.kernel.Poison(); p != nil {
		t.doubt = append(t.doubt, p...)
	}
	for _, f := range faults {
		t.setDoubtful(f.Row, b.Rows)
	}
	if t.listed != nil {
		for i := range b.Rows {
			if !column.IsNull(i) && !t.listed[column.Text(i)] {
				t.setDoubtful(i, b.Rows)
			}
		}
	}
	switch {
	case column.Type.Kind == schema.Float:
		out.Value = t.floats(column, b.Rows)
	case column.Type.Kind == schema.JSON, len(t.rule.Ignoring) > 0 && column.Type.Layout() == schema.Varlen:
		out.Value = t.fold(column, b.Rows)
	}
	if len(t.doubt) > 0 {
		out.Doubtful = t.doubt
	}
	if t.units {
		out.Units = t.unitColumn(b)
	}
	return out, t.faults
}

func (t *Term) setDoubtful(row, rows int) {
	if len(t.doubt) == 0 {
		t.doubt = append(t.doubt, make([]byte, (rows+7)/8)...)
	}
	t.doubt[row>>3] |= 1 << (row & 7)
}

// floats gives -0 and 0 one form, and marks NaN.
func (t *Term) floats(c *batch.Column, rows int) *batch.Column {
	t.folded = *c
	plain := true
	for i, f := range c.Floats[:rows] {
		if f != f {
			t.setDoubtful(i, rows)
		}
		plain = plain && (f != 0 || !math.Signbit(f))
	}
	if plain {
		return c
	}
	t.folded.Floats = slices.Clone(c.Floats[:rows])
	for i, f := range t.folded.Floats {
		if f == 0 {
			t.folded.Floats[i] = 0
		}
	}
	return &t.folded
}

// fold rewrites texts in their canonical form.
func (t *Term) fold(c *batch.Column, rows int) *batch.Column {
	out := &t.folded
	out.Reset(c.Type)
	out.Valid = c.Valid
	out.Offsets = append(out.Offsets, 0)
	for i := range rows {
		if !c.IsNull(i) {
			text := c.Raw(i)
			if c.Type.Kind == schema.JSON {
				before := len(out.Bytes)
				var err error
				if out.Bytes, err = builtin.CanonicalJSON(out.Bytes, text); err != nil {
					out.Bytes = append(out.Bytes[:before], text...)
					t.setDoubtful(i, rows)
					t.fault(Fault{Row: i, Reason: err.Error(), Input: clip(string(text))})
				}
			} else {
				out.Bytes = append(out.Bytes, t.ignore(text)...)
			}
		}
		out.Offsets = append(out.Offsets, int32(len(out.Bytes)))
	}
	return out
}

// fault adds a fault in its place among those of other rows.
func (t *Term) fault(f Fault) {
	i, found := slices.BinarySearchFunc(t.faults, f.Row, func(g Fault, row int) int { return g.Row - row })
	if !found {
		t.faults = slices.Insert(t.faults, i, f)
	}
}

// ignore is text without what the comparison ignores. Width goes first, because it makes ordinary spaces and letters.
func (t *Term) ignore(text []byte) []byte {
	a, b := t.buffers[0], t.buffers[1]
	for _, step := range []struct {
		what program.Ignoring
		fold func(dst, text []byte) []byte
	}{{program.Width, builtin.AppendFoldedWidth}, {program.Case, builtin.AppendFoldedCase}, {program.Space, builtin.AppendFoldedSpace}} {
		if slices.Contains(t.rule.Ignoring, step.what) {
			a = step.fold(a[:0], text)
			text, a, b = a, b, a
		}
	}
	t.buffers[0], t.buffers[1] = a, b
	return text
}

func (t *Term) unitColumn(b *batch.Batch) *batch.Column {
	if t.unit >= 0 {
		return t.nonEmpty(&b.Columns[t.unit], b.Rows)
	}
	out := &t.unitOut
	if len(out.Offsets) > b.Rows {
		out.Offsets = out.Offsets[:b.Rows+1]
		return out
	}
	out.Reset(schema.Type{Kind: schema.String})
	out.Offsets = append(out.Offsets, 0)
	for range b.Rows {
		out.AppendString(t.fixed)
	}
	return out
}

// nonEmpty is a column of units in which only null is without text: ” is written as in the language.
func (t *Term) nonEmpty(c *batch.Column, rows int) *batch.Column {
	empty := func(i int) bool { return c.Offsets[i] == c.Offsets[i+1] && !c.IsNull(i) }
	i := 0
	for i < rows && !empty(i) {
		i++
	}
	if i == rows {
		return c
	}
	out := &t.unitOut
	out.Reset(c.Type)
	out.Valid = c.Valid
	out.Offsets = append(out.Offsets, 0)
	for i := range rows {
		switch {
		case empty(i):
			out.Bytes = append(out.Bytes, "''"...)
		case !c.IsNull(i):
			out.Bytes = append(out.Bytes, c.Raw(i)...)
		}
		out.Offsets = append(out.Offsets, int32(len(out.Bytes)))
	}
	return out
}
