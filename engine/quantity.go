package engine

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// quantityUnits are the units in which a duration or a share is written, as rule files have them: those of time in
// microseconds, those of shares by the decimals that they move the point.
var (
	timeUnits  = map[string]int64{"ms": 1e3, "s": 1e6, "m": 60e6, "h": 3600e6, "d": 86400e6, "w": 7 * 86400e6}
	shareUnits = map[string]int32{"%": 2, "bp": 4}
)

// parseQuantity reads a number and its unit, as 30m or 0.1%.
func parseQuantity(kind schema.Kind, text string) (schema.Value, error) {
	number := strings.TrimRight(text, "%abcdefghijklmnopqrstuvwxyz")
	unit := text[len(number):]
	d, err := decimal.Parse([]byte(number))
	if kind == schema.Percent {
		point, ok := shareUnits[unit]
		if err != nil || !ok || d.Scale+point > decimal.MaxDigits {
			return schema.Value{}, fmt.Errorf("not a percentage: write 0.1%% or 10bp")
		}
		v := schema.Dec(decimal.Decimal{Coef: d.Coef, Scale: d.Scale + point})
		v.Type.Kind = schema.Percent
		return v, nil
	}
	factor, ok := timeUnits[unit]
	if err != nil || !ok {
		return schema.Value{}, fmt.Errorf("not a duration: write 30m or 7d; the units are ms, s, m, h, d, w")
	}
	coef, fits := d.Coef.Mul(decimal.FromInt64(factor))
	whole, err := decimal.Rescale(coef, d.Scale, 0)
	micros, small := whole.Int64()
	if !fits || err != nil || !small {
		return schema.Value{}, fmt.Errorf("not a duration in whole microseconds")
	}
	return schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: micros}, nil
}
