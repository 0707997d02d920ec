package view

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/zeebo/xxh3"
)

// groupSink sums the rows of a view up.
type groupSink struct {
	pipe   *pipe
	wanted []output
	size   int // rows of a batch
	emit   func(*batch.Batch) error

	by      []*eval.Kernel
	only    *onlyFilter // nil: all groups
	used    []int       // numbers of the aggregates
	groups  *groups
	results []result

	key  []byte
	sel  []int32
	to   []int32
	out  *batch.Builder // the group's row: by, the used aggregates, where each is poisoned
	done batch.Batch
}

// result is a wanted column.
type result struct {
	kernel *eval.Kernel
	index  int
	doubt  bool
}

func newGroupSink(p *pipe, wanted []output, rows int, emit func(*batch.Batch) error) (*groupSink, error) {
	g := p.view.Group
	t := &groupSink{pipe: p, wanted: wanted, size: rows, emit: emit, used: usedAggregates(g, wanted)}
	var types []schema.Type
	for _, e := range g.By {
		if e.Type.Kind == schema.Float {
			return nil, fmt.Errorf("group: %s is a float, which cannot be a group", e.Span.Text())
		}
		k, err := eval.Compile(e, p.env)
		if err != nil {
			return nil, fmt.Errorf("group: %w", err)
		}
		t.by = append(t.by, k)
		types = append(types, k.Type())
	}
	var aggregates []*aggregate
	for _, i := range t.used {
		a, err := newAggregate(&g.Aggregates[i], p.env)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Aggregates[i].Func, err)
		}
		aggregates = append(aggregates, a)
		types = append(types, a.of.Type)
	}
	values := len(types)
	for range values {
		types = append(types, schema.Type{Kind: schema.Boolean})
	}
	t.out = batch.NewBuilder(types...)
	t.groups = newGroups(len(g.By), aggregates, p.s.env.Budget/2, p.s.env.Dir) // half, because what grows is copied
	if p.s.only != nil {
		var err error
		if t.only, err = newOnly(p.s.only, g.By, p.env); err != nil {
			return nil, err
		}
	}
	env := p.env
	env.Column = func(_, index int) (int, bool) {
		if index < len(g.By) {
			return index, true
		}
		for at, i := range t.used {
			if i == index-len(g.By) {
				return len(g.By) + at, true
			}
		}
		return 0, false
	}
	env.Poisoned = func(side, index int) (int, bool) {
		at, ok := env.Column(side, index)
		return values + at, ok
	}
	for _, w := range wanted {
		c := &g.Out[w.index]
		k, err := eval.CompileAs(c.Derived, c.Type, env)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		t.results = append(t.results, result{k, w.index, w.doubt})
	}
	return t, nil
}

// rows adds rows to their groups. Those that could not be read are in no group: they are handed on by themselves.
func (t *groupSink) rows(w *work) error {
	p := t.pipe
	b := &w.batch
	t.sel = append(t.sel[:0], w.sel...)
	if t.only != nil {
		if t.sel = t.only.filter(b, t.sel); len(t.sel) == 0 {
			return nil
		}
	}
	var faults map[int]string
	note := func(row int, why string) {
		if faults == nil {
			faults = map[int]string{}
		}
		if faults[row] == "" {
			faults[row] = why
		}
	}
	parts, poison := make([]*batch.Column, len(t.by)), make([][]byte, len(t.by))
	for k, kernel := range t.by {
		c, list := kernel.Eval(b)
		parts[k], poison[k] = c, kernel.Poison()
		for _, f := range list {
			note(f.Row, "group "+p.view.Group.Out[k].Name+": "+fault(f))
		}
	}
	for i, a := range t.groups.aggregates {
		name := t.aggregateName(t.used[i])
		a.eval(b, func(row int, f eval.Fault) { note(row, name+": "+fault(f)) })
	}
	p.s.rows.Add(int64(len(t.sel)))
	if faults != nil || len(w.bad) > 0 {
		kept := t.sel[:0]
		for _, row := range t.sel {
			i := int(row)
			if why := faults[i]; why != "" && w.bad[i] == "" {
				if err := p.bad(i, why); err != nil {
					return err
				}
			}
			if w.bad[i] == "" {
				kept = append(kept, row)
			} else if t.only == nil {
				if err := t.handOn(w.bad[i]); err != nil {
					return err
				}
			}
		}
		t.sel = kept
	}
	t.to = t.to[:0]
	for _, row := range t.sel {
		i := int(row)
		t.key = t.key[:0]
		for _, c := range parts {
			t.key = column.AppendKeyPart(t.key, c, i)
		}
		n := t.groups.group(xxh3.Hash(t.key), t.key)
		t.to = append(t.to, int32(n))
		for k, bits := range poison {
			if bits != nil && bits[i>>3]&(1<<(i&7)) != 0 {
				t.groups.doubt(n, k)
			}
		}
	}
	for _, a := range t.groups.aggregates {
		a.add(t.groups, b, t.sel, t.to)
	}
	return t.groups.room()
}

// aggregateName is an aggregate as it is written.
func (t *groupSink) aggregateName(i int) string {
	g := t.pipe.view.Group
	for _, c := range g.Out {
		if e := c.Derived; e.Op == program.OpColumn && e.Index == len(g.By)+i {
			return c.Name
		}
	}
	return string(g.Aggregates[i].Func)
}

// handOn hands on a row that could not be read.
func (t *groupSink) handOn(why string) error {
	for i := range t.out.Batch().Columns {
		if c := t.out.Column(i); c.Type.Kind == schema.Boolean && i >= len(t.by)+len(t.used) {
			c.AppendInt(0)
		} else {
			c.AppendNull()
		}
	}
	t.out.AddBad(-1, 0, "", why)
	t.out.EndRow()
	if t.out.Full(t.size) {
		return t.flush()
	}
	return nil
}

func (t *groupSink) end() error {
	parts := make([]schema.Type, len(t.by))
	for k, kernel := range t.by {
		parts[k] = kernel.Type()
	}
	return t.groups.each(func(n int) error {
		key := t.groups.keys.key(n)
		for k := range parts {
			key = column.TakeKeyPart(key, t.out.Column(k))
		}
		whole := t.groups.whole(n)
		flags := len(t.by) + len(t.used)
		for k := range parts {
			t.out.Column(flags + k).AppendInt(int64(whole[k>>3] >> (k & 7) & 1))
		}
		for i, a := range t.groups.aggregates {
			doubt, err := a.result(t.groups, t.groups.state(n, a), t.out.Column(len(t.by)+i))
			if err != nil {
				return fmt.Errorf("view %s: %s of group %s: %w: more than 38 digits, or than its type has", t.pipe.s.src.Name, t.aggregateName(t.used[i]), t.groupText(n), err)
			}
			flag := int64(0)
			if doubt {
				flag = 1
			}
			t.out.Column(flags + len(t.by) + i).AppendInt(flag)
		}
		t.out.EndRow()
		if t.out.Full(t.size) {
			return t.flush()
		}
		return nil
	}, t.flush)
}

// groupText is the values of a group, for messages.
func (t *groupSink) groupText(n int) string {
	key := t.groups.keys.key(n)
	var texts []string
	for k, kernel := range t.by {
		var c batch.Column
		c.Reset(kernel.Type())
		if c.Type.Layout() == schema.Varlen {
			c.Offsets = append(c.Offsets, 0)
		}
		key = column.TakeKeyPart(key, &c)
		texts = append(texts, t.pipe.view.Group.Out[k].Name+" = "+c.Value(0).String())
	}
	return strings.Join(texts, ", ")
}

// flush computes the view's columns of the groups at hand and emits them.
func (t *groupSink) flush() error {
	b := t.out.Batch()
	if b.Rows == 0 {
		return nil
	}
	t.done = batch.Batch{Rows: b.Rows, Columns: t.done.Columns[:0], Bad: b.Bad}
	for _, r := range t.results {
		c, faults := r.kernel.Eval(b)
		if len(faults) > 0 {
			var group []string
			for k := range t.by {
				group = append(group, t.pipe.view.Group.Out[k].Name+" = "+b.Columns[k].Value(faults[0].Row).String())
			}
			return fmt.Errorf("view %s: column %s of group %s: %s", t.pipe.s.src.Name, t.pipe.view.Group.Out[r.index].Name, strings.Join(group, ", "), fault(faults[0]))
		}
		if !r.doubt {
			t.done.Columns = append(t.done.Columns, *c)
			continue
		}
		flags := batch.Column{Type: schema.Type{Kind: schema.Boolean}, Ints: make([]int64, b.Rows)}
		if bits := r.kernel.Poison(); bits != nil {
			for i := range flags.Ints {
				flags.Ints[i] = int64(bits[i>>3] >> (i & 7) & 1)
			}
		}
		t.done.Columns = append(t.done.Columns, flags)
	}
	err := t.emit(&t.done)
	t.out.Reset()
	return err
}
