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
				var faults []fault
				var shown []string
				for _, a := range e.Args {
					f, ok := faultOf(a)
					if !ok {
						return true // a guard such as rows.a > 100
					}
					if len(faults) == 0 || faults[0].differs(f) {
						faults, shown = append(faults, f), append(shown, metricOf(a))
					}
				}
				if len(faults) > 1 {
					p.report(e.Span, fmt.Sprintf("this reports only when %s and %s are too large together", shown[0], shown[1]), "write or, if each of them is a fault by itself")
				}
				return false
			})
		}
	}
}

// fault is what a metric counts: an outcome, and of which side or comparison, "" for all of them.
type fault struct{ outcome, of string }

// differs reports whether there can be one fault without the other. That of one side is among those of all.
func (f fault) differs(other fault) bool {
	return f.outcome != other.outcome || f.of != other.of && f.of != "" && other.of != ""
}

// faultOf is the fault whose growth makes a condition true: that of a metric that stands above a bound.
func faultOf(e *program.Expr) (fault, bool) {
	if len(e.Args) != 2 {
		return fault{}, false
	}
	more, less := e.Args[0], e.Args[1]
	switch e.Op {
	case program.OpGreater, program.OpGreaterEqual:
	case program.OpLess, program.OpLessEqual:
		more, less = less, more
	case program.OpNotEqual:
	default:
		return fault{}, false
	}
	name := metricOf(more)
	if name == "" || metricOf(less) != "" {
		return fault{}, false
	}
	parts := strings.Split(name, ".")
	of := ""
	switch kind := parts[0]; kind {
	case "diff", "absdiff": // diff.C, diff.C.S
		return fault{"mismatch", parts[1]}, true
	case "mismatch", "missing", "duplicate", "unkeyed", "breach", "pending", "expired": // X.count, X.S.count
		if len(parts) > 2 {
			of = parts[1]
		}
		if kind == "expired" {
			return fault{"open", of}, true
		}
		return fault{kind, of}, true
	case "open":
		return fault{kind, ""}, true
	}
	return fault{}, false
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
