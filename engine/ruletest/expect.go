package ruletest

import (
	"slices"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Failure is an expectation that was not met, or an outcome that nobody expected.
type Failure struct {
	Expect  *program.Expect // nil: nothing of the kind was expected
	Outcome string
	Name    string // the side, comparison or assertion; "": any
	Want    int64  // keys that were expected
	Got     int64  // keys that were found
	Columns []string
	Rows    []Row // of a table or of what was not expected, in the order of what was expected, then of keys
	Zone    *time.Location
}

// RowKind says on which side of a difference a row stands.
type RowKind uint8

const (
	Both  RowKind = iota // expected and found
	Lost                 // expected, not found
	Extra                // found, not expected
)

// Row is a row of a table of keys. Why are the comparisons that explain a row that was found, if there are any.
type Row struct {
	Kind   RowKind
	Values []schema.Value
	Why    []result.Comparison
	Reason string // why a row could not be read or keyed
}

// failures compares what was found with what was expected.
func (f *found) failures(expect []program.Expect, zone *time.Location) (list []Failure) {
	all := f.findings()
	for i := range expect {
		e := &expect[i]
		if x, ok := f.check(e, with(all, e.Outcome, e.Name), zone); !ok {
			list = append(list, x)
		}
	}
	for _, x := range all {
		if x.outcome == "matched" {
			continue
		}
		names := x.names
		if len(names) == 0 {
			names = []string{""}
		}
		for _, name := range names {
			told := func(e program.Expect) bool { return e.Outcome == x.outcome && (e.Name == "" || e.Name == name) }
			if slices.ContainsFunc(expect, told) {
				continue
			}
			i := slices.IndexFunc(list, func(l Failure) bool { return l.Expect == nil && l.Outcome == x.outcome && l.Name == name })
			if i < 0 {
				i = len(list)
				list = append(list, Failure{Outcome: x.outcome, Name: name, Columns: f.columns(x), Zone: zone})
			}
			list[i].Got += x.keys
			list[i].Rows = append(list[i].Rows, row(x, list[i].Columns, Extra))
		}
	}
	return list
}

// with are the findings that an expectation is about.
func with(all []finding, outcome, name string) (list []finding) {
	for _, x := range all {
		if x.outcome == outcome && (name == "" || slices.Contains(x.names, name)) {
			list = append(list, x)
		}
	}
	return list
}

// columns name what stands for a finding: the parts of its key, or of a row without one all its columns that are not null.
func (f *found) columns(x finding) (names []string) {
	if keyed(x.event) {
		for _, k := range x.event.Break.Key {
			names = append(names, k.Name)
		}
		return names
	}
	if rows := x.event.Break.Rows; len(rows) > 0 {
		for _, v := range rows[0].Values {
			names = append(names, v.Name)
		}
	}
	return names
}

func keyed(e *engine.Event) bool { return len(e.Break.Key) > 0 }

// check compares findings with one expectation.
func (f *found) check(e *program.Expect, got []finding, zone *time.Location) (Failure, bool) {
	x := Failure{Expect: e, Outcome: e.Outcome, Name: e.Name, Want: e.Count, Zone: zone}
	for _, g := range got {
		x.Got += g.keys
	}
	if e.Count >= 0 {
		if len(got) > 0 {
			x.Columns = f.columns(got[0])
		}
		for _, g := range got {
			x.Rows = append(x.Rows, row(g, x.Columns, Extra))
		}
		return x, x.Got == x.Want
	}
	x.Want = int64(len(e.Table.Rows))
	for _, c := range e.Table.Columns {
		x.Columns = append(x.Columns, f.name(e, c))
	}
	if loc, err := time.LoadLocation(e.Table.Zone); err == nil {
		x.Zone = loc
	}
	ok := x.Got == x.Want
	var rows []Row
	for _, g := range got {
		for range g.keys {
			rows = append(rows, row(g, x.Columns, Extra))
		}
	}
	for _, want := range e.Table.Rows {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Kind == Extra && same(r.Values, want) })
		if i >= 0 {
			rows[i].Kind = Both
			x.Rows = append(x.Rows, rows[i])
			continue
		}
		ok = false
		x.Rows = append(x.Rows, Row{Kind: Lost, Values: want})
	}
	for _, r := range rows {
		if r.Kind == Extra {
			x.Rows = append(x.Rows, r)
		}
	}
	return x, ok
}

// name is the name of a column of an expectation's table.
func (f *found) name(e *program.Expect, column int) string {
	if e.Outcome == "unkeyed" || e.Outcome == "breach" || f.rule.OneSided() {
		return rowsOf(f.rule.Sides[e.Side]).Columns[column].Name
	}
	return f.rule.Keys[column].Name
}

// rowsOf is the source whose rows a side has: of a side of totals, that which is grouped.
func rowsOf(s program.Side) *program.Source {
	if v := s.Source.View; v != nil && v.Cut && len(v.Parts) == 1 && v.Group != nil {
		return v.Parts[0].Source
	}
	return s.Source
}

// row is a finding as a row of a table with these columns.
func row(x finding, columns []string, kind RowKind) Row {
	r := Row{Kind: kind}
	fields := x.event.Break.Key
	if !keyed(x.event) && len(x.event.Break.Rows) > 0 {
		fields = x.event.Break.Rows[0].Values
		r.Reason = x.event.Break.Rows[0].Reason
	}
	for _, name := range columns {
		v := schema.Value{Null: true}
		for _, f := range fields {
			if f.Name == name {
				v = f.Value
			}
		}
		r.Values = append(r.Values, v)
	}
	if x.event.Kind == engine.Met && x.event.Outcome != result.Matched {
		for _, c := range x.event.Break.Comparisons {
			if !c.Agrees && !c.Skipped {
				r.Why = append(r.Why, c)
			}
		}
	}
	return r
}

func same(a, b []schema.Value) bool {
	return slices.EqualFunc(a, b, func(x, y schema.Value) bool { return identity(x) == identity(y) })
}

// identity tells values of one column apart, and null from every text.
func identity(v schema.Value) string {
	if v.Null {
		return "null"
	}
	return "=" + v.String()
}
