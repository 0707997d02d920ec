package lint

import (
	"fmt"

	"github.com/recon-lang/recon/lang/syntax"
)

// noTest finds rules between sides that no test runs. What a rule over one side claims it says itself.
func noTest(p *pass) {
	tested := map[string]bool{}
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if t, ok := d.(*syntax.Test); ok && t.Rule != nil {
				tested[t.Rule.Last().Name] = true
			}
		}
	}
	for _, r := range p.Program.Rules {
		if !r.OneSided() && !tested[r.Name] {
			p.report(r.Span, fmt.Sprintf("no test runs rule %s", r.Name), fmt.Sprintf("add: test \"what it shows\" for %s { … }", r.Name))
		}
	}
}
