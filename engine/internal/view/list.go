package view

import (
	"context"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Listed is a view that groups the rows of a source by expressions over it, so that List can give the rows of some groups.
func Listed(src *program.Source, by []*program.Expr) *program.Source {
	v := &program.View{Parts: []program.Part{{Source: src, Span: src.Span}}, Group: &program.Group{By: by}, Cut: true}
	for i, c := range src.Columns {
		c.Derived, c.Physical = nil, c.Name
		v.Row = append(v.Row, c)
		v.Parts[0].Columns = append(v.Parts[0].Columns, i)
	}
	return &program.Source{Name: src.Name, View: v, Time: -1, Zone: src.Zone, Span: src.Span}
}

// List gives the rows of a Listed source that are of the groups it is restricted to, in the order in which they are read: the group's
// key, which is valid during the call only, and the values of the row. Rows that could not be read are of no group.
func (s *Source) List(ctx context.Context, take func(group []byte, row []schema.Value) error) error {
	again := *s
	again.list = true
	p, err := newPipe(&again, nil)
	if err != nil {
		return err
	}
	t := &listSink{pipe: p, take: take}
	if t.only, err = newOnly(s.only, s.src.View.Group.By, p.env); err != nil {
		return err
	}
	return p.run(ctx, t)
}

// listSink hands rows on one by one.
type listSink struct {
	pipe *pipe
	only *onlyFilter
	take func([]byte, []schema.Value) error
	sel  []int32
}

func (t *listSink) rows(w *work) error {
	t.sel = t.only.filter(&w.batch, append(t.sel[:0], w.sel...))
	var parts []*batch.Column
	if len(t.sel) > 0 {
		for _, k := range t.only.kernels {
			c, _ := k.Eval(&w.batch)
			parts = append(parts, c)
		}
	}
	var key []byte
	for _, row := range t.sel {
		i := int(row)
		if w.bad[i] != "" {
			continue
		}
		key = key[:0]
		for _, c := range parts {
			key = column.AppendKeyPart(key, c, i)
		}
		var values []schema.Value
		for c := range t.pipe.view.Row {
			values = append(values, w.batch.Columns[t.pipe.value[ref{0, c}]].Value(i))
		}
		if err := t.take(key, values); err != nil {
			return err
		}
	}
	return nil
}

func (t *listSink) end() error { return nil }
