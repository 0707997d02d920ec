package schema

import (
	"errors"
	"slices"
	"testing"
)

func TestSQLParams(t *testing.T) {
	for _, c := range []struct {
		query string
		want  []string
		err   error
	}{
		{"select 1", nil, nil},
		{"where day = :date and x=:x_1", []string{"date", "x_1"}, nil},
		{":a :a", []string{"a", "a"}, nil},
		{"select x::date, :d::date", []string{"d"}, nil},
		{"select a[1:n], a[lo:hi], f(x):y, a[:n]", []string{"n"}, nil},
		{"set @x := 1, y = :y", []string{"y"}, nil},
		{"at '10:30:00' and ':no' || 'it''s :no' = :yes", []string{"yes"}, nil},
		{"E'it\\'s :no' = :yes", []string{"yes"}, nil},
		{"name'x' e'\\':no' :yes", []string{"yes"}, nil},
		{"'it\\'s :x'", []string{"x"}, ErrAmbiguousSQL},
		{`"col:no" = :yes and ` + "`b:no` = :b", []string{"yes", "b"}, nil},
		{"$$ :no $$ :a $tag$ :no $$ :no $tag$ :b $1 a$b$ :c", []string{"a", "b", "c"}, nil},
		{":a -- :no 'open\n :b /* :no /* :no */ :no */ :c", []string{"a", "b", "c"}, nil},
		{":a # don't :no\n:b", []string{"a", "b"}, nil},
		{"doc #>> '{a}' = :a and doc #- :b and doc #> :c", []string{"a", "b", "c"}, nil},
		{"'open :no", nil, ErrOpenSQL},
		{"/* open :no", nil, ErrOpenSQL},
		{"$$ open :no", nil, ErrOpenSQL},
		{"/*/ :no */ :a", []string{"a"}, nil},
		{":日期 = :名_1", []string{"日期", "名_1"}, nil},
		{":1 : a :", nil, nil},
		{"'\\\\' :a", []string{"a"}, nil},
	} {
		params, err := SQLParams(c.query)
		var names []string
		for _, p := range params {
			names = append(names, p.Name)
			if got := c.query[p.Start:p.End]; got != ":"+p.Name {
				t.Errorf("%s: parameter %s stands at %q", c.query, p.Name, got)
			}
		}
		if !slices.Equal(names, c.want) || !errors.Is(err, c.err) {
			t.Errorf("%s: got %q, %v, want %q, %v", c.query, names, err, c.want, c.err)
		}
	}
}

func FuzzSQLParams(f *testing.F) {
	f.Add("select :a, '::b', $x$:c$x$ -- :d\n/* :e */")
	f.Fuzz(func(t *testing.T, query string) {
		params, _ := SQLParams(query)
		last := 0
		for _, p := range params {
			if p.Start < last || p.End <= p.Start+1 || query[p.Start:p.End] != ":"+p.Name {
				t.Fatalf("%q: %+v", query, params)
			}
			last = p.End
		}
	})
}
