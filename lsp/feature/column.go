package feature

import (
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// columnName is where a column begins: those of the table that are not declared yet.
func (l *list) columnName(f *frame) {
	outer := l.parent()
	if outer.kind != syntax.SourceBlock || len(outer.head) < 2 || f.kind != syntax.ColumnsBlock {
		return
	}
	given := l.given(f)
	var all []string
	for _, c := range l.Unit.Catalog.Tables[l.textOf(outer.head[1])].Columns {
		if given[c.Name] || !syntax.IsName(c.Name) {
			continue
		}
		line := c.Name + "  " + c.Type.String()
		all = append(all, line)
		l.add(0, Item{Kind: ColumnItem, Label: c.Name, Detail: c.Type.String(), Doc: c.Doc, Insert: line})
	}
	if len(all) > 1 && l.typed == "" && l.opt.Snippets { // several lines
		l.add(1, Item{Kind: FormItem, Label: "all columns", Detail: "of recon.lock", Insert: escaped(strings.Join(all, "\n")), Snippet: true})
	}
}

// column is NAME TYPE unit UNIT = EXPR after its name.
func (l *list) column(b *frame, toks []syntax.Token) {
	name := l.textOf(toks[0])
	eq, depth := -1, 0
	for i, t := range toks {
		switch l.textOf(t) {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case "=":
			if depth == 0 && eq < 0 {
				eq = i
			}
		}
	}
	if eq > 0 {
		sc := l.scopeOf(b)
		if len(toks) > 1 {
			sc.want = kindOf(l.textOf(toks[1]))
		}
		l.expr(sc, toks[eq+1:])
		return
	}
	last := l.textOf(toks[len(toks)-1])
	switch {
	case len(toks) == 1:
		l.columnType(name)
	case last == "unit":
		for i, c := range l.currencies() {
			l.add(min(i/8, 1), Item{Kind: UnitItem, Label: quoted(c), Detail: "currency"})
		}
		if outer := l.parent(); outer.kind == syntax.SourceBlock && l.quote == 0 {
			for _, c := range l.ownSide(outer)[0].columns {
				if c.Name != name && (c.Type.Kind == schema.String || c.Type.Kind == schema.Enum) {
					l.add(1, symbolItem(c))
				}
			}
		}
	case l.top().bracket == '(':
		l.types(check.ColumnTypes())
	default:
		unit := false
		for _, t := range toks[2:] {
			unit = unit || l.textOf(t) == "unit"
		}
		if k := kindOf(l.textOf(toks[1])); !unit && (k == schema.Integer || k == schema.Decimal || k == schema.Float) {
			l.words(0, "unit")
		}
		l.words(1, "=")
	}
}

// columnType adds types: the one that the table has first, then the one that the name speaks for.
func (l *list) columnType(name string) {
	if outer := l.parent(); outer.kind == syntax.SourceBlock && len(outer.head) > 1 {
		if c, ok := l.Unit.Catalog.Tables[l.textOf(outer.head[1])].Find(name); ok {
			l.add(0, Item{Kind: TypeItem, Label: c.Type.String(), Detail: "as recon.lock has it"})
		}
	}
	likely := likelyType(name)
	for _, t := range check.ColumnTypes() {
		tier := 2
		if t == likely {
			tier = 1
		}
		l.addType(tier, t)
	}
}

// likelyType is the type that columns of such a name mostly have.
func likelyType(name string) string {
	name = strings.ToLower(name)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(name, p) {
				return true
			}
		}
		return false
	}
	switch {
	case strings.HasSuffix(name, "_at"), has("time", "timestamp", "时间"):
		return "timestamp"
	case has("date", "_day", "日期"):
		return "date"
	case has("amount", "fee", "price", "total", "balance", "money", "金额", "费"):
		return "decimal"
	case has("count", "qty", "quantity", "num_", "数量"):
		return "integer"
	case strings.HasPrefix(name, "is_"), strings.HasPrefix(name, "has_"), has("flag"):
		return "boolean"
	case has("status", "state", "状态"):
		return "enum"
	case has("json", "payload"):
		return "json"
	}
	return "string"
}
