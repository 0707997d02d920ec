package view

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/zeebo/xxh3"
)

// lookup is a join: the rows of the joined source in memory, by the terms of its equations. Rows of which a term is null, or agrees with
// nothing, are found by nobody and not kept.
type lookup struct {
	pipe  *pipe
	of    *program.Join
	side  int
	these []term

	columns []found
	keys    keys
	rows    []int32        // of each key: its first row among those that are kept
	twice   map[int]string // of those keys that have several rows: where the first two are
	places  []place        // of each key's first row
	origins []string
	key     []byte
	hits    []int32
}

// place is where a row comes from.
type place struct {
	origin int // index into origins
	row    int64
}

// term is one side of an equation.
type term struct {
	kernel *eval.Kernel
	listed []string // of an enum
}

// found is a column of the joined source that the view needs.
type found struct {
	ref    ref
	index  int // among those that are read
	values batch.Column
	poison []byte // of the rows; nil if the column cannot be poisoned
	out    batch.Column
	flags  []byte
}

func newLookup(p *pipe, j int) (*lookup, error) {
	l := &lookup{pipe: p, of: &p.view.Joins[j], side: 1 + j}
	for _, on := range l.of.On {
		t, err := newTerm(on.This, on.Type, p.env)
		if err != nil {
			return nil, err
		}
		l.these = append(l.these, t)
	}
	return l, nil
}

func newTerm(e *program.Expr, t schema.Type, env eval.Env) (term, error) {
	k, err := eval.CompileAs(e, t, env)
	return term{k, e.Type.Values}, err
}

// plan says how the joined source is read: for which of its columns, and where each of all its columns is among those.
func (l *lookup) plan(c *child) (src *program.Source, index []int, pl *plan.Plan, err error) {
	p := l.pipe
	keep := map[int]bool{}
	for r := range p.need {
		if r.side == l.side {
			keep[r.index] = true
		}
	}
	src, index = prune(Lower(c.src), keep, false)
	src.BadRows = false // nobody could say whose row it is
	env := p.s.env
	in := env.Inputs
	in.Window = nil
	o := plan.Options{Inputs: in, Rows: env.Rows, Abilities: []schema.Abilities{c.source.Describe().Abilities}}
	pl, err = plan.Part(env.Rule, src, o)
	if err != nil {
		return nil, nil, nil, err
	}
	if claimer, ok := c.source.(sdk.Claimer); ok {
		req := pl.Sides[0].Request
		req.Config = c.config
		o.Claims = []sdk.Claims{claimer.Claim(req)}
		pl, err = plan.Part(env.Rule, src, o)
	}
	return src, index, pl, err
}

// read reads the joined source.
func (l *lookup) read(ctx context.Context, c *child) error {
	p := l.pipe
	src, index, pl, err := l.plan(c)
	if err != nil {
		return err
	}
	for r := range p.need {
		if r.side != l.side {
			continue
		}
		f := found{ref: r, index: index[r.index]}
		f.values.Reset(src.Columns[f.index].Type)
		if f.values.Type.Layout() == schema.Varlen {
			f.values.Offsets = append(f.values.Offsets, 0)
		}
		l.columns = append(l.columns, f)
	}
	slices.SortFunc(l.columns, func(a, b found) int { return a.index - b.index })
	others, err := l.others(index, src)
	if err != nil {
		return err
	}
	return exec.ReadSource(ctx, pl, c.source, c.config, func(r *exec.SourceRows) error { return l.keep(r, src, others) })
}

// others are the joined source's terms, over its declared columns and, after those, where these are poisoned.
func (l *lookup) others(index []int, src *program.Source) (others []term, err error) {
	env := l.pipe.env
	env.Column = func(side, i int) (int, bool) { return index[i], side == l.side && index[i] >= 0 }
	env.Poisoned = func(side, i int) (int, bool) { return len(src.Columns) + index[i], true }
	for _, on := range l.of.On {
		t, err := newTerm(on.Other, on.Type, env)
		if err != nil {
			return nil, err
		}
		others = append(others, t)
	}
	return others, nil
}

// keep keeps rows of the joined source.
func (l *lookup) keep(r *exec.SourceRows, src *program.Source, others []term) error {
	b := batch.Batch{Rows: r.Count}
	for _, v := range r.Columns {
		b.Columns = append(b.Columns, *v.Column)
	}
	for _, v := range r.Columns {
		flags := batch.Column{Type: schema.Type{Kind: schema.Boolean}, Ints: make([]int64, r.Count)}
		for i := range r.Count {
			if v.Poisoned(i) {
				flags.Ints[i] = 1
			}
		}
		b.Columns = append(b.Columns, flags)
	}
	if n := len(l.origins); n == 0 || l.origins[n-1] != r.Origin {
		l.origins = append(l.origins, r.Origin)
	}
	values, faults := evaluate(others, &b)
	var sel []int32
	for _, row := range r.Rows {
		i := int(row)
		if why := faults[i]; why != "" {
			return fmt.Errorf("view %s: join %s: %s: %s", l.pipe.s.src.Name, l.of.Name, src.Name+", "+placeText(r.Origin, r.Number(i)), why)
		}
		key, ok := appendKey(l.key[:0], others, values, i)
		l.key = key
		if !ok {
			continue
		}
		n, added := l.keys.add(xxh3.Hash(key), key)
		if !added {
			if l.twice == nil {
				l.twice = map[int]string{}
			}
			if l.twice[n] == "" {
				first := l.places[n]
				l.twice[n] = placeText(l.origins[first.origin], first.row) + " and " + placeText(r.Origin, r.Number(i))
			}
			continue
		}
		l.rows = append(l.rows, int32(len(l.rows)))
		l.places = append(l.places, place{len(l.origins) - 1, r.Number(i)})
		sel = append(sel, row)
	}
	size := l.keys.size()
	before := len(l.rows) - len(sel)
	for k := range l.columns {
		f := &l.columns[k]
		v := r.Columns[f.index]
		column.Append(&f.values, v.Column, sel)
		if eval.ColumnDoubts(src, f.index) {
			f.poison = append(f.poison, make([]byte, (len(l.rows)+7)/8-len(f.poison))...)
			for at, row := range sel {
				if v.Poisoned(int(row)) {
					f.poison[(before+at)>>3] |= 1 << ((before + at) & 7)
				}
			}
		}
		size += int64(len(f.values.Valid) + 8*len(f.values.Ints) + 16*len(f.values.Nums) + 8*len(f.values.Floats) + 4*len(f.values.Offsets) + len(f.values.Bytes))
	}
	size += int64(44 * len(l.rows))
	if limit := l.pipe.s.env.Budget; size > limit {
		return fmt.Errorf("view %s: join %s: the first %d rows of %s do not fit in the %s of memory that a join has here; join a smaller source (with a where), or give more --memory",
			l.pipe.s.src.Name, l.of.Name, len(l.rows), src.Name, humanize.IBytes(uint64(limit)))
	}
	return nil
}

func placeText(origin string, row int64) string {
	if origin == "" {
		return fmt.Sprintf("row %d", row)
	}
	return fmt.Sprintf("%s, row %d", origin, row)
}

// evaluate computes terms, and says of which rows that fails.
func evaluate(terms []term, b *batch.Batch) (values []*batch.Column, faults map[int]string) {
	for _, t := range terms {
		c, list := t.kernel.Eval(b)
		values = append(values, c)
		for _, f := range list {
			if faults == nil {
				faults = map[int]string{}
			}
			faults[f.Row] = fault(f)
		}
	}
	return values, faults
}

// appendKey appends the key of row i; ok is false if it finds nothing.
func appendKey(key []byte, terms []term, values []*batch.Column, i int) (to []byte, ok bool) {
	for k, c := range values {
		if c.IsNull(i) || terms[k].listed != nil && !slices.Contains(terms[k].listed, c.Text(i)) {
			return key, false
		}
		key = column.AppendKeyPart(key, c, i)
	}
	return key, true
}

// find finds the row of each row of the work, and makes its columns the work's. twice is told of rows for which there
// are several.
func (l *lookup) find(w *work, note, twice func(row int, why string)) {
	values, faults := evaluate(l.these, &w.batch)
	l.hits = l.hits[:0]
	for i := range w.batch.Rows {
		hit := int32(-1)
		key, ok := appendKey(l.key[:0], l.these, values, i)
		l.key = key
		if why := faults[i]; why != "" {
			note(i, "join "+l.of.Name+": "+why)
		} else if ok {
			if n, _ := l.keys.find(xxh3.Hash(key), key); n >= 0 {
				hit = l.rows[n]
				if l.twice[n] != "" {
					twice(i, fmt.Sprintf("join %s: %s has several rows with %s: %s", l.of.Name, l.of.Source.Name, l.shown(values, i), l.twice[n]))
				}
			}
		}
		l.hits = append(l.hits, hit)
	}
	for k := range l.columns {
		f := &l.columns[k]
		column.Gather(&f.out, &f.values, l.hits)
		var poison []byte
		if f.poison != nil {
			f.flags = column.GatherBits(f.flags, f.poison, l.hits)
			poison = f.flags
		}
		l.pipe.set(f.ref, &f.out, poison)
	}
}

// shown is the values that were looked up, for a message.
func (l *lookup) shown(values []*batch.Column, i int) string {
	var parts []string
	for k, c := range values {
		name := l.of.On[k].Other.Span.Text()
		if name == "" {
			name = "its term"
		}
		parts = append(parts, fmt.Sprintf("%s = %q", name, c.Value(i).String()))
	}
	return strings.Join(parts, ", ")
}
