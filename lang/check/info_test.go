package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/sdk/schema"
)

// Whoever renames something replaces the places of its uses: they hold its name and nothing else.
func TestUsesAreTheirNames(t *testing.T) {
	texts := map[string]string{"own": navigated}
	for _, f := range langtest.Examples(t) {
		texts[f.Name] = string(f.Text)
	}
	for name, text := range texts {
		u := lang.CompileAll([]*diag.File{{Name: name, Text: []byte(text)}}, langtest.Import, func([]string) schema.Catalog { return catalog() })
		for _, uses := range []map[diag.Span]*check.Symbol{u.Info.Uses, u.Info.InTests} {
			for at, s := range uses {
				if text := strings.Trim(at.Text(), `"`); text != s.Name && s.Kind != check.ModuleSymbol {
					t.Errorf("%s: %s %s is used at [%s]", name, s.Kind, s.Name, text)
				}
			}
		}
	}
}

const navigated = `param day: date
let limit = 5 CNY
source orders from csv {
  path = "orders.csv"
  time = at
  columns { id string, amount decimal(18, 2) unit "CNY", at timestamp }
}
source bill from csv {
  path = "bill.csv"
  time = at
  columns { id string, total decimal(18, 2) unit "CNY", at timestamp }
}
rule r between orders, bill as b {
  window { period = day((day)) }
  key id
  compare orders.amount = b.total where (orders.amount) > (limit) as money
  fail when diff.money > (limit) or missing.b.count > 0
}
test "one" for r {
  param day = 2026-01-01
  given orders {
    | id | amount | at |
  }
  given b {
    | "id" | total | at |
  }
  expect missing b {
    | id |
  }
  expect mismatch money 0
}
`

func TestInfoKnowsWhatTestsName(t *testing.T) {
	u := compileText(navigated)
	for _, d := range u.Diags {
		t.Fatal(describe(d))
	}
	line := func(s diag.Span) int { return strings.Count(string(s.File.Text[:s.Start]), "\n") + 1 }
	var got []string
	for at, s := range u.Info.InTests {
		got = append(got, fmt.Sprintf("%d %s: %s of line %d", line(at), at.Text(), s.Kind, line(s.Span)))
	}
	slices.Sort(got)
	want := []string{
		"20 day: param of line 1",
		"21 orders: source of line 3",
		"22 amount: column of line 6", "22 at: column of line 6", "22 id: column of line 6",
		"24 b: side of line 13",
		`25 "id": column of line 11`, "25 at: column of line 11", "25 total: column of line 11",
		"27 b: side of line 13",
		"28 id: key of line 15",
		"30 money: comparison of line 16",
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for at, more := range u.Info.More {
		if line(at) != 15 || len(more) != 1 || line(more[0].Span) != 6 || line(u.Info.Uses[at].Span) != 11 {
			t.Errorf("[%s] on line %d means %v as well", at.Text(), line(at), more)
		}
	}
	if len(u.Info.More) != 1 {
		t.Errorf("%d names have several meanings, want one: the key", len(u.Info.More))
	}
}

// While a rule cannot be run, what its tests name is known all the same, as far as the rule is.
func TestInfoKnowsTestsOfFaultyRules(t *testing.T) {
	sound := compileText(navigated)
	for _, fault := range []string{"  fail when nothing > 1\n", "  compare nothing\n", "  on missing b { do nothing }\n", "  compare\n"} {
		u := compileText(strings.Replace(navigated, "  key id\n", "  key id\n"+fault, 1))
		if len(u.Diags) != 1 {
			t.Errorf("%s: %d findings, want one: of the rule", fault, len(u.Diags))
		}
		if got, want := len(u.Info.InTests), len(sound.Info.InTests); got != want {
			t.Errorf("%s: %d names in tests are known, want %d", fault, got, want)
		}
	}
}
