package eval

import (
	"testing"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func TestWithin(t *testing.T) {
	money := schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}
	b := batch.NewBuilder(money, money)
	for _, row := range [][2]int64{{100, 101}, {100, 102}, {-5, 5}} {
		b.Column(0).AppendInt(row[0])
		b.Column(1).AppendInt(row[1])
		b.EndRow()
	}
	b.Column(0).AppendNull()
	b.Column(1).AppendInt(1)
	b.EndRow()
	x := &program.Expr{Op: program.OpColumn, Type: money, Index: 0}
	y := &program.Expr{Op: program.OpColumn, Type: money, Index: 1}
	d := &program.Expr{Op: program.OpSub, Type: schema.Type{Kind: schema.Decimal, Precision: 19, Scale: 2}, Args: []*program.Expr{x, y}}
	abs := &program.Expr{Op: program.OpCall, Name: "abs", Type: d.Type, Args: []*program.Expr{d}}
	limit, _ := decimal.Parse([]byte("0.01"))
	lit := &program.Expr{Op: program.OpLiteral, Type: schema.Dec(limit).Type, Value: schema.Dec(limit)}
	cond := &program.Expr{Op: program.OpLessEqual, Type: schema.Type{Kind: schema.Boolean}, Args: []*program.Expr{abs, lit}}
	k, err := Compile(cond, Env{Column: func(_, i int) (int, bool) { return i, true }})
	if err != nil {
		t.Fatal(err)
	}
	sel, faults := k.Filter(&batch.Batch{Rows: 4, Columns: []batch.Column{*b.Column(0), *b.Column(1)}}, nil)
	if len(sel) != 1 || sel[0] != 0 || len(faults) != 0 || len(k.Explain()) != 0 {
		t.Fatal(sel, faults, k.Explain())
	}
}
