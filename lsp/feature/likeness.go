package feature

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/sdk/schema"
)

// What unlikeness says of two columns that cannot be compared, and of one about which nothing is known.
const (
	unfit   = 6
	unknown = 3
)

// unlikeness says how improbable it is that two columns are compared, from 0 to unfit+1: what cannot be compared at all comes last, and of the
// rest first what shares a word of its name, then what has the very same type and unit.
func unlikeness(a, b *check.Symbol) int {
	if a == nil || b == nil || a.Type.Kind == schema.Invalid || b.Type.Kind == schema.Invalid {
		return unknown
	}
	n := 0
	if !meet(a, b) {
		n = unfit
	} else if !a.Type.Equal(b.Type) || a.Unit != b.Unit {
		n = 1
	}
	if alike(a.Name, b.Name) {
		return n
	}
	if n >= unfit {
		return n + 1
	}
	return n + 2
}

// meet reports whether values of two columns can be equal, as the check of types has it.
func meet(a, b *check.Symbol) bool {
	ka, kb := a.Type.Kind, b.Type.Kind
	number := func(k schema.Kind) bool { return k == schema.Integer || k == schema.Decimal }
	text := func(k schema.Kind) bool { return k == schema.String || k == schema.Enum }
	switch {
	case ka == schema.Enum && kb == schema.Enum:
		return slices.ContainsFunc(a.Type.Values, func(v string) bool { return slices.Contains(b.Type.Values, v) })
	case number(ka) && number(kb):
		return a.Unit.Name == "" || b.Unit.Name == "" || a.Unit.Name == b.Unit.Name
	}
	return ka == kb || text(ka) && text(kb)
}

// fitTier is the tier of a column of a side where one is compared with another: of those that fit, what the rule pairs already comes last.
func (l *list) fitTier(sc *scope, s side, c *check.Symbol) int {
	if c == sc.like {
		return unfit + 2
	}
	n := unlikeness(sc.like, c)
	if n < unfit && sc.used[s.name+"."+c.Name] {
		return min(n+2, unfit-1)
	}
	return n
}

// alike reports whether two names share a word, or words that begin with the same four letters. Words are parted by _ and by capitals; in a
// script that parts none, two letters side by side count.
func alike(a, b string) bool {
	words := wordsOf(a)
	return a == b || slices.ContainsFunc(wordsOf(b), func(w string) bool {
		return slices.ContainsFunc(words, func(v string) bool {
			return v == w || len(v) >= 4 && len(w) >= 4 && v[:4] == w[:4] && v[0] < utf8.RuneSelf
		})
	})
}

func wordsOf(name string) (words []string) {
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = word[:0]
	}
	var last rune
	for _, r := range name {
		wide := r > unicode.MaxASCII
		if wide && last > unicode.MaxASCII {
			words = append(words, string([]rune{last, r}))
		}
		if wide || r == '_' || unicode.IsUpper(r) && unicode.IsLower(last) {
			flush()
		}
		if !wide && r != '_' {
			word = append(word, r)
		}
		last = r
	}
	flush()
	return words
}
