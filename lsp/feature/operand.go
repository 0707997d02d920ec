package feature

import (
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// operand adds what a value may begin with.
func (l *list) operand(sc *scope) {
	if len(l.typed) > 0 && isDigit(l.typed[0]) {
		l.numbers(sc.want)
		return
	}
	if sc.place == inSecret {
		l.functions(sc, false)
		return
	}
	for i, s := range sc.sides {
		for _, c := range s.columns {
			if sc.bare && i == 0 || sc.any {
				tier := l.tierOf(sc, c)
				switch {
				case sc.used[""]:
					tier = unfit + 2
				case sc.place == inGroup: // of the rows of a group only an aggregate is one value
					tier += 3
				}
				l.add(tier, symbolItem(c))
			}
		}
	}
	if !sc.bare || len(sc.sides) > 1 {
		for _, s := range sc.sides {
			l.add(l.sideTier(sc, s), Item{Kind: SideItem, Label: s.name, Detail: "side"})
		}
		if l.typed != "" { // whole names only once it is clear that few of them fit
			for _, s := range sc.sides {
				for _, c := range s.columns {
					it := symbolItem(c)
					it.Label = s.name + "." + c.Name
					l.add(l.tierOf(sc, c)+1, it)
				}
			}
		}
	}
	if sc.over {
		for _, k := range l.ruleNamesOf(check.KeySymbol) {
			l.add(3, symbolItem(k))
		}
	}
	if sc.place == inMessage {
		l.add(0, Item{Kind: FunctionItem, Label: "count", Detail: "integer", Doc: builtinDoc("count", builtin.InMessage)})
	}
	l.templateParams()
	for _, s := range l.globals(sc.file, check.ParamSymbol, check.LetSymbol) {
		tier := l.tierOf(sc, s) + 1
		switch {
		case sc.want != schema.Invalid && s.Type.Kind == sc.want:
			tier = 0
		case sc.only && sc.want != schema.Invalid && (sc.want != schema.Decimal || s.Type.Kind != schema.Integer):
			continue
		case sc.term:
			tier = unfit + 2
		case len(sc.sides) > 0:
			tier = 3
		}
		l.add(tier, symbolItem(s))
	}
	for _, m := range l.globals(sc.file, check.ModuleSymbol) {
		l.add(4, symbolItem(m))
	}
	if sc.secrets {
		l.secretNames(sc)
	}
	if sc.bounds && !sc.only {
		l.add(3, Item{Kind: ConstantItem, Label: "window_start", Detail: "timestamp", Doc: "Where the window of the run begins."})
		l.add(3, Item{Kind: ConstantItem, Label: "window_end", Detail: "timestamp", Doc: "Where the window of the run ends."})
	}
	if sc.only {
		return
	}
	l.functions(sc, false)
	if sc.want == schema.Boolean {
		l.add(0, Item{Kind: ValueItem, Label: "true"})
		l.add(0, Item{Kind: ValueItem, Label: "false"})
	}
	if !sc.term {
		l.add(5, Item{Kind: ValueItem, Label: "null"})
		l.words(5, "not")
	}
}

// templateParams adds the parameters of the template around.
func (l *list) templateParams() {
	t := l.around(syntax.TemplateBlock)
	if t == nil || len(t.head) < 2 {
		return
	}
	d := templateIn(l.File, l.textOf(t.head[1]))
	if d == nil {
		return
	}
	for _, p := range d.Params {
		if p.Name != nil {
			l.add(0, Item{Kind: ConstantItem, Label: p.Name.Name, Detail: "param " + typeText(p)})
		}
	}
}

func (l *list) secretNames(sc *scope) {
	for _, s := range l.globals(sc.file, check.SecretSymbol) {
		it := symbolItem(s)
		it.Label = "secret." + s.Name
		l.add(0, it)
	}
}

// sideTier puts the sides that an equation has already behind the others, and all behind the columns that fit what they are compared with.
func (l *list) sideTier(sc *scope, s side) int {
	switch {
	case sc.used[s.name]:
		return unfit + 2
	case sc.like != nil && sc.term:
		return unfit
	}
	return 1
}

// tierOf puts what has the type that is wanted first, or what is likeliest to be compared with a column.
func (l *list) tierOf(sc *scope, s *check.Symbol) int {
	if sc.like != nil {
		return l.fitTier(sc, side{}, s)
	}
	if sc.want != schema.Invalid && s.Type.Kind != sc.want {
		return 2
	}
	return 0
}

// member adds what may follow a dot.
func (l *list) member(sc *scope, path []string) {
	if len(path) != 1 {
		return
	}
	for _, s := range sc.sides {
		if s.name == path[0] {
			for _, c := range s.columns {
				tier := l.tierOf(sc, c)
				if sc.like != nil {
					tier = l.fitTier(sc, s, c)
				}
				l.add(tier, symbolItem(c))
			}
			return
		}
	}
	if path[0] == "secret" {
		for _, s := range l.globals(sc.file, check.SecretSymbol) {
			l.add(0, symbolItem(s))
		}
		return
	}
	if m := l.module(sc.file, path[0]); m != nil {
		for _, s := range l.globals(m, check.ParamSymbol, check.LetSymbol) {
			if !strings.HasPrefix(s.Name, "_") {
				l.add(0, symbolItem(s))
			}
		}
	}
}
