package view

import (
	"context"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// ref names a column in the expressions of a view: side 0 is its row, side 1+j what its join j found.
type ref struct{ side, index int }

// pipe is a view being read. Its batches have a column for each ref that is needed, and for each that can be poisoned
// a boolean column that says where.
type pipe struct {
	s     *Source
	view  *program.View
	plain int // columns of the row that come from the parts
	env   eval.Env

	need   map[ref]bool
	value  map[ref]int // of each ref that is needed: its column in a batch
	doubt  map[ref]int // of those that can be poisoned
	width  int
	order  []int // derived columns, each after those that it reads
	derive map[int]*eval.Kernel
	where  []*program.Expr // conditions over the row
	tests  []*eval.Kernel
	joins  []*lookup

	work  work
	zeros batch.Column
}

// work is rows of a view on their way. Bad are those that could not be read or computed, and why.
type work struct {
	batch batch.Batch
	sel   []int32
	bad   map[int]string
	part  *part
	first int64 // number of the first row within batch.Origin, if they are all of a piece; else 0
}

func newPipe(s *Source, wanted []output) (*pipe, error) {
	v := s.src.View
	p := &pipe{s: s, view: v, plain: len(v.Row), need: map[ref]bool{}, value: map[ref]int{}, doubt: map[ref]int{}, derive: map[int]*eval.Kernel{}}
	for i := range v.Row {
		if v.Row[i].Derived != nil {
			p.plain = i
			break
		}
	}
	p.where = slices.Concat(plan.Conjuncts(v.Where), s.extra)
	p.findNeeds(wanted)
	p.place()
	p.env = (&plan.Plan{Rule: s.env.Rule, Inputs: s.env.Inputs}).Env(s.src)
	p.env.Column = func(side, index int) (int, bool) { at, ok := p.value[ref{side, index}]; return at, ok }
	p.env.Poisoned = func(side, index int) (int, bool) { at, ok := p.doubt[ref{side, index}]; return at, ok }
	for _, i := range p.order {
		c := &v.Row[i]
		k, err := eval.CompileAs(c.Derived, c.Type, p.env)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		p.derive[i] = k
	}
	for _, e := range p.where {
		k, err := eval.Compile(e, p.env)
		if err != nil {
			return nil, fmt.Errorf("where: %w", err)
		}
		p.tests = append(p.tests, k)
	}
	for j := range v.Joins {
		l, err := newLookup(p, j)
		if err != nil {
			return nil, fmt.Errorf("join %s: %w", v.Joins[j].Name, err)
		}
		p.joins = append(p.joins, l)
	}
	return p, nil
}

// findNeeds finds the columns that must be there.
func (p *pipe) findNeeds(wanted []output) {
	v := p.view
	for _, e := range p.where {
		p.needs(e)
	}
	for _, j := range v.Joins {
		for _, on := range j.On {
			p.needs(on.This)
			p.needs(on.Other)
		}
	}
	if v.Group == nil {
		for _, w := range wanted {
			p.needRef(ref{0, w.index})
		}
		return
	}
	for _, e := range v.Group.By {
		p.needs(e)
	}
	for i := range v.Row {
		if p.s.list {
			p.needRef(ref{0, i})
		}
	}
	for _, i := range usedAggregates(v.Group, wanted) {
		a := &v.Group.Aggregates[i]
		p.needs(a.Where)
		p.needs(a.Arg)
		if a.Arg != nil && a.Arg.Unit.Column > 0 {
			p.needRef(ref{a.Arg.Unit.Side, a.Arg.Unit.Column - 1})
		}
	}
}

// usedAggregates are the aggregates that the wanted columns need, ascending.
func usedAggregates(g *program.Group, wanted []output) (used []int) {
	for _, w := range wanted {
		g.Out[w.index].Derived.Walk(func(e *program.Expr) bool {
			if i := e.Index - len(g.By); e.Op == program.OpColumn && i >= 0 && !slices.Contains(used, i) {
				used = append(used, i)
			}
			return true
		})
	}
	slices.Sort(used)
	return used
}

func (p *pipe) needs(e *program.Expr) {
	e.Walk(func(x *program.Expr) bool {
		if x.Op == program.OpColumn {
			p.needRef(ref{x.Side, x.Index})
		}
		return true
	})
}

func (p *pipe) needRef(r ref) {
	if p.need[r] {
		return
	}
	p.need[r] = true
	if r.side == 0 && r.index >= p.plain {
		p.needs(p.view.Row[r.index].Derived)
		p.order = append(p.order, r.index) // what it reads is there by now
	}
}

// place gives each ref its column.
func (p *pipe) place() {
	var refs []ref
	for r := range p.need {
		refs = append(refs, r)
	}
	slices.SortFunc(refs, func(a, b ref) int {
		if a.side != b.side {
			return a.side - b.side
		}
		return a.index - b.index
	})
	for _, r := range refs {
		p.value[r] = p.width
		p.width++
		if p.canDoubt(r) {
			p.doubt[r] = p.width
			p.width++
		}
	}
}

func (p *pipe) canDoubt(r ref) bool {
	if r.side == 0 {
		return eval.RowDoubts(p.view, r.index)
	}
	return eval.ColumnDoubts(p.view.Joins[r.side-1].Source, r.index)
}

// run reads everything into a sink.
func (p *pipe) run(ctx context.Context, to sink) error {
	defer func() {
		for _, l := range p.joins {
			*l = lookup{}
		}
	}()
	for j, l := range p.joins {
		if err := l.read(ctx, p.s.joins[j]); err != nil {
			return err
		}
	}
	for i := range p.view.Parts {
		part, err := newPart(p, i)
		if err != nil {
			return fmt.Errorf("view %s: %w", p.s.src.Name, err)
		}
		if err := part.read(ctx, func() error { return p.shape(to) }); err != nil {
			return err
		}
	}
	return to.end()
}

// shape joins, derives and filters the rows that a part has put into p.work, and hands them on.
func (p *pipe) shape(to sink) error {
	w := &p.work
	var faults map[int]string // of rows that may yet be left out
	note := func(row int, why string) {
		if faults == nil {
			faults = map[int]string{}
		}
		if faults[row] == "" {
			faults[row] = why
		}
	}
	var twice map[int]string
	for _, l := range p.joins {
		l.find(w, note, func(row int, why string) {
			if twice == nil {
				twice = map[int]string{}
			}
			if twice[row] == "" {
				twice[row] = why
			}
		})
	}
	for _, i := range p.order {
		c, list := p.derive[i].Eval(&w.batch)
		for _, f := range list {
			note(f.Row, "column "+p.view.Row[i].Name+": "+fault(f))
		}
		p.set(ref{0, i}, c, p.derive[i].Poison())
	}
	p.filter(note)
	for _, row := range w.sel {
		i := int(row)
		if why := twice[i]; why != "" {
			return p.rowError(i, why)
		}
		why := faults[i]
		if why == "" || w.bad[i] != "" {
			continue
		}
		if err := p.bad(i, why); err != nil {
			return err
		}
	}
	return to.rows(w)
}

// bad makes a row one that could not be computed, or is the error if the row's part does not report those.
func (p *pipe) bad(row int, why string) error {
	w := &p.work
	if !w.part.reports {
		return p.rowError(row, why)
	}
	if w.bad == nil {
		w.bad = map[int]string{}
	}
	w.bad[row] = w.part.prefix + why
	return nil
}

func (p *pipe) rowError(row int, why string) error {
	return fmt.Errorf("view %s: %s: %s", p.s.src.Name, p.work.part.place(row), why)
}

// set makes c the column of a ref, with bits that say where it is poisoned.
func (p *pipe) set(r ref, c *batch.Column, poison []byte) {
	w := &p.work
	w.batch.Columns[p.value[r]] = *c
	at, ok := p.doubt[r]
	if !ok {
		return
	}
	if poison == nil {
		w.batch.Columns[at] = p.none(w.batch.Rows)
		return
	}
	flags := &w.batch.Columns[at]
	ints := make([]int64, w.batch.Rows)
	for i := range ints {
		ints[i] = int64(poison[i>>3] >> (i & 7) & 1)
	}
	*flags = batch.Column{Type: schema.Type{Kind: schema.Boolean}, Ints: ints}
}

// none is a boolean column that is false everywhere. It is never written to.
func (p *pipe) none(rows int) batch.Column {
	if cap(p.zeros.Ints) < rows {
		p.zeros = batch.Column{Type: schema.Type{Kind: schema.Boolean}, Ints: make([]int64, rows)}
	}
	c := p.zeros
	c.Ints = c.Ints[:rows]
	return c
}

// filter keeps the rows that meet the conditions, and those of which that cannot be said because of what is bad in them.
func (p *pipe) filter(note func(int, string)) {
	w := &p.work
	for _, k := range w.part.tests {
		holds, faults := p.tests[k].Eval(&w.batch)
		at := 0
		kept := w.sel[:0]
		for _, row := range w.sel {
			i := int(row)
			for at < len(faults) && faults[at].Row < i {
				at++
			}
			switch {
			case w.bad[i] != "" && w.part.depends(k, i):
			case at < len(faults) && faults[at].Row == i:
				note(i, "where "+p.where[k].Span.Text()+": "+fault(faults[at]))
			case holds.Ints[i] == 0:
				continue
			}
			kept = append(kept, row)
		}
		w.sel = kept
	}
}

// rowSink hands the rows of a view that does not group on.
type rowSink struct {
	pipe   *pipe
	wanted []output
	emit   func(*batch.Batch) error
	out    batch.Batch
	copies []batch.Column
}

func (t *rowSink) rows(w *work) error {
	if len(w.sel) == 0 {
		return nil
	}
	if t.copies == nil {
		t.copies = make([]batch.Column, len(t.wanted))
	}
	whole := len(w.sel) == w.batch.Rows
	t.out = batch.Batch{Rows: len(w.sel), Columns: t.out.Columns[:0], Bad: t.out.Bad[:0]}
	if whole {
		t.out.Origin, t.out.FirstRow = w.batch.Origin, w.first
	}
	for k, o := range t.wanted {
		at := t.pipe.value[ref{0, o.index}]
		if o.doubt {
			at = t.pipe.doubt[ref{0, o.index}]
		}
		c := w.batch.Columns[at]
		if !whole {
			column.Gather(&t.copies[k], &c, w.sel)
			c = t.copies[k]
		}
		t.out.Columns = append(t.out.Columns, c)
	}
	if len(w.bad) > 0 {
		for k, row := range w.sel {
			if why := w.bad[int(row)]; why != "" {
				t.out.Bad = append(t.out.Bad, batch.BadValue{Row: k, Column: -1, Reason: why})
			}
		}
	}
	return t.emit(&t.out)
}

func (t *rowSink) end() error { return nil }
