package feature

import (
	"maps"
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// symbolItem is a declared name.
func symbolItem(s *check.Symbol) Item {
	it := Item{Label: s.Name, Detail: string(s.Kind), Doc: s.Doc, Kind: ConstantItem}
	switch s.Kind {
	case check.SourceSymbol, check.ViewSymbol:
		it.Kind = SourceItem
	case check.ActionSymbol:
		it.Kind = ActionItem
	case check.RuleSymbol:
		it.Kind = RuleItem
	case check.TemplateSymbol:
		it.Kind = TemplateItem
	case check.ModuleSymbol:
		it.Kind = ModuleItem
	case check.SideSymbol:
		it.Kind = SideItem
	case check.ColumnSymbol, check.KeySymbol, check.ComparisonSymbol, check.AssertSymbol:
		it.Kind = ColumnItem
	}
	if s.Type.Kind != schema.Invalid {
		it.Detail = s.Type.String()
		if s.Unit.Name != "" {
			it.Detail += " unit " + quoted(s.Unit.Name)
		}
		if s.Kind != check.ColumnSymbol {
			it.Detail = string(s.Kind) + " " + it.Detail
		}
	}
	return it
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// rowNames are the sources and views of the file.
func (l *list) rowNames() (names []string) {
	for _, s := range l.globals(l.File, check.SourceSymbol, check.ViewSymbol) {
		names = append(names, s.Name)
	}
	return names
}

// ruleNames are the rules of the file, those without a test first.
func (l *list) ruleNames() (names []string) {
	tested := map[string]bool{}
	for _, d := range l.File.Decls {
		if d, ok := d.(*syntax.Test); ok && d.Rule != nil {
			tested[d.Rule.String()] = true
		}
	}
	var rest []string
	for _, s := range l.globals(l.File, check.RuleSymbol) {
		if tested[s.Name] {
			rest = append(rest, s.Name)
		} else {
			names = append(names, s.Name)
		}
	}
	return append(names, rest...)
}

// kindOf is the kind of values that the name of a type means.
func kindOf(name string) schema.Kind {
	for k := schema.String; k <= schema.Percent; k++ {
		if k.String() == name {
			return k
		}
	}
	return schema.Invalid
}

// currencies are all currencies: those that the file has already first, then those that are met most often.
func (l *list) currencies() []string {
	var list []string
	see := func(code string) {
		if syntax.IsCurrency(code) && !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	for _, t := range l.File.Tokens {
		if n := t.End - t.Start; t.Kind == syntax.String && n == 5 {
			see(string(l.Text()[t.Start+1 : t.End-1]))
		} else if t.Kind == syntax.Money {
			see(string(l.Text()[t.End-3 : t.End]))
		}
	}
	for _, code := range append([]string{"CNY", "USD", "EUR", "HKD", "JPY", "GBP"}, syntax.Currencies()...) {
		see(code)
	}
	return list
}
