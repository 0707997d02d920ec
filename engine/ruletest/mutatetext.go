package ruletest

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/diag"
)

// MutationText writes, for each rule, the changes that no test notices.
func MutationText(w io.Writer, list []Mutation, style result.Style) error {
	for i := range list {
		m := &list[i]
		if i > 0 {
			fmt.Fprintln(w)
		}
		if m.Skipped != "" {
			fmt.Fprintf(w, "%s  not changed: %s\n", m.Rule.Name, m.Skipped)
			continue
		}
		noticed, all := m.Noticed()
		code := result.Green
		if noticed < all {
			code = result.Yellow
		}
		fmt.Fprintf(w, "%s  %s by %s  %s\n", m.Rule.Name, style.Paint(code, ratio(noticed, all, "changes noticed")), count(m.Tests, "test"), style.Paint(result.Dim, fileName(m.Rule.Span)))
		if noticed == all {
			continue
		}
		t := &result.Table{Indent: "  ", Head: []string{">line", "no test notices", "", "changed to"}}
		for _, x := range m.Mutants {
			if !x.Noticed {
				t.Add(line(x.Span, m.Rule.Span), clip(x.Was), "→", cmp.Or(clip(x.Now), "(left out)"))
			}
		}
		if err := t.Write(w, style); err != nil {
			return err
		}
	}
	return nil
}

// clip is text on one line of a report.
func clip(text string) string {
	shown := []rune(strings.Join(strings.Fields(text), " "))
	if len(shown) > maxSource {
		shown = append(shown[:maxSource-1], '…')
	}
	return string(shown)
}

// MutationDiagnostics are the changes that no test notices, as warnings.
func MutationDiagnostics(list []Mutation) (diags diag.List) {
	for i := range list {
		for _, x := range list[i].Mutants {
			if !x.Noticed {
				change := clip(x.Was) + " changed to " + clip(x.Now)
				if x.Now == "" {
					change = clip(x.Was) + " left out"
				}
				diags = append(diags, diag.Diagnostic{Code: diag.MutantLives, Severity: diag.Warning, Span: x.Span,
					Message: fmt.Sprintf("no test of %s notices %s", list[i].Rule.Name, change)})
			}
		}
	}
	return diags
}

type jsonMutation struct {
	Rule    string       `json:"rule"`
	Noticed int          `json:"noticed"`
	Of      int          `json:"of"`
	Skipped string       `json:"skipped,omitempty"`
	Mutants []jsonMutant `json:"mutants"`
}

type jsonMutant struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Was     string `json:"was"`
	Now     string `json:"now"`
	Noticed bool   `json:"noticed"`
}

// MutationJSON writes an object for each rule, one a line.
func MutationJSON(w io.Writer, list []Mutation) error {
	out := lines(w)
	for i := range list {
		m := &list[i]
		j := jsonMutation{Rule: m.Rule.Name, Skipped: m.Skipped, Mutants: []jsonMutant{}}
		j.Noticed, j.Of = m.Noticed()
		for _, x := range m.Mutants {
			to := jsonMutant{Was: x.Was, Now: x.Now, Noticed: x.Noticed}
			to.File, to.Line = at(x.Span)
			j.Mutants = append(j.Mutants, to)
		}
		if err := out.Encode(j); err != nil {
			return err
		}
	}
	return nil
}
