package check_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// TestGoodViews checks that good views and totals have no finding, hold what lang/program promises, and become what stands
// in the file.
func TestGoodViews(t *testing.T) {
	const name = "testdata/good_views.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	declarations := string(archive.Files[0].Data)
	again := &txtar.Archive{Comment: archive.Comment, Files: archive.Files[:1:1]}
	want := map[string]string{}
	for _, f := range archive.Files {
		want[f.Name] = string(f.Data)
	}
	for _, f := range archive.Files[1:] {
		if strings.HasSuffix(f.Name, ".want") {
			continue
		}
		u := compileText(string(f.Data) + declarations)
		for _, d := range u.Diags {
			t.Errorf("%s: %s", f.Name, describe(d))
		}
		for _, fault := range faultsOf(u.Program) {
			t.Errorf("%s: %s", f.Name, fault)
		}
		var b strings.Builder
		for _, s := range u.Program.Sources {
			if s.View != nil {
				dumpView(&b, s)
			}
		}
		for _, r := range u.Program.Rules {
			fmt.Fprintf(&b, "rule %s\n%s", r.Name, r.Text)
			for _, p := range r.Params {
				fmt.Fprintf(&b, "param %s\n", p.Name)
			}
			dumpDrill(&b, r)
		}
		if got := b.String(); got != want[f.Name+".want"] && !*update {
			t.Errorf("%s: got\n%swant\n%s", f.Name, got, want[f.Name+".want"])
		}
		again.Files = append(again.Files, f, txtar.File{Name: f.Name + ".want", Data: []byte(b.String())})
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(again), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// dumpView writes the columns of a view and how it is cut.
func dumpView(b *strings.Builder, s *program.Source) {
	fmt.Fprintf(b, "view %s time %d zone %q windowed %v\n", s.Name, s.Time, s.Zone, s.Windowed)
	for _, c := range s.Columns {
		fmt.Fprintf(b, "  %s %s%s\n", c.Name, c.Type, unit(c.Unit, s.Columns))
	}
}

func unit(u program.Unit, columns []program.Column) string {
	switch {
	case u.Column > 0:
		return " unit " + columns[u.Column-1].Name
	case u.Name != "":
		return fmt.Sprintf(" unit %q", u.Name)
	}
	return ""
}

func dumpDrill(b *strings.Builder, r *program.Rule) {
	d := r.Drill
	if d == nil {
		return
	}
	fmt.Fprintf(b, "drill into %s: pair %v, list %v\n", strings.Join(d.Names, ", "), d.Sides, d.Whole)
	if d.Rule != nil {
		for line := range strings.Lines(d.Rule.Text) {
			if strings.HasPrefix(line, "side") || !strings.HasPrefix(line, "  ") {
				b.WriteString("  " + line)
			}
		}
	}
}

// Totals are written into reports by how they were computed, without the side.
func TestTotalsAreNamedByWhatTheyAre(t *testing.T) {
	u := compileText(viewSources + `
rule r between north as a, south as b {
  group mch_id
  group day(paid_at) as day
  compare sum(a.amount) - sum(a.fee) = sum(b.amount) as net
  compare count(a) = b.order_no | count() as n
  compare sum_if(a.amount,a.status=="PAID"   and a.fee>1) = sum_if(b.amount, (b.status in ["PAID"])) as paid
  compare sum(amount) as again
}
`)
	for _, d := range u.Diags {
		t.Fatal(describe(d))
	}
	for i, want := range []string{
		`mch_id, day, sum(amount), sum(fee), count, sum_if(amount, status == "PAID" and fee > 1)`,
		`mch_id, day, sum(amount), count(order_no), sum_if(amount, (status in ["PAID"]))`,
	} {
		var names []string
		for _, c := range u.Program.Rules[0].Sides[i].Source.Columns {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("side %d has %s, want %s", i, got, want)
		}
	}
}

// viewSources are sources for the tests below.
const viewSources = `
param date: date = today() - 1d
let paid = "PAID"

source north from csv {
  path = "north.csv"
  time = paid_at
  zone = "Asia/Shanghai"
  columns { order_no string, mch_id string, amount decimal(18, 2) unit "CNY", fee decimal(18, 2) unit "CNY", status enum("PAID", "CLOSED"), paid_at timestamp, cur string, net decimal(18, 2) unit cur }
}

source south from csv {
  path = "south.csv"
  time = paid_at
  zone = "Asia/Shanghai"
  columns { order_no string, mch_id string, amount decimal(18, 4) unit "CNY", fee integer unit "CNY", status string, paid_at timestamp, cur string, net decimal(18, 2) unit cur }
}

source rates from csv {
  path = "rates.csv"
  columns { mch_id string, rate decimal(9, 6), cap decimal(18, 2) unit "CNY" }
}
`

// What decides which rows a view has, and what its totals are, is part of the definition of a rule over it; how it is
// written is not.
func TestFingerprintOfViews(t *testing.T) {
	const text = `view v from north, south {
  where status != "CLOSED"
  join rates on mch_id
  columns {
    cut decimal(38, 6) unit "CNY" = amount * rates.rate
    net2 decimal(38, 6) unit "CNY" = amount - cut
  }
}

view w from v {
  group mch_id as m, status {
    total decimal(38, 6) unit "CNY" = sum(net2)
    n     integer = count()
  }
}

rule r between v as a, south as b {
  group mch_id
  group day(paid_at) as day
  compare sum(a.net2) = sum(b.amount) as net
  compare sum(a.amount) - sum(a.cut) = sum_if(b.amount, b.fee > 1) as cut
  compare count(order_no) as n
}

rule s over w {
  unique m, status
}
`
	textsOf := func(text string) string {
		u := compileText(viewSources + text)
		if len(u.Diags) > 0 {
			t.Fatal(text, describe(u.Diags[0]))
		}
		return u.Program.Rules[0].Text + u.Program.Rules[1].Text
	}
	base := textsOf(text)
	for _, change := range [][2]string{
		{"  compare count(order_no) as n\n", "  compare count(order_no) as n\n  drill into order_no\n"},
		{"  compare sum(a.net2) = sum(b.amount) as net\n  compare sum(a.amount) - sum(a.cut) = sum_if(b.amount, b.fee > 1) as cut\n",
			"  compare sum(a.amount) - sum(a.cut) = sum_if(b.amount, b.fee > 1) as cut\n  compare sum(a.net2) = b.amount | sum() as net\n"},
		{`where status != "CLOSED"`, `where v.status != 'CLOSED' # same`},
		{"amount - cut\n", "amount   -   v.cut\n"},
	} {
		after := strings.Replace(text, change[0], change[1], 1)
		if after == text {
			t.Fatalf("%q is not in the text", change[0])
		}
		if got := textsOf(after); got != base {
			t.Errorf("%q → %q changes the text to\n%sfrom\n%s", change[0], change[1], got, base)
		}
	}
	for _, change := range [][2]string{
		{"from north, south", "from north"}, {"from north, south", "from south, north"}, {`status != "CLOSED"`, `status == "CLOSED"`}, {"amount * rates.rate", "amount * rates.rate * 2"},
		{"on mch_id\n", "on order_no = rates.mch_id\n"}, {"amount - cut", "amount + cut"}, {"sum(net2)", "max(net2)"}, {"count()", "count(mch_id)"}, {"group mch_id as m, status {", "group mch_id as m, lower(status) as status {"},
		{"group day(paid_at) as day", "group week(paid_at) as day"}, {"b.fee > 1", "b.fee > 2"}, {"sum(a.net2)", "avg(a.net2)"}, {"count(order_no)", "count()"},
	} {
		after := strings.Replace(text, change[0], change[1], 1)
		if after == text {
			t.Fatalf("%q is not in the text", change[0])
		}
		if textsOf(after) == base {
			t.Errorf("%q → %q does not change the text", change[0], change[1])
		}
	}
}

// pick draws one of the texts.
func pick(t *rapid.T, of ...string) string { return rapid.SampledFrom(of).Draw(t, "of") }

// number draws an expression over rows that is a number most of the time; sides are what columns are qualified by.
func number(t *rapid.T, depth int, sides ...string) string {
	if rapid.IntRange(1, 60).Draw(t, "odd") == 1 {
		return pick(t, sides...) + pick(t, "mch_id", "paid_at", "net", "cap", "twice", "n", "nothing", "fee > 1", `fee + "x"`)
	}
	if depth == 0 {
		return pick(t, sides...) + pick(t, "amount", "amount", "fee")
	}
	a, b := number(t, depth-1, sides...), number(t, depth-1, sides...)
	return pick(t, a, a+" + "+b, a+" - "+b, a+" * 2", "coalesce("+a+", 1)", "round("+a+" / 3, 2)", "("+condition(t, sides...)+" ? "+a+" : "+b+")", "max("+a+", "+b+")")
}

func word(t *rapid.T, sides ...string) string {
	c := pick(t, sides...) + pick(t, "mch_id", "order_no", "status", "cur", "mch_id", "order_no", "status", "cur", "amount")
	return pick(t, c, c, "lower("+c+")", `"PAID"`, "paid")
}

func condition(t *rapid.T, sides ...string) string {
	a := number(t, 0, sides...)
	return pick(t, a+" > 1", a+" == 5 CNY", word(t, sides...)+" != "+word(t, sides...), a+" != null", pick(t, sides...)+"paid_at > 2026-11-20T06:30")
}

// aggregated draws a number over groups.
func aggregated(t *rapid.T, depth int, sides ...string) string {
	one := func() string {
		x := number(t, rapid.IntRange(0, 1).Draw(t, "depth"), sides...)
		if rapid.IntRange(1, 60).Draw(t, "odd") == 1 {
			return pick(t, x, "count(a)", "mch_id", "sum(sum("+x+"))", "count("+word(t, sides...)+")", "sum(net)", "max("+word(t, sides...)+")")
		}
		return pick(t, "sum("+x+")", "min("+x+")", "max("+x+")", "avg("+x+")", "sum_if("+x+", "+condition(t, sides...)+")", x+" | sum()")
	}
	if depth == 0 {
		return one()
	}
	return pick(t, one(), one()+" - "+one(), "round("+one()+" / 3, 2)", one()+" * 2")
}

// Whatever stands in views and totals, the checker says what is wrong, or makes a program that holds what it promises.
func TestRandomViewsAndTotals(t *testing.T) {
	clean, total := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString(viewSources)
		chance := func(n int, f func()) {
			if rapid.IntRange(1, n).Draw(t, "chance") == 1 {
				f()
			}
		}
		fmt.Fprintf(&b, "view v from %s {\n", pick(t, "north", "south", "north, south", "north, south", "south, north", "north, south", "north, w", "rates"))
		chance(2, func() { fmt.Fprintf(&b, "  where %s\n", condition(t, "", "v.")) })
		chance(2, func() {
			fmt.Fprintf(&b, "  join rates as r on %s\n", pick(t, "mch_id", "mch_id = r.mch_id", "amount = r.cap, mch_id = r.mch_id", "order_no = r."+pick(t, "rate", "mch_id", "mch_id", "mch_id")))
		})
		chance(2, func() {
			fmt.Fprintf(&b, "  columns {\n    twice %s = %s\n    n %s = %s + twice\n    yes boolean = %s\n  }\n", pick(t, `decimal(38, 4) unit "CNY"`, `decimal(38, 6) unit "CNY"`, "string"), number(t, 1, ""),
				pick(t, `decimal(38, 4) unit "CNY"`, `decimal(38, 4) unit "CNY"`, "integer"), number(t, 1, ""), condition(t, ""))
		})
		chance(2, func() {
			fmt.Fprintf(&b, "  group %s {\n    total %s = %s\n  }\n", pick(t, "mch_id", "mch_id, cur", "cur, mch_id, day(paid_at) as day", "lower(mch_id) as mch_id", "net", "mch_id, net, cur", number(t, 1, "")+" as g"),
				pick(t, `decimal(38, 4) unit "CNY"`, `decimal(38, 18) unit "CNY"`, "integer"), aggregated(t, 1, ""))
		})
		chance(6, func() { b.WriteString("  time = " + pick(t, "paid_at", "mch_id", "day") + "\n") })
		b.WriteString("}\n")
		chance(2, func() {
			fmt.Fprintf(&b, "view w from %s {\n  where mch_id != \"\"\n}\n", pick(t, "v", "south", "v", "v, south", "w"))
		})
		if rapid.Bool().Draw(t, "single") {
			fmt.Fprintf(&b, "rule r between %s as a, %s as b {\n  group %s\n", pick(t, "v", "north", "v"), pick(t, "south", "north", "v"), pick(t, "mch_id", "mch_id", "day(paid_at) as day", "cur", "net", "a.mch_id = b.cur"))
			chance(2, func() { b.WriteString("  group lower(cur) as c\n") })
			fmt.Fprintf(&b, "  compare %s as x\n  compare %s as y\n", aggregated(t, 1, ""), aggregated(t, 0, ""))
		} else {
			fmt.Fprintf(&b, "rule r between %s as a, %s as b, south as c {\n  group %s\n", pick(t, "v", "north", "v"), pick(t, "south", "north", "v"), pick(t, "mch_id", "a.mch_id = b.cur = c.mch_id", "day(paid_at) as day"))
			fmt.Fprintf(&b, "  compare %s = %s within %s as x\n", aggregated(t, 1, "a."), aggregated(t, 0, "b."), pick(t, "1", "1%", "5 CNY or 1bp"))
			chance(2, func() {
				fmt.Fprintf(&b, "  compare %s = %s where %s as y\n", aggregated(t, 0, "b."), aggregated(t, 0, "c."), pick(t, `b.mch_id != "M"`, "b.mch_id == c.mch_id", "amount > 1"))
			})
		}
		chance(2, func() {
			b.WriteString("  drill into " + pick(t, "order_no", "order_no, lower(order_no) as o", "twice", "fee", "net", "day(paid_at) as d2", "nothing") + "\n")
		})
		chance(3, func() { b.WriteString("  window { period = day(date) }\n") })
		b.WriteString("}\n")
		chance(2, func() {
			fmt.Fprintf(&b, "rule s over v {\n  assert %s as x\n}\n", condition(t, ""))
		})
		text := b.String()
		u := compileText(text)
		total++
		for _, d := range u.Diags {
			if d.Span.File == nil || d.Span.Start < 0 || d.Span.End > len(text) || d.Span.End < d.Span.Start || d.Message == "" {
				t.Fatalf("%s\n%s is said of %d:%d", text, d.Code, d.Span.Start, d.Span.End)
			}
			if _, ok := diag.Explain(d.Code); !ok {
				t.Fatalf("%s is not explained", d.Code)
			}
		}
		if u.Diags.HasErrors() {
			return
		}
		clean++
		if faults := faultsOf(u.Program); len(faults) > 0 {
			t.Fatalf("%s\n%s", text, strings.Join(faults, "\n"))
		}
	})
	if clean == 0 && total >= 1000 {
		t.Errorf("none of %d programs was clean: this test tries nothing", total)
	}
	t.Logf("%d of %d programs were clean", clean, total)
}
