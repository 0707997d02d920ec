package eval

import (
	"math"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func textColumn(t schema.Type, values ...string) batch.Column {
	c := batch.Column{Type: t, Offsets: []int32{0}}
	for _, v := range values {
		if v == "null" {
			c.AppendNull()
		} else {
			c.AppendString(v)
		}
	}
	return c
}

func textRows(t schema.Type, values ...string) *batch.Batch {
	return &batch.Batch{Rows: len(values), Columns: []batch.Column{textColumn(t, values...)}}
}

// shown writes a term's rows: ~ is null, ! marks what agrees with nothing.
func shown(terms Terms, rows int) string {
	var parts []string
	for i := range rows {
		text := terms.Value.Value(i).String()
		if terms.Value.IsNull(i) {
			text = "~"
		}
		if terms.Doubtful != nil && terms.Doubtful[i>>3]&(1<<(i&7)) != 0 {
			text += "!"
		}
		if terms.Units != nil {
			text += " " + terms.Units.Text(i)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "|")
}

func TestTerms(t *testing.T) {
	str, js := schema.Type{Kind: schema.String}, schema.Type{Kind: schema.JSON}
	enum := schema.Type{Kind: schema.Enum, Values: []string{"PAID", "REFUNDED"}}
	lit := func(s string) *program.Expr { return literalOf(schema.Text(s)) }
	paid := &program.Expr{Op: program.OpMapOf, Type: schema.Type{Kind: schema.Map}, Args: []*program.Expr{lit("SUCCESS"), lit("PAID")}}
	for _, c := range []struct {
		name     string
		term     *program.Expr
		typ      schema.Type
		ignoring []program.Ignoring
		rows     *batch.Batch
		want     string
		faults   int
	}{
		{"text as it is", columnExpr(0, str), str, nil, textRows(str, "a ", "null", ""), "a |~|", 0},
		{"case", columnExpr(0, str), str, []program.Ignoring{program.Case}, textRows(str, "Paid", "paid", "ſ"), "PAID|PAID|S", 0},
		{"space", columnExpr(0, str), str, []program.Ignoring{program.Space}, textRows(str, " a  b ", "null", " "), "a b|~|", 0},
		{"width, then case, then space", columnExpr(0, str), str, []program.Ignoring{program.Space, program.Case, program.Width}, textRows(str, "　ａ　 B ", "Ａ b"), "A B|A B", 0},
		{"an enum's list", columnExpr(0, enum), str, nil, textRows(enum, "PAID", "paid", "null"), "PAID|paid!|~", 0},
		{"a computed null", call("decode", columnExpr(0, str), paid), str, nil, textRows(str, "SUCCESS", "other", "null"), "PAID|~!|~", 0},
		{"json", columnExpr(0, js), js, nil, textRows(js, `{"b":1.0, "a":2}`, "null", `{"a":`), `{"a":2e0,"b":1e0}|~|{"a":!`, 1},
		{"a fault", call("parse_date", columnExpr(0, str), lit("%Y-%m-%d")), schema.Type{Kind: schema.Date}, nil, textRows(str, "2026-11-20", "x", "null"), "2026-11-20|~!|~", 1},
	} {
		rule := &program.Comparison{Name: "c", Type: c.typ, Terms: []*program.Expr{c.term, nil}, Ignoring: c.ignoring}
		term, err := CompileTerm(rule, 0, randomEnv())
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for range 2 {
			terms, faults := term.Eval(c.rows)
			if got := shown(terms, c.rows.Rows); got != c.want || len(faults) != c.faults {
				t.Errorf("%s: %s with %v, want %s with %d faults", c.name, got, faults, c.want, c.faults)
			}
		}
	}
}

func TestFloatTerms(t *testing.T) {
	float := schema.Type{Kind: schema.Float}
	c := batch.Column{Type: float, Floats: []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1)}}
	rule := &program.Comparison{Name: "c", Type: float, Terms: []*program.Expr{columnExpr(0, float)}}
	term, err := CompileTerm(rule, 0, randomEnv())
	if err != nil {
		t.Fatal(err)
	}
	terms, _ := term.Eval(&batch.Batch{Rows: 4, Columns: []batch.Column{c}})
	if got := shown(terms, 4); got != "0|0|NaN!|+Inf" {
		t.Errorf("got %s", got)
	}
	if math.Signbit(terms.Value.Floats[1]) || !math.Signbit(c.Floats[1]) {
		t.Error("-0 keeps its sign, or the batch lost it")
	}
}

func TestTermsHaveTheComparisonsTypeAndUnits(t *testing.T) {
	common := schema.Type{Kind: schema.Decimal, Precision: 21, Scale: 4}
	str := schema.Type{Kind: schema.String}
	ints := batch.Column{Type: schema.Type{Kind: schema.Integer}}
	ints.AppendInt(math.MaxInt64 / 1000)
	ints.AppendNull()
	ints.AppendInt(-7)
	rows := &batch.Batch{Rows: 3, Columns: []batch.Column{ints, textColumn(str, "CNY", "USD", "null")}}
	integer := columnExpr(0, ints.Type)
	integer.Unit.Column = 2
	fixed := columnExpr(0, ints.Type)
	fixed.Unit.Name = "CNY"
	rule := &program.Comparison{Name: "c", Type: common, Terms: []*program.Expr{integer, fixed, columnExpr(0, ints.Type)}}
	for side, want := range []string{
		"9223372036854775.0000 CNY|~ USD|-7.0000 ",
		"9223372036854775.0000 CNY|~ CNY|-7.0000 CNY",
		"9223372036854775.0000|~|-7.0000",
	} {
		term, err := CompileTerm(rule, side, randomEnv())
		if err != nil {
			t.Fatal(err)
		}
		terms, faults := term.Eval(rows)
		if got := shown(terms, 3); got != want || len(faults) > 0 || !terms.Value.Type.Equal(common) {
			t.Errorf("side %d: %s of type %s, want %s", side, got, terms.Value.Type, want)
		}
	}
}

// TestSameTermsAgree: values that are the same in canonical form agree, and values that agree without a tolerance
// are the same in canonical form.
func TestSameTermsAgree(t *testing.T) {
	texts := append([]string{"PAID ", "paid", "ＰＡＩＤ", "p a", "p  a"}, randomTexts...)
	str := schema.Type{Kind: schema.String}
	for _, ignoring := range [][]program.Ignoring{nil, {program.Case}, {program.Space}, {program.Width}, {program.Case, program.Space, program.Width}} {
		rule := &program.Comparison{Name: "c", Type: str, Ignoring: ignoring, Terms: []*program.Expr{columnExpr(0, str), columnExpr(0, str)}}
		term, err := CompileTerm(rule, 0, randomEnv())
		if err != nil {
			t.Fatal(err)
		}
		terms, _ := term.Eval(textRows(str, texts...))
		a, err := NewAgreement(rule, Env{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range texts {
			for j := range texts {
				same := terms.Value.Text(i) == terms.Value.Text(j)
				agree := a.Agree([]Operand{{State: Present, Text: terms.Value.Raw(i)}, {State: Present, Text: terms.Value.Raw(j)}})
				if same != agree || (texts[i] == texts[j]) && !same {
					t.Errorf("%q and %q ignoring %v: same %v, agree %v", texts[i], texts[j], ignoring, same, agree)
				}
			}
		}
	}
}
