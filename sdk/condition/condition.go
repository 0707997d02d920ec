// Package condition evaluates schema.Condition over batches, exactly as the language says:
// what a host does with conditions that a plugin does not claim, and what a plugin's
// claim of schema.Exact is tested against. It knows nothing of rules or databases. Its API
// follows semantic versions.
package condition

import (
	"fmt"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Filter is a list of conditions, ready to be evaluated over batches that have the
// columns it was made for. It is not safe for concurrent use.
type Filter struct {
	root    node
	scratch []bool
}

// New makes a filter that holds where all of conditions hold. columns are those of the
// batches, in their order. It returns an error where a condition names no such column, or
// compares values that the language does not compare.
func New(conditions []schema.Condition, columns []schema.Column) (*Filter, error) {
	all := and{}
	for _, c := range conditions {
		n, err := compile(c, columns)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return &Filter{root: all}, nil
}

// Eval says for each row of b whether the conditions hold. The answer is the filter's own
// and valid until the next call.
func (f *Filter) Eval(b *batch.Batch) []bool {
	if cap(f.scratch) < b.Rows {
		f.scratch = make([]bool, b.Rows)
	}
	f.scratch = f.scratch[:b.Rows]
	f.root.eval(b, f.scratch)
	return f.scratch
}

// Eval is New and Filter.Eval for one condition and one batch.
func Eval(c schema.Condition, b *batch.Batch, columns []schema.Column) ([]bool, error) {
	f, err := New([]schema.Condition{c}, columns)
	if err != nil {
		return nil, err
	}
	return f.Eval(b), nil
}

// node writes its answer for each row into holds, which has b.Rows elements.
type node interface {
	eval(b *batch.Batch, holds []bool)
}

type and []node

func (n and) eval(b *batch.Batch, holds []bool) {
	for i := range holds {
		holds[i] = true
	}
	if len(n) == 0 {
		return
	}
	one := make([]bool, len(holds))
	for _, arg := range n {
		arg.eval(b, one)
		for i := range holds {
			holds[i] = holds[i] && one[i]
		}
	}
}

type or []node

func (n or) eval(b *batch.Batch, holds []bool) {
	clear(holds)
	one := make([]bool, len(holds))
	for _, arg := range n {
		arg.eval(b, one)
		for i := range holds {
			holds[i] = holds[i] || one[i]
		}
	}
}

type not struct{ arg node }

func (n not) eval(b *batch.Batch, holds []bool) {
	n.arg.eval(b, holds)
	for i := range holds {
		holds[i] = !holds[i]
	}
}

type isNull int

func (n isNull) eval(b *batch.Batch, holds []bool) {
	c := &b.Columns[n]
	for i := range holds {
		holds[i] = c.IsNull(i)
	}
}

// test is a comparison of a column with values; a null never passes.
type test struct {
	column int
	passes func(c *batch.Column, row int) bool
}

func (n test) eval(b *batch.Batch, holds []bool) {
	c := &b.Columns[n.column]
	for i := range holds {
		holds[i] = !c.IsNull(i) && n.passes(c, i)
	}
}

func compile(c schema.Condition, columns []schema.Column) (node, error) {
	switch c.Op {
	case schema.And, schema.Or, schema.Not:
		return compileLogic(c, columns)
	}
	column := -1
	for i := range columns {
		if columns[i].Name == c.Column {
			column = i
		}
	}
	if column < 0 {
		return nil, fmt.Errorf("condition on %q, which is not read", c.Column)
	}
	if c.Op == schema.IsNull {
		return isNull(column), nil
	}
	passes, err := compileTest(c, columns[column].Type)
	if err != nil {
		return nil, err
	}
	return test{column: column, passes: passes}, nil
}

func compileLogic(c schema.Condition, columns []schema.Column) (node, error) {
	args := make([]node, len(c.Args))
	for i, a := range c.Args {
		n, err := compile(a, columns)
		if err != nil {
			return nil, err
		}
		args[i] = n
	}
	switch {
	case c.Op == schema.And:
		return and(args), nil
	case c.Op == schema.Or:
		return or(args), nil
	case len(args) != 1:
		return nil, fmt.Errorf("not of %d conditions", len(args))
	}
	return not{args[0]}, nil
}
