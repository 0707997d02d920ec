package feature

import (
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// metric is a number of the run that a gate may see.
type metric struct {
	name, doc string
	tier      int
}

// metrics are all of them for the rule around the cursor.
func (l *list) metrics() (out []metric) {
	add := func(tier int, name, doc string) { out = append(out, metric{name, doc, tier}) }
	sides := l.sidesHere()
	if l.around(syntax.OverBlock) != nil {
		add(0, "breach.count", "How many rows break an assert or unique.")
		add(1, "unkeyed.count", "How many rows have a null in what is unique, or could not be read.")
		add(2, "matched.count", "How many rows are right.")
		for _, a := range l.ruleNamesOf(check.AssertSymbol) {
			add(1, "breach."+a.Name+".count", "How many rows break it.")
		}
	} else {
		for _, o := range [...]string{"missing", "mismatch", "duplicate", "unkeyed", "pending", "matched"} {
			tier := 1
			if o == "missing" || o == "mismatch" {
				tier = 0
			}
			add(tier, o+".count", "How many keys have the outcome "+o+".")
			if o != "unkeyed" && o != "pending" {
				add(tier, o+".rate", "The share of keys with the outcome "+o+".")
			}
		}
		for _, c := range l.ruleNamesOf(check.ComparisonSymbol) {
			if k := c.Type.Kind; k == schema.Decimal || k == schema.Integer {
				add(1, "diff."+c.Name, "The sum of one side less that of the base, over keys present on both: of several sides the largest.")
				add(2, "absdiff."+c.Name, "The sum of the differences of the keys, each without its sign.")
				for _, s := range sides[min(1, len(sides)):] {
					add(3, "diff."+c.Name+"."+s.name, "The sum of this side less that of the base, over keys present on both.")
				}
			}
			add(2, "mismatch."+c.Name+".count", "How many keys differ in it.")
		}
		for _, o := range [...]string{"missing", "duplicate", "unkeyed", "pending"} {
			for _, s := range sides {
				add(3, o+"."+s.name+".count", "How many keys have the outcome "+o+" on this side.")
			}
		}
		add(1, "expired.count", "How many open items of the ledger have expired.")
	}
	add(1, "open.count", "How many items of the ledger are open, without what was accepted.")
	for _, s := range sides {
		add(3, "rows."+s.name, "How many rows of the side were read.")
	}
	return out
}

// gate is the condition of warn and fail.
func (l *list) gate(toks []syntax.Token) {
	sc := &scope{file: l.File}
	n := len(toks)
	switch {
	case l.dotted(toks) && l.top().block || !l.top().block && l.dotted(l.top().toks):
		if !l.top().block {
			toks = l.top().toks
		}
		prefix := strings.Join(l.path(toks), ".") + "."
		for _, m := range l.metrics() {
			if rest, ok := strings.CutPrefix(m.name, prefix); ok {
				tier := 0
				if strings.Contains(rest, ".") {
					tier = 1
				}
				l.add(tier, Item{Kind: MetricItem, Label: rest, Doc: m.doc})
			}
		}
	case n > 0 && l.top().block && l.endsOperand(toks[n-1]):
		if slices.ContainsFunc(toks, func(t syntax.Token) bool { return strings.HasSuffix(l.textOf(t), "diff") || l.textOf(t) == "abs" }) {
			l.unit(toks)
		}
		for _, op := range [...]string{">", ">=", "<", "=="} {
			if l.typed == "" && !isNumeric(toks[n-1].Kind) {
				l.add(0, Item{Kind: KeywordItem, Label: op, Insert: op + " "})
			}
		}
		l.words(1, "or", "and")
	case n > 1 && l.top().block && slices.Contains([]string{">", ">=", "<", "<=", "==", "!="}, l.textOf(toks[n-1])):
		l.templateParams()
		l.limits(toks[:n-1])
		l.numbers(schema.Invalid)
		for _, s := range l.globals(l.File, check.ParamSymbol, check.LetSymbol) {
			l.add(2, symbolItem(s))
		}
	default:
		within := l.top().bracket == '(' && l.top().callee.End > 0 && l.textOf(l.top().callee) == "abs" // of the metrics only these have a sign
		for _, m := range l.metrics() {
			tier := m.tier
			if within && strings.HasPrefix(m.name, "diff.") {
				tier = 0
			} else if within {
				tier += 2
			}
			l.add(tier, Item{Kind: MetricItem, Label: m.name, Doc: m.doc})
		}
		sc.constant = true
		if l.typed != "" {
			l.functions(sc, false)
		} else {
			l.add(4, Item{Kind: FunctionItem, Label: "abs", Detail: "abs(x)", Insert: "abs($1)", Snippet: true})
		}
		for _, s := range l.globals(l.File, check.ParamSymbol, check.LetSymbol) {
			l.add(4, symbolItem(s))
		}
	}
}

// limits adds what a metric is compared with.
func (l *list) limits(left []syntax.Token) {
	var last string
	head := ""
	for i, t := range left {
		if t.Kind == syntax.Name {
			last = l.textOf(t)
			if i == 0 || l.textOf(left[i-1]) != "." {
				head = last
			}
		}
	}
	switch {
	case last == "rate":
		l.add(0, Item{Kind: ValueItem, Label: "0.05%"})
		l.add(0, Item{Kind: ValueItem, Label: "1%"})
	case head == "diff" || head == "absdiff" || head == "abs":
		for i, c := range l.currencies() {
			if i < 3 {
				l.add(0, Item{Kind: ValueItem, Label: "100 " + c})
			}
		}
	default:
		l.add(0, Item{Kind: ValueItem, Label: "0"})
		l.add(0, Item{Kind: ValueItem, Label: "100"})
	}
}
