package sdktest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func (s *subject) testRows(t *testing.T) {
	s.mustRead(t, s.req, s.want)
	s.mustRead(t, s.req, s.want) // a source serves more than one read
	table, err := s.src.Columns(t.Context(), s.c.Config)
	if err != nil {
		t.Errorf("Columns: %v", err)
	}
	for i, c := range table.Columns {
		if slices.ContainsFunc(table.Columns[:i], func(o schema.Column) bool { return o.Name == c.Name }) {
			t.Errorf("Columns names %q twice", c.Name)
		}
	}
	for _, key := range table.Key {
		if _, ok := table.Find(key); !ok {
			t.Errorf("Columns says that %q is in the key and does not have it", key)
		}
	}
}

// testColumns asks for the columns backwards, each alone, and one twice.
func (s *subject) testColumns(t *testing.T) {
	all := make([]int, len(s.req.Columns))
	for i := range all {
		all[i] = i
	}
	choices := [][]int{slices.Clone(all), {0, 0}}
	slices.Reverse(choices[0])
	for _, i := range all {
		choices = append(choices, []int{i})
	}
	for _, choice := range choices {
		req := s.req
		req.Columns = nil
		for _, i := range choice {
			req.Columns = append(req.Columns, s.req.Columns[i])
		}
		s.mustRead(t, req, s.want.pick(choice...))
	}
}

// testStrings asks for every column as string beside its own type: the text must be the same
// value.
func (s *subject) testStrings(t *testing.T) {
	loc, err := s.req.Location()
	if err != nil {
		t.Fatal(err)
	}
	zone := batch.NewZone(loc)
	for i, c := range s.req.Columns {
		if c.Type.Kind == schema.Bytes || c.Type.Kind == schema.JSON {
			continue // bytes need not be text, and JSON need not keep its spaces
		}
		req := s.req
		req.Columns = []schema.Column{{Name: c.Name, Type: schema.Type{Kind: schema.String}}}
		got, err := s.read(t.Context(), req)
		if err != nil {
			t.Errorf("column %s as string: %v", c.Name, err)
			continue
		}
		for _, row := range got {
			if row[0].Null {
				row[0].Type = c.Type
				continue
			}
			v, problem := parseCell(cell{text: row[0].Text, quoted: true}, c.Type, zone)
			if problem != "" {
				t.Errorf("column %s as string: %q is %s", c.Name, row[0].Text, problem)
			}
			row[0] = v
		}
		if d := s.differ(got, s.want.pick(i)); d != "" {
			t.Errorf("column %s as string: %s", c.Name, d)
		}
	}
}

func (s *subject) testBatches(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100_000} {
		req := s.req
		req.Rows = n
		got, err := s.read(t.Context(), req)
		if err != nil {
			t.Errorf("batches of %d rows: %v", n, err)
		} else if d := s.differ(got, s.want); d != "" {
			t.Errorf("batches of %d rows: %s", n, d)
		}
	}
}

// testBad asks for text as integer. A source that has types of its own may refuse; one whose data is
// text reports what does not fit, or fails.
func (s *subject) testBad(t *testing.T) {
	for i, c := range s.req.Columns {
		if c.Type.Kind != schema.String {
			continue
		}
		bad, want := 0, s.want.pick(i)
		integer := schema.Type{Kind: schema.Integer}
		for _, row := range want {
			if row[0].Null {
				row[0].Type = integer
				continue
			}
			v, problem := parseCell(cell{text: row[0].Text, quoted: true}, integer, nil)
			if row[0] = v; problem != "" {
				row[0] = schema.Value{Type: integer, Null: true}
				bad++
			}
		}
		req := s.req
		req.Columns = []schema.Column{{Name: c.Name, Type: integer}}
		if _, err := s.read(t.Context(), req); err == nil && bad > 0 {
			t.Errorf("column %s as integer: %d texts that are none were read without an error", c.Name, bad)
		}
		s.testReported(t, req, want, bad)
	}
}

func (s *subject) testReported(t *testing.T, req sdk.ReadRequest, want rows, bad int) {
	req.BadRows = true
	reported := 0
	var got rows
	err := s.src.Read(t.Context(), req, func(b *batch.Batch) error {
		if err := checkBatch(b, req); err != nil {
			return err
		}
		reported += len(b.Bad)
		for row := range b.Rows {
			got = append(got, []schema.Value{b.Columns[0].Value(row)})
		}
		for _, v := range b.Bad {
			if v.Column >= 0 && !b.Columns[v.Column].IsNull(v.Row) {
				return fmt.Errorf("a bad value is not null: %+v", v)
			}
			if v.Reason == "" {
				return fmt.Errorf("a bad value has no reason: %+v", v)
			}
		}
		return nil
	})
	name := req.Columns[0].Name
	switch {
	case err != nil && !s.about.Abilities.Typed:
		t.Errorf("column %s as integer, bad values reported: %v", name, err)
	case err != nil:
		s.errs = append(s.errs, err)
	case reported != bad:
		t.Errorf("column %s as integer: %d bad values were reported, there are %d", name, reported, bad)
	default:
		if d := s.differ(got, want); d != "" {
			t.Errorf("column %s as integer, bad values reported: %s", name, d)
		}
	}
}

// testTogether reads different columns at the same time.
func (s *subject) testTogether(t *testing.T) {
	var all sync.WaitGroup
	for i := range min(4, 2*len(s.req.Columns)) {
		all.Go(func() {
			req, at := s.req, i%len(s.req.Columns)
			req.Columns = []schema.Column{s.req.Columns[at]}
			alone := &subject{src: s.src, c: s.c} // errors are kept without a lock
			alone.mustRead(t, req, s.want.pick(at))
		})
	}
	all.Wait()
}
