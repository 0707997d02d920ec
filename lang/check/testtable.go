package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// tableColumn is a column that a table may have.
type tableColumn struct {
	name   string
	typ    schema.Type
	symbol *Symbol
}

// tableColumns are the columns of a source.
func (t *testCheck) tableColumns(s *program.Source) []tableColumn {
	columns := make([]tableColumn, len(s.Columns))
	for i, c := range s.Columns {
		symbol := t.info.Defs[c.Span]
		if symbol == nil || symbol.Kind != ColumnSymbol || symbol.Name != c.Name { // it is declared in recon.lock
			symbol = &Symbol{Kind: ColumnSymbol, Name: c.Name, Span: c.Span, Type: c.Type, Unit: c.Unit, Doc: c.Doc}
		}
		columns[i] = tableColumn{c.Name, c.Type, symbol}
	}
	return columns
}

// given checks a table that stands in for a source.
func (t *testCheck) given(r *program.TestRun, s *syntax.Given) {
	g := program.Given{Span: s.Span}
	if s.Ref != nil {
		g.Span.Start, g.Span.End = s.Span.Start, s.Ref.Span.End
	}
	if s.After != nil {
		g.Span.End, g.Late = s.After.Span.End, true
		x := &typer{module: t.module, scope: &scope{}}
		if v := x.quantity(s.After.Value, s.After.Span); v.bad() {
			t.broken = true
		} else if v.Type.Kind != schema.Duration {
			t.report(diag.TestClock, s.After.Span, fmt.Sprintf("after stands a duration, and %s is none", s.After.Value), "write after 6s")
		} else {
			g.After = v.Value.Int
		}
	}
	side, ok := t.stoodFor(s.Ref)
	if !ok {
		t.broken = true
		return
	}
	g.Source = side
	t.named(s.Ref, side)
	if s.From != nil {
		g.File = s.From.Value
	} else {
		g.Table = t.table(s.Body, t.tableColumns(side), t.zone(sourceZone(side)), fmt.Sprintf("%s has no column", side.Name))
		t.timed(&g)
	}
	if i := slices.IndexFunc(r.Given, func(o program.Given) bool { return o.Source == g.Source && o.After == g.After }); i >= 0 {
		t.given2(s.Ref.Span, "the table of "+s.Ref.String(), r.Given[i].Span, "remove one of them, or say after how long it comes")
		return
	}
	r.Given = append(r.Given, g)
}

// timed reports a table whose rows no window can cut.
func (t *testCheck) timed(g *program.Given) {
	s := g.Source
	if t.rule.Window == nil || s.Time < 0 || s.Windowed || len(g.Table.Rows) == 0 || slices.Contains(g.Table.Columns, s.Time) {
		return
	}
	t.report(diag.TableTime, g.Span, fmt.Sprintf("the window cuts the rows by %s, which the table leaves out", s.Columns[s.Time].Name), "add the column "+s.Columns[s.Time].Name)
}

// sourceZone is the zone of a source, or of all below a view.
func sourceZone(s *program.Source) string {
	if s.Zone != "" || s.View == nil {
		return s.Zone
	}
	zone := ""
	for i, p := range s.View.Parts {
		z := sourceZone(p.Source)
		if i > 0 && z != zone {
			return ""
		}
		zone = z
	}
	return zone
}

// sideSource is the source whose rows a side has: of a side of totals, that which is grouped.
func (t *testCheck) sideSource(i int) *program.Source {
	s := t.rule.Sides[i].Source
	if t.rule.Totals && s.View != nil && len(s.View.Parts) == 1 {
		return s.View.Parts[0].Source
	}
	return s
}

// named notes what the reference of given means.
func (t *testCheck) named(ref *syntax.Ref, src *program.Source) {
	symbol := t.info.Defs[src.Span]
	if len(ref.Names) > 1 {
		if d := t.imports[ref.Names[0].Name]; d != nil {
			t.info.InTests[ref.Names[0].Span] = d.Symbol
		}
	} else if s := t.sideNamed(ref.Last().Name); s != nil {
		symbol = s
	}
	if symbol != nil {
		t.info.InTests[ref.Last().Span] = symbol
	}
}

// sideNamed is the symbol of the side of that name, or nil.
func (t *testCheck) sideNamed(name string) *Symbol {
	for _, s := range t.of.sides {
		if s.name == name {
			return s.symbol
		}
	}
	return nil
}

// stoodFor is the source that given names: by a side, or by its own name.
func (t *testCheck) stoodFor(ref *syntax.Ref) (*program.Source, bool) {
	if ref == nil {
		return nil, false
	}
	name := ref.Names[len(ref.Names)-1].Name
	var found *program.Source
	var known []string
	see := func(called string, s *program.Source) {
		if !slices.Contains(known, called) {
			known = append(known, called)
		}
		if called == name && found == nil {
			found = s
		}
	}
	if len(ref.Names) == 1 {
		for i, s := range t.rule.Sides {
			see(s.Name, t.sideSource(i))
		}
	}
	if found != nil {
		for i, s := range t.rule.Sides {
			if s.Name != name && t.sideSource(i) == found && found.Name != name {
				t.report(diag.GivenUnknown, ref.Span, fmt.Sprintf("the sides %s and %s read one source, and one table stands in for it", name, s.Name), "write given "+found.Name)
				return nil, false
			}
		}
		return found, true
	}
	var walk func(s *program.Source)
	walk = func(s *program.Source) {
		see(s.Name, s)
		if s.View != nil {
			for _, below := range sourcesOf(s.View) {
				walk(below)
			}
		}
	}
	for i := range t.rule.Sides {
		walk(t.sideSource(i))
	}
	if found != nil {
		return found, true
	}
	if !t.inBroken(name) {
		t.add(diag.Diagnostic{Code: diag.GivenUnknown, Span: ref.Span, Message: fmt.Sprintf("rule %s reads no %q", t.rule.Name, ref),
			Hint: hintNames(ref.String(), "it reads", known), Fixes: fixName(ref.Span, ref.String(), known)})
	}
	return nil, false
}

// table reads the rows of a block. The first one names columns; unknown says of one that there is none.
func (t *testCheck) table(b *syntax.Block, columns []tableColumn, zone *time.Location, unknown string) program.Table {
	out := program.Table{}
	if b == nil {
		t.broken = true
		return out
	}
	out.Body, out.Zone = b.Span, zone.String()
	var rows []*syntax.Row
	for _, s := range b.Stmts {
		if row, ok := s.(*syntax.Row); ok {
			rows = append(rows, row)
		} else {
			t.broken = true
		}
	}
	if len(rows) == 0 {
		if !t.broken {
			t.report(diag.TableHeader, b.Span, "a table has a first row that names its columns", "write | "+firstColumn(columns)+" |")
		}
		return out
	}
	types := t.header(&out, rows[0], columns, unknown)
	z := batch.NewZone(zone)
	for _, row := range rows[1:] {
		if len(row.Cells) != len(rows[0].Cells) {
			t.broken = true // the parser has said so
			continue
		}
		var values []schema.Value
		var places []diag.Span
		for i, c := range row.Cells {
			if types[i].Kind == schema.Invalid {
				continue
			}
			values, places = append(values, t.cell(c, types[i], z)), append(places, c.Span)
		}
		out.Rows, out.Cells = append(out.Rows, values), append(out.Cells, places)
	}
	return out
}

func firstColumn(columns []tableColumn) string {
	if len(columns) == 0 {
		return "column"
	}
	return columns[0].name
}

// header reads the row that names columns. The type of one that is not known is invalid.
func (t *testCheck) header(out *program.Table, row *syntax.Row, columns []tableColumn, unknown string) []schema.Type {
	types := make([]schema.Type, len(row.Cells))
	known := make([]string, len(columns))
	for i, c := range columns {
		known[i] = c.name
	}
	for i, c := range row.Cells {
		at := slices.Index(known, c.Text)
		switch {
		case c.Null():
			t.report(diag.TableHeader, row.Span, "a column of the table has no name", "the first row of a table names its columns")
		case at < 0:
			t.add(diag.Diagnostic{Code: diag.TableColumn, Span: c.Span, Message: fmt.Sprintf("%s %q", unknown, c.Text),
				Hint: hintNames(c.Text, "there are", known), Fixes: fixName(c.Span, c.Text, known)})
		case slices.Contains(out.Columns, at):
			t.report(diag.TableHeader, c.Span, fmt.Sprintf("the table has the column %s twice", c.Text), "remove one of them")
		default:
			out.Columns = append(out.Columns, at)
			if s := columns[at].symbol; s != nil {
				t.info.InTests[c.Span] = s
			}
			types[i] = columns[at].typ
			if types[i].Kind == schema.Invalid {
				t.broken = true
			}
		}
	}
	return types
}

// cell is the value of a cell. A bare one is read as a csv file is; in quotes it is a text.
func (t *testCheck) cell(c *syntax.Cell, typ schema.Type, zone *batch.Zone) schema.Value {
	if c.Null() {
		return schema.Value{Type: typ, Null: true}
	}
	if typ.Kind == schema.Duration || typ.Kind == schema.Percent { // of a key that is computed
		x := &typer{module: t.module, scope: &scope{}}
		v := x.quantity(c.Text, c.Span)
		if !v.bad() && v.Type.Kind != typ.Kind {
			t.report(diag.TableCell, c.Span, fmt.Sprintf("%s is not a %s", c.Text, typ.Kind), "")
		}
		if v.bad() {
			return schema.Value{Type: typ, Null: true}
		}
		return v.Value
	}
	col := batch.Column{Type: typ}
	if typ.Layout() == schema.Varlen {
		col.Offsets = []int32{0}
	}
	if problem := col.AppendText([]byte(c.Text), zone); problem != "" {
		hint := "an empty cell is null"
		switch {
		case typ.Kind == schema.Timestamp:
			hint = "write 2026-11-20 10:00:00"
		case typ.Kind == schema.Date:
			hint = "write 2026-11-20"
		case strings.EqualFold(c.Text, "null"):
			hint = "leave the cell empty for null"
		case typ.Kind == schema.Decimal && strings.ContainsAny(c.Text, ","):
			hint = "write digits without separators"
		}
		t.report(diag.TableCell, c.Span, fmt.Sprintf("%s is %s", c.Span.Text(), problem), hint)
		return schema.Value{Type: typ, Null: true}
	}
	return col.Value(0)
}
