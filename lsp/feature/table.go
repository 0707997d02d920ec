package feature

import (
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// tableColumns are the columns that the table of a given or expect may have.
func (l *list) tableColumns(f *frame) []*check.Symbol {
	if f.kind == syntax.ExpectBlock {
		outcome := ""
		if len(f.head) > 1 {
			outcome = l.textOf(f.head[1])
		}
		r, _ := l.ruleHere()
		if r != nil && !r.Over() && outcome != "unkeyed" {
			return l.ruleNamesOf(check.KeySymbol)
		}
		sides := l.sidesHere()
		for _, s := range sides {
			if len(f.head) > 2 && s.name == l.textOf(f.head[2]) || r != nil && r.Over() {
				return s.columns
			}
		}
		return nil
	}
	var ref []string
	for _, t := range f.head[1:] {
		if text := l.textOf(t); text == "after" || text == "from" {
			break
		} else if t.Kind == syntax.Name {
			ref = append(ref, text)
		}
	}
	for _, s := range l.sidesHere() {
		if len(ref) == 1 && s.name == ref[0] {
			return s.columns
		}
	}
	_, file := l.ruleHere()
	if file == nil {
		file = l.File
	}
	return l.sideOf(file, ref, "").columns
}

// header adds the whole first row of a table, or after it one with places for the cells.
func (l *list) header(f *frame) {
	if f.rows > 0 {
		if first := l.headerOf(f); len(first) > 0 {
			cells := strings.Repeat("  |", len(first))
			l.add(0, Item{Kind: FormItem, Label: "| … |", Detail: strings.Join(first, ", "), Insert: "|" + cells, Filter: "|"})
		}
		return
	}
	var names []string
	for _, c := range l.tableColumns(f) {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		row := "| " + strings.Join(names, " | ") + " |"
		l.add(0, Item{Kind: FormItem, Label: row, Detail: "all columns", Filter: row})
	}
}

// headerOf are the columns that the first row of a table names.
func (l *list) headerOf(f *frame) (names []string) {
	for _, t := range l.File.Tokens {
		if t.Start > f.open.Start && t.Kind == syntax.TableRow {
			for _, cell := range strings.Split(strings.Trim(strings.TrimSpace(l.textOf(t)), "|"), "|") {
				names = append(names, strings.TrimSpace(cell))
			}
			return names
		}
	}
	return nil
}

// cell is a cell of a table: in the first row a column that it lacks, further down a value of the column.
func (l *list) cell() {
	f := l.top()
	columns := l.tableColumns(f)
	named := l.headerOf(f)
	if l.row == 1 {
		given := map[string]bool{}
		for _, n := range named {
			given[n] = true
		}
		for _, c := range columns {
			if !given[c.Name] || c.Name == string(l.Text()[l.word.Start:l.word.End]) {
				l.add(0, symbolItem(c))
			}
		}
		return
	}
	start := l.word.Start
	for start > 0 && l.Text()[start-1] != '\n' {
		start--
	}
	at := strings.Count(string(l.Text()[start:l.word.Start]), "|") - 1
	if at < 0 || at >= len(named) {
		return
	}
	if c := columnNamed(columns, named[at]); c != nil {
		switch c.Type.Kind {
		case schema.Enum:
			for _, v := range c.Type.Values {
				l.add(0, Item{Kind: ValueItem, Label: v})
			}
		case schema.Boolean:
			l.add(0, Item{Kind: ValueItem, Label: "true"})
			l.add(0, Item{Kind: ValueItem, Label: "false"})
		case schema.Timestamp:
			l.add(0, Item{Kind: ValueItem, Label: l.opt.Now.Format("2006-01-02 15:04:05")})
		case schema.Date:
			l.add(0, Item{Kind: ValueItem, Label: l.opt.Now.Format("2006-01-02")})
		}
	}
}
