package check_test

import (
	"testing"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

func BenchmarkParseAndCheck5000Lines(b *testing.B) {
	file := &diag.File{Name: "bench.recon", Text: []byte(langtest.LargeFile(5000))}
	if u := compile(file); len(u.Diags) > 0 {
		b.Fatal(describe(u.Diags[0]))
	}
	b.ReportAllocs()
	for b.Loop() {
		compile(file)
	}
}

func BenchmarkCheck5000Lines(b *testing.B) {
	tree, _ := syntax.Parse(&diag.File{Name: "bench.recon", Text: []byte(langtest.LargeFile(5000))})
	cat := catalog()
	b.ReportAllocs()
	for b.Loop() {
		check.Files([]*syntax.File{tree}, nil, cat)
	}
}
