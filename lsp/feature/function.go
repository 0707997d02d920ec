package feature

import (
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// functions adds the functions of a place; after a pipe the first argument stands on the left.
func (l *list) functions(sc *scope, piped bool) {
	where := map[special]builtin.Place{inSecret: builtin.InSecret, inDerived: builtin.InColumn, inGroup: builtin.InGroup, inMessage: builtin.InMessage}[sc.place]
	for _, s := range builtin.Specials {
		if s.Place != where || piped || !strings.Contains(s.Signature, "(") {
			continue
		}
		insert := s.Name + "($1)"
		if s.Name == "column" || s.Place == builtin.InSecret {
			insert = s.Name + `("$1")`
		}
		tier := 0
		switch {
		case s.Place != builtin.InGroup || s.Name == "sum":
		case s.Name == "count":
			tier = 1
		default:
			tier = 2
		}
		l.add(tier, Item{Kind: FunctionItem, Label: s.Name, Detail: s.Signature, Doc: s.Doc + example(s.Example), Insert: insert, Snippet: true})
	}
	if sc.place == inSecret {
		return
	}
	want, decode := sc.want, false
	if sc.like != nil {
		switch k := sc.like.Type.Kind; k {
		case schema.Date, schema.Timestamp:
			want = k
		case schema.String, schema.Enum:
			decode = true
		}
	}
	few := sc.term && l.typed == "" && l.top().block && !piped // a column mostly
	best := usual(want, piped || sc.place == inDerived)
	for _, f := range builtin.Funcs {
		if piped && (len(f.Params) == 0 || f.Name == "today") {
			continue // there is nothing that takes what stands on the left
		}
		insert, open := f.Name+"($1)", f.Params
		if piped {
			open = open[1:]
		}
		if len(open) == 0 {
			insert = f.Name + "()"
		}
		tier := 4
		switch {
		case len(best) > 0 && best[0] == f.Name:
			tier = 0
		case slices.Contains(best, f.Name):
			tier = 1
		case piped:
			tier = 2
		}
		if few && tier > 1 && !(decode && f.Name == "decode") {
			continue
		}
		l.add(tier, Item{Kind: FunctionItem, Label: f.Name, Detail: f.Signature(), Doc: f.Doc + example(f.Example), Insert: insert, Snippet: true})
	}
}

// usual are the functions that are used to get a value of a type, the likeliest first. deriving: from what a source has as text.
func usual(k schema.Kind, deriving bool) []string {
	switch {
	case k == schema.Timestamp && deriving:
		return []string{"parse_time", "now"}
	case k == schema.Timestamp:
		return []string{"now"}
	case k == schema.Date && deriving:
		return []string{"parse_date", "today", "date"}
	case k == schema.Date:
		return []string{"today", "parse_date", "date"}
	case k == schema.Decimal && deriving:
		return []string{"parse_number", "from_minor", "round", "abs"}
	case k == schema.Integer && deriving:
		return []string{"parse_number"}
	case (k == schema.String || k == schema.Enum) && deriving:
		return []string{"trim", "decode", "lower", "upper", "format"}
	case k == schema.String, k == schema.Enum:
		return []string{"decode"}
	case k == schema.JSON:
		return []string{"json"}
	}
	return nil
}

func example(text string) string {
	if text == "" {
		return ""
	}
	return "\n\n```recon\n" + text + "\n```"
}

func builtinDoc(name string, where builtin.Place) string {
	for _, s := range builtin.Specials {
		if s.Name == name && s.Place == where {
			return s.Doc + example(s.Example)
		}
	}
	return ""
}

// compared adds the values of what stands on the left of a comparison: the texts of an enum.
func (l *list) compared(sc *scope, f *frame, toks []syntax.Token) {
	if f.bracket == '[' {
		toks = l.frames[len(l.frames)-2].toks
		toks = toks[:max(0, len(toks)-1)] // without the bracket
	}
	if f.bracket == '{' && !f.block {
		if l.afterColon(f.toks) {
			l.enumsOf(sc, l.block().toks[:l.lastEquals()])
		} else if len(f.toks) == 0 {
			l.enumsOf(sc, l.firstArgument())
		}
		return
	}
	if f.bracket == '[' && len(toks) == 0 {
		l.enumsOf(sc, l.block().toks)
		return
	}
	n := len(toks)
	if n < 2 {
		return
	}
	switch l.textOf(toks[n-1]) {
	case "==", "!=", "in":
		left := toks[:n-1]
		if l.textOf(left[len(left)-1]) == "not" {
			left = left[:len(left)-1]
		}
		if list := f.bracket != '[' && l.textOf(toks[n-1]) == "in"; len(left) > 0 && !list {
			l.enumsOf(sc, left[max(0, len(left)-3):])
		} else if list {
			l.add(0, Item{Kind: FormItem, Label: "[…]", Insert: "[$1]", Snippet: true, Filter: "["})
		}
	case "<", "<=", ">", ">=":
	default:
		return
	}
	if k := sc.like; k != nil && (k.Type.Kind == schema.Decimal || k.Type.Kind == schema.Integer) && f.bracket != '[' {
		l.add(0, Item{Kind: ValueItem, Label: "0"})
		if k.Unit.Name != "" {
			l.add(0, Item{Kind: ValueItem, Label: "1000 " + k.Unit.Name})
		}
	}
}

// lastEquals is where the last term begins of the equation that is being written, in the statement of the block around.
func (l *list) lastEquals() int {
	toks := l.block().toks
	for i := len(toks) - 1; i > 0; i-- {
		if l.textOf(toks[i]) == "=" {
			return i
		}
	}
	return len(toks)
}

// firstArgument is the first argument of the call that the cursor stands in, or what a pipe gives it.
func (l *list) firstArgument() (toks []syntax.Token) {
	for i := len(l.frames) - 1; i > 0; i-- {
		f := l.frames[i]
		if f.bracket != '(' || f.callee.End == 0 {
			continue
		}
		if l.pipedCall(f) {
			toks = l.frames[i-1].toks
			return toks[max(0, len(toks)-6) : len(toks)-3]
		}
		for _, t := range l.File.Tokens {
			if t.Start < f.open.End || t.Kind == syntax.Space {
				continue
			}
			if t.Start >= l.offset || l.textOf(t) == "," {
				return toks
			}
			toks = append(toks, t)
		}
	}
	return nil
}

// enumsOf adds the values of the enums that toks name.
func (l *list) enumsOf(sc *scope, toks []syntax.Token) {
	for _, t := range toks {
		if t.Kind != syntax.Name {
			continue
		}
		for _, s := range sc.sides {
			if c := columnNamed(s.columns, l.textOf(t)); c != nil {
				for _, v := range c.Type.Values {
					l.add(0, Item{Kind: ValueItem, Label: quoted(v), Detail: s.name + "." + c.Name})
				}
			}
		}
	}
}

// argument adds what an argument of a call is made of; it reports whether that is all that may stand here.
func (l *list) argument(sc *scope, f *frame) bool {
	if f.callee.End == 0 {
		return false
	}
	name := l.textOf(f.callee)
	if name == "column" {
		used := map[string]bool{}
		for _, t := range l.File.Tokens {
			if t.Kind == syntax.String && t.Start > l.parent().open.Start && t.End < l.offset {
				used[l.textOf(t)] = true
			}
		}
		for _, p := range sc.physical {
			tier := 0
			if used[quoted(p)] {
				tier = 1
			}
			l.add(tier, Item{Kind: ColumnItem, Label: quoted(p), Detail: "physical column"})
		}
		return true
	}
	if sc.place == inSecret {
		return true
	}
	if sc.place == inGroup && slices.ContainsFunc(builtin.Specials, func(s builtin.Special) bool { return s.Place == builtin.InGroup && s.Name == name }) {
		sc.place = anywhere
		if name == "sum" || name == "avg" {
			sc.want = schema.Decimal
		}
		if !sc.bare && len(f.toks) == 0 {
			l.commonColumns(sc)
		}
		return false
	}
	if sc.place == inMessage && (name == "sum" || name == "sample") {
		if name == "sample" && f.commas == 1 {
			l.add(0, Item{Kind: ValueItem, Label: "3", Detail: "how many"})
			return true
		}
		inner := *sc
		inner.place, inner.any = anywhere, true
		if name == "sum" {
			inner.want = schema.Decimal
		}
		sc.place, sc.any, sc.want = inner.place, false, inner.want
		if len(f.toks) == 0 && l.quote == 0 {
			for _, s := range sc.sides {
				for _, c := range s.columns {
					it := symbolItem(c)
					it.Label = s.name + "." + c.Name
					l.add(l.tierOf(sc, c), it)
				}
			}
		}
		return false
	}
	fn := builtin.Find(name)
	if fn == nil || len(f.toks) > 0 {
		return false
	}
	at := f.commas
	if l.pipedCall(f) {
		at++
	}
	if at >= len(fn.Params) {
		return len(fn.Params) == 0
	}
	switch p := fn.Params[at]; p.Name {
	case "zone":
		l.zones(0)
		return true
	case "pattern":
		l.patterns(name)
		return true
	case "currency", "unit":
		for i, c := range l.currencies() {
			l.add(min(i/8, 1), Item{Kind: UnitItem, Label: quoted(c), Detail: "currency"})
		}
	case "mode":
		l.add(0, Item{Kind: ValueItem, Label: `"half_even"`, Detail: "a half goes to the even neighbour"})
		return true
	case "path":
		l.add(0, Item{Kind: ValueItem, Label: `"$.a.b[0]"`, Detail: "a place in JSON"})
		return true
	case "map":
		l.add(0, Item{Kind: FormItem, Label: "{…}", Insert: `{"$1": "$2"}`, Snippet: true, Filter: "{"})
		return true
	}
	return false
}

// pipedCall reports whether the call of a bracket has its first argument on the left of a pipe.
func (l *list) pipedCall(f *frame) bool {
	for i, g := range l.frames {
		if g != f || i == 0 {
			continue
		}
		toks := l.frames[i-1].toks
		n := len(toks)
		return n >= 3 && l.textOf(toks[n-3]) == "|" && toks[n-2] == f.callee
	}
	return false
}
