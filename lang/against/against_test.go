package against_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/against"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

func compile(text string) *lang.Unit {
	return compileAll([]*diag.File{{Name: "r.recon", Text: []byte(text)}})
}

func compileAll(files []*diag.File) *lang.Unit {
	return lang.Compile(files, func([]string) schema.Catalog {
		sources := map[string]schema.Source{}
		for name, source := range plugins.Builtin() {
			sources[name] = source().Describe()
		}
		text, secret := schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Secret}
		hook := schema.Action{Settings: []schema.Setting{{Name: "url", Type: secret}, {Name: "headers", Type: schema.Type{Kind: schema.List, Elem: &secret}}}, Fields: []schema.Setting{{Name: "text", Type: text}}}
		actions := map[string]schema.Action{"webhook": hook, "slack": hook, "dingtalk": hook, "redis": {PerBreak: true,
			Settings: []schema.Setting{{Name: "url", Type: secret}, {Name: "command", Type: text}},
			Fields:   []schema.Setting{{Name: "limit", Type: schema.Type{Kind: schema.Integer}}, {Name: "approval", Type: text}, {Name: "verify", Type: schema.Type{Kind: schema.Duration}}}}}
		return schema.Catalog{Sources: sources, Actions: actions}
	})
}

// changes compares two texts of a file.
func changes(t *testing.T, before, now string) diag.List {
	t.Helper()
	old, new := compile(before), compile(now)
	for _, d := range new.Diags {
		t.Fatalf("now: %s %s", d.Code, d.Message)
	}
	file := func(f *diag.File) *diag.File {
		if f == old.Files[0].Span.File {
			return new.Files[0].Span.File
		}
		return nil
	}
	sound, list := against.Sound(old.Program, old.Diags, file)
	return append(list, against.Compare(against.Input{Before: sound, Now: new.Program, File: file})...)
}

func show(l diag.List) string {
	var lines []string
	for _, d := range l {
		lines = append(lines, fmt.Sprintf("%s %s at [%s]: %s", d.Severity, d.Code, d.Span.Text(), d.Message))
	}
	return strings.Join(lines, "\n")
}

// Every code has a change that gets it, and one that gets nothing.
func TestExplanations(t *testing.T) {
	n := 0
	for _, e := range diag.Codes() {
		if !strings.HasPrefix(string(e.Code), "RC5") {
			continue
		}
		n++
		t.Run(string(e.Code), func(t *testing.T) {
			got := changes(t, e.Before, e.Bad)
			if len(got) != 1 || got[0].Code != e.Code || got[0].Span.File == nil || len(got[0].Related) != 1 || got[0].Hint == "" {
				t.Errorf("bad gets\n%s", show(got))
			}
			before := e.Before
			if e.Code == diag.NotCompared {
				before = e.Good
			}
			if got := changes(t, before, e.Good); len(got) != 0 {
				t.Errorf("good gets\n%s", show(got))
			}
			for _, text := range []string{e.Bad, e.Good} {
				if again := changes(t, text, text); len(again) != 0 {
					t.Errorf("the same again gets\n%s", show(again))
				}
			}
		})
	}
	if n < 14 {
		t.Errorf("%d codes", n)
	}
}

// Nothing is found in what did not change, nor in another format of it.
func TestExamplesAgainstThemselves(t *testing.T) {
	files := langtest.Examples(t)
	var others []*diag.File
	for _, f := range files {
		other := strings.ReplaceAll(strings.ReplaceAll(string(f.Text), "  ", "\t"), "\n\n", "\n\n# a comment\n\n")
		others = append(others, &diag.File{Name: f.Name, Text: []byte(other)})
	}
	old, now := compileAll(files), compileAll(others)
	for _, d := range now.Diags {
		t.Errorf("%s: %s %s", d.Span.File.Name, d.Code, d.Message)
	}
	got := against.Compare(against.Input{Before: old.Program, Now: now.Program, File: func(*diag.File) *diag.File { return nil }})
	if len(got) != 0 || len(now.Program.Rules) < 4 {
		t.Errorf("%d rules:\n%s", len(now.Program.Rules), show(got))
	}
}

const base = `param date: date = today("UTC")
param shop: string = "a"
param kind: integer = 1
let limit = 0.01

source orders from csv {
  path = "orders.csv"
  time = at
  zone = "UTC"
  columns {
    id      string
    part    integer
    amount  decimal(18, 2)
    state   string = column("status") | upper()
    at      timestamp
    sent    timestamp
  }
}

source bill from csv {
  path = "bill-${date}.csv"
  zone = "UTC"
  columns {
    no      string = column("no") | trim()
    part    integer
    total   decimal(18, 2)
    state   string
  }
}

source third from csv {
  path = "third.csv"
  columns {
    no     string
    part   integer
    total  decimal(18, 2)
  }
}

view all_bills from bill {
  where total != 0
}

rule pay between orders as o, bill as b {
  window {
    period = day(date)
    slack = 30m
    carry = 3d
  }
  key o.id = b.no
  key o.part = b.part
  compare o.amount = b.total within limit as amount
  compare o.state = b.state where o.state != shop as state
  fail when missing.count > 0
}

rule sums between orders as o, bill as b {
  group o.part = b.part as part
  compare sum(o.amount) = sum(b.total) as amount
}

rule alone over orders {
  unique id
  assert amount > 0 as positive
}
`

// TestChanges makes one change each. The place that is reported stands between « and ».
func TestChanges(t *testing.T) {
	for _, c := range []struct {
		name string
		code string // "" if nothing is lost
		edit []string
		want string // part of the message
	}{
		// names
		{"renamed", "RC5101", []string{"rule pay ", "rule «payments» "}, "this seems to be rule pay"},
		{"renamed, and a tolerance changed", "RC5101", []string{"rule pay ", "rule «payments» ", "within limit", "within 0.02"}, "this seems to be rule pay"},
		{"renamed and said", "", []string{"rule pay ", "moved pay to payments\n\nrule payments "}, ""},
		{"renamed twice and said", "", []string{"rule pay ", "moved pay to paid\nmoved paid to payments\n\nrule payments "}, ""},
		{"renamed, said, and another key", "RC5104", []string{"rule pay ", "moved pay to payments\n\nrule payments ", "key o.id = b.no", "«key o.id = b.state»"}, "the key is another one"},
		{"removed", "RC5102", []string{"rule alone over orders {\n  unique id\n  assert amount > 0 as positive\n}\n", ""}, "rule alone is gone"},
		{"moved onto another", "RC5103", []string{"rule alone over orders {\n  unique id\n  assert amount > 0 as positive\n}\n", "«moved alone to sums»\n"}, "rule sums was there before beside alone"},
		// keys
		{"a part more", "RC5104", []string{"key o.part = b.part\n", "key o.part = b.part\n  «key o.state = b.state»\n"}, "has 3 parts and had 2"},
		{"a part less", "RC5104", []string{"  key o.id = b.no\n  key o.part", "  «key o.part" + "", "= b.part\n  compare o.amount", "= b.part»\n  compare o.amount"}, "has 1 parts and had 2"},
		{"other order", "RC5104", []string{"key o.id = b.no\n  key o.part = b.part", "«key o.part = b.part»\n  key o.id = b.no"}, "another one"},
		{"another term", "RC5104", []string{"key o.id = b.no", "«key o.id = lower(b.no)»"}, "another one"},
		{"another formula of a key's column", "RC5104", []string{`column("no") | trim()`, `column("no") | upper()`, "key o.id = b.no", "«key o.id = b.no»"}, "another one"},
		{"another type", "RC5104 RC5104 RC5112", []string{"part    integer\n    amount", "part    decimal(9, 1)\n    amount"}, ""},
		{"key in other words", "", []string{"key o.id = b.no", "key (o.id) = b.no as id"}, ""},
		{"a column of the key renamed", "RC5113", []string{"    no      string = column(\"no\") | trim()\n    part", "    num     string = column(\"no\") | trim()\n    part", "key o.id = b.no", "key o.id = b.num"}, "bill has other columns"},
		// windows
		{"weeks", "RC5106", []string{"period = day(date)", "period = «week(date)»"}, "a week and was a day"},
		{"another day", "RC5113", []string{"period = day(date)", "period = «day(date - 1d)»"}, "the period is another one"},
		{"no window", "RC5106", []string{"rule pay ", "rule «pay» ", "  window {\n    period = day(date)\n    slack = 30m\n    carry = 3d\n  }\n", "", "bill-${date}.csv", "bill.csv"}, "no window any more"},
		{"slack", "RC5113", []string{"slack = 30m", "slack = «1h»"}, "slack is another one"},
		{"carry", "RC5113", []string{"carry = 3d", "carry = «4d»"}, "carry is another one"},
		{"no slack", "RC5113", []string{"    slack = 30m\n", "", "  window {\n    period", "  «window» {\n    period"}, "slack is gone"},
		{"a window where there was none", "RC5106", []string{"  group o.part", "  «window» {\n    period = day(date)\n  }\n  group o.part"}, "had none before"},
		{"zone", "RC5106 RC5112", []string{`  zone = "UTC"` + "\n  columns {\n    id", `  zone = "Asia/Shanghai"` + "\n  columns {\n    id", `  zone = "UTC"` + "\n  columns {\n    no", `  zone = "Asia/Shanghai"` + "\n  columns {\n    no", "period = day(date)", "period = «day(date)»"}, ""},
		{"time", "RC5109", []string{"time = at", "time = sent", "source orders", "source «orders»"}, "another time now cuts the rows of orders"},
		{"cut by a setting", "RC5109", []string{`"orders.csv"`, `"orders-${date}.csv"`, "source orders", "source «orders»"}, "a setting, and no longer the time"},
		// sides
		{"reordered", "RC5110", []string{"orders as o, bill as b {\n  window", "«bill as b», orders as o {\n  window"}, "another order"},
		{"a side more", "RC5110", []string{"orders as o, bill as b {\n  window", "orders as o, bill as b, «third as c» {\n  window", "key o.id = b.no", "key o.id = b.no = c.no", "key o.part = b.part", "key o.part = b.part = c.part", `"third.csv"`, `"third-${date}.csv"`}, "other sides"},
		{"another name of a side", "RC5113", []string{"orders as o, bill as b {\n  window", "orders as o, «bill as c» {\n  window", "key o.id = b.no", "key o.id = c.no", "key o.part = b.part\n  compare", "key o.part = c.part\n  compare", "compare o.amount = b.total", "compare o.amount = c.total", "compare o.state = b.state", "compare o.state = c.state"}, "side c had another name"},
		// what is compared
		{"tolerance", "RC5113", []string{"let limit = 0.01", "let limit = 0.02", "compare o.amount = b.total within limit as amount", "«compare o.amount = b.total within limit as amount»"}, "comparison amount is another one"},
		{"comparison renamed", "RC5113", []string{"compare o.amount = b.total within limit as amount", "«compare o.amount = b.total within limit as value»"}, "comparison value is new"},
		{"comparison gone", "RC5113", []string{"rule pay", "rule «pay»", "  compare o.amount = b.total within limit as amount\n", ""}, "comparison amount is gone"},
		{"other rows", "RC5113", []string{"source orders from csv {\n", "source «orders» from csv {\n  where amount != 7\n"}, "orders has other rows"},
		{"tolerance in other words", "", []string{"let limit = 0.01", "let limit = 0.010"}, ""},
		{"comparisons in another order", "RC5113", []string{"rule pay", "rule «pay»", "  compare o.amount = b.total within limit as amount\n", "", "  fail when missing", "  compare o.amount = b.total within limit as amount\n  fail when missing"}, "comparisons stand in another order"},
		{"duplicates", "RC5111", []string{"rule pay", "rule «pay»", "  key o.id = b.no", "  duplicates = \"pair\"\n  key o.id = b.no"}, "are paired, and were set aside"},
		{"totals", "RC5105", []string{"rule sums", "rule «sums»", "  group o.part = b.part as part\n  compare sum(o.amount) = sum(b.total) as amount", "  key o.part = b.part\n  compare o.amount = b.total as amount"}, "pairs rows and paired totals"},
		{"other groups", "RC5104", []string{"group o.part = b.part as part", "«group o.part = b.part + 1 as part»"}, "another one"},
		{"a total more", "RC5112", []string{"compare sum(o.amount) = sum(b.total) as amount", "compare sum(o.amount) = sum(b.total) as amount\n  compare «count(o.id)» = count(b.no) as n"}, "is new"},
		// params
		{"a parameter more", "RC5107", []string{"param kind: integer = 1", "«param kind: integer = 1»", "within limit as amount", "within limit where o.part == kind as amount"}, "uses parameter kind"},
		{"a parameter less", "RC5107", []string{"rule pay", "rule «pay»", " where o.state != shop", ""}, "does not use parameter shop"},
		{"a parameter renamed", "RC5107 RC5107", []string{"param shop", "param store", "o.state != shop", "o.state != store"}, ""},
		{"another default", "RC5108", []string{`param shop: string = "a"`, `«param shop: string = "b"»`}, "another default"},
		{"another default of a date", "", []string{`= today("UTC")`, `= today("UTC") - 1d`}, ""},
		// columns
		{"a column more", "RC5112", []string{"    sent    timestamp", "    sent    timestamp\n    «note»    string"}, "column note is new"},
		{"a column in front", "RC5112", []string{"columns {\n    id", "columns {\n    «note»    string\n    id"}, "column note is new"},
		{"a column less", "RC5112", []string{"    sent    timestamp\n", "", "source orders", "source «orders»"}, "column sent is gone"},
		{"columns in another order", "RC5112", []string{"    at      timestamp\n    sent    timestamp\n", "", "    id      string\n", "    «at»      timestamp\n    id      string\n    sent    timestamp\n"}, "stands where another one stood"},
		{"a column of another type", "RC5112 RC5112", []string{"amount  decimal(18, 2)", "amount  decimal(18, 3)"}, "3) and was decimal("},
		{"a wider column", "RC5113", []string{"source orders", "source «orders»", "amount  decimal(18, 2)", "amount  decimal(17, 2)"}, "other columns"},
		{"a column of another formula", "RC5112", []string{`state   string = column("status") | upper()`, `«state»   string = column("status") | lower()`}, "computed otherwise"},
		// what makes no difference
		{"a source's own name", "", []string{"source third", "source spare"}, ""},
		{"gates, titles, paths", "", []string{`"orders.csv"`, `"old/orders.csv"`, "fail when missing.count > 0", "fail when mismatch.count > 2\n  title = \"Pay\""}, ""},
		{"an assertion of a rule without windows", "", []string{"assert amount > 0", "assert amount > 1"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := base
			for i := 0; i < len(c.edit); i += 2 {
				if !strings.Contains(text, c.edit[i]) {
					t.Fatalf("there is no %q", c.edit[i])
				}
				text = strings.Replace(text, c.edit[i], c.edit[i+1], 1)
			}
			_, marked, placed := strings.Cut(text, "«")
			marked, _, _ = strings.Cut(marked, "»")
			start := strings.Index(text, "«")
			text = strings.NewReplacer("«", "", "»", "").Replace(text)
			got := changes(t, base, text)
			codes := map[string]bool{}
			for _, d := range got {
				codes[string(d.Code)] = true
				if placed && string(d.Code) == strings.Fields(c.code)[0] && (d.Span.Text() != marked || d.Span.Start != start) {
					t.Errorf("at [%s], want [%s]", d.Span.Text(), marked)
				}
				if !strings.Contains(d.Message, c.want) {
					t.Errorf("message %q, want %q", d.Message, c.want)
				}
			}
			want := strings.Fields(c.code)
			if len(got) != len(want) || len(want) > 0 && !codes[want[0]] {
				t.Errorf("want %q, got\n%s", c.code, show(got))
			}
		})
	}
}
