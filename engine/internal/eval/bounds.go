package eval

import (
	"math/big"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Bounds are the bounds of a comparison's tolerance in whole numbers, as a database can apply them, and whether all must hold; none where nothing
// agrees that is not the same, or where a database cannot be told what does. Then pairs that differ are judged here.
func Bounds(c *program.Comparison, env Env) (bounds []pushdown.Bound, all bool, err error) {
	a, err := NewAgreement(c, env)
	if err != nil {
		return nil, false, err
	}
	all = c.Tolerance.All
	switch c.Type.Kind {
	case schema.Integer, schema.Decimal, schema.Date, schema.Timestamp:
	default:
		return nil, all, nil
	}
	for i := range a.bounds {
		b := &a.bounds[i]
		switch {
		case b.never && all:
			return nil, all, nil
		case b.never:
		case b.relative:
			bounds = append(bounds, pushdown.Bound{Relative: true, Times: b.power.big(), Limit: b.numerator.big()})
		default:
			bounds = append(bounds, pushdown.Bound{Times: big.NewInt(1), Limit: b.limit.big()})
		}
	}
	return bounds, all, nil
}

func (x uint128) big() *big.Int {
	n := new(big.Int).SetUint64(x.hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(x.lo))
}
