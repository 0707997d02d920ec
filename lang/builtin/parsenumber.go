package builtin

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// parsedScale is the scale of parse_number where none is asked for: room for every currency and
// for the eight decimals of most others.
const parsedScale = 10

var parseNumberFunc = &Func{
	Name: "parse_number", Family: NumberFamily,
	Params: []Param{{Name: "text", Kinds: textKinds}, {Name: "scale", Kinds: intKinds, Optional: true, Literal: true}},
	Doc: "The decimal that a person wrote: white space around it, commas between groups of three digits, a sign before or behind it, or " +
		"parentheses for a negative one. It has scale decimals (10 if left out); a text with more that are not zero does not fit. " +
		"Any other text is an error that names the row.",
	Example: `parse_number("(1,234.50)", 2)  → -1234.50`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		t := schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: parsedScale}
		if len(args) > 1 {
			s := args[1].Literal.Int
			if s < 0 || s > decimal.MaxDigits {
				return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("scale must lie between 0 and %d", decimal.MaxDigits)}
			}
			t.Scale = int32(s)
		}
		return t, nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		scale := int32(parsedScale)
		if len(rest) > 0 {
			scale = int32(rest[0].Int)
		}
		var plain []byte
		return Bound{Scale: scale, Dec: func(src []byte) (n decimal.Num, err error) {
			plain, err = plainNumber(plain[:0], src)
			if err != nil {
				return n, err
			}
			d, err := decimal.Parse(plain)
			if err == nil {
				d.Coef, err = decimal.Rescale(d.Coef, d.Scale, scale)
			}
			switch {
			case errors.Is(err, decimal.ErrInexact):
				return n, fmt.Errorf("a number with more than %d decimals", scale)
			case errors.Is(err, decimal.ErrRange):
				return n, errRange
			case err != nil:
				return n, errNumber
			}
			return d.Coef, nil
		}}, nil
	},
}

var errNumber = errors.New("not a number")

// plainNumber appends text without what people add to a number.
func plainNumber(dst, text []byte) ([]byte, error) {
	text = bytes.TrimSpace(text)
	n := len(text)
	switch {
	case n > 2 && text[0] == '(' && text[n-1] == ')':
		if text[1] == '-' || text[1] == '+' {
			return dst, errNumber
		}
		dst, text = append(dst, '-'), text[1:n-1]
	case n > 1 && (text[n-1] == '-' || text[n-1] == '+'):
		if text[0] == '-' || text[0] == '+' {
			return dst, errNumber
		}
		dst, text = append(dst, text[n-1]), text[:n-1]
	case n > 1 && (text[0] == '-' || text[0] == '+'):
		dst, text = append(dst, text[0]), text[1:]
	}
	whole := bytes.IndexAny(text, ".eE")
	if whole < 0 {
		whole = len(text)
	}
	group := -1 // digits since the last comma; -1: no comma yet
	for i, c := range text {
		if c != ',' {
			if i < whole && group >= 0 {
				group++
			}
			dst = append(dst, c)
			continue
		}
		if i >= whole || i == 0 || group < 0 && i > 3 || group >= 0 && group != 3 {
			return dst, errNumber
		}
		group = 0
	}
	if group >= 0 && group != 3 {
		return dst, errNumber
	}
	return dst, nil
}
