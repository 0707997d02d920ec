// Package view reads views: it turns the rows of their parts into the rows of the view, joined, derived, filtered and grouped. A view
// is a sdk.Source like any other, so that those who match rows need not know of it. It knows nothing of rules'
// keys and comparisons, of windows but that parts are cut by them, and of state. Its API may change on any day.
package view

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Env is what a view needs of the world.
type Env struct {
	Open     func(context.Context, *program.Source) (sdk.Source, error) // a source that is no view
	Settings func(*program.Source) (schema.Config, error)               // of such a source
	Rule     *program.Rule                                              // that reads the view: its window and zone
	Inputs   plan.Inputs
	Rows     int         // per batch; 0: chosen
	Budget   int64       // bytes for groups and joined sources, of all views below
	Dir      *column.Dir // for groups beyond the budget
}

// Lower is a view as those see it who read its rows: its columns are physical ones, and if its parts cut the window it is cut
// already. A source that is no view is itself.
func Lower(src *program.Source) *program.Source {
	if src.View == nil {
		return src
	}
	s := *src
	s.Columns = slices.Clone(src.Columns)
	for i := range s.Columns {
		s.Columns[i].Physical, s.Columns[i].Derived = s.Columns[i].Name, nil
	}
	s.Plugin, s.Where, s.Sorted, s.Windowed, s.BadRows = "view", nil, nil, src.Windowed || cutBelow(src), reports(src)
	return &s
}

// cutBelow reports whether the parts of a view are cut by the window: because the view has no time, or because its time is theirs, so
// that they can be asked for less.
func cutBelow(src *program.Source) bool {
	v := src.View
	if v.Cut || src.Time < 0 {
		return v.Cut
	}
	return !slices.ContainsFunc(v.Parts, func(p program.Part) bool {
		if src.Time >= len(p.Columns) || p.Columns[src.Time] != p.Source.Time {
			return true
		}
		return p.Source.Columns[p.Source.Time].Type.Kind != schema.Timestamp && p.Source.Zone != src.Zone
	})
}

// below is what the parts are told of the run.
func (s *Source) below() plan.Inputs {
	in := s.env.Inputs
	if !cutBelow(s.src) {
		in.Window = nil
	}
	return in
}

// reports says whether rows that cannot be read are reported instead of being an error: of a view, if all its parts do.
func reports(src *program.Source) bool {
	if src.View == nil {
		return src.BadRows
	}
	return !slices.ContainsFunc(src.View.Parts, func(p program.Part) bool { return !reports(p.Source) })
}

// Stateful counts the groups and joins of a source and all below it: each takes its share of the budget.
func Stateful(src *program.Source) int64 {
	if src.View == nil {
		return 0
	}
	n := int64(len(src.View.Joins))
	if src.View.Group != nil {
		n++
	}
	for _, p := range src.View.Parts {
		n += Stateful(p.Source)
	}
	for _, j := range src.View.Joins {
		n += Stateful(j.Source)
	}
	return n
}

// Source is a view that can be read. It must be closed.
type Source struct {
	src   *program.Source
	env   Env
	parts []*child
	joins []*child
	rows  *atomic.Int64

	// extra are more conditions over the columns of the view's row, and only the groups to be read: for a second look at
	// some groups.
	extra []*program.Expr
	only  *Only
	list  bool // all columns of the row are needed
}

// child is a source below a view.
type child struct {
	src    *program.Source
	source sdk.Source
	config schema.Config
}

// Open opens a view, and all sources below it.
func Open(ctx context.Context, src *program.Source, env Env) (*Source, error) {
	if n := Stateful(src); n > 0 {
		env.Budget /= n
	}
	s := &Source{src: src, env: env, rows: new(atomic.Int64)}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Source) open(ctx context.Context) error {
	for _, p := range s.src.View.Parts {
		c, err := s.child(ctx, p.Source, s.below())
		if err != nil {
			return err
		}
		s.parts = append(s.parts, c)
	}
	for _, j := range s.src.View.Joins {
		in := s.env.Inputs
		in.Window = nil // what is looked up is as old as it may be
		c, err := s.child(ctx, j.Source, in)
		if err != nil {
			return err
		}
		s.joins = append(s.joins, c)
	}
	return nil
}

func (s *Source) child(ctx context.Context, src *program.Source, in plan.Inputs) (*child, error) {
	c := &child{src: src}
	if src.View != nil {
		below := &Source{src: src, env: s.env, rows: new(atomic.Int64)}
		below.env.Inputs = in
		c.source = below
		if err := below.open(ctx); err != nil {
			below.Close()
			return nil, err
		}
		return c, nil
	}
	var err error
	if c.config, err = s.env.Settings(src); err != nil {
		return nil, err
	}
	if c.source, err = s.env.Open(ctx, src); err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	return c, nil
}

// Close closes the sources below.
func (s *Source) Close() error {
	for _, c := range slices.Concat(s.parts, s.joins) {
		if closer, ok := c.source.(io.Closer); ok {
			closer.Close() // what was read has been used by then
		}
	}
	return nil
}

// Rows is how many rows were grouped so far.
func (s *Source) Rows() int64 { return s.rows.Load() }

// Describe is the description of any view.
func (s *Source) Describe() schema.Source { return schema.Source{Name: "view"} }

// Columns is the columns of the view.
func (s *Source) Columns(context.Context, schema.Config) (t schema.Table, err error) {
	for _, c := range s.src.Columns {
		t.Columns = append(t.Columns, schema.Column{Name: c.Name, Type: c.Type, Doc: c.Doc})
	}
	return t, nil
}

// Read reads the view. The columns of req are the view's, and the DoubtColumns of these; conditions are not claimed, and the
// window is that of the Env.
func (s *Source) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	wanted, err := s.outputs(req.Columns)
	if err != nil {
		return err
	}
	p, err := newPipe(s, wanted)
	if err != nil {
		return fmt.Errorf("view %s: %w", s.src.Name, err)
	}
	var to sink = &rowSink{pipe: p, wanted: wanted, emit: emit}
	if g := s.src.View.Group; g != nil {
		if to, err = newGroupSink(p, wanted, req.BatchRows(), emit); err != nil {
			return fmt.Errorf("view %s: %w", s.src.Name, err)
		}
	}
	return p.run(ctx, to)
}

// outputs finds the columns that are asked for.
func (s *Source) outputs(columns []schema.Column) ([]output, error) {
	wanted := make([]output, len(columns))
	for k, c := range columns {
		name, doubt := strings.CutPrefix(c.Name, "\x00")
		i := slices.IndexFunc(s.src.Columns, func(c program.Column) bool { return c.Name == name })
		if i < 0 || !doubt && !c.Type.Equal(s.src.Columns[i].Type) {
			return nil, fmt.Errorf("view %s has no column %q of type %s", s.src.Name, name, c.Type)
		}
		wanted[k] = output{i, doubt}
	}
	return wanted, nil
}

// output is a column that is asked for: column index of the view, or where it is poisoned.
type output struct {
	index int
	doubt bool
}

// sink takes the rows of a view before they are grouped.
type sink interface {
	rows(*work) error
	end() error
}

// fault is a row of a view that could not be computed.
func fault(f eval.Fault) string {
	if f.Input == "" {
		return f.Reason
	}
	return f.Input + ": " + f.Reason
}
