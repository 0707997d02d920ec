package syntax_test

import (
	"testing"

	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

func BenchmarkLex(b *testing.B) {
	f := langtest.Long(b, 5000)
	b.ReportAllocs()
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		syntax.Scan(f.Text)
	}
}

func BenchmarkParse(b *testing.B) {
	f := langtest.Long(b, 5000)
	b.ReportAllocs()
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		if _, diags := syntax.Parse(f); len(diags) > 0 {
			b.Fatal(diags)
		}
	}
}
