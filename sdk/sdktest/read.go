package sdktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

type sdkSource = schema.Source

// rows are rows of values, in the order of the columns asked for.
type rows [][]schema.Value

// null stands for null where a value is text.
const null = "∅"

func show(v schema.Value) string {
	if v.Null {
		return null
	}
	return v.String()
}

// lines are rows as text, for comparison and for messages.
func (r rows) lines() []string {
	lines := make([]string, len(r))
	for i, row := range r {
		cells := make([]string, len(row))
		for j, v := range row {
			cells[j] = show(v)
		}
		lines[i] = strings.Join(cells, " | ")
	}
	return lines
}

// pick is the columns of those indexes.
func (r rows) pick(columns ...int) rows {
	picked := make(rows, len(r))
	for i, row := range r {
		for _, c := range columns {
			picked[i] = append(picked[i], row[c])
		}
	}
	return picked
}

// differ says where got is not want, or nothing.
func (s *subject) differ(got, want rows) string {
	g, w := got.lines(), want.lines()
	if s.c.AnyOrder {
		slices.Sort(g)
		slices.Sort(w)
	}
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			return fmt.Sprintf("got %d rows, want %d; the first that is not there is\n\t%s", len(g), len(w), w[i])
		case i >= len(w):
			return fmt.Sprintf("got %d rows, want %d; the first too many is\n\t%s", len(g), len(w), g[i])
		case g[i] != w[i]:
			return fmt.Sprintf("row %d is\n\t%s\nwant\n\t%s", i+1, g[i], w[i])
		}
	}
	return ""
}

// prepare finds out what to ask for and what must come.
func (s *subject) prepare(t *testing.T) bool {
	columns := s.c.Columns
	if columns == nil {
		table, err := s.src.Columns(t.Context(), s.c.Config)
		if err != nil {
			t.Errorf("Columns: %v", err)
			return false
		}
		header, err := splitRows(s.c.Rows)
		if err != nil || len(header) == 0 {
			t.Errorf("Case.Rows names no columns: %v", err)
			return false
		}
		for _, name := range header[0] {
			c, ok := table.Find(name.text)
			if !ok {
				t.Errorf("Columns has no %q, which Case.Rows names: %v", name.text, table.Columns)
				return false
			}
			columns = append(columns, c)
		}
	}
	s.req = sdk.ReadRequest{Config: s.c.Config, Columns: columns, Zone: s.c.Zone}
	loc, err := s.req.Location()
	if err != nil {
		t.Error(err)
		return false
	}
	want, err := parseRows(s.c.Rows, columns, batch.NewZone(loc))
	if err != nil {
		t.Errorf("Case.Rows: %v", err)
		return false
	}
	s.want = want
	return true
}

// read reads req and looks at every batch.
func (s *subject) read(ctx context.Context, req sdk.ReadRequest) (got rows, err error) {
	err = s.src.Read(ctx, req, func(b *batch.Batch) error {
		if err := checkBatch(b, req); err != nil {
			return err
		}
		for i := range b.Rows {
			row := make([]schema.Value, len(b.Columns))
			for j := range b.Columns {
				row[j] = b.Columns[j].Value(i)
			}
			got = append(got, row)
		}
		return nil
	})
	if err != nil {
		s.errs = append(s.errs, err)
	}
	return got, err
}

// mustRead reads req and compares.
func (s *subject) mustRead(t *testing.T, req sdk.ReadRequest, want rows) {
	t.Helper()
	got, err := s.read(t.Context(), req)
	if err != nil {
		t.Errorf("Read: %v", err)
		return
	}
	if d := s.differ(got, want); d != "" {
		t.Error(d)
	}
}

// checkBatch says what is wrong with a batch: more than batch.Check looks at.
func checkBatch(b *batch.Batch, req sdk.ReadRequest) error {
	if len(b.Columns) != len(req.Columns) {
		return fmt.Errorf("a batch has %d columns, %d were asked for", len(b.Columns), len(req.Columns))
	}
	for i := range b.Columns {
		if got, want := b.Columns[i].Type, req.Columns[i].Type; !got.Equal(want) {
			return fmt.Errorf("column %s is %s, asked for was %s", req.Columns[i].Name, got, want)
		}
	}
	if err := b.Check(); err != nil {
		return err
	}
	if len(b.Bad) > 0 && !req.BadRows {
		return fmt.Errorf("bad values are reported, which nobody asked for: %+v", b.Bad[0])
	}
	for i := range b.Columns {
		for row := range b.Rows {
			if problem := checkValue(&b.Columns[i], row); problem != "" {
				return fmt.Errorf("column %s, row %d of a batch: %s", req.Columns[i].Name, row+1, problem)
			}
		}
	}
	return nil
}

func checkValue(c *batch.Column, row int) string {
	t := c.Type
	if c.IsNull(row) {
		zero := true
		switch t.Layout() {
		case schema.Int64:
			zero = c.Ints[row] == 0
		case schema.Int128:
			zero = c.Nums[row].IsZero()
		case schema.Float64:
			zero = c.Floats[row] == 0
		case schema.Varlen:
			zero = len(c.Raw(row)) == 0
		}
		if !zero {
			return "the value below a null is not zero"
		}
		return ""
	}
	switch t.Kind {
	case schema.Decimal:
		if !decimal.Fits(c.Num(row), t.Precision) {
			return "more digits than " + t.String() + " has"
		}
	case schema.Boolean:
		if v := c.Ints[row]; v != 0 && v != 1 {
			return fmt.Sprintf("a boolean of %d", v)
		}
	case schema.String, schema.Enum, schema.JSON:
		if !utf8.Valid(c.Raw(row)) {
			return "text that is not UTF-8"
		}
	}
	return ""
}
