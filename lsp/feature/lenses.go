package feature

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Runnable is a rule or a test over which an editor shows what can be done with it.
type Runnable struct {
	Span  diag.Span // of its name or title
	Rule  string    // as the state knows it
	Test  string    // title; "" of a rule
	Tests int       // of a rule: how many tests of the file run it
}

// Runnables are the rules and tests of a file, in the order of the text.
func Runnables(s *Snapshot) (list []Runnable) {
	tests := map[string]int{}
	for _, d := range s.File.Decls {
		if t, ok := d.(*syntax.Test); ok && t.Rule != nil {
			tests[t.Rule.Last().Name]++
		}
	}
	for _, d := range s.File.Decls {
		switch d := d.(type) {
		case *syntax.Rule:
			list = append(list, Runnable{Span: d.Name.Span, Rule: d.Name.Name, Tests: tests[d.Name.Name]})
		case *syntax.Test:
			if d.Rule != nil && d.Title != nil {
				list = append(list, Runnable{Span: d.Title.Span, Rule: d.Rule.Last().Name, Test: d.Title.Value})
			}
		}
	}
	return list
}
