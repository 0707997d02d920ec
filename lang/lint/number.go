package lint

import (
	"math/big"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// literal reports whether e is known without a run. A nil e is not.
func literal(e *program.Expr) bool { return e != nil && e.Op == program.OpLiteral && !e.Value.Null }

// rat is a number as a fraction; ok is false for what is no exact number.
func rat(v schema.Value) (*big.Rat, bool) {
	switch v.Type.Kind {
	case schema.Integer, schema.Decimal, schema.Percent:
		return new(big.Rat).SetString(builtin.Number(v).String())
	case schema.Duration:
		return new(big.Rat).SetInt64(v.Int), true
	}
	return nil, false
}

// zero reports whether a literal is 0, 0% or 0s.
func zero(v schema.Value) bool {
	r, ok := rat(v)
	return ok && r.Sign() == 0
}

// pow10 is 10 to the n.
func pow10(n int32) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, -n))), nil)
	if n < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}

// duration is the length of a literal duration in microseconds.
func duration(e *program.Expr) (int64, bool) {
	if !literal(e) || e.Value.Type.Kind != schema.Duration {
		return 0, false
	}
	return e.Value.Int, true
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// exprs calls visit for every expression of a program in which nothing is wrong, with the place that
// it has in it.
func (p *pass) exprs(visit func(*program.Expr)) {
	see := func(list ...*program.Expr) {
		for _, e := range list {
			if e != nil {
				visit(e)
			}
		}
	}
	p.sources(func(s *program.Source) {
		see(s.Where)
		for _, c := range s.Columns {
			see(c.Derived)
		}
		if v := s.View; v != nil {
			see(v.Where)
			for _, c := range v.Row {
				see(c.Derived)
			}
			for _, j := range v.Joins {
				for _, e := range j.On {
					see(e.This, e.Other)
				}
			}
			if g := v.Group; g != nil {
				see(g.By...)
				for _, a := range g.Aggregates {
					see(a.Arg, a.Where)
				}
				for _, c := range g.Out {
					see(c.Derived)
				}
			}
		}
	})
	for _, r := range p.Program.Rules {
		for _, k := range r.Keys {
			see(k.Terms...)
		}
		for _, c := range r.Compare {
			see(c.Terms...)
			see(c.Where)
		}
		for _, u := range r.Unique {
			see(u.Terms...)
		}
		for _, a := range r.Assert {
			see(a.Cond)
		}
		for _, g := range r.Gates {
			see(g.When)
		}
		for _, h := range r.Handlers {
			see(h.Where)
		}
		if r.Trigger != nil {
			see(r.Trigger.Always)
		}
	}
}
