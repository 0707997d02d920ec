package diag

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// sample has everything that a diagnostic can have.
func sample() List {
	f := &File{Name: "rules/对账 1.recon", Text: []byte("let 甲 = 5min\nlet b = 甲 && 1\n")}
	m := "5m"
	start := strings.Index(string(f.Text), "5min")
	amp := strings.Index(string(f.Text), "&&")
	return List{
		{Code: UnknownUnit, Span: Span{f, start, start + 4}, Message: `there is no unit "min"`, Hint: "write: 5m",
			Fixes: []Fix{{"write 5m", []Edit{{Span{f, start, start + 4}, m}}, true}}},
		{Code: RefusedOperator, Severity: Warning, Span: Span{f, amp, amp + 2}, Message: "100% wrong, and: <odd>",
			Related: []Related{{Span{f, 4, 7}, "see here"}}},
		{Code: "RC3999", Severity: Info, Message: "of no file"},
	}
}

func TestFormatsAreAsPublished(t *testing.T) {
	l := sample()
	files := []*File{l[0].Span.File, {Name: "rules/good.recon"}}
	for name, write := range map[string]func(io.Writer) error{
		"json":   func(w io.Writer) error { return JSON(w, l) },
		"sarif":  func(w io.Writer) error { return SARIF(w, l, "0.1.0") },
		"github": func(w io.Writer) error { return GitHub(w, l) },
		"gitlab": func(w io.Writer) error { return GitLab(w, l) },
		"junit":  func(w io.Writer) error { return JUnit(w, files, l, false) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, b.String(), want)
		}
		switch name {
		case "json", "sarif", "gitlab":
			if !json.Valid([]byte(b.String())) {
				t.Errorf("%s is no JSON", name)
			}
		case "junit":
			if err := xml.Unmarshal([]byte(b.String()), new(struct{})); err != nil {
				t.Errorf("junit: %v", err)
			}
		}
	}
}

func TestEmptyListIsAnEmptyArray(t *testing.T) {
	var b strings.Builder
	if err := JSON(&b, nil); err != nil || !strings.Contains(b.String(), "[]") {
		t.Errorf("got %s, %v", b.String(), err)
	}
}

func TestCodesAreListedOnceAndExplained(t *testing.T) {
	seen := map[Code]bool{}
	for _, e := range Codes() {
		if seen[e.Code] || e.Title == "" || e.Why == "" || len(e.Code) != 6 || !strings.HasPrefix(string(e.Code), "RC") {
			t.Errorf("%s: listed twice, without words, or no code", e.Code)
		}
		seen[e.Code] = true
		if got, ok := Explain(e.Code); !ok || got != e {
			t.Errorf("Explain(%s) = %v, %v", e.Code, got, ok)
		}
	}
	if _, ok := Explain("RC0000"); ok {
		t.Error("RC0000 is explained")
	}
}
