package feature

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Outcomes says of each outcome, and of what else a gate sees, what it means.
var Outcomes = map[string]string{
	"matched":   "Every side has exactly one row under the key, and every comparison agrees.",
	"missing":   "A side has no row under the key.",
	"mismatch":  "Every side has its row under the key, and a comparison fails.",
	"duplicate": "A side has several rows under the key. All rows of the key are set aside in one break.",
	"unkeyed":   "A row has a null in its key, or could not be read.",
	"breach":    "An `assert` or `unique` of a rule over one side fails.",
	"pending":   "A row near an edge of the window waits for its partner, and is not reported yet.",
	"expired":   "What was missing or pending found no partner within `carry`. It is reported once more and stays open.",
	"cleared":   "A break that was reported is no more: its rows match, or are gone.",
	"open":      "What the ledger of the rule holds open, without what was accepted.",
	"rows":      "`rows.SIDE`: how many rows a side has.",
	"diff":      "`diff.COMPARISON.SIDE`: the sum of a side minus that of the base, over keys that both have; `diff.COMPARISON` is the one largest in absolute value.",
	"absdiff":   "`absdiff.COMPARISON`: the sum of the absolute differences.",
	"count":     "How many keys have the outcome.",
	"rate":      "The share of the keys that have the outcome, of all that are matched, mismatch, missing or duplicate; 0 if there are none.",
}

// Types says of each type of a column or parameter what its values are.
var Types = map[string]string{
	"string":    "Text, compared by code point.",
	"integer":   "A whole number of 64 bits.",
	"decimal":   "An exact number: `decimal(digits, decimals)`, up to 38 digits. A value with more decimals does not fit; nothing rounds on reading.",
	"float":     "A 64-bit float. It is compared within a tolerance only, and is never a key.",
	"boolean":   "true or false.",
	"date":      "A day of the calendar, without a zone.",
	"timestamp": "An instant, to the microsecond. A text without a zone is taken in that of its source.",
	"enum":      "One of the listed texts. One that is not listed is read as it is and agrees with nothing.",
	"json":      "A JSON value, compared by structure: the order of an object's members does not count, numbers are exact.",
	"bytes":     "Bytes.",
	"duration":  "A length of time, such as `5m`.",
	"percent":   "A share: `5%` is 0.05.",
}

// words say what belongs to a statement besides its first word.
var words = map[string]string{
	"within":   "How far apart values still agree, bounds included. With `or` one bound suffices, with `and` all must hold.",
	"ignoring": "In what texts may differ: `case`, `space` or `width`.",
	"where":    "Limits the statement to rows for which the condition is true.",
	"as":       "The name by which gates, handlers, tests and reports know it.",
	"between":  "The sides whose rows are paired by key.",
	"over":     "The side whose rows are checked by `unique` and `assert`.",
	"from":     "What it is read or made from.",
	"unit":     "The unit of the numbers: a text such as \"CNY\", or the column of the row that names it. Different units never meet.",
	"on":       "The equations under which the row is found: first a term of this row, then one of the joined.",
	"when":     "The condition, over the counts, rates and sums of the run.",
	"for":      "The rule that the test runs.",
	"at":       "The instant for which the run is due; what depends on today or now is counted from it.",
	"to":       "The name that the rule has now. What its ledger holds under the old one stays.",
	"into":     "By which columns the rows behind a total that differs are paired.",
	"after":    "From when on the table stands there, counted from the instant of the run. The rows of the trigger's source fire at 0s.",
}

var ignorable = map[string]string{
	"case":  "Upper and lower case agree.",
	"space": "Blanks at the ends do not count, and several in a row are one.",
	"width": "Full width and half width forms of a character agree.",
}

// word says what a word is that is no name.
func word(path []syntax.Node, at diag.Span, t syntax.Token) string {
	if t.Kind != syntax.Name {
		return ""
	}
	text := at.Text()
	holder := path[len(path)-1]
	if _, name := holder.(*syntax.Ident); name && len(path) > 1 {
		holder = path[len(path)-2]
	}
	switch n := holder.(type) {
	case *syntax.Type:
		if n.Name.Span == at {
			return with(code(oneLine(n.Span.Text())), Types[text])
		}
	case *syntax.Handler, *syntax.Expect:
		if doc := Outcomes[text]; doc != "" {
			return with("**"+text+"**", doc)
		}
	case *syntax.Compare:
		if doc := ignorable[text]; doc != "" {
			return with("ignoring **"+text+"**", doc)
		}
	case *syntax.Expr:
		if _, gate := path[max(len(path)-2, 0)].(*syntax.Gate); gate && Outcomes[text] != "" {
			return with("**"+text+"**", Outcomes[text])
		}
		return ""
	case *syntax.Import, *syntax.Side, *syntax.Join:
		if text == "as" {
			return with("**as**", "The name by which it is known here.")
		}
	case *syntax.Lit:
		if t.Kind == syntax.Name {
			return ""
		}
	}
	if doc := words[text]; doc != "" {
		return with("**"+text+"**", doc)
	}
	return ""
}

// shown is a type with its unit as a column is written.
func shown(t schema.Type, unit string) string {
	if t.Kind == schema.Invalid {
		return ""
	}
	if unit != "" {
		return t.String() + " unit " + unit
	}
	return t.String()
}
