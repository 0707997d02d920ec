package main

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/ruletest"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
)

// update writes what tests found into the files as what they expect, laid out.
func (p *project) update(env environment, results []*ruletest.Result) error {
	edits, left := ruletest.Update(results)
	all := slices.Clone(p.files)
	for _, e := range edits { // a test may stand in a file that was imported
		if !slices.Contains(all, e.Span.File) {
			all = append(all, e.Span.File)
		}
	}
	changed := lang.Edit(all, edits)
	for i, f := range changed {
		if bytes.Equal(f.Text, all[i].Text) {
			continue
		}
		text, found := formatted(&diag.File{Name: f.Name, Text: f.Text})
		if text == nil {
			return fmt.Errorf("update %s: what was found cannot be written as a table: %v", f.Name, found)
		}
		if err := replaceFile(f.Name, text); err != nil {
			return err
		}
		fmt.Fprintf(env.out, "%s: %s updated\n", f.Name, plural(editsOf(edits, all[i]), "place"))
	}
	for _, l := range left {
		fmt.Fprintln(env.err, l)
	}
	if len(left) > 0 {
		return exitError(exitFindings)
	}
	if len(edits) == 0 {
		fmt.Fprintf(env.out, "%s: nothing to update\n", plural(len(results), "test"))
	}
	return nil
}

func editsOf(edits []diag.Edit, f *diag.File) (n int) {
	for _, e := range edits {
		if e.Span.File == f {
			n++
		}
	}
	return n
}
