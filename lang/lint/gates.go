package lint

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/program"
)

// gatesTogether finds gates that report only if several faults of different kinds come together.
func gatesTogether(p *pass) {
	for _, r := range p.Program.Rules {
		for _, g := range r.Gates {
			g.When.Walk(func(e *program.Expr) bool {
				if e.Op != program.OpAnd {
					return true
				}
				var kinds, shown []string
				for _, a := range e.Args {
					kind, ok := faultOf(a)
					if !ok {
						return true // a guard such as rows.a > 100
					}
					if len(kinds) == 0 || kinds[0] != kind {
						kinds, shown = append(kinds, kind), append(shown, metricOf(a))
					}
				}
				if len(kinds) > 1 {
					p.report(e.Span, fmt.Sprintf("this reports only when %s and %s are too large together", shown[0], shown[1]), "write or, if each of them is a fault by itself")
				}
				return false
			})
		}
	}
}

// faultOf is the kind of fault whose growth makes a condition true: that of a metric that stands
// above a bound.
func faultOf(e *program.Expr) (string, bool) {
	if len(e.Args) != 2 {
		return "", false
	}
	more, less := e.Args[0], e.Args[1]
	switch e.Op {
	case program.OpGreater, program.OpGreaterEqual:
	case program.OpLess, program.OpLessEqual:
		more, less = less, more
	case program.OpNotEqual:
	default:
		return "", false
	}
	name := metricOf(more)
	if name == "" || metricOf(less) != "" {
		return "", false
	}
	switch kind, _, _ := strings.Cut(name, "."); kind {
	case "mismatch", "diff", "absdiff":
		return "mismatch", true
	case "missing", "duplicate", "unkeyed", "breach", "pending":
		return kind, true
	case "open", "expired":
		return "open", true
	}
	return "", false
}

// metricOf is the first metric in an expression, or "".
func metricOf(e *program.Expr) (name string) {
	e.Walk(func(e *program.Expr) bool {
		if name == "" && e.Op == program.OpMetric {
			name = e.Name
		}
		return name == ""
	})
	return name
}
