package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// printTrouble says why a run did not come to an end: what went wrong, what to do, and, where a setting is at
// fault, its place in the rule file.
func printTrouble(env environment, r *program.Rule, err error) {
	fmt.Fprintf(env.err, "recon: run %s: %v\n", r.Name, err)
	var at *sdk.Error
	errors.As(err, &at)
	if span, ok := faultSpan(r, err, at); ok {
		_ = diag.Excerpt(env.err, span, colour(env.err, env))
	}
	hint := rowHint(r, err)
	if at != nil && at.Hint != "" {
		hint = at.Hint
	}
	if hint != "" {
		fmt.Fprintf(env.err, "   hint: %s\n", hint)
	}
}

// rowHint says what can be done about a value that does not fit its column, "" if err is something else.
func rowHint(r *program.Rule, err error) string {
	var row *engine.RowError
	if !errors.As(err, &row) || row.Column < 0 {
		return ""
	}
	i := slices.IndexFunc(r.Sides, func(s program.Side) bool { return s.Source.Name == row.Source })
	if i < 0 || row.Column >= len(r.Sides[i].Source.Columns) {
		return ""
	}
	const aside = `bad_rows = "report" in the source sets such rows aside`
	column := r.Sides[i].Source.Columns[row.Column]
	if column.Derived != nil {
		return aside
	}
	switch column.Type.Kind {
	case schema.Timestamp:
		return fmt.Sprintf("another form is read by: %s timestamp = column(%q) | parse_time(\"%%d/%%m/%%Y %%H:%%M\"); %s", column.Name, column.Physical, aside)
	case schema.Date:
		return fmt.Sprintf("another form is read by: %s date = column(%q) | parse_date(\"%%d/%%m/%%Y\"); %s", column.Name, column.Physical, aside)
	case schema.Integer:
		return "a number with decimals is declared as decimal(18, 2); " + aside
	case schema.Decimal:
		return fmt.Sprintf("more digits need a larger decimal(p, s); a number with separators is read by: column(%q) | parse_number(); %s", column.Physical, aside)
	}
	return aside
}

// faultSpan is the place in the rule file that an error speaks of: the setting or column at fault, or, where the setting was
// not written, the source that would have it.
func faultSpan(r *program.Rule, err error, at *sdk.Error) (diag.Span, bool) {
	source := func(name string) *program.Source {
		for _, side := range r.Sides {
			if side.Source.Name == name {
				return side.Source
			}
		}
		return nil
	}
	var row *engine.RowError
	if errors.As(err, &row) {
		if s := source(row.Source); s != nil && row.Column >= 0 && row.Column < len(s.Columns) {
			return s.Columns[row.Column].Span, true
		}
		return diag.Span{}, false
	}
	var read *engine.SourceError
	if at == nil || at.Setting == "" || !errors.As(err, &read) {
		return diag.Span{}, false
	}
	s := source(read.Source)
	if s == nil {
		return diag.Span{}, false
	}
	if span, ok := s.SettingSpan(at.Setting); ok {
		return span, true
	}
	return s.Span, true
}
