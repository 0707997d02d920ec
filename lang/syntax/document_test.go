package syntax_test

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

// snippets are what the edits of a property put into a file.
var snippets = []string{"", "", "x", " ", "\n", "\n\n", "(", ")", "{", "}", "\"", "'", "\"\"\"", "|", "| a |", "# c", "## doc\n", ",", "=", " + ", ".", "\xff",
	"let a = 1\n", "\nlet b = (\n", "source s from csv {\n", "\nrule r over s {\n  key x\n}\n", "recon 1\n", "columns", "key a.b = c.d\n", "\n| a | b |\n", "${", "5min"}

// edit replaces some bytes of text.
func edit(t *rapid.T, text []byte) []byte {
	from := rapid.IntRange(0, len(text)).Draw(t, "from")
	to := min(len(text), from+rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2, 5, 40, 400}).Draw(t, "length"))
	with := rapid.SampledFrom(snippets).Draw(t, "with")
	if rapid.IntRange(0, 9).Draw(t, "copy") == 0 {
		at := rapid.IntRange(0, len(text)).Draw(t, "copy from")
		with = string(text[at:min(len(text), at+300)])
	}
	return slicesReplace(text, from, to, with)
}

// TestADocumentIsReadAsItsTextIs makes a row of edits and compares each tree with that of the
// whole text read anew.
func TestADocumentIsReadAsItsTextIs(t *testing.T) {
	var texts [][]byte
	for _, f := range langtest.Examples(t) {
		texts = append(texts, f.Text, bytes.ReplaceAll(f.Text, []byte("\n"), []byte("\r\n")))
	}
	texts = append(texts, nil, []byte("\uFEFFlet a = 1\nlet a = 1\nlet a = 1\nlet b = f(\nlet c = 2\n)\n"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		var doc syntax.Document
		var undo [][]byte
		for range rapid.IntRange(1, 12).Draw(t, "edits") {
			f := &diag.File{Name: "f.recon", Text: text}
			got, gotDiags := doc.Update(f)
			want, wantDiags := syntax.Parse(f)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("of\n%s\nthe tree differs at %s", text, difference(reflect.ValueOf(got), reflect.ValueOf(want), "tree"))
			}
			if !reflect.DeepEqual(gotDiags, wantDiags) && len(gotDiags)+len(wantDiags) > 0 {
				t.Fatalf("of\n%s\ngot  %v\nwant %v", text, faultsOf(gotDiags), faultsOf(wantDiags))
			}
			undo = append(undo, text)
			if rapid.IntRange(0, 4).Draw(t, "undo") == 0 {
				text = rapid.SampledFrom(undo).Draw(t, "to")
			} else {
				text = edit(t, text)
			}
		}
	})
}

// difference is the path of the first place at which two values differ.
func difference(a, b reflect.Value, path string) string {
	if a.Kind() != b.Kind() || a.IsValid() && a.Type() != b.Type() {
		return path
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return path
			}
			return ""
		}
		if a.Kind() == reflect.Pointer && a.Pointer() == b.Pointer() {
			return ""
		}
		return difference(a.Elem(), b.Elem(), path)
	case reflect.Struct:
		for i := range a.NumField() {
			if at := difference(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name); at != "" {
				return at
			}
		}
	case reflect.Slice:
		if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
			return fmt.Sprintf("%s: %d and %d", path, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if at := difference(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i)); at != "" {
				return at
			}
		}
	default:
		if !a.Equal(b) {
			return fmt.Sprintf("%s: %v and %v", path, a, b)
		}
	}
	return ""
}

func faultsOf(list diag.List) (words []string) {
	for _, d := range list {
		words = append(words, fmt.Sprintf("%s at %d: %s", d.Code, d.Span.Start, d.Message))
	}
	return words
}

func BenchmarkParseAfterAnEdit(b *testing.B) {
	f := langtest.Long(b, 5000)
	at := bytes.Index(f.Text, []byte("compare"))
	var doc syntax.Document
	doc.Update(f)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		text := slicesReplace(f.Text, at, at+7, "compare"+"         "[:i%8])
		if _, diags := doc.Update(&diag.File{Name: f.Name, Text: text}); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}
