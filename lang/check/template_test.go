package check_test

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/sdk/schema"
)

func compileCase(t *testing.T, name string) *lang.Unit {
	t.Helper()
	c, err := langtest.Read("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	u := lang.Compile(c.Files, func([]string) schema.Catalog { return catalog() })
	for _, d := range u.Diags {
		t.Errorf("%s: %s", d.Span.File.Name, describe(d))
	}
	return u
}

// A rule that uses templates has the definition of one in which their statements are written out, and so has a source.
func TestUseIsWritingOut(t *testing.T) {
	u := compileCase(t, "templates")
	if used, written := u.Program.Rule("used"), u.Program.Rule("written"); used == nil || written == nil {
		t.Fatal("a rule is missing")
	} else {
		if used.Text != strings.ReplaceAll(written.Text, "plain_", "order_") {
			t.Errorf("the definitions differ:\n%s\n%s", used.Text, written.Text)
		}
		if used.Owner != "treasury@example.com" || used.Severity != "low" || len(used.Gates) != 2 || len(used.Handlers) != 1 || used.Handlers[0].Do[0].Action.Name != "page" {
			t.Errorf("the rule is %+v", used)
		}
		for i, g := range used.Gates {
			if g.When.Type.String() != written.Gates[i].When.Type.String() || g.When.Args[1].Unit != written.Gates[i].When.Args[1].Unit {
				t.Errorf("gate %d differs", i)
			}
		}
	}
	for _, s := range u.Program.Sources {
		if s.Name != "order_1" {
			continue
		}
		for _, set := range s.Settings {
			switch set.Name {
			case "table":
				if !set.Value.Value.Null && set.Value.Value.Text != "order_1" {
					t.Errorf("table is %q", set.Value.Value.Text)
				}
			case "dsn":
				if set.Value.Secret == nil || set.Value.Secret.Arg != "SHARED_DSN" {
					t.Errorf("the secret is %+v", set.Value.Secret)
				}
			}
		}
	}
}

// What is wrong in a template is told once, with all its uses.
func TestAFaultInATemplateIsToldOnce(t *testing.T) {
	const text = `template t(n: integer) {
  path = "a-${m}.csv"
  columns { id string }
}
source a from csv { use t(n = 1) }
source b from csv { use t(n = 2) }
source c from csv { use t(n = 3) }
`
	diags := compileText(text).Diags
	if len(diags) != 1 || diags[0].Code != diag.UnknownName || len(diags[0].Related) != 3 {
		t.Fatalf("got %+v", diags)
	}
	for _, r := range diags[0].Related {
		if r.Span.Text() != "t" || r.Message != "used here" {
			t.Errorf("related is %q: %s", r.Span.Text(), r.Message)
		}
	}
}

// An editor finds what the names of imports, templates and their parameters mean.
func TestInfoKnowsTemplatesAndModules(t *testing.T) {
	u := compileText(`import "sources.recon" as src

let amount = src.tiny

source x from csv {
  use src.shard(n = 4)
}
`)
	want := map[string]string{"src": "module src", "tiny": "let tiny", "shard": "template shard", "n": "param n", `"sources.recon"`: "module "}
	for at, s := range u.Info.Uses {
		if w, ok := want[at.Text()]; ok && at.File.Name == "page.recon" {
			if got := string(s.Kind) + " " + s.Span.Text(); got != w {
				t.Errorf("%s means %q, want %q", at.Text(), got, w)
			}
			delete(want, at.Text())
		}
	}
	if len(want) > 0 {
		t.Errorf("nothing is known of %v", want)
	}
}
