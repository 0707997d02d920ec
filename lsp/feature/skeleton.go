package feature

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// testSkeleton writes a test below the rule that stands at an offset: a table for each side with all its columns, a row in each, and
// the simplest outcome. It is a beginning: what the rows must be for that outcome, the author knows.
func testSkeleton(s *Snapshot, offset int, now time.Time) []Action {
	for _, n := range syntax.Path(s.File, offset) {
		decl, ok := n.(*syntax.Rule)
		if !ok {
			continue
		}
		i := slices.IndexFunc(s.Unit.Program.Rules, func(r *program.Rule) bool {
			return r.Span == decl.Name.Span || r.Span == decl.Span || r.Name == decl.Name.Name
		})
		if i < 0 {
			return nil
		}
		rule := s.Unit.Program.Rules[i]
		return []Action{{Title: "write a test of rule " + rule.Name, Kind: Rewrite, Edits: func() ([]diag.Edit, error) {
			var edits []diag.Edit
			for _, v := range []struct {
				row    bool
				expect string
			}{{true, "matched 1"}, {true, "breach 0"}, {false, "matched 0"}} {
				edits = []diag.Edit{s.skeleton(decl, rule, now, v.row, v.expect)}
				if s.checked(edits) {
					return edits, nil
				}
			}
			return edits, nil
		}}}
	}
	return nil
}

// skeleton is the text of a test.
func (s *Snapshot) skeleton(decl *syntax.Rule, rule *program.Rule, now time.Time, row bool, expect string) diag.Edit {
	day := now.AddDate(0, 0, -1).Format("2006-01-02")
	var b strings.Builder
	fmt.Fprintf(&b, "test %s for %s {\n", quoted(s.freeTitle(rule)), rule.Name)
	if rule.Window != nil || len(rule.Params) > 0 {
		fmt.Fprintf(&b, "run at %sT06:30 {\n", now.Format("2006-01-02"))
	}
	for _, p := range rule.Params {
		if p.Default == nil || p.Type.Kind == schema.Date {
			fmt.Fprintf(&b, "param %s = %s\n", p.Name, literal(p.Type, day))
		}
	}
	given := map[*program.Source]bool{}
	for _, side := range rule.Sides {
		if given[side.Source] {
			continue
		}
		given[side.Source] = true
		fmt.Fprintf(&b, "given %s {\n", side.Name)
		head, cells := "|", "|"
		for i, c := range side.Source.Columns {
			if strings.HasPrefix(c.Name, "_") && !syntax.IsName(c.Name) {
				continue
			}
			head += " " + c.Name + " |"
			unit := slices.ContainsFunc(side.Source.Columns, func(o program.Column) bool { return o.Unit.Column == i+1 })
			cells += " " + sampleCell(c.Type, unit, day) + " |"
		}
		b.WriteString(head + "\n")
		if row {
			b.WriteString(cells + "\n")
		}
		b.WriteString("}\n")
	}
	fmt.Fprintf(&b, "expect %s\n", expect)
	if rule.Window != nil || len(rule.Params) > 0 {
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
	tree, _ := syntax.Parse(&diag.File{Text: []byte(b.String())})
	text := strings.TrimRight(string(format.File(tree)), "\n")
	br := lineBreak(s.Text())
	at := lineEnd(s.Text(), decl.Span.End)
	return diag.Edit{Span: diag.Span{File: s.File.Span.File, Start: at, End: at}, New: br + br + strings.ReplaceAll(text, "\n", br)}
}

// freeTitle is a title that no test of the rule has.
func (s *Snapshot) freeTitle(rule *program.Rule) string {
	base := "rows that agree"
	if rule.OneSided() {
		base = "a row that is right"
	}
	title := base
	taken := func(d syntax.Decl) bool {
		t, ok := d.(*syntax.Test)
		return ok && t.Title != nil && t.Title.Value == title
	}
	for n := 2; slices.ContainsFunc(s.File.Decls, taken); n++ {
		title = fmt.Sprintf("%s %d", base, n)
	}
	return title
}

// literal is a value of a type, as an expression.
func literal(t schema.Type, day string) string {
	switch t.Kind {
	case schema.Date:
		return day
	case schema.Timestamp:
		return day + "T12:00"
	case schema.String, schema.Enum:
		return quoted(sampleText(t))
	case schema.Duration:
		return "1d"
	case schema.Percent:
		return "1%"
	}
	return sampleCell(t, false, day)
}

// sampleCell is a value of a type, as a cell has it. unit: other columns have it as their unit.
func sampleCell(t schema.Type, unit bool, day string) string {
	switch t.Kind {
	case schema.Boolean:
		return "true"
	case schema.Integer, schema.Float:
		return "1"
	case schema.Decimal:
		if t.Scale > 0 && t.Precision > t.Scale {
			return "1." + strings.Repeat("0", int(t.Scale))
		}
		if t.Scale > 0 {
			return "0"
		}
		return "1"
	case schema.Date:
		return day
	case schema.Timestamp:
		return day + " 12:00:00"
	case schema.String, schema.Enum:
		if unit {
			return "CNY"
		}
		if text := sampleText(t); syntax.IsName(text) {
			return text
		} else {
			return quoted(text)
		}
	}
	return ""
}

func sampleText(t schema.Type) string {
	if t.Kind == schema.Enum && len(t.Values) > 0 {
		return t.Values[0]
	}
	return "A1"
}

// quoted is a text as the language writes it.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "$", `\$`).Replace(text) + `"`
}
