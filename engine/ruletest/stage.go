package ruletest

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// stage lets tables stand in for sources.
type stage struct {
	*runner
	tables []program.Given
}

// standIn is the plugin of a source that a table stands in for. No plugin can have this name.
const standIn = "given table"

// instead is a source over the table that stands in for src; nil if there is none. Conditions, the window's cut and the unit of
// columns are those of src; how its rows came about is not run.
func (s *stage) instead(src *program.Source) *program.Source {
	g := s.given(s.original(src))
	if g == nil {
		return nil
	}
	again := *src
	again.Plugin, again.Settings, again.Sorted, again.Optional = standIn, nil, nil, false
	if src.View != nil {
		again.View, again.Where = nil, nil
	}
	again.Zone = zoneName(g, s.zone)
	again.Columns = slices.Clone(src.Columns)
	for i := range again.Columns {
		again.Columns[i].Physical, again.Columns[i].Derived = again.Columns[i].Name, nil
	}
	return &again
}

func (s *stage) given(src *program.Source) *program.Given {
	for i := range s.tables {
		if s.tables[i].Source == src {
			return &s.tables[i]
		}
	}
	return nil
}

// open opens what stands in for a source. The engine has it by name and place, as the one that instead gave.
func (s *stage) open(ctx context.Context, src *program.Source) (sdk.Source, error) {
	for i := range s.tables {
		g := &s.tables[i]
		if g.Source.Name != src.Name || g.Source.Span != src.Span {
			continue
		}
		if g.File != "" {
			return s.file(ctx, g)
		}
		return &table{given: g}, nil
	}
	return nil, fmt.Errorf("nothing is given for %s, and a test reads no real source", src.Name)
}

// zoneName is the zone of zone-less times of a file, as of a table.
func zoneName(g *program.Given, rule *time.Location) string {
	switch {
	case g.Table.Zone != "":
		return g.Table.Zone
	case g.Source.Zone != "":
		return g.Source.Zone
	}
	return rule.String()
}

// table is a source of the rows of a test.
type table struct{ given *program.Given }

// Describe is of no plugin that anybody could name.
func (t *table) Describe() schema.Source { return schema.Source{Name: standIn} }

// Columns are all of the source that the table stands in for.
func (t *table) Columns(context.Context, schema.Config) (shape schema.Table, err error) {
	for _, c := range t.given.Source.Columns {
		shape.Columns = append(shape.Columns, schema.Column{Name: c.Name, Type: c.Type})
	}
	return shape, nil
}

// Read emits the rows; a column that the table leaves out is null.
func (t *table) Read(_ context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	types, at := make([]schema.Type, len(req.Columns)), make([]int, len(req.Columns))
	for i, want := range req.Columns {
		types[i] = want.Type
		index := slices.IndexFunc(t.given.Source.Columns, func(c program.Column) bool { return c.Name == want.Name })
		at[i] = slices.Index(t.given.Table.Columns, index)
	}
	b := batch.NewBuilder(types...)
	for n, row := range t.given.Table.Rows {
		if b.Rows() == 0 {
			b.Batch().FirstRow = int64(n) + 1
		}
		for i, from := range at {
			to := b.Column(i)
			if from < 0 || row[from].Null {
				to.AppendNull()
				continue
			}
			if problem := appendValue(to, row[from]); problem != "" {
				return fmt.Errorf("row %d of the table of %s: %s is %s", n+1, t.given.Source.Name, row[from], problem)
			}
		}
		b.EndRow()
		if b.Full(req.BatchRows()) {
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	if b.Rows() == 0 {
		return nil
	}
	return emit(b.Batch())
}

// appendValue appends a value to a column that may have been asked for as text.
func appendValue(to *batch.Column, v schema.Value) string {
	if to.Type.Kind == v.Type.Kind {
		return to.AppendValue(v)
	}
	return to.AppendText([]byte(v.String()), nil)
}

// file is a csv file whose header names columns of the source that it stands in for.
type file struct {
	sdk.Source
	config schema.Config
	names  []string
}

func (f *file) has(column string) bool { return slices.Contains(f.names, column) }

// Close ends the process that reads the file.
func (f *file) Close() error {
	if c, ok := f.Source.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func pathIn(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func closeSource(s sdk.Source) {
	if c, ok := s.(io.Closer); ok {
		c.Close() // what it read has been used by then
	}
}

// file opens a file and reads its header.
func (s *stage) file(ctx context.Context, g *program.Given) (*file, error) {
	src := &program.Source{Name: g.File, Plugin: "csv", Dir: s.test.Dir, Span: g.Span}
	opened, err := s.cfg.Open(ctx, src)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", g.File, err)
	}
	f := &file{Source: opened, config: schema.Config{"path": {Type: schema.Type{Kind: schema.Path}, Text: pathIn(s.test.Dir, g.File)}}}
	shape, err := opened.Columns(ctx, f.config)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("table of %s: %w", g.Source.Name, err)
	}
	var known []string
	for _, c := range g.Source.Columns {
		known = append(known, c.Name)
	}
	for _, c := range shape.Columns {
		if !slices.Contains(known, c.Name) {
			f.Close()
			return nil, fmt.Errorf("%s: %s has no column %q; it has %s", g.File, g.Source.Name, c.Name, strings.Join(known, ", "))
		}
		f.names = append(f.names, c.Name)
	}
	return f, nil
}

// Read reads the columns that the file has; the others are null.
func (f *file) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	req.Config = f.config
	all := req.Columns
	types := make([]schema.Type, len(all))
	req.Columns, req.Where, req.Order = nil, nil, nil
	for i, c := range all {
		types[i] = c.Type
		if f.has(c.Name) {
			req.Columns = append(req.Columns, c)
		}
	}
	return f.Source.Read(ctx, req, func(b *batch.Batch) error {
		wide := *b
		wide.Columns, wide.Bad = nil, slices.Clone(b.Bad)
		from := 0
		for i, c := range all {
			if f.has(c.Name) {
				for j := range wide.Bad {
					if b.Bad[j].Column == from {
						wide.Bad[j].Column = i
					}
				}
				wide.Columns = append(wide.Columns, b.Columns[from])
				from++
				continue
			}
			none := batch.NewBuilder(types[i])
			for range b.Rows {
				none.Column(0).AppendNull()
				none.EndRow()
			}
			wide.Columns = append(wide.Columns, none.Batch().Columns[0])
		}
		return emit(&wide)
	})
}
