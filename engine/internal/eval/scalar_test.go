package eval

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func TestScalars(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	env := Env{
		Now: time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC), Zone: shanghai,
		Params: map[string]schema.Value{"date": schema.Day(20777), "limit": parsed("1.5"), "window_start": schema.Instant(time.Unix(0, 0))},
		Secret: func(name string) (string, error) {
			if name != "dsn" {
				return "", errors.New("no such secret")
			}
			return "user:pw", nil
		},
		Metric: func(name, unit string) (schema.Value, error) {
			v := map[string]schema.Value{"diff.amount ": parsed("-7"), "diff.amount CNY": parsed("-120.50"), "mismatch.rate ": parsed("0.0101")}[name+" "+unit]
			if v.Type.Kind == schema.Invalid {
				return v, fmt.Errorf("no number %s in %q", name, unit)
			}
			return v, nil
		},
	}
	dec := schema.Type{Kind: schema.Decimal}
	day := schema.Type{Kind: schema.Date}
	op := func(o program.Op, typ schema.Type, args ...*program.Expr) *program.Expr {
		return &program.Expr{Op: o, Type: typ, Args: args}
	}
	named := func(o program.Op, name string, typ schema.Type) *program.Expr {
		return &program.Expr{Op: o, Name: name, Type: typ}
	}
	lit := func(s string) *program.Expr { return literalOf(schema.Text(s)) }
	num := func(i int64) *program.Expr { return literalOf(schema.Int(i)) }
	money := literalOf(schema.Value{Type: schema.Type{Kind: schema.Integer}, Int: 100, Unit: "CNY"})
	date := named(program.OpParamRef, "date", day)
	diff := named(program.OpMetric, "diff.amount", dec)
	for _, c := range []struct {
		name string
		e    *program.Expr
		want string
	}{
		{"a literal", num(5), "5"},
		{"a day before today", op(program.OpSub, day, call("today"), literalOf(duration(dayMicros))), "2026-11-20"},
		{"a part of a day before today", op(program.OpSub, day, call("today"), literalOf(duration(5))), "error 2026-11-21 - 5µs: a date moves by whole days only"},
		{"a parameter in a text", op(program.OpInterp, schema.Type{Kind: schema.String}, lit("bills/"), call("format", date, lit("%Y%m%d")), lit(".csv")), "bills/20261120.csv"},
		{"a parameter without a scale", op(program.OpMul, dec, named(program.OpParamRef, "limit", dec), num(10)), "15.0"},
		{"an unknown parameter", named(program.OpParamRef, "x", dec), "error x has no value"},
		{"a bound of the window", named(program.OpBound, "window_start", schema.Type{Kind: schema.Timestamp}), "1970-01-01T00:00:00Z"},
		{"a list", op(program.OpListOf, schema.Type{Kind: schema.List}, num(1), lit("a")), "[1, a]"},
		{"a secret does not print", named(program.OpSecretRef, "dsn", schema.Type{Kind: schema.Secret}), "***"},
		{"a secret that there is not", named(program.OpSecretRef, "x", schema.Type{Kind: schema.Secret}), "error no such secret"},
		{"a gate in a unit", op(program.OpGreater, yesNo, call("abs", diff), money), "true"},
		{"a gate without", op(program.OpGreater, yesNo, call("abs", diff), num(100)), "false"},
		{"a gate of shares", op(program.OpGreater, yesNo, named(program.OpMetric, "mismatch.rate", dec), literalOf(percent("0.0005"))), "true"},
		{"division by zero", &program.Expr{Op: program.OpCall, Name: "round", Type: schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 2}, Args: []*program.Expr{
			op(program.OpDiv, dec, num(1), num(0)), num(2)}}, "error 1 / 0: division by zero"},
		{"or stops at what is true", op(program.OpOr, yesNo, literalOf(schema.Bool(true)), named(program.OpParamRef, "x", yesNo)), "true"},
		{"and stops at what is false", op(program.OpAnd, yesNo, literalOf(schema.Bool(false)), named(program.OpParamRef, "x", yesNo)), "false"},
		{"only the chosen branch", op(program.OpCond, dec, literalOf(schema.Bool(true)), num(1), named(program.OpParamRef, "x", dec)), "1"},
	} {
		v, err := Scalar(c.e, env)
		got := v.String()
		if err != nil {
			got = "error " + err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	secret, err := Scalar(op(program.OpInterp, schema.Type{Kind: schema.String}, lit("mysql://"), named(program.OpSecretRef, "dsn", schema.Type{Kind: schema.Secret})), env)
	if err != nil || secret.Text != "mysql://user:pw" || secret.String() != "***" {
		t.Errorf("a text with a secret is %q, prints %s, %v", secret.Text, secret, err)
	}
	if v, err := ScalarAs(lit("12.30"), schema.Type{Kind: schema.Decimal, Precision: 5, Scale: 2}, env); err != nil || v.String() != "12.30" {
		t.Errorf("a text as a decimal is %s, %v", v, err)
	}
	if _, err := ScalarAs(lit("12.345"), schema.Type{Kind: schema.Decimal, Precision: 5, Scale: 2}, env); err == nil {
		t.Error("12.345 becomes a decimal(5, 2)")
	}
}

func TestCompileNamesWhatIsMissing(t *testing.T) {
	str := schema.Type{Kind: schema.String}
	for _, c := range []struct {
		e    *program.Expr
		want string
	}{
		{columnExpr(3, str), "column 3 of side 0 is not at hand here"},
		{physicalExpr("金额", str), "column 金额 is not at hand here"},
		{&program.Expr{Op: program.OpParamRef, Name: "p", Type: str}, "p has no value"},
		{&program.Expr{Op: program.OpMetric, Name: "missing.count", Type: schema.Type{Kind: schema.Integer}}, "missing.count is not known of a row"},
	} {
		if _, err := Compile(c.e, Env{}); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if _, err := CompileAs(literalOf(schema.Bool(true)), money, Env{}); err == nil || err.Error() != "boolean cannot become decimal(18, 2)" {
		t.Errorf("got %v", err)
	}
}

func TestKernelsTellWhatRunsRowByRow(t *testing.T) {
	str := schema.Type{Kind: schema.String}
	join := &program.Expr{Op: program.OpInterp, Type: str, Args: []*program.Expr{columnExpr(17, schema.Type{Kind: schema.Timestamp}), literalOf(schema.Text("-"))}}
	k, err := Compile(call("upper", join), randomEnv())
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(k.Explain(), ";"); got != "an expression of type string" {
		t.Errorf("got %s", got)
	}
}

// TestConversions reads texts and numbers as columns of other types.
func TestConversions(t *testing.T) {
	str, integer := schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Integer}
	dec := schema.Type{Kind: schema.Decimal, Precision: 5, Scale: 2}
	ints := batch.Column{Type: integer, Ints: []int64{7, 1000, -999}}
	wide := schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 4}
	decs := batch.Column{Type: wide}
	for _, text := range []string{"1.5000", "1.2345", "123456789.0000"} {
		decs.AppendNum(amount(text, 4).Num)
	}
	for _, c := range []struct {
		column batch.Column
		to     schema.Type
		want   string
	}{
		{textColumn(str, "12.30", "12.345", "null"), dec, "12.30|12.345: not a decimal(5, 2)|null"},
		{textColumn(str, "2026-11-20 06:30:00", "x", "2026-11-20"), schema.Type{Kind: schema.Timestamp}, "2026-11-19T22:30:00Z|x: not a timestamp (YYYY-MM-DD HH:MM:SS, with a fraction and a zone if need be)|2026-11-19T16:00:00Z"},
		{textColumn(str, `{"a":1}`, `{`, "null"), schema.Type{Kind: schema.JSON}, `{"a":1}|{: not a json|null`},
		{textColumn(str, "true", "2", "null"), yesNo, "true|2: not a boolean (true or false)|null"},
		{ints, dec, "7.00|1000: not a decimal(5, 2)|-999.00"},
		{ints, schema.Type{Kind: schema.Float}, "7|1000|-999"},
		{decs, dec, "1.50|1.2345: not a decimal(5, 2)|123456789.0000: not a decimal(5, 2)"},
		{decs, integer, "1.5000: not an integer of 64 bits|1.2345: not an integer of 64 bits|123456789"},
		{textColumn(str, "A", "", "null"), schema.Type{Kind: schema.Enum, Values: []string{"B"}}, "A||null"},
	} {
		k, err := CompileAs(columnExpr(0, c.column.Type), c.to, randomEnv())
		if err != nil {
			t.Fatal(err)
		}
		column, faults := k.Eval(&batch.Batch{Rows: 3, Columns: []batch.Column{c.column}})
		var parts []string
		for i := range 3 {
			text := column.Value(i).String()
			if len(faults) > 0 && faults[0].Row == i {
				text, faults = faults[0].Error(), faults[1:]
			}
			parts = append(parts, text)
		}
		if got := strings.Join(parts, "|"); got != c.want || !column.Type.Equal(c.to) {
			t.Errorf("%s as %s: %s, want %s", c.column.Type, c.to, got, c.want)
		}
	}
}
