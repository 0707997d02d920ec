package eval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func physicalExpr(name string, t schema.Type) *program.Expr {
	return &program.Expr{Op: program.OpPhysical, Name: name, Type: t}
}

func shapeSource() *program.Source {
	str := schema.Type{Kind: schema.String}
	lit := func(s string) *program.Expr { return literalOf(schema.Text(s)) }
	states := &program.Expr{Op: program.OpMapOf, Type: schema.Type{Kind: schema.Map}, Args: []*program.Expr{lit("SUCCESS"), lit("PAID")}}
	return &program.Source{Name: "bill", Columns: []program.Column{
		{Name: "id", Type: str, Physical: "订单号"},
		{Name: "amount", Type: money, Physical: "金额"},
		{Name: "fee", Type: money, Derived: call("trim", physicalExpr("手续费", str), lit("`"))},
		{Name: "state", Type: schema.Type{Kind: schema.Enum, Values: []string{"PAID"}}, Derived: call("decode", physicalExpr("状态", str), states)},
		{Name: "raw", Type: str, Derived: call("upper", physicalExpr("金额", str))}, // the same column, read as text
	}}
}

func TestShape(t *testing.T) {
	s, err := NewShape(shapeSource(), Env{})
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, c := range s.Physical() {
		read = append(read, c.Name+" "+c.Type.String())
	}
	if got, want := strings.Join(read, ", "), "订单号 string, 金额 decimal(18, 2), 手续费 string, 状态 string, 金额 string"; got != want {
		t.Fatalf("reads %s, want %s", got, want)
	}
	str := schema.Type{Kind: schema.String}
	in := &batch.Batch{Rows: 4, Origin: "a.csv", FirstRow: 7, Columns: []batch.Column{
		textColumn(str, "1", "2", "3", "4"), {Type: money, Ints: []int64{100, 200, 300, 0}, Valid: []byte{7}},
		textColumn(str, "`0.10", "x", "null", "0.001"), textColumn(str, "SUCCESS", "other", "null", "SUCCESS"), textColumn(str, "1.00", "2.00", "3.00", "null"),
	}, Bad: []batch.BadValue{{Row: 3, Column: 1, Reason: "not a number"}, {Row: 3, Column: 2}, {Row: 3, Column: -1}}}
	for range 2 {
		out, faults, err := s.Eval(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Check(); err != nil {
			t.Fatal(err)
		}
		var rows []string
		for i := range out.Rows {
			rows = append(rows, strings.Join(rowText(out, i), " "))
		}
		want := "1 1.00 0.10 PAID 1.00 false false false|2 2.00 null null 2.00 true true false|3 3.00 null null 3.00 false false false|4 null null PAID null true false false"
		if got := strings.Join(rows, "|"); got != want {
			t.Errorf("rows are\n%s, want\n%s", got, want)
		}
		if got, want := fmt.Sprint(faults), "[x: not a decimal(18, 2) 0.001: not a decimal(18, 2)]"; got != want || faults[0].Column != 2 || faults[1].Row != 3 {
			t.Errorf("faults are %s, want %s", got, want)
		}
		if len(out.Bad) != 3 || out.Bad[0].Column != 1 || out.Bad[1].Column != 2 || out.Bad[2].Column != -1 || out.FirstRow != 7 || out.Origin != "a.csv" {
			t.Errorf("bad values are %+v", out.Bad)
		}
	}
	if len(s.Types(shapeSource())) != 8 || len(s.Explain()) != 0 {
		t.Errorf("types %v, row by row %v", s.Types(shapeSource()), s.Explain())
	}
}

// TestComputedNullsReachComparisons: a null that a derived column computed stays one in a term that reads the column.
func TestComputedNullsReachComparisons(t *testing.T) {
	s, err := NewShape(shapeSource(), Env{})
	if err != nil {
		t.Fatal(err)
	}
	str := schema.Type{Kind: schema.String}
	in := &batch.Batch{Rows: 3, Columns: []batch.Column{
		textColumn(str, "1", "2", "3"), {Type: money, Ints: []int64{1, 2, 3}}, textColumn(str, "1", "1", "1"),
		textColumn(str, "SUCCESS", "other", "null"), textColumn(str, "", "", ""),
	}}
	out, _, err := s.Eval(in)
	if err != nil {
		t.Fatal(err)
	}
	state := columnExpr(3, str)
	rule := &program.Comparison{Name: "state", Type: str, Terms: []*program.Expr{call("lower", state)}}
	term, err := CompileTerm(rule, 0, Env{Column: s.Column, Poisoned: s.Poisoned})
	if err != nil {
		t.Fatal(err)
	}
	terms, _ := term.Eval(out)
	if got := shown(terms, 3); got != "paid|~!|~" {
		t.Errorf("got %s", got)
	}
}

// TestShapeRefusesValuesOutsideTheirType: kernels rely on the digits that a type promises.
func TestShapeRefusesValuesOutsideTheirType(t *testing.T) {
	small := schema.Type{Kind: schema.Decimal, Precision: 3, Scale: 1}
	wide := schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 0}
	tooWide := decimal.Pow10(20)
	for _, c := range []struct {
		column batch.Column
		ok     bool
	}{
		{batch.Column{Type: small, Ints: []int64{999, -999}}, true},
		{batch.Column{Type: small, Ints: []int64{0, 1000}}, false},
		{batch.Column{Type: small, Ints: []int64{-1000, 0}}, false},
		{batch.Column{Type: small, Ints: []int64{0, -1 << 63}}, false},
		{batch.Column{Type: wide, Nums: []decimal.Num{{}, tooWide}}, false},
		{batch.Column{Type: wide, Nums: []decimal.Num{{}, {Lo: 1}}}, true},
		{batch.Column{Type: yesNo, Ints: []int64{1, 2}}, false},
		{batch.Column{Type: yesNo, Ints: []int64{1, 0}}, true},
	} {
		s, err := NewShape(&program.Source{Columns: []program.Column{{Name: "x", Type: c.column.Type, Physical: "x"}}}, Env{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Eval(&batch.Batch{Rows: 2, Columns: []batch.Column{c.column}}); (err == nil) != c.ok {
			t.Errorf("%v of %s: %v", c.column, c.column.Type, err)
		}
	}
}
