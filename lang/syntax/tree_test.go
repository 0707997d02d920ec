package syntax_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

// healthy parses text that has no faults.
func healthy(t *testing.T, text string) *syntax.File {
	t.Helper()
	tree, diags := parse(text)
	for _, d := range diags {
		t.Fatalf("%s: %q: %s", d.Code, d.Span.Text(), d.Message)
	}
	return tree
}

// value parses text as the value of a let.
func value(t *testing.T, text string) *syntax.Expr {
	t.Helper()
	return healthy(t, "let x = "+text).Decls[0].(*syntax.Let).Value
}

func TestTokensOfAnExpression(t *testing.T) {
	for text, want := range map[string]string{
		"a.b + 1":                    "Name:a Op:. Name:b Op:+ Number:1",
		"5m*0.1%-1_000":              "Quantity:5m Op:* Quantity:0.1% Op:- Number:1_000",
		"100 CNY > 1e-6":             "Money:100 CNY Op:> Number:1e-6",
		"2026-11-20-1d":              "Date:2026-11-20 Op:- Quantity:1d",
		"2026-11-20T06:30:00":        "Datetime:2026-11-20T06:30:00",
		"x2026 - 11":                 "Name:x2026 Op:- Number:11",
		"f(1, # why\n  2)":           "Name:f Op:( Number:1 Op:, Number:2 Op:)",
		"\"a ${b | f('}')} c\" != d": "String:\"a ${b | f('}')} c\" Op:!= Name:d",
		"not (金额_1 in ['x'])":        "Name:not Op:( Name:金额_1 Name:in Op:[ String:'x' Op:] Op:)",
	} {
		e := value(t, text)
		var got []string
		for _, tok := range e.Tokens {
			got = append(got, fmt.Sprintf("%s:%s", tok.Kind, e.TokenText(tok)))
			if s := e.TokenSpan(tok); s.Text() != e.TokenText(tok) {
				t.Errorf("%s: the span of %s is that of %s", text, e.TokenText(tok), s.Text())
			}
		}
		if strings.Join(got, " ") != want || e.Text != text {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestExpressionsEndWhereTheyShould(t *testing.T) {
	tree := healthy(t, `rule r between a, b {
  compare a.x + 1 = f(b.y, where) within 1 or m.limit ignoring case, space where where == on and not in_x as as
  key within
  on missing where a.x in [1] { do x }
  on missing b where b.x > {"k": 1} { do x }
}
view v from a {
  join src.r as q on id = q.id, f(b) = q.b
  group day(at) as day, id { n integer = count() }
}`)
	var got []string
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Expr:
			got = append(got, n.Text)
			return false
		case *syntax.Ident, *syntax.Lit:
			return false
		}
		return true
	})
	want := []string{"a.x + 1", "f(b.y, where)", "1", "m.limit", "where == on and not in_x", "within", "a.x in [1]", `b.x > {"k": 1}`,
		"id", "q.id", "f(b)", "q.b", "day(at)", "id", "count()"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	c := tree.Decls[0].(*syntax.Rule).Body.Stmts[0].(*syntax.Compare)
	if c.As.Name != "as" || len(c.Ignoring) != 2 || c.Within.All || len(c.Within.Amounts) != 2 {
		t.Errorf("got %+v", c)
	}
}

func TestStringsAreDecoded(t *testing.T) {
	for text, want := range map[string]string{
		`"a\\b\"c\'d\n\t\r\$\u{1F600}\u{41}"`: "a\\b\"c'd\n\t\r$😀A",
		`'a${b}\''`:                           "a${b}'",
		`""`:                                  "",
		`"${1}"`:                              "<1>",
		`"a${x | f("}")}b${"c${d}"}"`:         `a<x | f("}")>b<"c${d}">`,
		`"\${x}$y${ {"a": 1} | f() }"`:        `${x}$y< {"a": 1} | f() >`,
		"\"\"\"a \"b\" ${c} \\n\"\"\"":        `a "b" ${c} \n`,
		"\"\"\"\n    a\n      b\n\n    c\n    \"\"\"": "a\n  b\n\nc",
		"\"\"\"\r\n  a\r\n  b\r\n  \"\"\"":            "a\nb",
		"\"\"\"\n\ta\n\tb\"\"\"":                      "a\nb",
		"\"\"\"\n  \"\"\"":                            "",
		"\"\"\"\"\"\"":                                "",
	} {
		e := value(t, text)
		got := ""
		for _, part := range e.Parts(e.Tokens[0]) {
			if part.Expr != nil {
				got += "<" + part.Expr.Text + ">"
				if part.Expr.Span.Text() != part.Expr.Text || part.Span != part.Expr.Span {
					t.Errorf("%s: the span of %s is that of %s", text, part.Expr.Text, part.Expr.Span.Text())
				}
			} else {
				got += part.Text
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	tree := healthy(t, "import \"a\\\\b\\u{4e2d}.recon\" as x\ntest 'it\\'s' for r {}")
	if got := tree.Decls[0].(*syntax.Import).Path.Value; got != `a\b中.recon` {
		t.Errorf("got %q", got)
	}
	if got := tree.Decls[1].(*syntax.Test).Title.Value; got != "it's" {
		t.Errorf("got %q", got)
	}
}

func TestDocCommentsBelongToWhatFollows(t *testing.T) {
	tree := healthy(t, `## the edition
recon 1
# plain
## one
##  two
# plain between
let a = 1 ## not of b
let b = 2
## lost

let c = 3
source s from csv {
  ## of path
  path = "x"
  columns {
    ## of id
    id string
  }
  ## of nothing
}
`)
	var got []string
	syntax.Walk(tree, func(n syntax.Node) bool {
		if d, ok := n.(interface{ DocText() string }); ok {
			got = append(got, d.DocText())
		}
		return true
	})
	want := []string{"the edition", "one\n two", "", "", "", "of path", "", "of id"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(tree.Comments); n != 10 || !tree.Comments[0].Doc || tree.Comments[1].Doc {
		t.Errorf("%d comments, %v", n, tree.Comments)
	}
}

func TestCellsAreDecoded(t *testing.T) {
	tree := healthy(t, "test \"t\" for r {\n  given a {\n    | a | b\\|c | \"d | \\\"e\" | '' |  | null | # not a comment | x\\y | # one\n  }\n}")
	row := tree.Decls[0].(*syntax.Test).Body.Stmts[0].(*syntax.Given).Body.Stmts[0].(*syntax.Row)
	var got []string
	for _, c := range row.Cells {
		got = append(got, fmt.Sprintf("%s %v %v", c.Text, c.Quoted, c.Null()))
	}
	want := []string{"a false false", "b|c false false", "d | \"e true false", " true false", " false true", "null false false", "# not a comment false false", "x\\y false false"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(tree.Comments) != 1 {
		t.Errorf("%d comments", len(tree.Comments))
	}
}

func TestKeywordsAreSoft(t *testing.T) {
	healthy(t, `let rule = 1
let from = rule + where + on
param param: date
source source from from {
  key = "x"
  where where == 1
  columns = "x"
  columns {
    key string
    columns integer = where
    where string unit "unit" = from
    unit decimal(1, 2) unit unit
    recon string
  }
}
rule over over over {
  unique unique, key as as
  assert where as assert
}
rule key between key, compare as where {
  key key = key
  compare compare within limit where where as as
}
test "t" for test {
  given from from "from"
  given after after 5s from "x"
  expect matched 1
}
`)
}

func TestBrokenNamesAreKnown(t *testing.T) {
	tree, _ := parse("source a csv { path = 5 }\nsource b from csv {\n  columns {\n    amount decimal(18, 2\n  }\n}\n")
	bad := tree.Decls[0].(*syntax.BadDecl)
	if bad.Name == nil || bad.Name.Name != "a" || len(bad.Body.Stmts) != 1 || bad.Body.Kind != syntax.SourceBlock {
		t.Errorf("got %+v", bad)
	}
	column := tree.Decls[1].(*syntax.Source).Body.Stmts[0].(*syntax.Section).Body.Stmts[0].(*syntax.BadStmt)
	if column.Name == nil || column.Name.Name != "amount" {
		t.Errorf("got %+v", column)
	}
}

func TestPath(t *testing.T) {
	text := "source s from csv {\n  path = \"x\" + y\n}\n"
	tree := healthy(t, text)
	for at, want := range map[string]string{
		"y\n":    "File Source Block Attribute Expr",
		"path":   "File Source Block Attribute Ident",
		"csv":    "File Source Ident",
		"source": "File Source",
	} {
		var got []string
		for _, n := range syntax.Path(tree, strings.Index(text, at)+1) {
			got = append(got, reflect.TypeOf(n).Elem().Name())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("at %q: got %s, want %s", at, got, want)
		}
	}
}

// TestEqualSeesEveryToken changes one token at a time.
func TestEqualSeesEveryToken(t *testing.T) {
	for _, f := range langtest.Examples(t) {
		tree, _ := syntax.Parse(f)
		if same, _ := syntax.Parse(f); !syntax.Equal(tree, same) {
			t.Errorf("%s does not equal itself", f.Name)
		}
		for _, tok := range tree.Tokens {
			text := string(f.Text[tok.Start:tok.End])
			switch tok.Kind {
			case syntax.Name:
				text += "_"
			case syntax.Number, syntax.Date:
				text = "1" + text
			case syntax.String, syntax.Text:
				text = text[:len(text)-1] + "x" + text[len(text)-1:]
				if tok.Kind == syntax.Text {
					text = strings.Replace(string(f.Text[tok.Start:tok.End]), "select", "selects", 1)
				}
			case syntax.TableRow:
				text = strings.Replace(text, "| ", "| x", 1)
			default:
				continue
			}
			other, diags := syntax.Parse(&diag.File{Name: f.Name, Text: slicesReplace(f.Text, tok.Start, tok.End, text)})
			if len(diags) == 0 && syntax.Equal(tree, other) {
				t.Errorf("%s: %q for %q makes no difference", f.Name, text, f.Text[tok.Start:tok.End])
			}
		}
	}
}

// TestTableOfStatements sees to it that the table, the grammars and the tree speak of the same
// statements: each form in the table can be read once its placeholders are filled in.
func TestTableOfStatements(t *testing.T) {
	fill := strings.NewReplacer("SOURCE.changes", "s.changes", "NAME.COLUMN", "n.c", "A.COLUMN", "a.c", "B.COLUMN", "b.c", "CONDITION", "x > 1",
		"TOLERANCE", "0.01", "OUTCOME", "missing", "NAME", "n", "EXPR", "1", "TYPE", "integer", "PLUGIN", "csv", "SOURCE", "s", "SIDE", "s",
		"PARAM", "p", "OLD", "a", "NEW", "b", "RULE", "r", "TITLE", "t", "TEMPLATE", "t", "ACTION", "a", "COLUMN", "c", "FILE", "f", "CELL", "1", "…", "")
	frames := map[syntax.BlockKind]string{
		syntax.FileBlock: "%s", syntax.SourceBlock: "source s from csv {\n%s\n}", syntax.ActionBlock: "action a from x {\n%s\n}",
		syntax.ViewBlock: "view v from s {\n%s\n}", syntax.BetweenBlock: "rule r between a, b {\n%s\n}", syntax.OverBlock: "rule r over a {\n%s\n}",
		syntax.TemplateBlock: "template t() {\n%s\n}", syntax.TestBlock: "test \"t\" for r {\n%s\n}",
		syntax.ScheduleBlock: "rule r over a {\nschedule {\n%s\n}\n}", syntax.WindowBlock: "rule r over a {\nwindow {\n%s\n}\n}",
		syntax.ColumnsBlock: "source s from csv {\ncolumns {\n%s\n}\n}", syntax.GroupBlock: "view v from s {\ngroup a {\n%s\n}\n}",
		syntax.HandlerBlock: "rule r over a {\non missing {\n%s\n}\n}", syntax.DoBlock: "rule r over a {\non missing {\ndo x {\n%s\n}\n}\n}",
		syntax.TriggerBlock: "rule r over a {\ntrigger a.changes {\n%s\n}\n}", syntax.RunBlock: "test \"t\" for r {\nrun at 2026-11-20 {\n%s\n}\n}",
		syntax.GivenBlock: "test \"t\" for r {\ngiven a {\n%s\n}\n}", syntax.ExpectBlock: "test \"t\" for r {\nexpect missing a {\n%s\n}\n}",
	}
	for _, s := range syntax.Statements {
		if s.Doc == "" || !strings.HasSuffix(s.Doc, ".") || len(s.In) == 0 {
			t.Errorf("%s is not described", s.Name)
		}
		for _, form := range strings.Split(s.Form, " or ") {
			text := fill.Replace(form)
			for k, frame := range frames {
				if (k == syntax.ColumnsBlock || k == syntax.GroupBlock) && s.Name != "column" {
					continue // there, any two names are a column
				}
				_, diags := parse(fmt.Sprintf(frame, text))
				takes := slices.ContainsFunc(syntax.Statements, func(o syntax.Statement) bool { return o.Form == s.Form && o.Takes(k) })
				if takes != (len(diags) == 0) {
					t.Errorf("%s in %s: %v %v", text, k, s.Takes(k), diags)
				}
			}
		}
	}
}
