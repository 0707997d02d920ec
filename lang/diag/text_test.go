package diag

import (
	"strings"
	"testing"
	"time"
)

// at is a diagnostic at the first place of want in text.
func at(text, want string) Diagnostic {
	f := &File{Name: "cash.recon", Text: []byte(text)}
	start := strings.Index(text, want)
	return Diagnostic{Code: "RC2004", Span: Span{f, start, start + len(want)}, Message: "something is wrong"}
}

func render(t *testing.T, color bool, d ...Diagnostic) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, d, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		d    Diagnostic
		want string
	}{
		"ascii": {at("rule cash between a, b {\n  compare a.x = b.amout within 0.01\n}\n", "amout"), `
cash.recon:2:19: error RC2004: something is wrong
    2 |   compare a.x = b.amout within 0.01
      |                   ^^^^^
`},
		"chinese before and within": {at("title = \"订单\" + 金额x\n", "金额x"), `
cash.recon:1:16: error RC2004: something is wrong
    1 | title = "订单" + 金额x
      |                  ^^^^^
`},
		"combining characters take no column": {at("a = \"e\u0301\" bad", "bad"), `
cash.recon:1:10: error RC2004: something is wrong
    1 | a = "` + "e\u0301" + `" bad
      |         ^^^
`},
		"tabs": {at("\tx\tbad", "bad"), `
cash.recon:1:4: error RC2004: something is wrong
    1 |     x   bad
      |         ^^^
`},
		"end of the file": {at("let a =", ""), `
cash.recon:1:1: error RC2004: something is wrong
    1 | let a =
      | ^
`},
		"line end of windows": {at("a\r\nb bad\r\n", "bad"), `
cash.recon:2:3: error RC2004: something is wrong
    2 | b bad
      |   ^^^
`},
		"byte order mark": {at("\uFEFFlet bad", "bad"), `
cash.recon:1:5: error RC2004: something is wrong
    1 | let bad
      |     ^^^
`},
		"nothing that a terminal obeys": {at("a\x1b[31m bad", "bad"), `
cash.recon:1:8: error RC2004: something is wrong
    1 | a` + "\uFFFD" + `[31m bad
      |        ^^^
`},
		"several lines": {at("a {\n b\n}", "{\n b\n}"), `
cash.recon:1:3: error RC2004: something is wrong
    1 | a {
      |   ^
`},
		"no file": {Diagnostic{Code: "RC3001", Severity: Warning, Message: "x"}, `
warning RC3001: x
`},
	} {
		if got := "\n" + render(t, false, c.d); got != c.want {
			t.Errorf("%s: got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestTextShowsHintAndRelatedPlaces(t *testing.T) {
	d := at("let a = 1\nlet a = 2\n", "a = 2")
	d.Span.End = d.Span.Start + 1
	d.Hint = `choose another name`
	d.Related = []Related{{Span{d.Span.File, 4, 5}, "a is declared here too"}}
	want := `cash.recon:2:5: error RC2004: something is wrong
    2 | let a = 2
      |     ^
   hint: choose another name
   see cash.recon:1:5: a is declared here too
`
	if got := render(t, false, d); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	colored := render(t, true, d)
	plain := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[1;31m", "", "\x1b[1;36m", "").Replace(colored)
	if plain != want || colored == want {
		t.Errorf("with color: %q", colored)
	}
}

func TestTextOfAHugeLineIsShort(t *testing.T) {
	d := at(strings.Repeat("长", 1<<20)+"bad"+strings.Repeat("x ", 1<<20), "bad")
	start := time.Now()
	got := render(t, false, d)
	took := time.Since(start)
	if len(got) > 2000 || !strings.Contains(got, "bad") || !strings.Contains(got, "^^^") || strings.Contains(got, "^^^^") {
		t.Errorf("got %d bytes: %.300s", len(got), got)
	}
	if took > 20*time.Second { // it would be minutes if each character were looked at from the beginning
		t.Errorf("took %v", took)
	}
	lines := strings.Split(got, "\n")
	if Width(lines[1][:strings.Index(lines[1], "bad")]) != strings.Index(lines[2], "^") {
		t.Errorf("the mark is in the wrong place:\n%s", got)
	}
}

func TestPosition(t *testing.T) {
	f := &File{Name: "f", Text: []byte("a\r\n\t订单x\n")}
	for offset, want := range map[int][2]int{0: {1, 1}, 1: {1, 2}, 3: {2, 1}, 4: {2, 2}, 7: {2, 3}, 10: {2, 4}, 12: {3, 1}} {
		if line, column := (Span{f, offset, offset}).Position(); line != want[0] || column != want[1] {
			t.Errorf("offset %d: got %d:%d, want %v", offset, line, column, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	names := []string{"key", "compare", "where", "amount"}
	for word, want := range map[string]string{"kye": "key", "amout": "amount", "compair": "compare", "wher": "where", "k": "", "xyz": "", "KEY": "key", "Key": "key", "金额": ""} {
		if got := Suggest(word, names); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", word, got, want)
		}
	}
}
