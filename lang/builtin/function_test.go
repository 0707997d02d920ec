package builtin

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestFunctions runs testdata/functions.txt and the examples of the documentation.
func TestFunctions(t *testing.T) {
	text, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		call, want, ok := splitCase(line)
		if !ok {
			t.Fatalf("line %d has no result: %s", n+1, line)
		}
		got, name := runCase(call)
		tried[name] = true
		if got != want {
			t.Errorf("line %d: %s\n got %s\nwant %s", n+1, call, got, want)
		}
	}
	for _, f := range Funcs {
		if !tried[f.Name] {
			t.Errorf("%s is not tried", f.Name)
		}
		call, want, _ := strings.Cut(f.Example, "  → ")
		if strings.Contains(call, "10 / 3") { // division is the evaluator's
			continue
		}
		if got, _ := runCase(strings.ReplaceAll(call, "'", "`")); got != "→ "+want {
			t.Errorf("the example of %s is %s, and gives %s", f.Name, f.Example, got)
		}
	}
}

// splitCase parts a line before its last mark.
func splitCase(line string) (call, want string, ok bool) {
	at := -1
	for _, mark := range []string{") → ", ") ! ", ") !! "} {
		if i := strings.Index(line, mark); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return "", "", false
	}
	return line[:at+1], line[at+2:], true
}

func runCase(call string) (got, name string) {
	ctx := Context{Now: time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC)}
	if call[0] == '[' {
		zone, rest, _ := strings.Cut(call[1:], "] ")
		call = rest
		loc, err := time.LoadLocation(zone)
		if err != nil {
			return err.Error(), ""
		}
		ctx.Zone = loc
	}
	name, rest, _ := strings.Cut(call, "(")
	r := &reader{rest: rest}
	var args []Arg
	var values []schema.Value
	for r.skip(); r.rest[0] != ')'; r.skip() {
		v, literal := r.value()
		a := Arg{Type: v.Type}
		if literal {
			a.Literal = &v
		}
		args, values = append(args, a), append(values, v)
	}
	f := Find(name)
	result, problem := f.Check(args)
	if problem != nil {
		return "!! " + problem.Text, name
	}
	v, err := f.Apply(ctx, values, result)
	if err != nil {
		return "! " + err.Error(), name
	}
	if !v.Null && v.Type.Kind != schema.Invalid && v.Type.Kind != result.Kind && result.Kind != schema.Decimal {
		return fmt.Sprintf("a %s, and the checker was told %s", v.Type, result), name
	}
	if d := v.Dec; result.Kind == schema.Decimal && !v.Null {
		if v.Type.Kind == schema.Integer {
			d = Number(v)
		}
		n, err := decimal.Rescale(d.Coef, d.Scale, result.Scale)
		if err != nil || !decimal.Fits(n, result.Precision) {
			return fmt.Sprintf("%s, which is no %s", v, result), name
		}
	}
	return "→ " + show(v), name
}

func show(v schema.Value) string {
	text := v.String()
	switch {
	case v.Null:
		return "null"
	case v.Type.Kind == schema.String || v.Type.Kind == schema.Enum:
		return strconv.Quote(v.Text)
	case v.Type.Kind == schema.Float:
		text += "f"
	}
	if v.Unit != "" {
		text += " " + v.Unit
	}
	return text
}

// reader reads values as the cases write them: "text", 12, 1.5, 1.5f, dates, instants, null, {maps}; ?type is
// a null of a type, ~ before a value says that the checker does not know it.
type reader struct{ rest string }

func (r *reader) skip() { r.rest = strings.TrimLeft(r.rest, ", :") }

func (r *reader) value() (v schema.Value, literal bool) {
	literal = true
	if r.rest[0] == '~' {
		literal, r.rest = false, r.rest[1:]
	}
	if strings.HasPrefix(r.rest, "enum ") {
		r.rest = r.rest[5:]
		v, _ = r.value()
		v.Type = schema.Type{Kind: schema.Enum, Values: []string{v.Text}}
		return v, literal
	}
	if c := r.rest[0]; c == '"' || c == '`' {
		quoted, err := strconv.QuotedPrefix(r.rest)
		if err != nil {
			panic(r.rest)
		}
		text, _ := strconv.Unquote(quoted)
		r.rest = r.rest[len(quoted):]
		return schema.Text(text), literal
	}
	if r.rest[0] == '{' {
		r.rest = r.rest[1:]
		v.Type = schema.Type{Kind: schema.Map}
		for r.skip(); r.rest[0] != '}'; r.skip() {
			e, _ := r.value()
			v.List = append(v.List, e)
		}
		r.rest = r.rest[1:]
		return v, literal
	}
	n := strings.IndexAny(r.rest, ",){} ")
	if i := strings.Index(r.rest, ": "); i >= 0 && i < n {
		n = i
	}
	word := r.rest[:n]
	r.rest = r.rest[n:]
	return scalar(word, literal)
}

func scalar(word string, literal bool) (schema.Value, bool) {
	kinds := map[string]schema.Type{
		"null": {Kind: schema.Null}, "?string": {Kind: schema.String}, "?integer": {Kind: schema.Integer}, "?date": {Kind: schema.Date},
		"?timestamp": {Kind: schema.Timestamp}, "?decimal": {Kind: schema.Decimal, Precision: 18, Scale: 2},
	}
	if t, ok := kinds[word]; ok {
		if t.Kind != schema.Null {
			return schema.Value{Type: t, Null: true}, false
		}
		return schema.Value{Type: t, Null: true}, literal
	}
	if word == "true" || word == "false" {
		return schema.Bool(word == "true"), literal
	}
	if t, err := time.Parse(time.RFC3339, word); err == nil {
		return schema.Instant(t), literal
	}
	if t, err := time.Parse(time.DateOnly, word); err == nil {
		return schema.Day(floorDiv(t.Unix(), daySeconds)), literal
	}
	if i, err := strconv.ParseInt(word, 10, 64); err == nil {
		return schema.Int(i), literal
	}
	if f, ok := strings.CutSuffix(word, "f"); ok {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil {
			panic(word)
		}
		return schema.Value{Type: schema.Type{Kind: schema.Float}, Float: x}, false
	}
	d, err := decimal.Parse([]byte(word))
	if err != nil {
		panic(word)
	}
	return schema.Dec(d), literal
}

func TestFoldings(t *testing.T) {
	for _, c := range []struct{ text, folded, spaced, widened string }{
		{"Paid", "PAID", "Paid", "Paid"},
		{"  a \t b\n", "  A \t B\n", "a b", "  a \t b\n"},
		{"　商户　甲　", "　商户　甲　", "商户 甲", " 商户 甲 "},
		{"ＡＢｃ１２", "ＡＢＣ１２", "ＡＢｃ１２", "ABc12"},
		{"ｱｲｳ｡", "ｱｲｳ｡", "ｱｲｳ｡", "アイウ。"},
		{"ſK", "SK", "ſK", "ſK"},
		{"ςσΣ", "ΣΣΣ", "ςσΣ", "ςσΣ"},
		{"straße", "STRAßE", "straße", "straße"}, // simple folding: ß stays itself, and folds with ẞ
		{"ẞ", "ß", "ẞ", "ẞ"},
		{"①㈱ﬁ", "①㈱ﬁ", "①㈱ﬁ", "①㈱ﬁ"}, // not NFKC
		{"a\xffB", "A\xffB", "a\xffB", "a\xffB"},
		{"", "", "", ""},
	} {
		if got := string(AppendFoldedCase(nil, []byte(c.text))); got != c.folded {
			t.Errorf("case of %q is %q, want %q", c.text, got, c.folded)
		}
		if got := string(AppendFoldedSpace(nil, []byte(c.text))); got != c.spaced {
			t.Errorf("space of %q is %q, want %q", c.text, got, c.spaced)
		}
		if got := string(AppendFoldedWidth(nil, []byte(c.text))); got != c.widened {
			t.Errorf("width of %q is %q, want %q", c.text, got, c.widened)
		}
	}
}

func TestCanonicalJSON(t *testing.T) {
	for _, group := range [][]string{ // texts of one group are the same by structure, of two groups not
		{`{"a":1,"b":[1,2]}`, ` { "b" : [1, 2.0], "a" : 10e-1 } `, `{"\u0061":1.00,"b":[0.1E1,20e-1]}`},
		{`{"a":1,"b":[2,1]}`},
		{`{"a":1,"a":2}`}, {`{"a":2,"a":1}`}, {`{"a":2}`},
		{`0`, `-0`, `0.000`, `0e99`}, {`"0"`}, {`null`}, {`false`}, {`""`}, {`[]`}, {`{}`},
		{`123456789012345678901234567890.10`, `12345678901234567890123456789010e-2`}, {`123456789012345678901234567890.1000001`},
		{`"é"`, `"\u00e9"`, `"\u00E9"`}, {`"e\u0301"`},
		{`"\n\u0001/"`, `"\u000a\u0001\/"`}, {`"😀"`, `"\ud83d\ude00"`},
		{`[1,[2]]`}, {`[[1],2]`}, {`[1,2]`}, {`"1,2"`}, {`{"a":{"b":1}}`}, {`{"a":"{\"b\":1}"}`},
	} {
		first := canonical(t, group[0])
		for _, text := range group {
			if got := canonical(t, text); got != first {
				t.Errorf("%s is %s, but %s is %s", text, got, group[0], first)
			}
			if again := canonical(t, first); first != "" && again != first {
				t.Errorf("%s becomes %s, and then %s", text, first, again)
			}
		}
	}
	seen := map[string]string{}
	for _, text := range []string{`{"a":1}`, `{"a":"1"}`, `[1]`, `1`, `"1"`, `1.5`, `15`, `-15`, `15e1`, `true`, `"true"`, `null`, `"null"`, `[null]`, `[[]]`, `{"":0}`} {
		c := canonical(t, text)
		if other, ok := seen[c]; ok {
			t.Errorf("%s and %s are both %s", text, other, c)
		}
		seen[c] = text
	}
	for _, text := range []string{``, `{`, `{"a"}`, `{"a":1,}`, `[1,]`, `01`, `1.`, `.5`, `+1`, `1e`, `"a`, "\"\n\"", `"\x"`, `"\ud800"`, `"\ud800\u0041"`, `nul`, `1 2`, `NaN`, `1e99999999999999`,
		strings.Repeat("[", 2000) + strings.Repeat("]", 2000)} {
		if got, err := CanonicalJSON(nil, []byte(text)); err == nil {
			t.Errorf("%.20s is taken as %.20s", text, got)
		}
	}
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	c, err := CanonicalJSON(nil, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(c)
}

// TestCivilDates goes through the days of 800 years beside package time.
func TestCivilDates(t *testing.T) {
	for day := time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2400; day = day.AddDate(0, 0, 1) {
		days := floorDiv(day.Unix(), daySeconds)
		if y, m, d := CivilDate(days); int(y) != day.Year() || m != int(day.Month()) || d != day.Day() {
			t.Fatalf("day %d is %d-%d-%d, want %s", days, y, m, d, day.Format(time.DateOnly))
		}
		if got, want := weekday(days), int64(day.Weekday()); got != want {
			t.Fatalf("%s is weekday %d, want %d", day.Format(time.DateOnly), got, want)
		}
	}
}

func TestCommonTypes(t *testing.T) {
	dec := func(p, s int32) schema.Type { return schema.Type{Kind: schema.Decimal, Precision: p, Scale: s} }
	integer := schema.Type{Kind: schema.Integer}
	type rule = func(a, b Arg) (schema.Type, bool)
	common := func(a, b Arg) (schema.Type, bool) { return Common(a, b) }
	for _, c := range []struct {
		name string
		rule rule
		a, b schema.Type
		want string
	}{
		{"common", common, dec(18, 2), dec(18, 4), "decimal(20, 4)"},
		{"common", common, integer, dec(18, 2), "decimal(21, 2)"},
		{"common", common, dec(38, 0), dec(38, 10), "decimal(38, 10)"},
		{"common", common, integer, integer, "integer"},
		{"common", common, kind(schema.String), schema.Type{Kind: schema.Enum, Values: []string{"A"}}, "string"},
		{"common", common, kind(schema.Null), dec(5, 1), "decimal(5, 1)"},
		{"common", common, kind(schema.Decimal), dec(5, 1), "decimal"},
		{"common", common, integer, kind(schema.Float), "refused"},
		{"common", common, kind(schema.Date), kind(schema.Timestamp), "refused"},
		{"sum", SumType, dec(18, 2), dec(18, 2), "decimal(19, 2)"},
		{"sum", SumType, integer, dec(5, 2), "decimal(22, 2)"},
		{"sum", SumType, dec(38, 2), dec(38, 2), "decimal(38, 2)"},
		{"sum", SumType, kind(schema.Decimal), dec(38, 2), "decimal"},
		{"product", ProductType, dec(18, 2), dec(9, 6), "decimal(27, 8)"},
		{"product", ProductType, dec(38, 20), dec(38, 20), "refused"},
		{"product", ProductType, kind(schema.Float), kind(schema.Float), "float"},
		{"quotient", func(a, b Arg) (schema.Type, bool) { return QuotientType(a, b, 2) }, dec(18, 2), dec(18, 4), "decimal(23, 2)"},
	} {
		t1, ok := c.rule(Arg{Type: c.a}, Arg{Type: c.b})
		got := t1.String()
		if !ok {
			got = "refused"
		}
		if got != c.want {
			t.Errorf("%s of %s and %s is %s, want %s", c.name, c.a, c.b, got, c.want)
		}
	}
	ten := schema.Int(10)
	if got, _ := Common(Arg{Type: dec(18, 2)}, Arg{Type: integer, Literal: &ten}); got.String() != "decimal(18, 2)" {
		t.Errorf("a small literal widens decimal(18, 2) to %s", got)
	}
}

func TestRealIsTheNearestFloat(t *testing.T) {
	d, _ := decimal.Parse([]byte("0.1"))
	if got := Real(schema.Dec(d)); got != 0.1 {
		t.Errorf("0.1 becomes %v", got)
	}
	if got := Real(schema.Int(math.MaxInt64)); got != 0x1p63 {
		t.Errorf("the largest integer becomes %v", got)
	}
}
