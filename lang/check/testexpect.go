package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// expect checks what a run must find.
func (t *testCheck) expect(r *program.TestRun, s *syntax.Expect) {
	e := program.Expect{Span: s.Span, Count: -1}
	if s.Outcome == nil {
		t.broken = true
		return
	}
	e.Outcome, e.Span.End = s.Outcome.Name, s.Outcome.Span.End
	if !t.possible(s.Outcome) {
		return
	}
	if s.Name != nil {
		e.Name, e.Span.End = s.Name.Name, s.Name.Span.End
		if !t.expectName(s) {
			return
		}
	}
	if s.Count != nil {
		e.Place = s.Count.Span
		n, err := strconv.ParseInt(strings.ReplaceAll(s.Count.Value, "_", ""), 10, 64)
		if err != nil {
			t.report(diag.ExpectCount, s.Count.Span, fmt.Sprintf("%s is no number of keys", s.Count.Value), "write a whole number")
			return
		}
		e.Count = n
	} else if s.Body == nil {
		t.broken = true
		return
	} else {
		e.Place = s.Body.Span
		t.expectTable(&e, s)
	}
	same := func(o program.Expect) bool { return o.Outcome == e.Outcome && o.Name == e.Name }
	if i := slices.IndexFunc(r.Expect, same); i >= 0 {
		t.given2(e.Span, strings.TrimSpace("expect "+e.Outcome+" "+e.Name), r.Expect[i].Span, "make one of them")
		return
	}
	r.Expect = append(r.Expect, e)
}

// possible reports whether the rule can have an outcome.
func (t *testCheck) possible(name *syntax.Ident) bool {
	can := append([]string{"matched", "pending"}, betweenHandled...)
	if t.rule.OneSided() {
		can = append([]string{"matched"}, overHandled...)
	}
	if slices.Contains(can, name.Name) {
		return true
	}
	t.add(diag.Diagnostic{Code: diag.ExpectOutcome, Span: name.Span, Message: fmt.Sprintf("rule %s cannot have the outcome %q", t.rule.Name, name.Name),
		Hint: hintNames(name.Name, "it can have", can), Fixes: fixName(name.Span, name.Name, can)})
	return false
}

// expectName checks the side, comparison or assert that an expectation is limited to.
func (t *testCheck) expectName(s *syntax.Expect) bool {
	var known []string
	what := "side"
	switch s.Outcome.Name {
	case "matched", "cleared":
		t.report(diag.ExpectName, s.Name.Span, fmt.Sprintf("what is %s has no side or comparison", s.Outcome.Name), "leave the name out")
		return false
	case "mismatch":
		what = "comparison"
		for _, c := range t.rule.Compare {
			known = append(known, c.Name)
		}
	case "breach":
		what = "assert or unique"
		for _, u := range t.rule.Unique {
			known = append(known, u.Name)
		}
		for _, a := range t.rule.Assert {
			known = append(known, a.Name)
		}
	default:
		for _, o := range t.rule.Sides {
			known = append(known, o.Name)
		}
	}
	if slices.Contains(known, s.Name.Name) {
		t.limited(s)
		return true
	}
	t.add(diag.Diagnostic{Code: diag.ExpectName, Span: s.Name.Span, Message: fmt.Sprintf("the rule has no %s %q", what, s.Name.Name),
		Hint: hintNames(s.Name.Name, "there are", known), Fixes: fixName(s.Name.Span, s.Name.Name, known)})
	return false
}

// limited notes what the name of an expectation means.
func (t *testCheck) limited(s *syntax.Expect) {
	symbol := t.sideNamed(s.Name.Name)
	switch s.Outcome.Name {
	case "mismatch":
		symbol = nil
		for _, c := range t.of.comparisons {
			if c.Name == s.Name.Name {
				symbol = c.symbol
			}
		}
	case "breach":
		symbol = nil
		for _, c := range t.of.claims {
			if c.Name == s.Name.Name {
				symbol = c
			}
		}
	}
	if symbol != nil {
		t.info.InTests[s.Name.Span] = symbol
	}
}

// expectTable reads the keys that are expected, or of rows without a key those rows.
func (t *testCheck) expectTable(e *program.Expect, s *syntax.Expect) {
	rows := e.Outcome == "unkeyed" || e.Outcome == "breach" || t.rule.OneSided()
	if !rows {
		var columns []tableColumn
		zone := ""
		for _, k := range t.rule.Keys {
			column := tableColumn{name: k.Name, typ: k.Type}
			for _, o := range t.of.keys {
				if o.Name == k.Name {
					column.symbol = o.symbol
				}
			}
			columns = append(columns, column)
			for i, term := range k.Terms {
				if k.Type.Kind == schema.Timestamp && zone == "" && term != nil {
					zone = orElse(term.Zone, sourceZone(t.sideSource(i)))
				}
			}
		}
		e.Table = t.table(s.Body, columns, t.zone(zone), "the key has no part")
		return
	}
	if e.Name == "" && !t.rule.OneSided() {
		t.report(diag.ExpectName, s.Outcome.Span, "rows without a key are listed by side", fmt.Sprintf("write expect unkeyed %s { … }", t.rule.Sides[0].Name))
		return
	}
	for i, side := range t.rule.Sides {
		if side.Name == e.Name {
			e.Side = i
		}
	}
	src := t.sideSource(e.Side)
	e.Table = t.table(s.Body, t.tableColumns(src), t.zone(sourceZone(src)), fmt.Sprintf("%s has no column", src.Name))
}
