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
		l.add(0, Item{Kind: FunctionItem, Label: s.Name, Detail: s.Signature, Doc: s.Doc + example(s.Example), Insert: insert, Snippet: true})
	}
	if sc.place == inSecret {
		return
	}
	for _, f := range builtin.Funcs {
		if piped && len(f.Params) == 0 {
			continue
		}
		insert, open := f.Name+"($1)", f.Params
		if piped {
			open = open[1:]
		}
		if len(open) == 0 {
			insert = f.Name + "()"
		}
		tier := 4
		if piped || sc.want != schema.Invalid && slices.Contains(given(sc.want), f.Name) {
			tier = 1
			if slices.Contains(given(sc.want), f.Name) {
				tier = 0
			}
		}
		l.add(tier, Item{Kind: FunctionItem, Label: f.Name, Detail: f.Signature(), Doc: f.Doc + example(f.Example), Insert: insert, Snippet: true})
	}
}

// given are the functions whose result has a type and that are used to get one.
func given(k schema.Kind) []string {
	switch k {
	case schema.Timestamp:
		return []string{"parse_time", "now"}
	case schema.Date:
		return []string{"today", "parse_date", "date"}
	case schema.Decimal:
		return []string{"parse_number", "from_minor", "round", "abs"}
	case schema.Integer:
		return []string{"parse_number"}
	case schema.String, schema.Enum:
		return []string{"trim", "decode", "lower", "upper", "format"}
	case schema.JSON:
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
	if f.bracket == '{' || f.bracket == '[' && len(toks) == 0 {
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
		if len(left) > 0 {
			l.enumsOf(sc, left[max(0, len(left)-3):])
		}
		if f.bracket != '[' && l.textOf(toks[n-1]) == "in" {
			l.add(0, Item{Kind: FormItem, Label: "[…]", Insert: "[$1]", Snippet: true, Filter: "["})
		}
	}
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
