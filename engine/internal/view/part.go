package view

import (
	"context"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// part reads one part of a view into the view's work.
type part struct {
	pipe    *pipe
	of      *program.Part
	child   *child
	source  sdk.Source
	plan    *plan.Plan
	index   []int // of each column of the part: its place among those that are read
	shaped  []shaped
	tests   []int // conditions of the view that the part does not meet by itself
	reads   map[int][]int
	reports bool
	prefix  string // before reasons, where it must be told which part a row is of

	rows   *exec.SourceRows
	sel    []int32 // the rows of rows that are in the work
	copies []batch.Column
	flags  [][]byte
}

// shaped is a column of the view's row that the part has: from is its place among those that are read.
type shaped struct {
	to      int
	from    int
	convert *eval.Kernel // nil if the types are the same
}

func newPart(p *pipe, i int) (*part, error) {
	of := &p.view.Parts[i]
	t := &part{pipe: p, of: of, child: p.s.parts[i], reads: map[int][]int{}, reports: reports(of.Source)}
	if len(p.view.Parts) > 1 {
		t.prefix = of.Source.Name + ": "
	}
	src, pushed := t.push()
	var err error
	in := p.s.below()
	keep := map[int]bool{}
	for r := range p.need {
		if r.side == 0 && r.index < p.plain {
			keep[of.Columns[r.index]] = true
		}
	}
	var pruned *program.Source
	pruned, t.index = prune(src, keep, in.Window != nil)
	t.source = t.child.source
	if below, ok := t.source.(*Source); ok {
		again := *below
		again.extra = slices.Concat(below.extra, pushed)
		t.source = &again
	}
	if t.plan, err = t.build(pruned, in); err != nil {
		return nil, err
	}
	for c := range p.plain {
		if !p.need[ref{0, c}] {
			continue
		}
		s := shaped{to: c, from: t.index[of.Columns[c]]}
		have, want := of.Source.Columns[of.Columns[c]].Type, p.view.Row[c].Type
		if !have.Equal(want) {
			if s.convert, err = conversion(have, want); err != nil {
				return nil, fmt.Errorf("column %s of %s: %w", p.view.Row[c].Name, of.Source.Name, err)
			}
		}
		t.shaped = append(t.shaped, s)
	}
	return t, nil
}

// conversion is a kernel that gives a column another type.
func conversion(from, to schema.Type) (*eval.Kernel, error) {
	e := &program.Expr{Op: program.OpColumn, Type: from}
	return eval.CompileAs(e, to, eval.Env{Column: func(int, int) (int, bool) { return 0, true }})
}

// build plans the reading.
func (t *part) build(src *program.Source, in plan.Inputs) (*plan.Plan, error) {
	o := plan.Options{Inputs: in, Rows: t.pipe.s.env.Rows, Abilities: []schema.Abilities{t.source.Describe().Abilities}}
	if claimer, ok := t.source.(sdk.Claimer); ok {
		first, err := plan.Part(t.pipe.s.env.Rule, src, o)
		if err != nil {
			return nil, err
		}
		req := first.Sides[0].Request
		req.Config = t.child.config
		o.Claims = []sdk.Claims{claimer.Claim(req)}
	}
	return plan.Part(t.pipe.s.env.Rule, src, o)
}

// push makes those conditions of the view the part's own that read nothing but its columns as they are, so that they are met before
// anything is joined or derived, and by the part's source if it can. src is the part with them; pushed is for a part that is a view.
func (t *part) push() (src *program.Source, pushed []*program.Expr) {
	var rest []int
	for k, e := range t.pipe.where {
		if c, ok := rewrite(e, t.own); ok {
			pushed = append(pushed, c)
		} else {
			rest = append(rest, k)
		}
	}
	v := t.of.Source.View
	if v != nil && v.Group != nil { // what it gives are other columns than those of its row
		pushed, rest = nil, nil
		for k := range t.pipe.where {
			rest = append(rest, k)
		}
	}
	t.tests = rest
	for _, k := range rest {
		t.reads[k] = t.columnsOf(t.pipe.where[k])
	}
	if v != nil {
		return Lower(t.of.Source), pushed
	}
	s := *t.of.Source
	s.Where = all(slices.Concat(plan.Conjuncts(s.Where), pushed))
	return &s, nil
}

// own is a column of the view's row as the part's own, if it is that as it is.
func (t *part) own(e *program.Expr) (*program.Expr, bool) {
	if e.Side != 0 || e.Index >= t.pipe.plain {
		return nil, false
	}
	i := t.of.Columns[e.Index]
	if c := t.of.Source.Columns[i]; !c.Type.Equal(t.pipe.view.Row[e.Index].Type) || c.Unit.Column > 0 || e.Unit.Column > 0 {
		return nil, false
	}
	c := *e
	c.Index = i
	return &c, true
}

// columnsOf are the columns of the part that a condition depends on.
func (t *part) columnsOf(e *program.Expr) (columns []int) {
	seen := map[ref]bool{}
	var visit func(e *program.Expr)
	visit = func(e *program.Expr) {
		e.Walk(func(x *program.Expr) bool {
			r := ref{x.Side, x.Index}
			if x.Op != program.OpColumn || seen[r] {
				return true
			}
			seen[r] = true
			switch {
			case r.side > 0:
				for _, on := range t.pipe.view.Joins[r.side-1].On {
					visit(on.This)
				}
			case r.index >= t.pipe.plain:
				visit(t.pipe.view.Row[r.index].Derived)
			default:
				columns = append(columns, t.of.Columns[r.index])
			}
			return true
		})
	}
	visit(e)
	return columns
}

// depends reports whether condition k depends on a column of a row that could not be read.
func (t *part) depends(k, row int) bool {
	return slices.ContainsFunc(t.reads[k], func(c int) bool { return t.rows.Depends(int(t.sel[row]), t.index[c]) })
}

// place says where a row of the work comes from.
func (t *part) place(row int) string {
	number := t.rows.Number(int(t.sel[row]))
	if t.rows.Origin == "" {
		return fmt.Sprintf("%s, row %d", t.of.Source.Name, number)
	}
	return fmt.Sprintf("%s, %s, row %d", t.of.Source.Name, t.rows.Origin, number)
}

// read reads the part. shape is called when the work holds rows of it.
func (t *part) read(ctx context.Context, shape func() error) error {
	return exec.ReadSource(ctx, t.plan, t.source, t.child.config, func(r *exec.SourceRows) error {
		if len(r.Rows) == 0 {
			return nil
		}
		t.rows = r
		t.fill(r)
		return shape()
	})
}

// fill puts rows into the work.
func (t *part) fill(r *exec.SourceRows) {
	p := t.pipe
	w := &p.work
	w.part, w.bad, w.first = t, nil, 0
	t.sel = append(t.sel[:0], r.Rows...)
	whole := len(r.Rows) == r.Count
	if whole {
		w.first = r.First
	}
	w.batch.Rows, w.batch.Origin = len(r.Rows), r.Origin
	if w.batch.Columns == nil {
		w.batch.Columns = make([]batch.Column, p.width)
	}
	w.sel = w.sel[:0]
	for i := range r.Rows {
		w.sel = append(w.sel, int32(i))
		if why := r.Bad[int(r.Rows[i])]; why != "" {
			if w.bad == nil {
				w.bad = map[int]string{}
			}
			w.bad[i] = t.prefix + why
		}
	}
	if t.copies == nil {
		t.copies, t.flags = make([]batch.Column, len(t.shaped)), make([][]byte, len(t.shaped))
	}
	for k, s := range t.shaped {
		v := r.Columns[s.from]
		c, poison := v.Column, v.Poison
		if !whole {
			column.Gather(&t.copies[k], c, r.Rows)
			c = &t.copies[k]
			if poison != nil {
				t.flags[k] = column.GatherBits(t.flags[k], poison, r.Rows)
				poison = t.flags[k]
			}
		}
		if s.convert != nil {
			c, _ = s.convert.Eval(&batch.Batch{Rows: w.batch.Rows, Columns: []batch.Column{*c}}) // to a wider type: everything fits
		}
		p.set(ref{0, s.to}, c, poison)
	}
}
