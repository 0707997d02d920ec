package plan

import (
	"maps"
	"time"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Env is what expressions of a run may know: parameters, the window's bounds, the instant. Where an expression
// names no zone it is that of src, if there is one, else that of the rule.
func (p *Plan) Env(src *program.Source) eval.Env { return env(p.Rule, p.Inputs, src) }

func env(rule *program.Rule, in Inputs, src *program.Source) eval.Env {
	e := eval.Env{Params: in.Params, Now: in.Now}
	if in.Window != nil {
		e.Params = maps.Clone(in.Params)
		if e.Params == nil {
			e.Params = map[string]schema.Value{}
		}
		e.Params["window_start"], e.Params["window_end"] = schema.Instant(in.Window.Start), schema.Instant(in.Window.End)
	}
	zone := rule.Zone
	if src != nil && src.Zone != "" {
		zone = src.Zone
	}
	if loc, err := time.LoadLocation(zone); err == nil { // the checker has refused a zone that nobody knows
		e.Zone = loc
	}
	return e
}

// constant is the value of an expression that reads no row; ok is false if it reads one, or cannot be computed before any row
// is.
func constant(e *program.Expr, known eval.Env) (v schema.Value, ok bool) {
	ok = true
	e.Walk(func(x *program.Expr) bool {
		switch x.Op {
		case program.OpColumn, program.OpPhysical, program.OpMetric, program.OpSecretRef:
			ok = false
		}
		return ok
	})
	if !ok {
		return v, false
	}
	v, err := eval.Scalar(e, known)
	return v, err == nil
}

// text is an expression as it is written.
func text(e *program.Expr) string {
	if s := e.Span.Text(); s != "" {
		return s
	}
	return "a condition"
}
