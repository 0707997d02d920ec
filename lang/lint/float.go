package lint

import (
	"fmt"
	"regexp"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// moneyWords are parts of names that money has.
var moneyWords = regexp.MustCompile(`(?i)(^|_)(amount|amt|price|fee|fees|balance|cost|tax|refund|paid|salary|premium|payout|revenue|net|gross|total)(_|$)|金额|金額|费|費|价|價|余额|餘額|税`)

// hump is where a word begins inside of a name such as payAmount.
var hump = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)

// moneyName reports whether a name is one that money has.
func moneyName(name string) bool {
	return moneyWords.MatchString(hump.ReplaceAllString(name, "${1}_$2"))
}

// floatMoney finds money in floats, by its unit or its name.
func floatMoney(p *pass) {
	p.sources(func(s *program.Source) {
		for _, c := range s.Columns {
			if c.Type.Kind != schema.Float {
				continue
			}
			_, currency := builtin.CurrencyDigits(c.Unit.Name)
			if currency || c.Unit.Column > 0 || moneyName(c.Name) {
				p.report(c.Span, fmt.Sprintf("%s looks like money and is a float, which has no exact cents", c.Name), "declare it as decimal(18, 2)", p.retype(c.Span, "decimal(18, 2)")...)
			}
		}
	})
}

// retype declares the column whose name stands at a place as another type.
func (p *pass) retype(name diag.Span, as string) []diag.Fix {
	c := p.columns[name]
	if c == nil {
		return nil
	}
	return []diag.Fix{{Title: "declare it as " + as, Edits: []diag.Edit{{Span: c.Type.Span, New: as}}}}
}

// text is the text of a place on one line.
func text(s diag.Span) string { return oneLine(s.Text()) }
