package builtin

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// currencies lists the codes of ISO 4217 by their number of decimals, except the few units of account
// that have four.
var currencies = map[int32]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU " +
		"CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR " +
		"JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD " +
		"PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS " +
		"UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL",
	3: "BHD IQD JOD KWD LYD OMR TND",
}

// CurrencyDigits is how many decimals the smallest coin of a currency has: 2 for CNY, 0 for JPY, 3
// for KWD. ok is false for a text that is no ISO 4217 code.
func CurrencyDigits(code string) (digits int32, ok bool) {
	if len(code) != 3 || strings.Contains(code, " ") {
		return 0, false
	}
	for digits, codes := range currencies {
		if strings.Contains(codes, code) { // no code straddles two others: they are parted by spaces
			return digits, true
		}
	}
	return 0, false
}

var unitFunc = &Func{
	Name: "unit", Family: NumberFamily, Unit: UnitOfParam,
	Params:  []Param{{Name: "x", Kinds: []schema.Kind{schema.Integer, schema.Decimal, schema.Float}}, {Name: "unit", Kinds: textKinds}},
	Doc:     "x with another unit, or the first one: a literal, or a column of the same row that names it. The number stays as it is.",
	Example: `unit(12.50, "CNY")  → 12.50 CNY`,
	Result:  func(args []Arg) (schema.Type, *Problem) { return args[0].Type, nil },
	Call: func(_ Context, args []schema.Value) (schema.Value, error) {
		v := args[0]
		v.Unit = args[1].Text
		return v, nil
	},
}

var fromMinorFunc = &Func{
	Name: "from_minor", Family: NumberFamily, Unit: UnitOfParam,
	Params: []Param{{Name: "x", Kinds: []schema.Kind{schema.Integer, schema.Decimal}}, {Name: "currency", Kinds: textKinds}},
	Doc: "An amount in the smallest coin of a currency (cents, fen) as an amount in the currency itself, which is its unit. The currency is " +
		"an ISO 4217 code, or a column of the same row that holds one.",
	Example: `from_minor(1250, "CNY")  → 12.50 CNY`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		digits := int32(3)
		if code := args[1].Literal; code != nil {
			d, ok := CurrencyDigits(code.Text)
			if !ok {
				return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("unknown currency %q", code.Text), Hint: "write an ISO 4217 code such as \"CNY\""}
			}
			digits = d
		}
		t := AsDecimal(Arg{Type: args[0].Type})
		if args[1].Literal == nil { // a currency without decimals still needs the column's
			t.Precision += digits
		}
		t.Scale += digits
		if t.Scale > decimal.MaxDigits {
			return schema.Type{}, &Problem{Arg: 0, Text: fmt.Sprintf("%s has too many decimals to be an amount in the smallest coin", args[0].Type)}
		}
		t.Precision = max(min(t.Precision, decimal.MaxDigits), t.Scale)
		return t, nil
	},
	Call: func(_ Context, args []schema.Value) (schema.Value, error) {
		digits, ok := CurrencyDigits(args[1].Text)
		if !ok {
			return schema.Value{}, fmt.Errorf("unknown currency %q", args[1].Text)
		}
		d := Number(args[0])
		d.Scale += digits
		v := schema.Dec(d)
		v.Unit = args[1].Text
		return v, nil
	},
}
