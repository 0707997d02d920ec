package lint

import (
	"fmt"
	"math/big"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// idleBound finds relative bounds that decide nothing: those that are below one step of the numbers, or
// below the bound beside them, even for the largest number there can be, and those that let 0 agree with
// anything.
func idleBound(p *pass) {
	for _, r := range p.Program.Rules {
		for _, c := range r.Compare {
			for _, b := range c.Tolerance.Bounds {
				if !b.Relative || !literal(b.Value) {
					continue
				}
				share, ok := rat(b.Value.Value)
				if !ok || share.Sign() == 0 {
					continue
				}
				if message, hint := idle(&c, share); message != "" {
					p.report(b.Span, text(b.Span)+" "+message, hint)
				}
			}
		}
	}
}

// idle says why a relative bound of a comparison decides nothing, or nothing.
func idle(c *program.Comparison, share *big.Rat) (message, hint string) {
	if share.Cmp(big.NewRat(1, 1)) >= 0 {
		return "of the base lets every value from 0 to twice the base agree", "write a share below 100%"
	}
	largest, step, ok := extent(c)
	if !ok {
		return "", ""
	}
	most := new(big.Rat).Mul(share, largest)
	if most.Cmp(step) < 0 {
		return fmt.Sprintf("can never bind: even of the largest %s it is less than one step of the last digit", c.Type), "write a larger share, or leave it out"
	}
	if c.Tolerance.All {
		return "", ""
	}
	for _, b := range c.Tolerance.Bounds {
		if b.Relative || !literal(b.Value) {
			continue
		}
		if absolute, ok := rat(b.Value.Value); ok && most.Cmp(absolute) <= 0 {
			return fmt.Sprintf("can never bind: even of the largest %s it is not more than %s", c.Terms[c.Base].Type, text(b.Span)), "write a larger share, or leave it out"
		}
	}
	return "", ""
}

// extent is the largest base that a comparison can have, and the smallest distance of two of its
// values that are not equal.
func extent(c *program.Comparison) (largest, step *big.Rat, ok bool) {
	scale := int32(0)
	for i, t := range c.Terms {
		if t == nil {
			continue
		}
		switch {
		case t.Type.Kind == schema.Integer:
			if i == c.Base {
				largest = new(big.Rat).SetFrac64(1<<62, 1)
			}
		case t.Type.Kind == schema.Decimal && t.Type.Precision > 0:
			scale = max(scale, t.Type.Scale)
			if i == c.Base {
				largest = pow10(t.Type.Precision - t.Type.Scale)
			}
		default:
			return nil, nil, false
		}
	}
	return largest, pow10(-scale), largest != nil
}
