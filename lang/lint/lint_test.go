package lint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/lint"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

func catalog([]string) schema.Catalog {
	sources := map[string]schema.Source{}
	for name, source := range plugins.Builtin() {
		sources[name] = source().Describe()
	}
	actions := map[string]schema.Action{
		"webhook": {Name: "webhook", Settings: []schema.Setting{
			{Name: "url", Type: schema.Type{Kind: schema.Secret}, Required: true}, {Name: "headers", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.Secret}}},
		}, Fields: []schema.Setting{{Name: "text", Type: schema.Type{Kind: schema.String}}}},
	}
	actions["slack"], actions["dingtalk"] = actions["webhook"], actions["webhook"]
	text, secret := schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Secret}
	actions["redis"] = schema.Action{Name: "redis", PerBreak: true, Settings: []schema.Setting{{Name: "url", Type: secret}, {Name: "command", Type: text}}, Fields: []schema.Setting{
		{Name: "limit", Type: schema.Type{Kind: schema.Integer}}, {Name: "approval", Type: text}, {Name: "verify", Type: schema.Type{Kind: schema.Duration}},
	}}
	sources["redis"] = schema.Source{Name: "redis", Abilities: schema.Abilities{Lookup: true}, Settings: []schema.Setting{{Name: "url", Type: secret}, {Name: "key", Type: text}, {Name: "read", Type: text}}}
	return schema.Catalog{Sources: sources, Actions: actions}
}

func compile(files ...*diag.File) *lang.Unit { return lang.Compile(files, catalog) }

// Each file of testdata/lints.txtar is checked by itself. Where it does not speak of tests, rules without one are
// passed over, so that a case need not have them.
func TestCases(t *testing.T) {
	langtest.Run(t, "testdata/*.txtar", func(t *testing.T, c *langtest.Case) diag.List {
		var all diag.List
		for _, f := range c.Files {
			u := lang.CompileAll([]*diag.File{f}, func(name string) (*diag.File, error) {
				i := slices.IndexFunc(c.Files, func(f *diag.File) bool { return f.Name == name })
				return c.Files[i], nil
			}, catalog)
			all = append(all, u.Diags...)
			for _, d := range u.Lint() {
				if d.Code != diag.NoTest || strings.Contains(string(f.Text), string(diag.NoTest)) {
					all = append(all, d)
				}
			}
		}
		return all
	})
}

// The page of a lint shows what gets it, and what does not.
func TestLintsAreExplainedByTrueExamples(t *testing.T) {
	ignore := func(l diag.List, e diag.Explanation) diag.List {
		return slices.DeleteFunc(l, func(d diag.Diagnostic) bool { return d.Code == diag.NoTest && e.Code != diag.NoTest })
	}
	codes := []diag.Code{diag.UnusedAllow, diag.BadAllow}
	for _, c := range lint.Checks {
		codes = append(codes, c.Code)
	}
	for _, e := range diag.Codes() {
		if !e.Code.Lint() {
			continue
		}
		if !slices.Contains(codes, e.Code) {
			t.Errorf("%s is explained and not looked for", e.Code)
		}
		if e.Bad == "" || e.Good == "" {
			t.Errorf("%s has no example", e.Code)
			continue
		}
		bad := compile(&diag.File{Name: "bad.recon", Text: []byte(e.Bad)})
		if found := ignore(bad.Lint(), e); bad.Diags.HasErrors() || len(found) != 1 || found[0].Code != e.Code {
			t.Errorf("%s: the bad example\n%sgives %v %v", e.Code, e.Bad, bad.Diags, found)
		}
		good := compile(&diag.File{Name: "good.recon", Text: []byte(e.Good)})
		if found := ignore(good.Lint(), e); good.Diags.HasErrors() || len(found) != 0 {
			t.Errorf("%s: the good example\n%sgives %v %v", e.Code, e.Good, good.Diags, found)
		}
	}
	for _, code := range codes {
		if _, ok := diag.Explain(code); !ok {
			t.Errorf("%s is not explained", code)
		}
	}
}

// A fix of the bad example leaves a file without errors, in which the lint finds nothing.
func TestFixesOfExamplesMend(t *testing.T) {
	mended := 0
	for _, e := range diag.Codes() {
		if !e.Code.Lint() {
			continue
		}
		for _, d := range compile(&diag.File{Name: "bad.recon", Text: []byte(e.Bad)}).Lint() {
			if d.Code != e.Code {
				continue
			}
			for _, f := range d.Fixes {
				text := e.Bad
				for _, edit := range slices.Backward(f.Edits) {
					text = text[:edit.Span.Start] + edit.New + text[edit.Span.End:]
				}
				u := compile(&diag.File{Name: "mended.recon", Text: []byte(text)})
				for _, left := range slices.Concat(u.Diags, u.Lint()) {
					if left.Severity == diag.Error || left.Code == e.Code {
						t.Errorf("%s: %s leaves %s %s in\n%s", e.Code, f.Title, left.Code, left.Message, text)
					}
				}
				mended++
			}
		}
	}
	if mended < 8 {
		t.Errorf("only %d fixes", mended)
	}
}
