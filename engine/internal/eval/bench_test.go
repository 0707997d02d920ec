package eval

import (
	"fmt"
	"testing"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var (
	money = schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}
	yesNo = schema.Type{Kind: schema.Boolean}
)

// benchBatch has two amounts, a text, an instant, a text that is a time, and a wide decimal.
func benchBatch() *batch.Batch {
	wide := schema.Type{Kind: schema.Decimal, Precision: 30, Scale: 4}
	b := batch.NewBuilder(money, money, schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Timestamp}, schema.Type{Kind: schema.String}, wide)
	states := []string{"SUCCESS", "REFUND", " success ", "支付成功"}
	for i := range batch.TargetRows {
		b.Column(0).AppendInt(int64(i * 7919))
		b.Column(1).AppendInt(int64(i*7919 + i%3))
		b.Column(2).AppendString(states[i%4])
		b.Column(3).AppendInt(1795219200e6 + int64(i)*7e6)
		b.Column(4).AppendString(fmt.Sprintf("2026-11-20 %02d:%02d:%02d", i%24, i%60, i*7%60))
		b.Column(5).AppendNum(decimal.FromInt64(int64(i) * 1e12))
		b.EndRow()
	}
	out := &batch.Batch{Rows: b.Rows()}
	for i := range 6 {
		out.Columns = append(out.Columns, *b.Column(i))
	}
	return out
}

func columnExpr(i int, t schema.Type) *program.Expr {
	return &program.Expr{Op: program.OpColumn, Index: i, Type: t}
}

func decLiteral(text string) *program.Expr {
	d, err := decimal.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return literalOf(schema.Dec(d))
}

func BenchmarkKernels(b *testing.B) {
	x, y := columnExpr(0, money), columnExpr(1, money)
	text, at, written := columnExpr(2, schema.Type{Kind: schema.String}), columnExpr(3, schema.Type{Kind: schema.Timestamp}), columnExpr(4, schema.Type{Kind: schema.String})
	wide := columnExpr(5, schema.Type{Kind: schema.Decimal, Precision: 30, Scale: 4})
	sum := func(op program.Op, a, b *program.Expr) *program.Expr {
		rule := builtin.SumType
		if op == program.OpMul {
			rule = builtin.ProductType
		}
		t, _ := rule(argOf(a), argOf(b))
		return &program.Expr{Op: op, Type: t, Args: []*program.Expr{a, b}}
	}
	cond := func(op program.Op, args ...*program.Expr) *program.Expr {
		return &program.Expr{Op: op, Type: yesNo, Args: args}
	}
	lit := func(s string) *program.Expr { return literalOf(schema.Text(s)) }
	day := call("day", at)
	day.Zone = "Asia/Shanghai"
	states := &program.Expr{Op: program.OpMapOf, Type: schema.Type{Kind: schema.Map}, Args: []*program.Expr{lit("SUCCESS"), lit("PAID"), lit("REFUND"), lit("REFUNDED")}}
	for _, c := range []struct {
		name string
		e    *program.Expr
	}{
		{"abs(x-y)<=0.01", cond(program.OpLessEqual, call("abs", sum(program.OpSub, x, y)), decLiteral("0.01"))},
		{"x>=1000", cond(program.OpGreaterEqual, x, literalOf(schema.Int(1000)))},
		{"x>=1000andx<y", cond(program.OpAnd, cond(program.OpGreaterEqual, x, literalOf(schema.Int(1000))), cond(program.OpLess, x, y))},
		{"x-y", sum(program.OpSub, x, y)},
		{"x*0.006", sum(program.OpMul, x, decLiteral("0.006"))},
		{"round(x*0.006,2)", call("round", sum(program.OpMul, x, decLiteral("0.006")), literalOf(schema.Int(2)))},
		{"abs(x)", call("abs", x)},
		{"min(x,y)", call("min", x, y)},
		{"wide+x", sum(program.OpAdd, wide, x)},
		{"text==literal", cond(program.OpEqual, text, lit("SUCCESS"))},
		{"textinlist", cond(program.OpIn, text, lit("SUCCESS"), lit("REFUND"))},
		{"trim", call("trim", text)},
		{"upper", call("upper", text)},
		{"substr", call("substr", text, literalOf(schema.Int(1)), literalOf(schema.Int(3)))},
		{"decode", call("decode", text, states)},
		{"day", day},
		{"parse_time", call("parse_time", written, lit("%Y-%m-%d %H:%M:%S"))},
		{"x>y?x:y", &program.Expr{Op: program.OpCond, Type: money, Args: []*program.Expr{cond(program.OpGreater, x, y), x, y}}},
		{"join", &program.Expr{Op: program.OpInterp, Type: schema.Type{Kind: schema.String}, Args: []*program.Expr{text, lit("-"), x}}},
		{"rowbyrow", &program.Expr{Op: program.OpInterp, Type: schema.Type{Kind: schema.String}, Args: []*program.Expr{at}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			batch := benchBatch()
			k, err := Compile(c.e, randomEnv())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				k.Eval(batch)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch.Rows), "ns/row")
		})
	}
}
