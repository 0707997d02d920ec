package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// name is what a dotted name means.
func (x *typer) name(n *node) value {
	path := n.path()
	if path == nil {
		x.report(diag.BadExpression, n.at, `"." stands between a side and its column`, "")
		return value{}
	}
	head := path[0].text
	if x.metrics != nil && len(path) > 1 {
		return x.metric(n, path)
	}
	if x.message != nil {
		if v, ok := x.messageName(n, path); ok {
			return v
		}
	}
	if x.totals != nil && len(path) == 2 && head != "secret" {
		return x.rowInTotal(n)
	}
	switch {
	case len(path) == 1:
		return x.bareName(n)
	case head == "secret" && len(path) == 2:
		return x.secretRef(n, path[1])
	case len(path) == 2:
		if v, ok := x.moduleName(n, path[0], path[1]); ok {
			return v
		}
		return x.qualified(n, path[0], path[1])
	}
	x.report(diag.UnknownName, n.span, fmt.Sprintf("%s has too many parts", n.span.Text()), "a column is written side.column")
	return value{}
}

// candidate is one meaning of a bare name.
type candidate struct {
	what string
	give func() value
	side int // of a column; else -1
}

// bareName is what a name without a dot means. Two meanings are an error, never one that hides
// the other.
func (x *typer) bareName(n *node) value {
	found := x.candidates(n)
	switch len(found) {
	case 0:
		return x.unknownName(n)
	case 1:
		return found[0].give()
	}
	hint := "give one of them another name"
	if i := slices.IndexFunc(found, func(c candidate) bool { return c.side >= 0 }); i >= 0 {
		owner := ""
		switch {
		case x.row != nil:
			owner = x.row.Name
		default:
			owner = x.sides[found[i].side].name
		}
		hint = fmt.Sprintf("the column is written %s.%s", owner, n.text)
	}
	x.report(diag.AmbiguousName, n.span, fmt.Sprintf("%q is %s as well as %s", n.text, found[0].what, found[1].what), hint)
	return value{}
}

func (x *typer) candidates(n *node) []candidate {
	var found []candidate
	add := func(what string, side int, give func() value) { found = append(found, candidate{what, give, side}) }
	if x.row != nil {
		if i, ok := x.row.columns[n.text]; ok {
			add("a column of "+x.row.Name, 0, func() value { return x.rowColumn(n.span, n.at, i) })
		}
	}
	keyed := -1
	for i, k := range x.keys {
		if k.Name == n.text && !k.invalid {
			keyed = i
			add("a key", -1, func() value { return x.keyValue(n.span, n.at, k) })
		}
	}
	for i, s := range x.sides {
		if !x.bare && x.only != i+1 && x.home != i+1 {
			continue
		}
		at, ok := s.column(n.text)
		if !ok || keyed >= 0 && x.keys[keyed].isColumn(i, at) {
			continue
		}
		add("a column of "+s.name, i, func() value { return x.sideColumn(n.span, n.at, i, at) })
	}
	if x.totals != nil {
		if i := x.totals.find(n.text); i >= 0 {
			add("a group", -1, func() value { return x.groupValue(n, i) })
		}
	}
	if a, ok := x.args[n.text]; ok {
		add("a parameter of template "+a.of.Name, -1, func() value { return x.argumentValue(n.span, n.at, a) })
	}
	if d, ok := x.constants[n.text]; ok {
		add("a "+string(d.Kind), -1, func() value { return x.constantValue(n.span, n.at, d) })
	}
	if x.setting && (n.text == "window_start" || n.text == "window_end") {
		add("a bound of the window", -1, func() value { return bound(n.text, n.span) })
	}
	return found
}

func bound(name string, span diag.Span) value {
	return value{Expr: &program.Expr{Op: program.OpBound, Name: name, Type: schema.Type{Kind: schema.Timestamp}, Span: span}}
}

// unknownName reports a bare name without a meaning, unless it may be one of something that was
// reported.
func (x *typer) unknownName(n *node) value {
	if x.excused(n.text) || x.totals != nil && x.columnInTotal(n) {
		return value{}
	}
	for i, s := range x.sides {
		if s.name == n.text {
			hint := "write " + s.name + ".column"
			if x.metrics != nil {
				hint = "rows." + s.name + " is how many rows it has"
			}
			x.report(diag.WrongPlace, n.span, fmt.Sprintf("%q is a side, not a value", n.text), hint)
			return value{}
		} else if _, ok := s.column(n.text); ok && x.only == 0 && !x.bare && x.metrics == nil {
			if x.home > 0 {
				x.report(diag.Unqualified, n.span, fmt.Sprintf("column %q is not qualified", n.text), "a column of a joined source names it: "+s.name+"."+n.text)
				return value{}
			}
			x.report(diag.Unqualified, n.span, fmt.Sprintf("column %q is not qualified", n.text),
				"where terms of several sides are compared, each column names its side: "+x.sides[i].name+"."+n.text)
			return value{}
		}
	}
	if x.metrics != nil {
		if slices.Contains(metricNames, n.text) {
			return x.metric(n, []*node{n})
		}
		for _, s := range x.sides {
			if _, ok := s.column(n.text); ok {
				x.report(diag.WrongPlace, n.span, fmt.Sprintf("%q is a column, and a gate sees the run, not its rows", n.text), "write for example mismatch.count > 0 or diff.amount > 100 CNY")
				return value{}
			}
		}
	}
	if x.imports[n.text] != nil {
		x.report(diag.WrongPlace, n.span, fmt.Sprintf("%q is a module, not a value", n.text), "write "+n.text+".name")
		return value{}
	}
	d := diag.Diagnostic{Code: diag.UnknownName, Span: n.span, Message: fmt.Sprintf("unknown name %q", n.text)}
	switch n.text {
	case "nil", "None", "NULL", "Null", "undefined":
		d.Hint, d.Fixes = "the null value is written null", []diag.Fix{{Title: "write null", Edits: []diag.Edit{{Span: n.span, New: "null"}}, Safe: true}}
	case "True", "TRUE", "False", "FALSE":
		d.Hint = "the truth values are written true and false"
	default:
		visible := x.visible()
		if x.row != nil && len(x.constants) == 0 || x.only > 0 || x.home > 0 && len(x.constants) == 0 {
			d.Code, d.Message = diag.UnknownColumn, fmt.Sprintf("unknown column %q in %s", n.text, x.owner())
			d.Hint = hintNames(n.text, x.owner()+" has", visible)
		} else {
			d.Hint = hintNames(n.text, "known here are", visible)
		}
		if why := x.gone(n.text); why != "" {
			d.Hint, d.Fixes = why, nil
		}
		_, secret := x.secrets[n.text]
		d.Fixes = fixName(n.span, n.text, visible)
		if other := x.elsewhere(n.text); other != "" {
			d.Hint = fmt.Sprintf("%s has it; where the sides name it differently, write %s.%s = %s.…", other, other, n.text, x.owner())
			d.Fixes = nil
		}
		if secret {
			d.Code, d.Message = diag.UnknownName, fmt.Sprintf("unknown name %q", n.text)
			d.Hint = "a secret is written secret." + n.text
			d.Fixes = []diag.Fix{{Title: "write secret." + n.text, Edits: []diag.Edit{{Span: n.span, New: "secret." + n.text}}, Safe: true}}
		}
		if x.derive && !secret {
			d.Hint = hintNames(n.text, "", visible)
			if d.Hint == "" {
				d.Hint = fmt.Sprintf("a physical column is written column(%q)", n.text)
			}
		}
		if d.Hint == "" && d.Code == diag.UnknownName && !x.derive {
			d.Hint = fmt.Sprintf("a parameter is declared at the top of the file, as in: param %s: date", n.text)
		}
	}
	x.add(d)
	return value{}
}

// elsewhere is another side that has a column which the one that is looked at lacks, or "".
func (x *typer) elsewhere(name string) string {
	for i, s := range x.sides {
		if _, ok := s.column(name); ok && x.only > 0 && x.only != i+1 {
			return s.name
		}
	}
	return ""
}

// owner names whose columns stand bare.
func (x *typer) owner() string {
	if x.row != nil {
		return x.row.Name
	}
	return x.sides[max(x.only, x.home)-1].name
}

// gone says why a column that somebody may well look for is not there, or "".
func (x *typer) gone(name string) string {
	for i, s := range x.sides {
		if why := s.rows.gone[name]; why != "" && (x.bare || x.only == i+1 || x.home == i+1) {
			return why
		}
	}
	return ""
}

// excused reports whether a name that is unknown may be known by something that could not be
// read or is not understood yet.
func (x *typer) excused(name string) bool {
	if x.row != nil && x.row.open {
		return true
	}
	for i, s := range x.sides {
		if s.rows.open && (x.bare || x.only == i+1 || x.home == i+1) {
			return true
		}
	}
	for _, k := range x.keys {
		if k.invalid && (k.Name == name || k.Name == "") {
			return true
		}
	}
	return x.inBroken(name)
}

// visible are the names that may stand bare.
func (x *typer) visible() []string {
	var list []string
	if x.row != nil {
		for _, d := range x.row.defs {
			list = append(list, d.Name)
		}
	}
	for i, s := range x.sides {
		if x.bare || x.only == i+1 || x.home == i+1 {
			for _, d := range s.rows.defs {
				list = append(list, d.Name)
			}
		}
	}
	for _, k := range x.keys {
		list = append(list, k.Name)
	}
	if x.totals != nil {
		for _, g := range x.totals.by {
			list = append(list, g.name)
		}
	}
	list = append(append(list, knownNames(x.constants)...), knownNames(x.args)...)
	if x.setting {
		list = append(list, "window_start", "window_end")
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// qualified is side.column.
func (x *typer) qualified(n, head, column *node) value {
	if x.row != nil && head.text == x.row.Name {
		x.use(head.at, x.row.Symbol)
		if i, ok := x.row.columns[column.text]; ok {
			return x.rowColumn(n.span, n.at, i)
		}
		return x.unknownColumn(x.row, x.row.Name, column)
	}
	for i, s := range x.sides {
		if s.name != head.text {
			continue
		}
		x.use(head.at, s.symbol)
		if x.metrics != nil {
			break
		}
		at, ok := s.column(column.text)
		if !ok {
			return x.unknownColumn(s.rows, s.name, column)
		}
		if x.only > 0 {
			x.report(diag.Unqualified, n.span, "a single term speaks of the same column on every side and names none",
				fmt.Sprintf("write %s, or give a term for each side", column.text))
			return value{}
		}
		return x.sideColumn(n.span, n.at, i, at)
	}
	if x.inBroken(head.text) {
		return value{}
	}
	if slices.ContainsFunc(x.sides, func(s *side) bool { return s.rows.open && diag.Suggest(head.text, []string{s.name}) != "" }) {
		return value{} // the name of a side is misspelt, as has been said: here it is right
	}
	known := make([]string, 0, len(x.sides)+1)
	for _, s := range x.sides {
		known = append(known, s.name)
	}
	if x.row != nil {
		known = append(known, x.row.Name)
	}
	what := "this rule has"
	if x.home > 0 {
		what = "here the rows have the names"
	}
	if x.row != nil {
		what = "here the row has the name"
	}
	if len(known) == 0 {
		x.report(diag.UnknownSide, head.span, fmt.Sprintf("there is no row here that %q could name", head.text), "a text stands in quotes; parameters and lets stand bare")
		return value{}
	}
	x.add(diag.Diagnostic{Code: diag.UnknownSide, Span: head.span, Message: fmt.Sprintf("unknown side %q", head.text),
		Hint: hintNames(head.text, what, known), Fixes: fixName(head.span, head.text, known)})
	return value{}
}

func (x *typer) unknownColumn(r *rowsDecl, owner string, column *node) value {
	if r.open || x.inBroken(column.text) {
		return value{}
	}
	known := knownNames(r.columns)
	d := diag.Diagnostic{Code: diag.UnknownColumn, Span: column.at, Message: fmt.Sprintf("unknown column %q in %s", column.text, owner),
		Hint: hintNames(column.text, owner+" has", known), Fixes: fixName(column.at, column.text, known)}
	if why := r.gone[column.text]; why != "" {
		d.Hint, d.Fixes = why, nil
	}
	x.add(d)
	return value{}
}

// columnName is the column that a unit names.
func (x *typer) columnName(u program.Unit) string {
	if x.totals != nil && u.Column > 0 && u.Column <= len(x.totals.by) {
		return x.totals.by[u.Column-1].name
	}
	r := x.row
	if r == nil && u.Side < len(x.sides) {
		r = x.sides[u.Side].rows
	}
	if r == nil || u.Column < 1 || u.Column > len(r.defs) {
		return "another column"
	}
	return r.defs[u.Column-1].Name
}
