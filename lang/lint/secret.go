package lint

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// credentials are texts with a password or a token in them.
var credentials = regexp.MustCompile(`(?i)^[^:/@\s]+:[^@/\s]+@|//[^/\s:@]*:[^/\s@]+@|\b(password|passwd|pwd|access_token|token|secret|api_?key)=[^&;\s]+|\b(bearer|basic) +[a-z0-9._~+/-]{8,}`)

// credential reports whether a text, or one of a list, is of that kind.
func credential(v schema.Value) bool {
	return credentials.MatchString(v.Text) || slices.ContainsFunc(v.List, credential)
}

// secretInText finds secrets that stand in the file, or in parameters, which are shown.
func secretInText(p *pass) {
	look := func(settings []program.Setting) {
		for _, s := range settings {
			if s.Value == nil || s.Value.Type.Kind == schema.SQL { // where token=:token is a condition
				continue
			}
			hint := fmt.Sprintf(`declare it: secret name = env("NAME"), and write %s = secret.name`, s.Name)
			s.Value.Walk(func(e *program.Expr) bool {
				switch {
				case literal(e) && credential(e.Value):
					p.report(e.Span, fmt.Sprintf("setting %q holds a password or token in plain text", s.Name), hint)
				case e.Op == program.OpParamRef && s.Value.Type.Kind == schema.Secret:
					p.report(e.Span, fmt.Sprintf("setting %q is a secret, and the value of param %s is shown in plans and results", s.Name, e.Name), hint)
				}
				return true
			})
		}
	}
	p.sources(func(s *program.Source) { look(s.Settings) })
	for _, a := range p.Program.Actions {
		look(a.Settings)
	}
	for _, d := range p.Program.Params {
		if literal(d.Default) && credentials.MatchString(d.Default.Value.Text) {
			p.report(d.Default.Span, fmt.Sprintf("param %s holds a password or token in plain text", d.Name), fmt.Sprintf("declare it: secret %s = env(\"NAME\")", d.Name))
		}
	}
}
