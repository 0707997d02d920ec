package check_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

var update = flag.Bool("update", false, "rewrite testdata/good.txtar")

// TestGoodRules checks that good files have no finding, and what their rules become: the text of the
// definition, then the gates and what the rule depends on.
func TestGoodRules(t *testing.T) {
	const name = "testdata/good.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	declarations := ""
	for i := 0; i < len(archive.Files); i++ {
		f := archive.Files[i]
		switch {
		case f.Name == "declarations":
			declarations = string(f.Data)
			continue
		case strings.HasSuffix(f.Name, ".want"):
			continue
		}
		u := compileText(string(f.Data) + declarations)
		for _, d := range u.Diags {
			t.Errorf("%s: %s", f.Name, describe(d))
		}
		var got strings.Builder
		for _, r := range u.Program.Rules {
			dump(&got, r)
		}
		if i+1 == len(archive.Files) || archive.Files[i+1].Name != f.Name+".want" {
			archive.Files = append(archive.Files[:i+1], append([]txtar.File{{Name: f.Name + ".want"}}, archive.Files[i+1:]...)...)
		}
		if want := &archive.Files[i+1]; string(want.Data) != got.String() {
			if !*update {
				t.Errorf("%s: got\n%swant\n%s", f.Name, got.String(), want.Data)
			}
			want.Data = []byte(got.String())
		}
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// dump writes what a rule became, its sides left out.
func dump(b *strings.Builder, r *program.Rule) {
	b.WriteString("rule " + r.Name + "\n")
	for line := range strings.Lines(r.Text) {
		if !strings.HasPrefix(line, "side ") && !strings.HasPrefix(line, "  ") && line != "baseline\n" {
			b.WriteString(line)
		}
	}
	for _, g := range r.Gates {
		b.WriteString(map[bool]string{true: "fail ", false: "warn "}[g.Fail] + dumpExpr(g.When) + "\n")
	}
	for _, p := range r.Params {
		b.WriteString("param " + p.Name + "\n")
	}
}

// dumpExpr writes the types and units of a gate's parts too.
func dumpExpr(e *program.Expr) string {
	text := e.Span.Text()
	if e.Op == program.OpMetric || e.Op == program.OpLiteral {
		return text + ":" + e.Type.Kind.String() + e.Unit.Name
	}
	var args []string
	for _, a := range e.Args {
		args = append(args, dumpExpr(a))
	}
	return "(" + strings.Join(args, " ") + ")"
}

func letValue(t *testing.T, text string) *program.Expr {
	t.Helper()
	u := compileText("let v = " + text + "\nsource a from csv {\n  path = \"a.csv\"\n  columns { x integer }\n}\nrule r over a {\n  assert v != null as v\n}\n")
	for _, d := range u.Diags {
		t.Fatal(describe(d))
	}
	return u.Program.Rules[0].Assert[0].Cond.Args[0]
}

func TestLiteralsAreExact(t *testing.T) {
	for text, want := range map[string]string{
		"123456789012345678901234567890123":      "123456789012345678901234567890123",
		"0.123456789012345678901234567890123":    "0.123456789012345678901234567890123",
		"9_223_372_036_854_775_807":              "9223372036854775807",
		"9223372036854775808":                    "9223372036854775808",
		"0.1":                                    "0.1",
		"1e6":                                    "1000000",
		"1.50":                                   "1.50",
		"-0.30":                                  "-0.30",
		"0.05%":                                  "0.0005",
		"25bp":                                   "0.0025",
		"2GB":                                    "2000000000",
		"99999999999999999999999999999999999999": "99999999999999999999999999999999999999",
	} {
		if e := letValue(t, text); e.Op != program.OpLiteral || e.Value.String() != want {
			t.Errorf("%s is %s, want %s", text, e.Value.String(), want)
		}
	}
	if e := letValue(t, "1.5h"); e.Type.Kind != schema.Duration || e.Value.Int != 5400e6 {
		t.Errorf("1.5h is %v", e.Value)
	}
}

// The bound of floats is the number that was written, not the float nearest to it.
func TestBoundsOfFloatsAreExact(t *testing.T) {
	source := func(name string) string {
		return "source " + name + " from csv {\n  path = \"a.csv\"\n  columns { id string, v float unit \"CNY\" }\n}\n"
	}
	u := compileText(source("a") + source("b") + "rule r between a, b {\n  key id\n  compare v within 0.001 or 0.1 CNY or 1%\n}\n")
	for _, d := range u.Diags {
		t.Fatal(describe(d))
	}
	for i, want := range []string{"0.001", "0.1", "0.01"} {
		if b := u.Program.Rules[0].Compare[0].Tolerance.Bounds[i].Value; b.Type.Kind == schema.Float || b.Value.String() != want {
			t.Errorf("bound %d is %s of type %s, want %s", i, b.Value.String(), b.Type, want)
		}
	}
}

// A zone-less literal takes the zone of the column that it meets, also through a let, else that
// of the rule's schedule.
func TestZonelessLiteralsTakeTheZoneOfTheirColumn(t *testing.T) {
	source := func(name, zone string) string {
		return "source " + name + " from csv {\n  path = \"a.csv\"\n" + zone + "  columns { id string, at timestamp }\n}\n"
	}
	text := "let cut = 2026-11-20T06:30\nlet cuts = [2026-11-20T06:30, 2026-11-20T06:30]\n" + source("a", "  zone = \"Asia/Shanghai\"\n") + source("b", "") +
		"rule r between a, b {\n  schedule { cron = \"0 0 * * *\", zone = \"Europe/Berlin\" }\n  key id\n" +
		"  compare a.at = b.at where a.at > cut and b.at > cut and a.at in cuts and b.at in cuts and (2026-11-20T06:30 < a.at ? b.at > 2026-11-20T06:30 : false)\n}\n"
	u := compileText(text)
	for _, d := range u.Diags {
		t.Fatal(describe(d))
	}
	const utc, shanghai, berlin = 1795156200, 8 * 3600, 3600
	var got []int64
	u.Program.Rules[0].Compare[0].Where.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpLiteral && e.Type.Kind == schema.Timestamp {
			got = append(got, e.Value.Int/1e6)
		}
		return true
	})
	for i, offset := range []int64{shanghai, berlin, shanghai, shanghai, berlin, berlin, shanghai, berlin} {
		if i >= len(got) || got[i] != utc-offset {
			t.Fatalf("literals are %v, number %d should be %d", got, i, utc-offset)
		}
	}
}

// What does not decide a verdict does not change the text of a definition, and what does, does.
func TestFingerprintText(t *testing.T) {
	const text = `let tiny = 0.010
source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}
source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}
rule r between a, b {
  title = "x"
  key id
  compare amount within 0.01 or 1% where a.id != "x"
  compare upper(id) as upper
  fail when mismatch.count > 0
}
`
	textOf := func(text string) string {
		u := compileText(text)
		if len(u.Diags) > 0 {
			t.Fatal(describe(u.Diags[0]))
		}
		return u.Program.Rule("r").Text
	}
	base := textOf(text)
	for _, change := range [][2]string{
		{`title = "x"`, `title = "y"`}, {`title = "x"`, `owner = "x"`}, {"fail when mismatch.count > 0", "warn when missing.count > 2"}, {"within 0.01", "within tiny"},
		{"0.01 or 1%", "1% or 0.01 CNY"}, {"0.01 or 1%", "0.01000 or 100bp"}, {"compare upper(id) as upper", "compare upper(id) as upper # same"},
		{"  key id\n", "  # a comment\n  key   id\n"}, {`path = "a.csv"`, `path = "c.csv"`}, {"let tiny = 0.010\n", "param p: integer = 1\n## doc\nlet tiny = 0.01\n"},
		{"  compare amount within 0.01 or 1% where a.id != \"x\"\n  compare upper(id) as upper\n", "  compare id | upper() as upper\n  compare amount within 0.01 or 1% where a.id != 'x'\n"},
	} {
		if got := textOf(strings.Replace(text, change[0], change[1], 1)); got != base {
			t.Errorf("%q → %q changes the text to\n%s", change[0], change[1], got)
		}
	}
	for _, change := range [][2]string{
		{"within 0.01", "within 0.02"}, {"0.01 or 1%", "0.01 and 1%"}, {"0.01 or 1%", "0.01"}, {`"CNY"`, `"USD"`}, {"decimal(18, 2)", "decimal(18, 4)"}, {`a.id != "x"`, `a.id == "x"`},
		{`!= "x"`, `!= "y"`}, {"key id", "key lower(id) as id"}, {"as upper", "as big"}, {"compare upper(id) as upper", ""}, {"title", "duplicates = \"pair\"\n  title"},
		{"between a, b", "between b, a"}, {"between a, b", "between a, b as c"}, {"path = \"a.csv\"", "path = \"a.csv\"\n  where id != \"\""}, {"id string, ", "id string = column(\"ID\"), "},
		{"path = \"a.csv\"", "path = \"a.csv\"\n  bad_rows = \"report\""}, {"title", "baseline = b\n  title"},
	} {
		after := strings.ReplaceAll(text, change[0], change[1])
		if strings.Contains(change[1], "b as c") {
			after = strings.ReplaceAll(after, "b.", "c.")
		}
		if after == text {
			t.Fatalf("%q is not in the text", change[0])
		}
		if textOf(after) == base {
			t.Errorf("%q → %q does not change the text", change[0], change[1])
		}
	}
}

// Lets that double each other must not grow without bound.
func TestLetsThatDouble(t *testing.T) {
	var b strings.Builder
	b.WriteString("let a00 = 1\n")
	for i := 1; i < 64; i++ {
		b.WriteString("let a" + itoa(i) + " = a" + itoa(i-1) + " - a" + itoa(i-1) + "\n")
	}
	diags := compileText(b.String()).Diags
	if len(diags) != 1 || diags[0].Code != diag.TooLong {
		t.Fatalf("got %v", diags)
	}
}

func itoa(i int) string { return string(rune('0'+i/10)) + string(rune('0'+i%10)) }
