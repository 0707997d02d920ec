package lsp

import (
	"fmt"

	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

// codeLenses offer to run each test, to plan each rule and to run its tests, and show what its last run found.
func (c *call) codeLenses(_ *glsp.Context, p *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.CodeLens{}
	verdicts := c.verdicts(d)
	for _, r := range feature.Runnables(s) {
		add := func(title, command string, test string) {
			lens := protocol.CodeLens{Range: c.rangeOf(d, r.Span), Command: &protocol.Command{Title: title, Command: command}}
			if command != "" {
				lens.Command.Arguments = []any{commandArgument{p.TextDocument.URI, r.Rule, test}}
			}
			out = append(out, lens)
		}
		if r.Test != "" {
			add("run this test", TestCommand, r.Test)
			continue
		}
		add("plan this rule", PlanCommand, "")
		switch r.Tests {
		case 0:
		case 1:
			add("run its test", TestCommand, "")
		default:
			add(fmt.Sprintf("run its %d tests", r.Tests), TestCommand, "")
		}
		if v, ok := verdicts[r.Rule]; ok {
			add(v.String(), "", "")
		}
	}
	return out, nil
}

// String is the verdict in one line.
func (v Verdict) String() string {
	open := fmt.Sprintf("%d open breaks", v.Open)
	switch {
	case v.More:
		open = fmt.Sprintf("more than %d open breaks", v.Open)
	case v.Open == 0:
		open = "nothing open"
	case v.Open == 1:
		open = "1 open break"
	}
	return fmt.Sprintf("%s %s, %s", map[string]string{"pass": "passed", "fail": "failed", "trouble": "in trouble"}[v.Text], v.When, open)
}
