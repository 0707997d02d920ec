package sdktest

import (
	"math"
	"slices"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/schema"
)

// testConditions pushes conditions and compares with what the host would have kept.
func (s *subject) testConditions(t *testing.T) {
	claimer, ok := s.src.(sdk.Claimer)
	if !ok {
		return
	}
	for _, c := range append(s.madeUp(), s.c.Where...) {
		fits, err := s.filter(c)
		if err != nil {
			t.Fatalf("condition %+v: %v", c, err)
		}
		req := s.req
		req.Where = []schema.Condition{c}
		s.testClaim(t, claimer, req, s.want, fits)
		if c.Column == "" || len(s.req.Columns) < 2 {
			continue
		}
		at := slices.IndexFunc(s.req.Columns, func(o schema.Column) bool { return o.Name != c.Column })
		if at >= 0 { // the column of the condition is not read
			req.Columns = []schema.Column{s.req.Columns[at]}
			s.testClaim(t, claimer, req, s.want.pick(at), fits.pick(at))
		}
	}
}

// testClaim reads req, which has one condition: of all rows only fits have to come.
func (s *subject) testClaim(t *testing.T, claimer sdk.Claimer, req sdk.ReadRequest, all, fits rows) {
	t.Helper()
	claims := claimer.Claim(req)
	claim := schema.None
	switch len(claims.Where) {
	case 0:
	case 1:
		claim = claims.Where[0]
	default:
		t.Errorf("%d claims for one condition", len(claims.Where))
	}
	got, err := s.read(t.Context(), req)
	if err != nil {
		t.Errorf("condition %+v: %v", req.Where[0], err)
		return
	}
	switch claim {
	case schema.Exact:
		if d := s.differ(got, fits); d != "" {
			t.Errorf("condition %+v is claimed as exact: %s", req.Where[0], d)
		}
	case schema.None:
		if d := s.differ(got, all); d != "" {
			t.Errorf("condition %+v is not claimed: %s", req.Where[0], d)
		}
	default:
		if extra := without(fits.lines(), got.lines()); len(extra) > 0 {
			t.Errorf("condition %+v is claimed as superset, and this fits and did not come:\n\t%s", req.Where[0], extra[0])
		}
		if extra := without(got.lines(), all.lines()); len(extra) > 0 {
			t.Errorf("condition %+v: this row is not in the data:\n\t%s", req.Where[0], extra[0])
		}
	}
}

// without is what of x is left when y is taken away, one for one.
func without(x, y []string) []string {
	count := map[string]int{}
	for _, line := range y {
		count[line]++
	}
	var left []string
	for _, line := range x {
		if count[line]--; count[line] < 0 {
			left = append(left, line)
		}
	}
	return left
}

// filter is the rows for which c holds.
func (s *subject) filter(c schema.Condition) (rows, error) {
	types := make([]schema.Type, len(s.req.Columns))
	for i, column := range s.req.Columns {
		types[i] = column.Type
	}
	b := batch.NewBuilder(types...)
	for _, row := range s.want {
		for i, v := range row {
			b.Column(i).AppendValue(v)
		}
		b.EndRow()
	}
	holds, err := condition.Eval(c, b.Batch(), s.req.Columns)
	var fits rows
	for i, ok := range holds {
		if ok {
			fits = append(fits, s.want[i])
		}
	}
	return fits, err
}

// madeUp are conditions with values from the data.
func (s *subject) madeUp() []schema.Condition {
	var all []schema.Condition
	for i, c := range s.req.Columns {
		isNull := schema.Condition{Op: schema.IsNull, Column: c.Name, Type: c.Type}
		all = append(all, isNull, schema.Condition{Op: schema.Not, Args: []schema.Condition{isNull}})
		if c.Type.Kind == schema.JSON {
			continue // compares by structure, which no condition does
		}
		low, high, ok := s.ends(i)
		if !ok {
			continue
		}
		leaf := func(op schema.Op, values ...schema.Value) schema.Condition {
			return schema.Condition{Op: op, Column: c.Name, Type: c.Type, Values: values}
		}
		all = append(all,
			leaf(schema.Equal, low), leaf(schema.In, low, high), leaf(schema.Less, high), leaf(schema.GreaterEqual, low), leaf(schema.Greater, low), leaf(schema.LessEqual, low),
			schema.Condition{Op: schema.Not, Args: []schema.Condition{leaf(schema.Equal, low)}},
			schema.Condition{Op: schema.Not, Args: []schema.Condition{leaf(schema.Less, high)}},
			schema.Condition{Op: schema.And, Args: []schema.Condition{leaf(schema.GreaterEqual, low), leaf(schema.Less, high)}}, // a window
			schema.Condition{Op: schema.Or, Args: []schema.Condition{isNull, leaf(schema.Equal, high)}})
	}
	return all
}

// ends are the smallest and the largest value of a column that are not null.
func (s *subject) ends(column int) (low, high schema.Value, ok bool) {
	for _, row := range s.want {
		v := row[column]
		if v.Null || v.Type.Kind == schema.Float && math.IsNaN(v.Float) {
			continue
		}
		if v.Type.Kind == schema.Enum { // conditions speak of texts
			v.Type = schema.Type{Kind: schema.String}
		}
		if !ok || compareValues(v, low) < 0 {
			low = v
		}
		if !ok || compareValues(v, high) > 0 {
			high = v
		}
		ok = true
	}
	return low, high, ok
}

// testOrder asks for each column's order, and looks at it where it is claimed.
func (s *subject) testOrder(t *testing.T) {
	claimer, ok := s.src.(sdk.Claimer)
	if !ok {
		return
	}
	for i, c := range s.req.Columns {
		req := s.req
		req.Order = []string{c.Name}
		if !claimer.Claim(req).Ordered {
			continue
		}
		got, err := s.read(t.Context(), req)
		if err != nil {
			t.Errorf("ordered by %s: %v", c.Name, err)
			continue
		}
		if left := without(s.want.lines(), got.lines()); len(left) > 0 || len(got) != len(s.want) {
			t.Errorf("ordered by %s: got %d rows, want %d", c.Name, len(got), len(s.want))
		}
		for n := 1; n < len(got); n++ {
			if compareValues(got[n-1][i], got[n][i]) > 0 {
				t.Errorf("the order of %s is claimed, and %s comes before %s", c.Name, show(got[n-1][i]), show(got[n][i]))
			}
		}
	}
}
